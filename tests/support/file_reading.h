/// The reading of the file meter for signals held in memory.
#pragma once

#include "kernels/engine.h"
#include "tests/support/signals.h"

namespace mixfarm {

/// Measures interleaved samples of one or two channels, pushed `block` frames at a time.
inline Measurement read_file(const signals::Samples& interleaved, int rate, int channels = 2,
                             std::int64_t block = 4801) {
    FileMeter meter(rate, channels);
    const auto frames = static_cast<std::int64_t>(interleaved.size()) / channels;
    for (std::int64_t at = 0; at < frames; at += block)
        meter.push(interleaved.data() + at * channels, std::min(block, frames - at));
    return meter.finish();
}

inline Measurement read_stereo(const signals::Samples& left, const signals::Samples& right,
                               int rate) {
    return read_file(signals::interleaved(left, right), rate);
}

/// The same signal on both sides, as the EBU's test tones.
inline Measurement read_both(const signals::Samples& x, int rate) {
    return read_stereo(x, x, rate);
}

/// Interleaved; channels without a signal are silent.
inline signals::Samples woven(const std::vector<signals::Samples>& channels) {
    std::size_t frames = 0;
    for (const signals::Samples& c : channels) frames = std::max(frames, c.size());
    signals::Samples x(frames * channels.size());
    for (std::size_t c = 0; c < channels.size(); ++c)
        for (std::size_t n = 0; n < channels[c].size(); ++n)
            x[n * channels.size() + c] = channels[c][n];
    return x;
}

/// What the meter found in `x`, pushed in blocks of `block` frames.
inline FileDetails details_of(const signals::Samples& x, int rate, int channels,
                              std::int64_t block = 1000) {
    FileMeter meter(rate, channels);
    const auto frames = static_cast<std::int64_t>(x.size()) / channels;
    for (std::int64_t at = 0; at < frames; at += block)
        meter.push(x.data() + at * channels, std::min(block, frames - at));
    meter.finish();
    return meter.details();
}

}  // namespace mixfarm
