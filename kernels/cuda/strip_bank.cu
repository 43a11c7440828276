/// Designing the strips of a batch on all cores of the host, and launching them.
#include "kernels/core/check.h"
#include "kernels/cpu/denormals.h"
#include "kernels/cpu/fork_join.h"
#include "kernels/cuda/strip_bank.h"

namespace mixfarm::cuda {
namespace {

/// [stems][words of StripCoefs][slots]
std::vector<std::uint32_t> design_strips(const LoadedSong& song, const std::vector<int>& stems,
                                         std::span<const MixSettings> mixes, int slots) {
    constexpr std::size_t kCount = kWords<StripCoefs<float>>;
    const std::size_t stride = static_cast<std::size_t>(slots);
    std::vector<std::uint32_t> words(stems.size() * kCount * stride);
    fork_join(host_threads(), stride / kWarp, [&](std::size_t group) {
        const FlushDenormals flush;
        for (std::size_t slot = group * kWarp; slot < (group + 1) * kWarp; ++slot) {
            const std::size_t mix = slot < mixes.size() ? slot : 0;
            const std::vector<float>& rows = mixes[mix].strips;
            MF_CHECK_EQ(rows.size(), song.view.stems.size() * strip::kParamCount);
            for (std::size_t s = 0; s < stems.size(); ++s) {
                const float* row =
                    rows.data() + static_cast<std::size_t>(stems[s]) * strip::kParamCount;
                store_words(strip::design(row, song.view.rate),
                            words.data() + s * kCount * stride + slot, slots);
            }
        }
    });
    return words;
}

}  // namespace

StripBank::StripBank(const LoadedSong& song, std::vector<int> stems,
                     std::span<const MixSettings> mixes, int slots, cudaStream_t stream)
    : slots_(slots),
      stream_(stream),
      feed_(song, stems, segment_tiles(song)),
      states_(stems.size() * kWords<StripState<float>> * static_cast<std::size_t>(slots)) {
    const std::vector<std::uint32_t> words = design_strips(song, stems, mixes, slots);
    coefs_ = DeviceBuffer<std::uint32_t>(words.size());
    coefs_.upload(words.data(), words.size(), stream);
    states_.clear(stream);
}

void StripBank::run(std::int64_t first, int tiles, bool fresh, const int* columns, int groups,
                    float* mix, const StemEnergy& energy) {
    StripsJob job{};
    feed_.bring(first, tiles, fresh, job, stream_);
    job.slots = slots_;
    job.columns = columns;
    job.coefs = coefs_.data();
    job.states = states_.data();
    job.stem_energy = energy.sums;
    job.counted_from = energy.from;
    job.counted_to = energy.to;
    job.mix = mix;
    run_strips(job, groups, stream_);
    feed_.release(stream_);
}

}  // namespace mixfarm::cuda
