/// The loudness weighting of ITU-R BS.1770, as a filter and as a gain over frequency.
#pragma once

#include <array>

#include "host/analysis/biquad.h"

namespace mixfarm {

/// The two stages of K-weighting at any rate, from the analogue prototype behind the 48 kHz table
/// of BS.1770 (De Man 2014); a sample goes through the first and then through the second.
std::array<Biquad, 2> k_weighting(double rate);

/// Gain of the K-weighting at `hz` for a meter running at `rate` Hz, dB: the closed-form magnitude
/// of the two biquads of ITU-R BS.1770-5, Annex 1, at any rate after De Man (2014); 0.698 dB at 1
/// kHz and 48 kHz. 0 < hz < rate / 2.
double k_weighting_db(double hz, double rate);

}  // namespace mixfarm
