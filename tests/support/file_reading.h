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

}  // namespace mixfarm
