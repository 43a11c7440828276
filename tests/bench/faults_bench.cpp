/// Deliberate faults in mixes, heard whole: how often the score falls, and how often it says why.
/// Arguments are jobs; without any, the built-in song.
///
/// The rows count faults in decent mixes. In mixes as drawn from the priors, which are told beside
/// them, some are none: 9 dB more at 400 Hz help a mix that lacks 6 dB there.
#include "tests/bench/rows.h"
#include "tests/score/faults.h"

namespace {

using namespace mixfarm;
using bench::Json;

constexpr std::size_t kMixes = 5;
constexpr double kLoweredGoal = 95, kNamedGoal = 90;
constexpr const char* kAsDrawn = ", as drawn";

/// Two rows of what a song, or all of them, gave.
void add(const testing::Tally& all, const std::string& song, Json& rows) {
    const auto row = [&](const char* name, std::size_t count, double goal) {
        const double share = 100.0 * static_cast<double>(count) / static_cast<double>(all.trials);
        rows.push_back(bench::row(
            name + song, share, "% of " + std::to_string(all.trials) + " trials",
            "the same mix without the fault; goal " + std::to_string(static_cast<int>(goal)) + " %",
            share / goal, share / 100));
    };
    row("faults_lowered", all.lowered, kLoweredGoal);
    row("faults_named", all.named, kNamedGoal);
}

/// Trials of all songs.
struct Trials {
    std::vector<testing::Trial> decent, drawn;
};

void measure(const std::filesystem::path& file, bool json, Trials& all, Json& rows) {
    const Job job = read_job(file);
    testing::Desk desk(job, load_song(job), true);
    const auto tell = [&](const std::vector<std::vector<float>>& mixes, const std::string& title,
                          std::vector<testing::Trial>& of_all) {
        const std::vector<testing::Trial> trials = testing::try_faults(desk, mixes);
        testing::print_table(json ? stderr : stdout, title, trials);
        add(testing::tally(trials), " " + title, rows);
        of_all.insert(of_all.end(), trials.begin(), trials.end());
    };
    tell(testing::drawn_mixes(desk, kMixes), desk.song.title + kAsDrawn, all.drawn);
    tell(testing::decent_mixes(desk, kMixes), desk.song.title, all.decent);
}

}  // namespace

int main(int argc, char** argv) {
    return bench::run(argc, argv, [](const bench::Words& words, Json& rows) {
        Trials all;
        bench::for_each_job(words, write_demo_song, [&](const std::filesystem::path& job) {
            measure(job, words.json, all, rows);
        });
        add(testing::tally(all.drawn), kAsDrawn, rows);
        add(testing::tally(all.decent), "", rows);
    });
}
