/// The beat: its tempo, every single one, and how sure that is.
#pragma once

#include <vector>

#include "host/form/song_course.h"

namespace mixfarm {

struct Beats {
    std::vector<double> at_s;  ///< ascending; empty where nothing can be counted
    double tempo_bpm = 0;      ///< median; 0 without beats
    double confidence = 0;     ///< 0..1; below kSureOfBeats only what needs no beat may be done
};
/// Those of a song made to a click: one at `at_s`, evenly to both ends of the song.
Beats even_beats(double tempo_bpm, double at_s, double song_s);
inline constexpr double kSureOfBeats = 0.5;

/// Dynamic programming over where sounds begin (Ellis 2007), for every tempo that the
/// autocorrelation suggests; the one is taken whose beats carry kick and snare alike and whose
/// middles carry less. `tempo_bpm` above 0 is known already: then only that one is followed.
Beats find_beats(const SongCourse& course, double tempo_bpm = 0);

}  // namespace mixfarm
