/// How several engines share a batch.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

namespace mixfarm {

/// What is known of one engine of a team.
struct Pace {
    double pace = 0;    ///< mixes times frames a second; 0: not known yet
    int usual = 1;      ///< mixes it takes at a time
    int lanes = 1;      ///< fewest mixes that are worth its while
    bool lost = false;  ///< its device failed
};

/// How many of the `left` mixes engine `own` takes next. The fastest takes what it usually does; a
/// slower one no more than it will have done by the time the others have done the rest; whoever is
/// not known yet shows what it can on one group of lanes, unless nobody is known.
inline std::size_t share_of(std::span<const Pace> team, std::size_t own, std::size_t left) {
    const Pace& me = team[own];
    if (me.lost) return 0;
    double together = 0, fastest = 0;
    for (const Pace& other : team) {
        if (other.lost) continue;
        together += other.pace;
        fastest = std::max(fastest, other.pace);
    }
    std::size_t share = static_cast<std::size_t>(std::max(1, me.usual));
    if (me.pace == 0 && together > 0)
        share = static_cast<std::size_t>(std::max(1, me.lanes));
    else if (me.pace < fastest)
        share = std::min(share,
                         static_cast<std::size_t>(static_cast<double>(left) * me.pace / together));
    return std::min(share, left);
}

}  // namespace mixfarm
