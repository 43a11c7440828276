/// Sobol points: evenly spread along every axis and every first pair of axes, another set for every
/// seed.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "host/search/samplers.h"

namespace mixfarm {
namespace {

constexpr int kKnownDimensions = 3667;  // those with direction numbers, as samplers.h says

/// How many of `count` equal intervals of axis `d` hold no point.
int empty_intervals(const std::vector<float>& points, std::uint64_t count, int dimensions, int d) {
    std::vector<int> hits(count, 0);
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto at = i * static_cast<std::uint64_t>(dimensions) + static_cast<std::uint64_t>(d);
        ++hits[static_cast<std::uint64_t>(points[at] * static_cast<double>(count))];
    }
    return static_cast<int>(std::count(hits.begin(), hits.end(), 0));
}

TEST(ScrambledSobol, EveryAxisIsHitOnceInEachOfAsManyIntervalsAsThereArePoints) {
    for (const int dimensions : {1, 61, 400, 1000})
        for (const std::uint64_t count : {1u, 2u, 16u, 256u, 2048u})
            for (const std::uint64_t seed : {1u, 77u}) {
                const std::vector<float> points =
                    sobol_points(count, static_cast<std::size_t>(dimensions), seed);
                ASSERT_EQ(points.size(), count * static_cast<std::uint64_t>(dimensions));
                int spoilt = 0, worst = 0;
                for (int d = 0; d < dimensions; ++d) {
                    const int empty = empty_intervals(points, count, dimensions, d);
                    spoilt += empty > 0;
                    worst = std::max(worst, empty);
                }
                EXPECT_EQ(spoilt, 0)
                    << "axes of " << dimensions << " with empty intervals, " << count
                    << " points, seed " << seed << ", at most " << worst << " empty";
            }
}

/// A prefix that is no power of two still leaves no gap wider than two of its own intervals.
TEST(ScrambledSobol, APrefixIsSpreadToo) {
    constexpr int kDimensions = 60;
    for (const std::uint64_t count : {40u, 100u, 800u}) {
        const std::vector<float> points = sobol_points(count, kDimensions, 3);
        double widest = 0;
        for (int d = 0; d < kDimensions; ++d) {
            std::vector<double> axis = {0, 1};
            for (std::uint64_t i = 0; i < count; ++i)
                axis.push_back(points[i * kDimensions + static_cast<std::uint64_t>(d)]);
            std::sort(axis.begin(), axis.end());
            for (std::size_t i = 1; i < axis.size(); ++i)
                widest = std::max(widest, axis[i] - axis[i - 1]);
        }
        // Below `count` lies a whole net of 2^m points: each of its intervals is hit, so no gap is
        // two of them wide.
        const double net = std::exp2(std::floor(std::log2(static_cast<double>(count))));
        std::printf("  %3lu points: widest gap %.5f, two intervals of the net inside %.5f\n",
                    static_cast<unsigned long>(count), widest, 2 / net);
        EXPECT_LT(widest, 2 / net);
    }
}

TEST(ScrambledSobol, PairsOfAxesAreSpreadBetterThanByChance) {
    // Of 32 x 32 cells, 1024 random points leave 1/e empty; a (0,10,2)-net leaves none, pairs of
    // high axes lie in between.
    constexpr int kDimensions = 60, kSide = 32;
    const std::vector<float> points = sobol_points(1024, kDimensions, 5);
    double empty = 0;
    int pairs = 0;
    for (int a = 0; a < kDimensions; ++a)
        for (int b = a + 1; b < kDimensions; ++b, ++pairs) {
            std::set<int> cells;
            for (int i = 0; i < 1024; ++i) {
                const float* x = points.data() + i * kDimensions;
                cells.insert(static_cast<int>(x[a] * kSide) * kSide +
                             static_cast<int>(x[b] * kSide));
            }
            empty += 1 - static_cast<double>(cells.size()) / (kSide * kSide);
        }
    empty /= pairs;
    std::printf("  cells left empty, mean over %d pairs of axes: %.3f (random points: 0.368)\n",
                pairs, empty);
    EXPECT_LT(empty, 0.35);
}

/// The first two axes are a (0, m, 2)-net: of 2^m points, every elementary interval, whatever its
/// proportions, holds exactly one. A scramble that is not nested would spoil that.
TEST(ScrambledSobol, EveryElementaryIntervalOfTheFirstPairHoldsOnePoint) {
    constexpr int kLog = 10, kPoints = 1 << kLog;
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        const std::vector<float> points = sobol_points(kPoints, 2, seed);
        for (int wide = 0; wide <= kLog; ++wide) {
            const int columns = 1 << wide, rows = 1 << (kLog - wide);
            std::set<int> cells;
            for (std::size_t i = 0; i < kPoints; ++i)
                cells.insert(static_cast<int>(points[2 * i] * static_cast<float>(columns)) * rows +
                             static_cast<int>(points[2 * i + 1] * static_cast<float>(rows)));
            EXPECT_EQ(cells.size(), std::size_t{kPoints}) << columns << " x " << rows;
        }
    }
}

/// A digital shift keeps differences; Owen's scramble makes them differ from seed to seed, and
/// integrates smooth functions better than the root of the number of points.
TEST(ScrambledSobol, IsScrambledNotShifted) {
    const auto bits = [](float x) { return static_cast<std::uint32_t>(x * 0x1p24f); };
    std::set<std::uint32_t> differences;
    double square = 0;
    constexpr int kPoints = 1024, kSeeds = 64;
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
        const std::vector<float> points = sobol_points(kPoints, 1, seed);
        differences.insert(bits(points[0]) ^ bits(points[5]));
        double mean = 0;
        for (const float x : points) mean += double(x) * x / kPoints;
        square += std::pow(mean - 1.0 / 3, 2) / kSeeds;
    }
    EXPECT_GT(differences.size(), 60u);
    // Stratified draws err by 2 / sqrt(12) * mean(x) * n^-1.5, about 1e-5; plain ones by 1e-2.
    std::printf("  integral of x^2 over 1024 points: off by %.2g (independent points: %.2g)\n",
                std::sqrt(square), 0.298 / std::sqrt(double{kPoints}));
    EXPECT_LT(std::sqrt(square), 5e-5);
}

TEST(ScrambledSobol, AxesBeyondTheDirectionNumbersAreUniform) {
    constexpr std::uint64_t kPoints = 256;
    constexpr int kDimensions = kKnownDimensions + 40;
    const std::vector<float> points = sobol_points(kPoints, kDimensions, 9);
    ASSERT_EQ(points.size(), kPoints * kDimensions);
    for (const float x : points) ASSERT_TRUE(x >= 0 && x < 1) << x;
    std::set<std::vector<float>> columns;
    double worst = 0;
    for (std::uint64_t d = kKnownDimensions - 40; d < kDimensions; ++d) {
        std::vector<float> column;
        for (std::uint64_t i = 0; i < kPoints; ++i) column.push_back(points[i * kDimensions + d]);
        columns.insert(column);
        std::sort(column.begin(), column.end());
        for (std::uint64_t i = 0; i < kPoints; ++i)
            worst =
                std::max(worst, std::fabs(column[i] - (static_cast<double>(i) + 0.5) / kPoints));
    }
    EXPECT_EQ(columns.size(), 80u) << "two axes are the same";
    // Kolmogorov's statistic over 40 random axes of 256 points: beyond 0.15 with a probability of
    // 1e-4 * 40.
    std::printf("  largest distance from uniform over the last 80 axes: %.3f\n", worst);
    EXPECT_LT(worst, 0.15);
}

TEST(ScrambledSobol, SeedsDifferAndRepeat) {
    std::set<std::vector<float>> sets;
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        const std::vector<float> points = sobol_points(64, 20, seed);
        EXPECT_EQ(points, sobol_points(64, 20, seed));
        for (const float x : points) ASSERT_TRUE(x >= 0 && x < 1) << x;
        sets.insert(points);
    }
    EXPECT_EQ(sets.size(), 50u);
    EXPECT_TRUE(sobol_points(0, 20, 1).empty());
    EXPECT_TRUE(sobol_points(8, 0, 1).empty());
}

}  // namespace
}  // namespace mixfarm
