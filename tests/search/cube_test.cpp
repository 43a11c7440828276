/// Moves in the cube: what can be heard, what cannot, and where a move honestly leads.
#include "host/search/cube.h"

#include <gtest/gtest.h>

#include <cmath>

#include "host/search/normal.h"
#include "tests/search/landscape.h"

namespace mixfarm {
namespace {

/// 0: plain; 1: a toggle that opens 2; 2: opens 3, rests up to 0.4; 3: plain.
Cube chain() {
    Cube c = landscape::cube(1, 4);
    c.axes[1].toggle = true, c.axes[1].rest_high = 0.6f;
    c.axes[2].gate = 1, c.axes[2].rest_high = 0.4f;
    c.axes[3].gate = 2;
    return c;
}

TEST(Cube, FoldReflectsAtBothEnds) {
    for (const auto& [from, to] : {std::pair{0.25, 0.25},
                                   {-0.25, 0.25},
                                   {1.25, 0.75},
                                   {2.25, 0.25},
                                   {-1.25, 0.75},
                                   {0.0, 0.0},
                                   {1.0, 1.0},
                                   {-7.5, 0.5}})
        EXPECT_FLOAT_EQ(fold(from), static_cast<float>(to)) << from;
}

TEST(Cube, GatesCloseAllThatLiesBehindThem) {
    const Cube c = chain();
    const auto heard = [&](std::vector<float> unit) {
        std::vector<bool> open;
        for (std::size_t d = 0; d < 4; ++d) open.push_back(active(c, d, unit));
        return open;
    };
    EXPECT_EQ(heard({0.5f, 0.7f, 0.5f, 0.5f}), (std::vector<bool>{true, true, true, true}));
    EXPECT_EQ(heard({0.5f, 0.7f, 0.3f, 0.5f}), (std::vector<bool>{true, true, true, false}));
    EXPECT_EQ(heard({0.5f, 0.5f, 0.5f, 0.5f}), (std::vector<bool>{true, true, false, false}));
}

TEST(Cube, MovesLeaveRestAndFlipToggles) {
    Axis middle{0, 0.25f, 0.75f}, below{0, 0, 0.6f}, above{0, 0.6f, 1}, all{0, 0, 1}, plain;
    EXPECT_FLOAT_EQ(moved(middle, 0.5f, 0.1), 0.85f);
    EXPECT_FLOAT_EQ(moved(middle, 0.5f, -0.1), 0.15f);
    EXPECT_FLOAT_EQ(moved(middle, 0.7f, 2.0), 1.0f);
    EXPECT_FLOAT_EQ(moved(middle, 0.9f, -0.1), 0.8f) << "not at rest: an ordinary move";
    EXPECT_FLOAT_EQ(moved(below, 0.1f, -0.1), 0.7f) << "there is only one way out";
    EXPECT_FLOAT_EQ(moved(above, 0.9f, 0.1), 0.5f);
    EXPECT_EQ(moved(all, 0.3f, 0.1), 0.3f) << "a knob without effect";
    EXPECT_FLOAT_EQ(moved(plain, 0.95f, 0.1), 0.95f) << "reflected";
    Axis toggle;
    toggle.toggle = true, toggle.rest_high = 0.6f;
    const float on = moved(toggle, 0.2f, 0.01), off = moved(toggle, 0.9f, 0.01);
    EXPECT_TRUE(rests(toggle, off) && !rests(toggle, on));
}

TEST(Cube, PointsDifferOnlyInWhatIsHeard) {
    const Cube c = chain();
    const std::vector<float> on = {0.5f, 0.7f, 0.5f, 0.5f}, off = {0.5f, 0.2f, 0.5f, 0.5f};
    const auto changed = [](std::vector<float> unit, std::size_t d, float x) {
        unit[d] = x;
        return unit;
    };
    EXPECT_FALSE(differ(c, on, on));
    EXPECT_TRUE(differ(c, on, changed(on, 0, 0.51f)));
    EXPECT_FALSE(differ(c, on, changed(on, 1, 0.9f))) << "still on";
    EXPECT_TRUE(differ(c, on, off));
    EXPECT_FALSE(differ(c, off, changed(off, 2, 0.9f))) << "behind a closed gate";
    EXPECT_FALSE(differ(c, off, changed(off, 3, 0.9f))) << "behind two";
    const auto resting = changed(on, 2, 0.1f);
    EXPECT_FALSE(differ(c, resting, changed(resting, 2, 0.3f)));
    EXPECT_FALSE(differ(c, resting, changed(resting, 3, 0.3f)));
    EXPECT_TRUE(differ(c, on, resting));
}

TEST(Cube, RefusesWhatCannotBe) {
    Cube ring = chain();
    ring.axes[1].gate = 3;
    EXPECT_DEATH(ring.check(), "internal check failed");
    Cube beyond = chain();
    beyond.macros.push_back({"far", 0, {{4, 1.0f}}});
    EXPECT_DEATH(beyond.check(), "internal check failed");
    chain().check();
}

/// Against the error function of the C library.
TEST(Normal, HasTheDistributionOfANormal) {
    const RandomStream random(1, 2);
    constexpr std::uint64_t kCount = 200000;
    double worst = 0, mean = 0, square = 0;
    for (std::uint64_t k = 0; k < kCount; ++k) {
        const double z = normal(random, k);
        worst =
            std::max(worst, std::fabs(0.5 * std::erfc(-z / std::sqrt(2.0)) - random.uniform(k)));
        mean += z / kCount, square += z * z / kCount;
    }
    std::printf("  mean %.5f, variance %.5f, largest error of the quantile %.2g\n", mean, square,
                worst);
    EXPECT_LT(worst, 1e-6);
    EXPECT_NEAR(mean, 0, 4 / std::sqrt(double{kCount}));
    EXPECT_NEAR(square, 1, 4 * std::sqrt(2.0 / kCount));
}

}  // namespace
}  // namespace mixfarm
