/// Counts and times the lanes of glances.
// clang-format off
#include "tests/bench/counted.h"  // in front of what uses its operators
#include "tests/bench/lane_cost.h"
// clang-format on

#include <algorithm>

#include "kernels/cpu/fork_join.h"
#include "kernels/proxy/course_lanes.h"
#include "tests/bench/bound.h"

namespace mixfarm::bench {

LaneCost lane_cost(const SongView& view, const Listening& listening,
                   std::span<const MixSettings> mixes, int threads) {
    const LoadedSong song(view);
    const StemBands bands(song, threads);
    const Session session{static_cast<double>(view.rate), view.tempo_bpm};
    BandLanes<Counted> counted(bands, listening, session);
    Counted::operations = 0;
    counted.run(mixes.first(1));
    BandLanes<CpuLanes> lanes(bands, listening, session);
    constexpr std::size_t kGroup = lane_count<CpuLanes>;
    LaneCost cost{0, static_cast<double>(Counted::operations), 0};
    for (int take = 0; take < 5; ++take) {
        const double begun = thread_seconds();
        std::size_t done = 0;
        for (; done + kGroup <= mixes.size(); done += kGroup)
            lanes.run(mixes.subspan(done, kGroup));
        cost.per_second =
            std::max(cost.per_second, static_cast<double>(done) / (thread_seconds() - begun));
    }
    const double row = sizeof(StemBands::Pair) + sizeof(float) * (bands.padded_scenes() + 1.0);
    cost.bytes = bands.pair_count() * row / kGroup;
    return cost;
}

double glance_operations(const SongView& view, const Listening& listening, const MixSettings& mix,
                         Glance glance) {
    const StemBands bands(LoadedSong(view), available_threads());
    BandLanes<Counted> levels(bands, listening, {static_cast<double>(view.rate), view.tempo_bpm});
    const std::span one(&mix, 1);
    if (glance == Glance::levels) {
        Counted::operations = 0;
        levels.run(one);
    } else {
        const StemCourse course(view, bands, available_threads());
        CourseLanes<Counted> dynamics(course, bands);
        Counted::operations = 0;
        dynamics.run(one, {}, levels);
    }
    return static_cast<double>(Counted::operations);
}

}  // namespace mixfarm::bench
