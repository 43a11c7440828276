/// Made-up fields of contenders, the same on every machine.
#pragma once

#include <cstdint>
#include <ctime>
#include <vector>

#include "host/rank/rank.h"
#include "kernels/core/random.h"

namespace mixfarm::testing {

/// Processor time: other work on the machine does not count.
inline double seconds_since(std::clock_t start) {
    return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

inline Contender contender(std::uint64_t id, double technical, std::vector<float> place) {
    Contender c;
    c.id = id;
    c.stage = 3;
    c.scores.technical = static_cast<float>(technical);
    c.scores.terms.fill(static_cast<float>(technical));
    c.place = std::move(place);
    return c;
}

/// `n` mixes around a dozen neighbourhoods of a 12-axis place, terms in 0..1; one in nine is
/// rejected, one in five heard over excerpts only.
inline std::vector<Contender> field(int n, std::uint64_t seed) {
    const RandomStream random(seed, 0);
    std::uint64_t k = 0;
    const auto next = [&] { return random.uniform(k++); };
    std::vector<std::vector<float>> hoods(12, std::vector<float>(12));
    for (auto& hood : hoods)
        for (float& x : hood) x = static_cast<float>(12 * next());
    std::vector<Contender> all;
    for (int i = 0; i < n; ++i) {
        Contender c;
        c.id = 1000 + 7 * static_cast<std::uint64_t>(i);
        c.stage = next() < 0.2 ? 2 : 3;
        c.place = hoods[static_cast<std::size_t>(12 * next())];
        for (float& x : c.place) x += static_cast<float>(2 * next() - 1);
        if (next() < 1 / 9.0) {
            c.scores.rejected = Reject::lost_stem;
        } else {
            float sum = 0;
            for (float& term : c.scores.terms) sum += term = static_cast<float>(next());
            c.scores.technical = sum / kTerms;
        }
        all.push_back(c);
    }
    return all;
}

}  // namespace mixfarm::testing
