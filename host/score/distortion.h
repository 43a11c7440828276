/// How much of what a saturator gives is no longer the sound that went in.
#pragma once

#include <span>

namespace mixfarm {

/// Share of the output's power, 0..1, that is not the input times a constant, while the output has
/// the mean square `power` (full scale 1; 0 = silence). `saturator` is its row of settings. For
/// Gaussian input, whose best constant is that of Bussgang ("Crosscorrelation functions of
/// amplitude-distorted Gaussian signals", 1952), by numerical integration; the tape's emphasis is
/// left out.
double distorted_share(std::span<const float> saturator, double power);

}  // namespace mixfarm
