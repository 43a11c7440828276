/// Spreads mixes over lanes and threads.
#include "kernels/foresight.h"

#include <algorithm>
#include <optional>

#include "kernels/core/check.h"
#include "kernels/cpu/denormals.h"
#include "kernels/cpu/fork_join.h"
#include "kernels/proxy/band_mix_result.h"
#include "kernels/proxy/loudness_ride.h"
#include "kernels/proxy/mix_course.h"

namespace mixfarm {

struct Foresight::Impl {
    Listening listening;
    Session session;
    int threads;
    StemBands bands;
    std::optional<StemCourse> course;
};

Foresight::Foresight(const SongView& song, Listening listening, int threads, Glance closest) {
    MF_CHECK_EQ(listening.plays.size(), song.stems.size());
    if (threads <= 0) threads = available_threads();
    impl_ = std::make_unique<Impl>(Impl{std::move(listening),
                                        {static_cast<double>(song.rate), song.tempo_bpm},
                                        threads,
                                        StemBands(LoadedSong(song), threads),
                                        {}});
    if (closest < Glance::dynamics) return;
    impl_->course.emplace(song, impl_->bands, threads);
}
Foresight::~Foresight() = default;

std::size_t Foresight::forms() const {
    return static_cast<std::size_t>(impl_->bands.pair_count()) *
           static_cast<std::size_t>(impl_->bands.padded_scenes());
}
std::size_t Foresight::course_bytes() const {
    return impl_->course ? impl_->course->bytes() : 0;
}

namespace {

using Lane = CpuLanes;

/// L1 around L0: the course tells the levels' gains, the levels tell what phase does to them.
struct DynamicMix {
    MixCourse<Lane> course;
    LoudnessRide<Lane> ride;

    void run(std::span<const MixSettings> mixes, const MasterTarget& target, BandMix<Lane>& mix) {
        course.run(mixes);
        mix.run(mixes, &course.gains);
        ride.run(course.power(), course.peak(), course.soft(), course.scene_power(),
                 {mix.scene_energy(), mix.wet_to_dry(), mix.wet_seconds()}, target);
    }
};

}  // namespace

std::vector<Foretold> Foresight::foretell(std::span<const MixSettings> mixes,
                                          const MasterTarget& target, Glance glance) const {
    const bool moves = glance == Glance::dynamics;
    MF_CHECK(!moves || impl_->course);
    // Pieces are long enough to be worth their room to work in, and enough for all threads.
    constexpr std::size_t kLanes = lane_count<Lane>, kMost = 8;
    const std::size_t turns =
        mixes.size() / (4 * kLanes * static_cast<std::size_t>(impl_->threads));
    const std::size_t piece = kLanes * (moves ? std::clamp<std::size_t>(turns, 1, kMost) : kMost);
    std::vector<Foretold> all(mixes.size());
    fork_join(impl_->threads, (mixes.size() + piece - 1) / piece, [&](std::size_t p) {
        const FlushDenormals flush;
        BandMix<Lane> mix(impl_->bands, impl_->listening, impl_->session);
        std::optional<DynamicMix> dynamic;
        if (moves)
            dynamic.emplace(
                DynamicMix{{*impl_->course, impl_->bands}, {*impl_->course, impl_->bands.scenes}});
        const std::size_t end = std::min(mixes.size(), (p + 1) * piece);
        for (std::size_t first = p * piece; first < end; first += kLanes) {
            const std::size_t count = std::min(kLanes, end - first);
            if (dynamic)
                dynamic->run(mixes.subspan(first, count), target, mix);
            else
                mix.run(mixes.subspan(first, count));
            for (std::size_t i = 0; i < count; ++i) {
                all[first + i] = mix.result(static_cast<int>(i), target);
                if (dynamic && all[first + i].mix.metric("integrated_lufs") > -70)
                    dynamic->ride.fill(all[first + i], static_cast<int>(i), target);
            }
        }
    });
    return all;
}

}  // namespace mixfarm
