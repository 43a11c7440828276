/// Spreads mixes over seers: GPUs, or this machine's threads and lanes.
#include "kernels/foresight.h"

#include <algorithm>
#include <optional>

#include "kernels/core/check.h"
#include "kernels/cpu/denormals.h"
#include "kernels/cpu/fork_join.h"
#include "kernels/proxy/course_lanes.h"
#include "kernels/proxy/seer.h"

namespace mixfarm {
namespace {

using Lane = CpuLanes;

class CpuSeer final : public Seer {
public:
    CpuSeer(const ForeseenSong& song, int threads) : song_(song), threads_(threads) {}

    void foretell(std::span<const MixSettings> mixes, const MasterTarget& target, Glance glance,
                  std::span<Foretold> told) override {
        const bool moves = glance == Glance::dynamics;
        // Pieces are long enough to be worth their room to work in, and enough for all threads.
        constexpr std::size_t kLanes = lane_count<Lane>, kMost = 8;
        const std::size_t turns = mixes.size() / (4 * kLanes * static_cast<std::size_t>(threads_));
        const std::size_t piece =
            kLanes * (moves ? std::clamp<std::size_t>(turns, 1, kMost) : kMost);
        fork_join(threads_, (mixes.size() + piece - 1) / piece, [&](std::size_t p) {
            const FlushDenormals flush;
            BandLanes<Lane> mix(song_.bands, song_.listening, song_.session);
            std::optional<CourseLanes<Lane>> course;
            if (moves) course.emplace(*song_.course, song_.bands);
            const std::size_t end = std::min(mixes.size(), (p + 1) * piece);
            for (std::size_t first = p * piece; first < end; first += kLanes) {
                const std::size_t count = std::min(kLanes, end - first);
                if (course)
                    course->run(mixes.subspan(first, count), target, mix);
                else
                    mix.run(mixes.subspan(first, count));
                for (std::size_t i = 0; i < count; ++i) {
                    told[first + i] = mix.result(static_cast<int>(i), target);
                    if (course && told[first + i].mix.metric("integrated_lufs") > -70)
                        course->fill(told[first + i], static_cast<int>(i), target);
                }
            }
        });
    }

private:
    ForeseenSong song_;
    int threads_;
};

}  // namespace

struct Foresight::Impl {
    Listening listening;
    StemBands bands;
    std::optional<StemCourse> course;
    std::optional<CpuSeer> processor;
    std::vector<std::unique_ptr<Seer>> gpus;
};

Foresight::Foresight(const SongView& song, Listening listening, int threads, Glance closest,
                     Engine* engine) {
    MF_CHECK_EQ(listening.plays.size(), song.stems.size());
    if (threads <= 0) threads = available_threads();
    impl_ = std::make_unique<Impl>(
        Impl{std::move(listening), StemBands(LoadedSong(song), threads), {}, {}, {}});
    if (closest >= Glance::dynamics) impl_->course.emplace(song, impl_->bands, threads);
    const ForeseenSong seen{impl_->bands,
                            impl_->course ? &*impl_->course : nullptr,
                            impl_->listening,
                            {static_cast<double>(song.rate), song.tempo_bpm}};
    impl_->processor.emplace(seen, threads);
    if (engine == nullptr) return;
    try {
        impl_->gpus = engine->seers(seen);
    } catch (const DeviceError&) {  // too little memory, say: the processor does it
    }
}
Foresight::~Foresight() = default;

std::size_t Foresight::forms() const {
    return static_cast<std::size_t>(impl_->bands.pair_count()) *
           static_cast<std::size_t>(impl_->bands.padded_scenes());
}
std::size_t Foresight::course_bytes() const {
    return impl_->course ? impl_->course->bytes() : 0;
}

std::vector<Foretold> Foresight::foretell(std::span<const MixSettings> mixes,
                                          const MasterTarget& target, Glance glance) const {
    MF_CHECK(glance == Glance::levels || impl_->course);
    std::vector<Foretold> all(mixes.size());
    if (impl_->gpus.empty()) {
        impl_->processor->foretell(mixes, target, glance, all);
        return all;
    }
    const std::size_t gpus = impl_->gpus.size(), share = (mixes.size() + gpus - 1) / gpus;
    std::vector<std::uint8_t> failed(gpus, 0);
    const auto its_share = [&](std::size_t g, Seer& seer) {
        const std::size_t first = std::min(g * share, mixes.size()),
                          count = std::min(share, mixes.size() - first);
        if (count > 0)
            seer.foretell(mixes.subspan(first, count), target, glance,
                          std::span(all).subspan(first, count));
    };
    fork_join(static_cast<int>(gpus), gpus, [&](std::size_t g) {
        try {
            its_share(g, *impl_->gpus[g]);
        } catch (const DeviceError&) {
            failed[g] = 1;
        }
    });
    // A GPU that fails leaves its work to the processor, from now on.
    for (std::size_t g = 0; g < gpus; ++g)
        if (failed[g] != 0) its_share(g, *impl_->processor);
    for (std::size_t g = gpus; g-- > 0;)
        if (failed[g] != 0) impl_->gpus.erase(impl_->gpus.begin() + static_cast<std::ptrdiff_t>(g));
    return all;
}

}  // namespace mixfarm
