/// How several engines share a batch.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

namespace mixfarm {

/// What is known of one engine of a team.
struct Pace {
    double pace = 0;    ///< mixes times frames a second; 0: not known yet
    int usual = 1;      ///< mixes it takes at a time: fewer take it about as long
    bool lost = false;  ///< its device failed in this call
};

/// How many of the `left` mixes engine `own` takes next: what it usually takes, or none if the
/// others would have done the rest before it had done that.
inline std::size_t share_of(std::span<const Pace> team, std::size_t own, std::size_t left) {
    const Pace& me = team[own];
    if (me.lost) return 0;
    double together = 0, fastest = 0;
    for (const Pace& other : team) {
        if (other.lost) continue;
        together += other.pace;
        fastest = std::max(fastest, other.pace);
    }
    const bool slower = me.pace > 0 && me.pace < fastest;
    if (slower && static_cast<double>(left) * me.pace / together < me.usual) return 0;
    return std::min(static_cast<std::size_t>(std::max(1, me.usual)), left);
}

}  // namespace mixfarm
