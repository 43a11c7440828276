/// What benchmarks have in common: their arguments, their rows, one core.
#pragma once

#include <sched.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <exception>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace mixfarm::bench {

using Json = nlohmann::ordered_json;

/// [--json] [--full] [JOB...]
struct Words {
    bool json = false;
    bool full = false;  ///< all of it, however long it takes
    std::vector<std::filesystem::path> jobs;

    Words(int argc, char** argv) {
        for (int i = 1; i < argc; ++i) {
            if (std::strcmp(argv[i], "--json") == 0)
                json = true;
            else if (std::strcmp(argv[i], "--full") == 0)
                full = true;
            else
                jobs.emplace_back(argv[i]);
        }
    }
};

/// Of the jobs, or of what make_song(folder) writes into a folder that goes again: measure(job).
template <class MakeSong, class Measure>
void for_each_job(const Words& words, MakeSong make_song, Measure measure) {
    const auto folder =
        std::filesystem::temp_directory_path() / ("mixfarm-bench-" + std::to_string(getpid()));
    std::vector<std::filesystem::path> jobs = words.jobs;
    if (jobs.empty()) jobs.push_back(make_song(folder));
    for (const auto& job : jobs) measure(job);
    std::filesystem::remove_all(folder);
}

inline void stay_on_this_core() {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    sched_setaffinity(0, sizeof one, &one);
}

inline Json row(const std::string& name, double value, const std::string& unit,
                const std::string& against, Json ratio, Json share_of_bound) {
    return {{"name", name},       {"value", value}, {"unit", unit},
            {"against", against}, {"ratio", ratio}, {"share_of_bound", share_of_bound}};
}

inline void print(const Json& rows, bool json) {
    if (json) {
        std::cout << Json{{"rows", rows}}.dump(2) << "\n";
        return;
    }
    const auto text = [](const Json& x) {
        char number[32];
        if (!x.is_number()) return x.is_string() ? x.get<std::string>() : std::string("-");
        std::snprintf(number, sizeof number, "%.3g", x.get<double>());
        return std::string(number);
    };
    for (const Json& r : rows)
        std::printf("%-30s %10.4g %s\n%42s against %s, ratio %s, share of bound %s\n",
                    text(r["name"]).c_str(), r["value"].get<double>(), text(r["unit"]).c_str(), "",
                    text(r["against"]).c_str(), text(r["ratio"]).c_str(),
                    text(r["share_of_bound"]).c_str());
}

/// main() of a benchmark: measure(words, rows) fills the rows; what goes wrong is told in a line.
template <class Measure>
int run(int argc, char** argv, Measure measure) {
    try {
        const Words words(argc, argv);
        Json rows = Json::array();
        measure(words, rows);
        print(rows, words.json);
        return 0;
    } catch (const std::exception& e) {
        std::cerr << "bench: " << e.what() << "\n";
        return 2;
    }
}

}  // namespace mixfarm::bench
