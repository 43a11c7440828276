/// Choosing the picks: far apart among the good, and a wild card.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "host/rank/rank.h"

namespace mixfarm {

struct PickCandidate {
    int index;   ///< of the contender
    int pareto;  ///< its layer
};

struct Picks {
    std::vector<int> indices;  ///< of contenders, best first; a wild card last
    std::string wild_card;     ///< as in Ranking
};

/// At most `count` of the pool, which comes in the order of Ranking::order. See rank().
Picks choose_picks(std::span<const Contender> all, std::span<const PickCandidate> pool, int count);

}  // namespace mixfarm
