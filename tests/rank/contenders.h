/// Made-up fields of contenders, the same on every machine.
#pragma once

#include <cmath>
#include <cstdint>
#include <ctime>
#include <map>
#include <utility>
#include <vector>

#include "host/rank/character.h"
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
/// rejected, one in five heard over excerpts only; characters within four steps, of sixty kinds.
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
        for (int a = 0; a < kCharacterAxes; ++a)
            c.character.push_back(static_cast<float>(4 * next()));
        c.character[2] = i % 17 ? c.character[2] : std::nanf("");
        c.cell = static_cast<int>(60 * next());
        all.push_back(c);
    }
    return all;
}

inline std::map<std::uint64_t, const Contender*> by_id(const std::vector<Contender>& all) {
    std::map<std::uint64_t, const Contender*> map;
    for (const Contender& c : all) map[c.id] = &c;
    return map;
}

inline std::vector<Contender> shuffled(std::vector<Contender> all, std::uint64_t seed) {
    RandomStream random(seed, 2);
    for (std::size_t i = all.size(); i > 1; --i) std::swap(all[i - 1], all[random.below(i)]);
    return all;
}

}  // namespace mixfarm::testing
