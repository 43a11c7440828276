/// How strictly a stem keeps to the beat.
#pragma once

#include "host/moves/ground.h"

namespace mixfarm {

/// Where sounds of a stem begin, to the millisecond, ascending.
std::vector<double> onsets_of(const Stem& stem, int rate);

/// The straight line through the beats: at_s = first_s + beat * beat_s; `spread_s` is how far beats
/// lie from it (standard deviation).
struct Grid {
    double first_s, beat_s, spread_s;
    double beat_at(double seconds) const { return (seconds - first_s) / beat_s; }
};
Grid grid_of(const Beats& beats);

/// Standard deviation of onsets about the nearest sixteenth, in seconds, their mean taken off.
double looseness(const std::vector<double>& onsets_s, const Grid& grid);

}  // namespace mixfarm
