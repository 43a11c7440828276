/// Known landscapes over the unit cube: a search is judged by how near it comes to their known
/// bottom.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <vector>

#include "host/search/search.h"
#include "tests/support/signals.h"

namespace mixfarm::landscape {

inline constexpr int kStrips = 12, kKnobs = 5, kDimensions = kStrips * kKnobs;

inline SearchPlan plan(std::uint64_t candidates, std::uint64_t seed, int strips = kStrips,
                       int knobs = kKnobs) {
    SearchPlan p;
    p.dimensions = strips * knobs;
    for (int d = 0; d < p.dimensions; ++d) p.block.push_back(d / knobs);
    p.seed = seed;
    p.candidates = candidates;
    p.first_id = 2;
    return p;
}

/// Loss >= 0, 0 at one point only.
using Loss = std::function<double(const std::vector<float>&)>;

inline std::vector<double> bottom(std::uint64_t seed) {
    signals::Random random(seed);
    std::vector<double> at(kDimensions);
    for (double& x : at) x = 0.15 + 0.7 * random.unit();
    return at;
}

inline Loss sphere(std::uint64_t seed) {
    return [at = bottom(seed)](const std::vector<float>& x) {
        double sum = 0;
        for (std::size_t d = 0; d < at.size(); ++d) sum += (x[d] - at[d]) * (x[d] - at[d]);
        return sum;
    };
}

/// Every strip is a valley of its own with ripples along it (Rastrigin): strips can be improved one
/// by one, knobs of a strip not.
inline Loss rippled_strips(std::uint64_t seed) {
    return [at = bottom(seed)](const std::vector<float>& x) {
        double sum = 0;
        for (int s = 0; s < kStrips; ++s) {
            double square = 0, along = 0;
            for (int k = 0; k < kKnobs; ++k) {
                const auto d = static_cast<std::size_t>(s * kKnobs + k);
                const double z = x[d] - at[d];
                square += z * z;
                along += z;
            }
            sum += square + 0.5 * along * along +
                   0.1 * (1 - std::cos(2 * std::numbers::pi * 5 * std::sqrt(square)));
        }
        return sum;
    };
}

/// What the ear would be told: a score that falls with the loss, and a place that moves with each
/// strip's mean.
inline Outcome outcome(double loss, const std::vector<float>& x) {
    Outcome o;
    o.score = 1 / (1 + loss);
    for (std::size_t from = 0; from < x.size(); from += kKnobs) {
        double sum = 0;
        for (std::size_t d = from; d < std::min(from + kKnobs, x.size()); ++d) sum += x[d];
        o.place.push_back(static_cast<float>(10 * sum / kKnobs));
    }
    return o;
}

/// Asks until nothing comes any more; `judge` makes the outcome of each candidate.
template <class Judge>
std::vector<Candidate> whole_search(const SearchPlan& p, Judge judge) {
    Search search(p);
    std::vector<Candidate> all;
    for (;;) {
        const std::vector<Candidate> asked = search.ask();
        if (asked.empty()) return all;
        std::vector<Outcome> outcomes;
        for (const Candidate& c : asked) outcomes.push_back(judge(c));
        search.tell(outcomes);
        all.insert(all.end(), asked.begin(), asked.end());
    }
}

inline double best_loss(const std::vector<Candidate>& candidates, const Loss& loss) {
    double best = HUGE_VAL;
    for (const Candidate& c : candidates) best = std::min(best, loss(c.unit));
    return best;
}

}  // namespace mixfarm::landscape
