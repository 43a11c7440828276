/// Kick and snare told apart, and how well they play a backbeat.
#pragma once

#include <vector>

#include "host/form/song_course.h"

namespace mixfarm {

/// How hard each is hit, [steps]; empty where the kit has no sound. A snare is what rises in the
/// middle without the low end: by amplitude, so that hats and shakers hardly count.
struct Hits {
    std::vector<double> kick, snare;
};
Hits hits_of(const SongCourse& course);

/// 0..1: how alike beats (steps, ascending) are to kicks on one and three, or on every beat, with
/// snares on two and four; mean over sixteen beats each, wherever their bars begin. At twice the
/// tempo a snare comes every fourth beat, at half of it between beats: both fit badly. 0 with fewer
/// than sixteen beats or without a kit.
double backbeat_fit(const Hits& hits, const std::vector<int>& beats);

/// What stands out of its surroundings of a second, in units of their spread: quiet sections count
/// as loud ones do.
std::vector<double> levelled(const std::vector<double>& x);

}  // namespace mixfarm
