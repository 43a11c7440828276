/// What a point of the unit cube costs on one core: its values, their sketch, how far they lie from
/// practice; and how far quick followers lie from slow ones. Arguments are jobs that lock nothing;
/// without any, the built-in song.
#include <algorithm>
#include <chrono>
#include <cstdio>

#include "host/job/job.h"
#include "kernels/core/random.h"
#include "tests/bench/rows.h"
#include "tests/space/follow_oracle.h"

namespace {

using namespace mixfarm;
namespace fs = std::filesystem;
using bench::Json;

constexpr std::size_t kPoints = 200;

/// Of one call, the best of five rounds.
template <class Work>
double microseconds(Work work) {
    double best = 1e9;
    for (int round = 0; round < 5; ++round) {
        const auto start = std::chrono::steady_clock::now();
        for (std::size_t i = 0; i < kPoints; ++i) work(i);
        const std::chrono::duration<double, std::micro> taken =
            std::chrono::steady_clock::now() - start;
        best = std::min(best, taken.count() / kPoints);
    }
    return best;
}

void measure(const fs::path& path, Json& rows) {
    const Job job = read_job(path);
    const Song song = load_song(job);
    const Profile profile = analyze(song);
    const Space space(job, song, profile, data_folder() / "jobs" / "priors");
    bench::stay_on_this_core();
    std::vector<std::vector<float>> points, values;
    for (std::size_t i = 0; i < kPoints; ++i) {
        const RandomStream random(2026, i);
        std::vector<float> unit(space.searched().size());
        for (std::size_t k = 0; k < unit.size(); ++k)
            unit[k] = static_cast<float>(random.uniform(k));
        values.push_back(space.values(unit));
        points.push_back(std::move(unit));
    }
    const auto add = [&](const char* name, double value, const char* unit) {
        rows.push_back(bench::row(
            std::string(name) + " " + job.title, value, unit,
            std::to_string(points[0].size()) + " of " + std::to_string(values[0].size()) + " knobs",
            nullptr, nullptr));
    };
    std::vector<float> sketch(values[0].size());
    double distance = 0;
    add("space_sketch", microseconds([&](std::size_t i) { space.sketch(points[i], sketch); }),
        "us");
    add("space_values", microseconds([&](std::size_t i) { values[i] = space.values(points[i]); }),
        "us");
    add("space_distance",
        microseconds([&](std::size_t i) { distance += space.prior_distance(values[i]); }), "us");
    add("space_mean_distance", distance / (5 * kPoints), "");
    const auto sounds = testing::sounds_of(song, profile);
    testing::FollowersOff off;
    for (const auto& unit : points)
        testing::compare_followers(song, profile, space, sounds, unit, off);
    add("space_raise_off", off.raise, "dB at most");
    add("space_threshold_off", off.threshold, "dB at most");
    add("space_make_up_off", off.make_up, "dB at most");
}

}  // namespace

int main(int argc, char** argv) {
    return bench::run(argc, argv, [](const bench::Words& words, Json& rows) {
        bench::for_each_job(words, write_demo_song,
                            [&](const fs::path& job) { measure(job, rows); });
    });
}
