/// Non-dominated sorting of many points in a few objectives.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace mixfarm {

/// Scores in whole steps, so that ties are ties on every machine; bigger is better.
using ParetoPoint = std::array<std::int32_t, 10>;

/// Layer of each point: 0 = no other is as good in every objective and better in one; 1 = none once
/// layer 0 is gone, ... Efficient non-dominated sort with binary search (Zhang, Tian, Cheng, Jin,
/// IEEE Trans. Evol. Comput. 19(2), 2015).
std::vector<int> pareto_layers(std::span<const ParetoPoint> points);

}  // namespace mixfarm
