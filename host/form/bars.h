/// Bars: how many beats, and which beat is the first.
#pragma once

#include <optional>
#include <vector>

#include "host/form/beats.h"

namespace mixfarm {

struct Bars {
    int beats = 4;             ///< a bar: 3 or 4, or as the job says
    int first = 0;             ///< index of the first downbeat in Beats::at_s, below `beats`
    double confidence = 0;     ///< 0..1
    std::vector<double> at_s;  ///< downbeats, ascending
};

/// Kick, bass and new notes begin bars, the snare does not (in four): the metre is the one at which
/// beats repeat, the first beat the one that has most of these. What is known is taken: a metre
/// above 0, a time at which a bar begins.
Bars find_bars(const SongCourse& course, const Beats& beats, int beats_per_bar = 0,
               std::optional<double> downbeat_s = std::nullopt);

}  // namespace mixfarm
