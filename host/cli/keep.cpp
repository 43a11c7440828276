/// `mixfarm keep`: a job for the next night that locks what is liked of this one.
#include "host/keep.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <iostream>
#include <utility>

#include "host/cli/command.h"
#include "host/cli/ranking_text.h"
#include "host/job/input_error.h"
#include "host/store/atomic_file.h"

namespace mixfarm::cli {
namespace fs = std::filesystem;
namespace {

/// A word that is a wish of its own stays alone; bare words ("drums", "of", "3") are one text.
std::vector<std::string> texts_of(const std::vector<std::string>& words) {
    std::vector<std::string> texts;
    std::string bare;
    for (const std::string& word : words) {
        if (word.find(" of ") == std::string::npos) {
            bare += (bare.empty() ? "" : " ") + word;
            continue;
        }
        if (!bare.empty()) texts.push_back(std::exchange(bare, ""));
        texts.push_back(word);
    }
    if (!bare.empty()) texts.push_back(bare);
    return texts;
}

std::string mix_in_words(const Results& results, std::uint64_t id) {
    const auto pick = std::find(results.picks.begin(), results.picks.end(), id);
    const std::string mix = fmt::format("mix {}", id);
    return pick == results.picks.end()
               ? mix
               : fmt::format("pick {}, {}", pick - results.picks.begin() + 1, mix);
}

}  // namespace

int run_keep(const std::vector<std::string>& words) {
    Arguments arguments(
        "keep NIGHT WHAT... -o next.yaml",
        "Writes the night's job with locks taken from its mixes, so that the next night searches "
        "only the rest.\n"
        "WHAT is 'drums of 3', 'vocal and bass of 3', 'all of 3 but vocal': later ones override "
        "earlier ones, so\n"
        "'all of 3' 'vocal of 7' crosses two picks. A number counts the picks, as the first column "
        "of `mixfarm top` does;\n"
        "'drums of mix 263' means any mix by its id, the second column, as in `mixfarm show`. "
        "Names: stems; groups (drums,\n"
        "bass, music, vocals, effects) with their stems and their bus; returns (plate, hall, echo, "
        "or all: returns); master; moves;\n"
        "all. Where a stem is called as its group is, 'stem bass' means it alone.",
        "mixfarm keep tonight 'drums of 3' 'vocal of 7' -o next.yaml && mixfarm run next.yaml -o "
        "tomorrow");
    arguments.add()("out,o", po::value<std::string>(), "the job to write; it must not exist yet");
    arguments.positional("words", -1);
    if (!arguments.parse(words)) return kDone;
    const fs::path night = night_folder(arguments.required("words"));
    const auto given = arguments.get<std::vector<std::string>>("words");
    const Results results = read_results(given[0]);
    const std::vector<Kept> all = read_wishes(texts_of({given.begin() + 1, given.end()}), results);
    if (!arguments.has("out"))
        throw InputError("mixfarm keep", "say where the job goes: -o next.yaml");
    const fs::path file = arguments.get<std::string>("out");
    if (fs::exists(file))
        throw InputError(file.string(),
                         "exists already, and a job may hold edits: choose another with -o");

    Job job = read_job(night / "job.yaml");
    lock(job, results, all);
    const bool everything = holds_everything(job, results);
    std::string note = fmt::format("# Kept of the night {}:", night.string());
    Json kept = Json::array();
    for (const Kept& wish : all) {
        note += fmt::format("{} {}", &wish == &all.front() ? "" : ",", wish.words);
        kept.push_back({{"words", wish.words},
                        {"id", wish.id},
                        {"channels", wish.names},
                        {"knobs", wish.knobs.size()}});
    }
    for (char& c : note)
        if (static_cast<unsigned char>(c) < 32) c = ' ';  // a comment is one line
    publish_text(file, note + "\n" + write_job(job, {}));
    if (arguments.json()) {
        print({{"job", file.string()}, {"kept", kept}, {"everything", everything}});
        return kDone;
    }
    for (const Kept& wish : all)
        std::cout << fmt::format(
            "  {}: {} knobs of {}, as in {}\n", wish.words, wish.knobs.size(),
            wish.names.size() == 1 ? "one channel" : fmt::format("{} channels", wish.names.size()),
            mix_in_words(results, wish.id));
    if (everything) std::cout << "everything is kept: the next night is this one mix\n";
    std::cout << fmt::format("wrote {}; then: mixfarm run {} -o NIGHT\n", file.string(),
                             file.string());
    return kDone;
}

}  // namespace mixfarm::cli
