/// What a taste adds to scores, in closed form.
#include "host/taste/liking.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace mixfarm {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

std::vector<float> place(float brightness, float width = 0) {
    std::vector<float> p(kTasteAxes, 0);
    p[0] = brightness, p[2] = width;
    return p;
}

/// One logit a step of brightness (2 dB), a best amount of width in the middle.
Taste bright() {
    Taste taste = Taste::unknown();
    taste.slope[0].mean = 1;
    taste.bend[2].mean = -0.5;
    return taste;
}

TEST(Liking, OfNobodyAddsNothing) {
    EXPECT_FALSE(Liking().known());
    EXPECT_EQ(Liking().worth(place(3)), 0);
}

TEST(Liking, AStepIsWorthItsLogits) {
    const Liking liking(bright(), place(-14));
    EXPECT_EQ(liking.worth(place(-14)), 0);
    const auto bounded = [](double logits) { return 0.3 * std::tanh(0.1 * logits / 0.3); };
    EXPECT_NEAR(liking.worth(place(-12)), bounded(1), 1e-6);
    EXPECT_NEAR(liking.worth(place(-16)), bounded(-1), 1e-6);
    EXPECT_NEAR(liking.worth(place(-12, 4)), bounded(1 - 0.5 * 4), 1e-6);
    EXPECT_NEAR(liking.worth(place(-12, -4)), bounded(1 - 0.5 * 4), 1e-6);
    // Far out it goes on rising as far as steps count, and never past its bound.
    EXPECT_GT(liking.worth(place(-6)), liking.worth(place(-8)));
    EXPECT_EQ(liking.worth(place(40)), liking.worth(place(400)));
    EXPECT_LT(liking.worth(place(400)), kMostWorth);
}

TEST(Liking, WhatIsUnknownAddsNothingAndNeitherDoBendsUpward) {
    const Liking liking(bright(), place(-14));
    EXPECT_EQ(liking.worth(place(kNaN)), 0);
    Taste odd = bright();
    odd.bend[2].mean = 2;
    EXPECT_EQ(Liking(odd, place(-14)).worth(place(-14, 6)), 0);
    std::vector<float> nowhere(kTasteAxes, kNaN);
    EXPECT_EQ(Liking(bright(), nowhere).worth(place(3)), 0);
}

TEST(Liking, TheMiddleIsTheMedianOfWhatIsKnown) {
    const std::vector<std::vector<float>> places = {place(1), place(kNaN), place(9), place(2)};
    const std::vector<float> middle = middle_of(places);
    EXPECT_EQ(middle[0], 2);
    EXPECT_TRUE(std::isnan(middle_of({})[0]));
}

TEST(Liking, ATasteThatIsNoBetterThanTheTechnicalScoreIsNotTrusted) {
    Taste taste = bright();
    EXPECT_TRUE(taste.trusted()) << "written by hand";
    taste.answers = 12;
    EXPECT_FALSE(taste.trusted()) << "never tried";
    taste.held_out = {12, 8, 8};
    EXPECT_FALSE(taste.trusted());
    taste.held_out = {12, 8.5, 8};
    EXPECT_TRUE(taste.trusted());
}

}  // namespace
}  // namespace mixfarm
