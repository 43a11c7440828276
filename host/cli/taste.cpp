/// `mixfarm taste`: what is known of a listener, to be read or forgotten.
#include "host/taste/taste.h"

#include <spdlog/fmt/fmt.h>

#include <iostream>

#include "host/cli/command.h"
#include "host/cli/ranking_text.h"
#include "host/job/input_error.h"
#include "host/listening.h"
#include "host/night_lock.h"

namespace mixfarm::cli {
namespace fs = std::filesystem;
namespace {

constexpr const char* kOfNight[] = {"taste.yaml", "audition-taste.yaml", "choices.jsonl"};

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

int reset(const fs::path& given, bool json) {
    Json removed = Json::array();
    const auto remove = [&](const fs::path& file) {
        if (!fs::remove(file)) return;
        removed.push_back(file.string());
        if (!json) std::cout << "removed " << file.string() << "\n";
    };
    if (fs::is_directory(given)) {
        if (!fs::exists(given / "results.h5"))
            throw InputError(given.string(), "is no night; give a night or a taste file");
        const NightLock lock(given);
        for (const char* name : kOfNight) remove(given / name);
        keep_choices(given, {}, "", std::nullopt);
    } else {
        read_taste(given);  // nothing else is removed
        remove(given);
    }
    if (json)
        print(Json{{"removed", removed}});
    else if (removed.empty())
        std::cout << "nothing was known\n";
    return kDone;
}

}  // namespace

int run_taste(const std::vector<std::string>& words) {
    Arguments arguments("taste show|reset NIGHT|FILE",
                        "Shows what is known of a listener, in words and numbers, from a taste "
                        "file or the one of a night; or "
                        "forgets it:\n"
                        "of a night all answers go too.",
                        "mixfarm taste show tonight");
    arguments.positional("words", 2);
    if (!arguments.parse(words)) return kDone;
    arguments.required("words");
    const auto given = arguments.get<std::vector<std::string>>("words");
    if (given.size() != 2 || (given[0] != "show" && given[0] != "reset"))
        throw InputError("mixfarm taste", "usage: mixfarm taste show|reset NIGHT|FILE");
    const fs::path place = given[1];
    if (given[0] == "reset") return reset(place, arguments.json());
    const fs::path file = fs::is_directory(place) ? place / "taste.yaml" : place;
    if (fs::is_directory(place) && !fs::exists(file))
        throw InputError(place.string(), "knows no taste yet; `mixfarm audition` asks for it");
    return show(file, arguments.json());
}

}  // namespace mixfarm::cli
