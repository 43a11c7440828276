/// Non-dominated layers against the definition, peeled off one by one.
#include "host/rank/pareto.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <ctime>

#include "kernels/core/random.h"
#include "tests/rank/contenders.h"
#include "tests/support/effort.h"

namespace mixfarm {
namespace {

using testing::seconds_since;

bool dominates(const ParetoPoint& a, const ParetoPoint& b) {
    bool better = false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (a[i] < b[i]) return false;
        better = better || a[i] > b[i];
    }
    return better;
}

std::vector<int> peeled(const std::vector<ParetoPoint>& points) {
    std::vector<int> layer(points.size(), -1);
    std::size_t left = points.size();
    for (int now = 0; left > 0; ++now) {
        std::vector<std::size_t> front;
        for (std::size_t i = 0; i < points.size(); ++i) {
            if (layer[i] >= 0) continue;
            bool free = true;
            for (std::size_t j = 0; j < points.size() && free; ++j)
                free = layer[j] >= 0 || !dominates(points[j], points[i]);
            if (free) front.push_back(i);
        }
        for (const std::size_t i : front) layer[i] = now;
        left -= front.size();
    }
    return layer;
}

/// `levels` small makes many ties and twins; `axes` < 8 leaves objectives equal for all.
std::vector<ParetoPoint> cloud(int n, int levels, std::size_t axes, std::uint64_t seed) {
    RandomStream random(seed, 1);
    std::vector<ParetoPoint> points(static_cast<std::size_t>(n), ParetoPoint{});
    for (ParetoPoint& p : points)
        for (std::size_t a = 0; a < axes; ++a)
            p[a] = static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(levels)));
    return points;
}

TEST(Pareto, MatchesTheDefinition) {
    for (const int levels : {2, 4, 1000000})
        for (const std::size_t axes : {1u, 2u, 3u, 8u})
            for (std::uint64_t seed = 0; seed < 4; ++seed) {
                const std::vector<ParetoPoint> points = cloud(300, levels, axes, seed);
                const std::vector<int> expected = peeled(points);
                EXPECT_EQ(pareto_layers(points), expected)
                    << levels << " levels, " << axes << " axes, seed " << seed;
                if (seed == 0)
                    std::printf("%7d levels, %zu axes: %d layers\n", levels, axes,
                                1 + *std::max_element(expected.begin(), expected.end()));
            }
    EXPECT_TRUE(pareto_layers({}).empty());
}

TEST(Pareto, TwinsShareALayer) {
    const ParetoPoint low = {1, 1, 1, 1, 1, 1, 1, 1}, high = {1, 1, 1, 1, 1, 1, 1, 2},
                      other = {0, 9, 0, 0, 0, 0, 0, 0};
    EXPECT_EQ(pareto_layers(std::vector{low, high, low, other, high}),
              (std::vector{1, 0, 1, 0, 0}));
}

TEST(Pareto, TwentyThousandPoints) {
    constexpr std::size_t kPoints = effort<std::size_t>(20000, 3000);
    for (const std::size_t axes : {2u, 4u, 8u}) {
        const std::vector<ParetoPoint> points = cloud(kPoints, 1000001, axes, 3);
        const auto start = std::clock();
        const std::vector<int> layers = pareto_layers(points);
        std::printf("%zu points, %zu axes: %.3f s, %d layers\n", kPoints, axes,
                    seconds_since(start), 1 + *std::max_element(layers.begin(), layers.end()));
        EXPECT_EQ(layers.size(), points.size());
    }
    std::vector<ParetoPoint> front =
        cloud(kPoints, 1000001, 5, 4);  // worst case: nobody dominates anybody
    for (ParetoPoint& p : front) p.back() = -(p[0] + p[1] + p[2] + p[3] + p[4]);
    const auto start = std::clock();
    const std::vector<int> layers = pareto_layers(front);
    std::printf("%zu points, one front: %.3f s\n", kPoints, seconds_since(start));
    EXPECT_EQ(*std::max_element(layers.begin(), layers.end()), 0);
}

}  // namespace
}  // namespace mixfarm
