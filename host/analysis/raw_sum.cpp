/// The sum of a song's stems through the file meter.
#include "host/analysis/raw_sum.h"

#include <algorithm>

namespace mixfarm {

RawSum raw_sum(const Song& song) {
    constexpr std::int64_t kChunk = 4096;
    FileMeter meter(song.rate, 2);
    std::vector<float> interleaved;
    for (std::int64_t start = 0; start < song.frames; start += kChunk) {
        const std::int64_t count = std::min(kChunk, song.frames - start);
        interleaved.assign(static_cast<std::size_t>(2 * count), 0.0f);
        for (const Stem& stem : song.stems) {
            const float *left = stem.left_data() + start, *right = stem.right_data() + start;
            for (std::int64_t n = 0; n < count; ++n) {
                interleaved[static_cast<std::size_t>(2 * n)] += left[n];
                interleaved[static_cast<std::size_t>(2 * n + 1)] += right[n];
            }
        }
        meter.push(interleaved.data(), count);
    }
    RawSum sum;
    sum.measured = meter.finish();
    for (std::size_t b = 0; b < kBands; ++b)
        sum.band_power[b] =
            0.5 * (static_cast<double>(sum.measured.left_power[b]) + sum.measured.right_power[b]);
    sum.loudness = meter.series();
    return sum;
}

}  // namespace mixfarm
