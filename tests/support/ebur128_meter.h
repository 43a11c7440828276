/// libebur128 as a second opinion on loudness, range and true peak.
#pragma once

#include <ebur128.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

namespace mixfarm::oracle {

struct Ebur128Reading {
    double integrated_lufs, loudness_range_lu, true_peak, sample_peak;
    double max_momentary_lufs, max_short_term_lufs;  ///< over windows every 10 ms
    std::vector<double> momentary_lufs;              ///< every 100 ms, from 0.4 s on
    std::vector<double> short_term_lufs;             ///< every 100 ms, from 3 s on
};

/// Interleaved samples of `channels` channels at `rate` Hz, a multiple of 100. Peaks and windows,
/// which can be left out, cost most of the time.
inline Ebur128Reading ebur128(const std::vector<float>& interleaved, int channels, int rate,
                              bool with_peaks = true, bool with_windows = true) {
    const int loudness = EBUR128_MODE_I | EBUR128_MODE_LRA;
    ebur128_state* state =
        ebur128_init(static_cast<unsigned>(channels), static_cast<unsigned long>(rate),
                     loudness | (with_peaks ? EBUR128_MODE_TRUE_PEAK : 0));
    if (!state) throw std::runtime_error("libebur128 cannot start");
    if (channels == 1) ebur128_set_channel(state, 0, EBUR128_LEFT);
    if (channels == 3) ebur128_set_channel(state, 2, EBUR128_CENTER);
    if (channels == 6)  // its own order has the LFE there too, but says so in other words
        ebur128_set_channel(state, 3, EBUR128_UNUSED);
    Ebur128Reading reading{};
    reading.max_momentary_lufs = reading.max_short_term_lufs = -HUGE_VAL;
    const std::size_t frames = interleaved.size() / static_cast<std::size_t>(channels);
    const auto bin = static_cast<std::size_t>(rate / 100);
    double value = 0;
    for (std::size_t at = 0, bins = 1; at < frames; at += bin, ++bins) {
        const std::size_t count = std::min(bin, frames - at);
        ebur128_add_frames_float(
            state, interleaved.data() + at * static_cast<std::size_t>(channels), count);
        if (count < bin) break;
        if (!with_windows) continue;
        if (bins >= 40 && ebur128_loudness_momentary(state, &value) == EBUR128_SUCCESS) {
            reading.max_momentary_lufs = std::max(reading.max_momentary_lufs, value);
            if (bins % 10 == 0) reading.momentary_lufs.push_back(value);
        }
        if (bins < 300 || ebur128_loudness_shortterm(state, &value) != EBUR128_SUCCESS) continue;
        reading.max_short_term_lufs = std::max(reading.max_short_term_lufs, value);
        if (bins % 10 == 0) reading.short_term_lufs.push_back(value);
    }
    ebur128_loudness_global(state, &reading.integrated_lufs);
    ebur128_loudness_range(state, &reading.loudness_range_lu);
    for (unsigned c = 0; with_peaks && c < static_cast<unsigned>(channels); ++c) {
        ebur128_true_peak(state, c, &value);
        reading.true_peak = std::max(reading.true_peak, value);
        ebur128_sample_peak(state, c, &value);
        reading.sample_peak = std::max(reading.sample_peak, value);
    }
    ebur128_destroy(&state);
    return reading;
}

}  // namespace mixfarm::oracle
