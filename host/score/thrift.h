/// Processing that buys nothing, read off a strip's settings: effects in play, and equaliser bands
/// that take back what another gives.
#pragma once

#include <span>

namespace mixfarm {

/// Effects of a strip that act, each counting from 0 (neutral) to 1 (a knob without gate at least
/// a twentieth of its range off neutral); trim, align, pan, fader and sends are left out: they
/// place a stem and do not process it.
double effects_in_play(std::span<const float> strip);

/// dB that bells of the strip's equaliser take back from each other: of every two of opposite sign
/// the smaller gain, times how far they lie over each other (1 at the same frequency, 0.37 where
/// they are as far apart as they are wide, on average).
double undone_gain_db(std::span<const float> strip);

}  // namespace mixfarm
