/// The greedy choice of good ones that lie apart, against a slow one written from its definition.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "host/search/search.h"
#include "tests/support/signals.h"

namespace mixfarm {
namespace {

double apart(const std::vector<float>& a, const std::vector<float>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (!std::isnan(a[i]) && !std::isnan(b[i]))
            sum += (double(a[i]) - b[i]) * (double(a[i]) - b[i]);
    return std::sqrt(sum);
}

/// From the definition: all distances anew at every step.
std::vector<int> slow_choice(const std::vector<Outcome>& all, int count, double reach,
                             double bonus) {
    std::vector<int> chosen;
    while (static_cast<int>(chosen.size()) < count && chosen.size() < all.size()) {
        int best = -1;
        double best_value = 0;
        for (int i = 0; i < static_cast<int>(all.size()); ++i) {
            if (std::find(chosen.begin(), chosen.end(), i) != chosen.end()) continue;
            const Outcome& o = all[static_cast<std::size_t>(i)];
            double nearest = chosen.empty() ? 0 : reach;
            for (const int c : chosen)
                nearest = std::min(nearest, apart(o.place, all[static_cast<std::size_t>(c)].place));
            const double value = o.score > 0 ? o.score + bonus * nearest / reach : 0;
            if (best < 0 || value > best_value) best = i, best_value = value;
        }
        chosen.push_back(best);
    }
    return chosen;
}

std::vector<Outcome> outcomes(std::size_t count, int axes, std::uint64_t seed) {
    signals::Random random(seed);
    std::vector<Outcome> all(count);
    for (Outcome& o : all) {
        o.score = random.unit() < 0.2 ? 0 : std::round(100 * random.unit()) / 100;  // ties happen
        for (int a = 0; a < axes; ++a)
            o.place.push_back(random.unit() < 0.05 ? std::nanf("")
                                                   : static_cast<float>(12 * random.unit()));
    }
    return all;
}

TEST(SpreadChoice, IsTheGreedyOfItsDefinition) {
    int cases = 0;
    for (std::uint64_t seed = 1; seed <= 40; ++seed)
        for (const int count : {1, 5, 48, 300})
            for (const double bonus : {0.0, 0.1, 1.0}) {
                const std::vector<Outcome> all =
                    outcomes(seed % 3 ? 120 : 30, 1 + static_cast<int>(seed % 12), seed);
                ++cases;
                EXPECT_EQ(spread_choice(all, count, 8, bonus), slow_choice(all, count, 8, bonus))
                    << "seed " << seed << ", " << count << ", bonus " << bonus;
            }
    std::printf("  %d cases agree\n", cases);
}

TEST(SpreadChoice, PrefersTheFarOneOfTwoEquals) {
    const std::vector<Outcome> all = {
        {0.9, {0, 0}}, {0.8, {0.5f, 0}}, {0.8, {7, 0}}, {0.79, {20, 0}}, {0, {99, 99}}};
    EXPECT_EQ(spread_choice(all, 2, 8, 0.1), (std::vector<int>{0, 3}))
        << "beyond reach for 0.01 less score";
    EXPECT_EQ(spread_choice(all, 2, 8, 0.0), (std::vector<int>{0, 1}));
    EXPECT_EQ(spread_choice(all, 5, 8, 0.1).back(), 4) << "rejected ones last";
    EXPECT_TRUE(spread_choice({}, 5, 8, 0.1).empty());
    EXPECT_TRUE(spread_choice(all, 0, 8, 0.1).empty());
}

TEST(SpreadChoice, NamesEachOnceAndRejectedOnesLast) {
    const std::vector<Outcome> all = outcomes(200, 6, 77);
    const std::vector<int> chosen = spread_choice(all, 500, 8, 0.1);
    EXPECT_EQ(std::set<int>(chosen.begin(), chosen.end()).size(), all.size());
    bool rejected = false;
    for (const int i : chosen) {
        const bool now = all[static_cast<std::size_t>(i)].score == 0;
        EXPECT_FALSE(rejected && !now) << "a good one behind a rejected one";
        rejected |= now;
    }
}

}  // namespace
}  // namespace mixfarm
