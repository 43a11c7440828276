/// Measured average spectra of released music, and how they change with more drums or more bass.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "kernels/engine.h"

namespace mixfarm {

/// Third-octave band levels, dB re 1 kHz; NaN where the source says nothing.
using ToneCurve = std::array<double, kBands>;

/// "elo": mean of 12,345 tracks (Elowsson and Friberg, AES 142, 2017), 100 Hz to 16 kHz.
/// "mus": MUSDB18 stem spectra (Martinez-Ramirez et al. 2022) summed at the median stem levels of
/// DSD100, 31.5 Hz to 16 kHz. "blend": the mean of both, continued below 100 Hz by the shape of
/// "mus". Nothing for any other name.
std::optional<ToneCurve> named_tone_curve(std::string_view name);

/// What lifting the drums and the bass by so many dB against vocals and everything else does to the
/// spectrum of the average song, dB re 1 kHz. From the same MUSDB18 stem spectra, each scaled by
/// K-weighting to its DSD100 level.
ToneCurve tone_shift(double drums_db, double bass_db);

/// How far tracks lie from the average: 2 dB at 200 Hz-1 kHz, 3 to 4 kHz, 5 at 60-200 Hz and 4-12
/// kHz, 8 beyond (an estimate from the spread that a survey of mastering practice reports: smallest
/// at 0.2-1 kHz, largest at the ends).
ToneCurve usual_tone_tolerance();

}  // namespace mixfarm
