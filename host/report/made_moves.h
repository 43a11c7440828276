/// The moves that a mix makes, in words, and what each does to its score.
#pragma once

#include <string>
#include <vector>

#include "host/store/results.h"

namespace mixfarm::report {

/// "1/8 dotted" for what is one, else the beats; a beat is a quarter.
std::string note(float beats);

/// One of a mix's moves.
struct MoveTold {
    const Move* move;
    float strength;            ///< above 0
    float brings;              ///< technical score with it, less that without it; NaN where unknown
    float repeats_beats;       ///< of the echo, of a move that sends to it; else 0
    std::string deed() const;  ///< move_words, and how fast it repeats
    std::string words() const;  ///< and what it brings or costs
};
/// Of row `row`, the strongest first.
std::vector<MoveTold> made_moves(const Results& results, std::size_t row);
/// "chorus lift, vocal ride"; empty where there is none.
std::string moves_in_short(const std::vector<MoveTold>& moves);

}  // namespace mixfarm::report
