/// What one level of the funnel learns from the next, against sums written out and figures from
/// SciPy.
#include "host/search/calibration.h"

#include <gtest/gtest.h>

#include <cmath>

#include "kernels/core/random.h"

namespace mixfarm {
namespace {

TEST(Calibration, BelievesTheTermsUntilItKnowsBetter) {
    Calibration c({0.5, 0.25, 0.25});
    const float terms[] = {0.8f, 0.4f, 0.6f};
    EXPECT_NEAR(c.guess(terms), 0.65, 1e-6);
    c.fit();
    EXPECT_NEAR(c.guess(terms), 0.65, 1e-6);
}

TEST(Calibration, FindsTheWeightsThatWereHidden) {
    Calibration c({0.5, 0.25, 0.25});
    for (std::uint64_t i = 0; i < 400; ++i) {
        RandomStream random(7, i);
        const float terms[] = {static_cast<float>(random.next()), static_cast<float>(random.next()),
                               static_cast<float>(random.next())};
        c.learn(terms, 0.1 + 0.2 * terms[0] + 0.6 * terms[1] - 0.1 * terms[2]);
    }
    c.fit();
    const float at[] = {0.3f, 0.9f, 0.5f};
    EXPECT_NEAR(c.guess(at), 0.1 + 0.06 + 0.54 - 0.05, 2e-3);
}

TEST(Calibration, OfOneTermIsRidgeRegression) {
    // Two pairs: the weight by hand, pulled toward 1 by 12 pairs of spread 0.1.
    Calibration c({1.0});
    const float low = 0.2f, high = 0.8f;
    c.learn({&low, 1}, 0.3);
    c.learn({&high, 1}, 0.5);
    c.fit();
    const double xx = 2 * 0.3 * 0.3, pull = 12 * 0.01, weight = 1 + (0.06 - xx) / (xx + pull);
    EXPECT_NEAR(c.guess({&low, 1}), 0.4 - 0.3 * weight, 1e-6);
    EXPECT_NEAR(c.guess({&high, 1}), 0.4 + 0.3 * weight, 1e-6);
}

TEST(Calibration, OfAConstantKeepsItsWeights) {
    Calibration c({0.5, 0.5});
    const float same[] = {0.4f, 0.4f};
    for (int i = 0; i < 20; ++i) c.learn(same, 0.7);
    c.fit();
    EXPECT_NEAR(c.guess(same), 0.7, 1e-6);
    const float more[] = {0.5f, 0.4f};
    EXPECT_NEAR(c.guess(more), 0.75, 1e-6);
}

TEST(Agreement, IsSpearmansWithTies) {
    // scipy.stats.spearmanr([1, 2, 2, 4, 5, 5], [3, 1, 4, 4, 6, 9]).
    const Agreement a = agreement({1, 2, 2, 4, 5, 5}, {3, 1, 4, 4, 6, 9});
    EXPECT_NEAR(a.spearman, 0.8508410, 1e-6);
    EXPECT_EQ(a.pairs, 6u);
    EXPECT_TRUE(std::isnan(agreement({1, 2}, {1, 2}).spearman));
    EXPECT_TRUE(std::isnan(agreement({1, 1, 1}, {1, 2, 3}).spearman));
}

TEST(Agreement, CountsTheBestThatAreKept) {
    std::vector<double> truth, guess;
    for (int i = 0; i < 100; ++i) truth.push_back(i), guess.push_back(i);
    for (const int i : {99, 98}) guess[static_cast<std::size_t>(i)] = 50;  // two of the best five
    EXPECT_NEAR(recall_at(guess, truth, 0.05), 0.6, 1e-12);
    EXPECT_NEAR(recall_at(guess, truth, 0.5), 1, 1e-12);
    EXPECT_NEAR(agreement(guess, truth).recall_top5, 0.6, 1e-12);
}

}  // namespace
}  // namespace mixfarm
