/// `mixfarm taste`: what is known of a listener, to be read or forgotten.
#include "host/taste/taste.h"

#include <spdlog/fmt/fmt.h>

#include <iostream>

#include "host/cli/command.h"
#include "host/cli/ranking_text.h"
#include "host/job/input_error.h"
#include "host/listening.h"

namespace mixfarm::cli {
namespace fs = std::filesystem;
namespace {

Json belief_json(const Belief& belief) {
    return {{"mean", number(belief.mean)}, {"sd", number(belief.sd)}};
}

int show(const fs::path& file, bool json) {
    const Taste taste = read_taste(file);
    if (json) {
        Json document{{"file", file.string()},
                      {"words", taste.words()},
                      {"answers", taste.answers},
                      {"songs", taste.songs}};
        document["held_out"] = {{"answers", taste.held_out.answers},
                                {"foretold", number(taste.held_out.foretold)},
                                {"technical_alone", number(taste.held_out.technical_alone)}};
        document["used"] = taste.trusted();
        document["technical"] = belief_json(taste.technical);
        for (std::size_t a = 0; a < kTasteAxes; ++a)
            document["axes"][std::string(taste_axes()[a].name)] = {
                {"slope", belief_json(taste.slope[a])}, {"bend", belief_json(taste.bend[a])}};
        print(document);
        return kDone;
    }
    std::cout << taste.words() << "\n"
              << fmt::format("from {} answers on {} {}\n", taste.answers, taste.songs,
                             taste.songs == 1 ? "song" : "songs");
    std::cout << taste.trial() << "\n";
    std::cout << "\n  utility in logits a step, and how sure that is\n";
    for (std::size_t a = 0; a < kTasteAxes; ++a) {
        const TasteAxis& axis = taste_axes()[a];
        std::cout << fmt::format("  {:<11}{:>+7.2f} +- {:<6.2f}a step is {:g} {}, up is {}\n",
                                 axis.name, taste.slope[a].mean, taste.slope[a].sd, axis.step,
                                 axis.unit, axis.higher);
    }
    return kDone;
}

int reset(const fs::path& given, const fs::path& own, bool json) {
    std::vector<fs::path> gone = {given};
    if (fs::is_directory(given)) {
        gone = forget_listening(given, own);
    } else {
        read_taste(given);  // nothing else is removed
        fs::remove(given);
    }
    Json removed = Json::array();
    for (const fs::path& file : gone)
        if (file != own) removed.push_back(file.string());
    const bool took_back = !gone.empty() && gone.back() == own;
    if (json) {
        print(Json{{"removed", removed}, {"took_back", took_back}});
        return kDone;
    }
    for (const Json& file : removed) std::cout << "removed " << file.get<std::string>() << "\n";
    if (took_back)
        std::cout << own.string() << " is again what it was before this night\n";
    else if (!own.empty())
        std::cout << own.string() << " is not what this night made of it, and stays as it is\n";
    if (removed.empty()) std::cout << "nothing was known\n";
    return kDone;
}

}  // namespace

int run_taste(const std::vector<std::string>& words) {
    Arguments arguments("taste show|reset NIGHT|FILE [--taste FILE]",
                        "Shows what is known of a listener, in words and numbers, from a taste "
                        "file or the one of a night; or "
                        "forgets it:\n"
                        "of a night all answers go too, and with --taste what they taught that "
                        "file.",
                        "mixfarm taste show tonight");
    arguments.add()("taste", po::value<std::string>(),
                    "reset NIGHT: the file that `mixfarm audition --taste` was given");
    arguments.positional("words", 2);
    if (!arguments.parse(words)) return kDone;
    arguments.required("words");
    const auto given = arguments.get<std::vector<std::string>>("words");
    if (given.size() != 2 || (given[0] != "show" && given[0] != "reset"))
        throw InputError("mixfarm taste", "usage: mixfarm taste show|reset NIGHT|FILE");
    const fs::path place = given[1];
    const fs::path own = arguments.has("taste") ? arguments.get<std::string>("taste") : "";
    if (!own.empty() && (given[0] != "reset" || !fs::is_directory(place)))
        throw InputError("--taste", "goes with `mixfarm taste reset NIGHT`");
    if (!own.empty()) read_taste(own);
    if (given[0] == "reset") return reset(place, own, arguments.json());
    const fs::path file = fs::is_directory(place) ? place / "taste.yaml" : place;
    if (fs::is_directory(place) && !fs::exists(file))
        throw InputError(place.string(), "knows no taste yet; `mixfarm audition` asks for it");
    return show(file, arguments.json());
}

}  // namespace mixfarm::cli
