/// Spreads mixes over lanes and threads.
#include "kernels/foresight.h"

#include "kernels/core/check.h"
#include "kernels/cpu/denormals.h"
#include "kernels/cpu/fork_join.h"
#include "kernels/proxy/band_mix.h"

namespace mixfarm {

struct Foresight::Impl {
    Listening listening;
    Session session;
    int threads;
    StemBands bands;
};

Foresight::Foresight(const SongView& song, Listening listening, int threads) {
    MF_CHECK_EQ(listening.plays.size(), song.stems.size());
    if (threads <= 0) threads = available_threads();
    impl_ = std::make_unique<Impl>(Impl{std::move(listening),
                                        {static_cast<double>(song.rate), song.tempo_bpm},
                                        threads,
                                        StemBands(LoadedSong(song), threads)});
}
Foresight::~Foresight() = default;

std::size_t Foresight::forms() const {
    return static_cast<std::size_t>(impl_->bands.pair_count()) *
           static_cast<std::size_t>(impl_->bands.padded_scenes());
}

std::vector<Foretold> Foresight::foretell(std::span<const MixSettings> mixes,
                                          const MasterTarget& target) const {
    constexpr std::size_t kLanes = lane_count<CpuLanes>, kPiece = 8 * kLanes;
    std::vector<Foretold> all(mixes.size());
    fork_join(impl_->threads, (mixes.size() + kPiece - 1) / kPiece, [&](std::size_t p) {
        const FlushDenormals flush;
        BandMix<CpuLanes> mix(impl_->bands, impl_->listening, impl_->session);
        const std::size_t end = std::min(mixes.size(), (p + 1) * kPiece);
        for (std::size_t first = p * kPiece; first < end; first += kLanes) {
            const std::size_t count = std::min(kLanes, end - first);
            mix.run(mixes.subspan(first, count));
            for (std::size_t i = 0; i < count; ++i)
                all[first + i] = mix.result(static_cast<int>(i), target);
        }
    });
    return all;
}

}  // namespace mixfarm
