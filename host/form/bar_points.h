/// Bars as points: two that lie near one another sound alike.
#pragma once

#include <vector>

#include "host/analysis/profile.h"
#include "host/form/bars.h"

namespace mixfarm {

using BarPoint = std::vector<double>;

double square_off(const BarPoint& a, const BarPoint& b);
/// Of bars [from, to).
BarPoint middle(const std::vector<BarPoint>& points, int from, int to);

/// Mean of 10^(level / 10) over whole blocks of 100 ms; 0 where there is none.
double mean_power(const std::vector<float>& level, double from_s, double to_s);

/// [bars + 1] edges of bars in seconds: the song's begin, downbeats, the song's end.
std::vector<double> bar_edges(const Bars& bars, double seconds);

/// What each bar is: every stem's level against its own loud one, the notes, how much begins.
std::vector<BarPoint> bar_points(const Song& song, const Profile& profile, const SongCourse& course,
                                 const std::vector<double>& edge);

}  // namespace mixfarm
