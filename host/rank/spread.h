/// Order of rank, and the choice of what is good and far from everything chosen before.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "host/rank/rank.h"

namespace mixfarm {

/// Scores in whole steps of 1e-6, so that ties are ties on every machine; NaN counts as 0.
std::int64_t score_steps(double score);

/// Indices of the contenders in the order of Ranking::order.
std::vector<int> best_first(std::span<const Contender> all);

/// Greedy choice on all cores. Feed it candidates in order of rank: then neither the caller's order
/// nor chance decides ties, since the first of equals wins.
class Spread {
public:
    /// `nearest` [all]: to what was chosen earlier; empty: nothing was.
    Spread(std::span<const Contender> all, std::vector<int> pool,
           std::span<const double> nearest = {});

    /// The best of the pool with no chosen one nearer than `least`; -1 when there is none.
    int next(double least);

private:
    std::vector<int> pool_;
    std::size_t axes_ = 0;
    std::vector<float> places_;    ///< [pool][axes]
    std::vector<double> scores_;   ///< [pool]
    std::vector<double> nearest_;  ///< [pool] distance to the nearest chosen one; -1: chosen itself
};

}  // namespace mixfarm
