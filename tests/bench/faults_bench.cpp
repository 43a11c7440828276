/// Deliberate faults in decent mixes, heard whole: how often the score falls, and how often it says
/// why. Arguments are jobs; without any, the built-in song.
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "tests/score/faults.h"

namespace {

using namespace mixfarm;
namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::size_t kMixes = 5;
constexpr double kLoweredGoal = 95, kNamedGoal = 90;

Json row(const std::string& name, double share, std::size_t trials, double goal) {
    return {{"name", name},
            {"value", share},
            {"unit", "% of " + std::to_string(trials) + " trials"},
            {"against", "the same mix without the fault; goal " +
                            std::to_string(static_cast<int>(goal)) + " %"},
            {"ratio", share / goal},
            {"share_of_bound", share / 100}};
}

void measure(const fs::path& file, bool json, Json& rows) {
    const Job job = read_job(file);
    testing::Desk desk(job, load_song(job), true);
    const auto mixes = testing::decent_mixes(desk, kMixes);
    const std::vector<testing::Trial> trials = testing::try_faults(desk, mixes);
    testing::print_table(json ? stderr : stdout, desk.song.title, trials);
    const testing::Tally all = testing::tally(trials);
    const auto share = [&](std::size_t count) {
        return 100.0 * static_cast<double>(count) / static_cast<double>(all.trials);
    };
    rows.push_back(
        row("faults_lowered " + desk.song.title, share(all.lowered), all.trials, kLoweredGoal));
    rows.push_back(
        row("faults_named " + desk.song.title, share(all.named), all.trials, kNamedGoal));
}

}  // namespace

int main(int argc, char** argv) {
    bool json = false;
    std::vector<fs::path> jobs;
    for (int i = 1; i < argc; ++i) {
        if (std::strcmp(argv[i], "--json") == 0)
            json = true;
        else
            jobs.emplace_back(argv[i]);
    }
    const fs::path folder =
        fs::temp_directory_path() / ("mixfarm-faults-" + std::to_string(getpid()));
    if (jobs.empty()) jobs.push_back(write_demo_song(folder));
    Json rows = Json::array();
    for (const fs::path& job : jobs) measure(job, json, rows);
    fs::remove_all(folder);
    if (json)
        std::cout << Json{{"rows", rows}}.dump(2) << "\n";
    else
        for (const Json& r : rows)
            std::printf("%-34s %7.1f %-18s %s\n", r["name"].get<std::string>().c_str(),
                        r["value"].get<double>(), r["unit"].get<std::string>().c_str(),
                        r["against"].get<std::string>().c_str());
    return 0;
}
