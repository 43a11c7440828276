/// The inverse distribution functions: percentiles, rest, monotony, bounds.
#include "host/space/quantile_curve.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace mixfarm {
namespace {

struct Case {
    const char* name;
    Percentiles p;
    float neutral, low, high;
    Scale scale;
};

const Case kCases[] = {
    {"fader", {-12, -6, -1, 1}, 0, -60, 12, Scale::linear},
    {"boost, most", {1.2f, 3.9f, 7, 0.7f}, 0, -18, 7, Scale::linear},
    {"boost, few", {1.2f, 3.9f, 7, 0.3f}, 0, -18, 7, Scale::linear},
    {"cut, most", {-7, -4.7f, -0.5f, 0.6f}, 0, -18, 7, Scale::linear},
    {"cut, few", {-7, -4.7f, -0.5f, 0.4f}, 0, -18, 7, Scale::linear},
    {"high-pass", {55, 110, 440, 0.47f}, 10, 10, 2000, Scale::log},
    {"low-pass", {1400, 5100, 10600, 0.14f}, 22000, 1000, 22000, Scale::log},
    {"ratio", {1.8f, 3, 7, 0.73f}, 1, 1, 20, Scale::log},
    {"attack", {0.1f, 7, 36, 1}, 10, 0.1f, 250, Scale::log},
    {"both ways", {-3, 0, 4, 0.5f}, 0, -18, 7, Scale::linear},
    {"pan", {0, 0.53f, 1, 0.77f}, 0, -1, 1, Scale::linear},
    {"pan left", {-1, -0.53f, 0, 0.77f}, 0, -1, 1, Scale::linear},
};

QuantileCurve curve_of(const Case& c) {
    return {c.p, c.neutral, c.low, c.high, c.scale};
}

TEST(QuantileCurve, HitsThePercentilesOfTheUsedRange) {
    for (const Case& c : kCases) {
        const QuantileCurve curve = curve_of(c);
        EXPECT_NEAR(curve.at(curve.unit_of(0.1)), c.p.low, 1e-4 * std::fabs(c.p.low) + 1e-5)
            << c.name;
        EXPECT_NEAR(curve.at(curve.unit_of(0.5) + 1e-9), c.p.typical,
                    1e-4 * std::fabs(c.p.typical) + 1e-5)
            << c.name;
        EXPECT_NEAR(curve.at(curve.unit_of(0.9)), c.p.high, 1e-4 * std::fabs(c.p.high) + 1e-5)
            << c.name;
        if (c.p.use == 1) {
            EXPECT_FLOAT_EQ(curve.at(0.1), c.p.low) << c.name;
            EXPECT_FLOAT_EQ(curve.at(0.9), c.p.high) << c.name;
        }
    }
}

TEST(QuantileCurve, HasAnInverse) {
    for (const Case& c : kCases) {
        const QuantileCurve curve = curve_of(c);
        for (double u = 0.01; u < 1; u += 0.035) {
            const float value = curve.at(u);
            EXPECT_NEAR(curve.at(curve.inverse(value)), value, 1e-5 * std::fabs(value) + 1e-6)
                << c.name << " at " << u;
            if (!curve.rest().empty() && value == c.neutral && c.p.use < 1) {
                EXPECT_DOUBLE_EQ(curve.inverse(value), 0.5 * (curve.rest().low + curve.rest().high))
                    << c.name;
            }
        }
        EXPECT_FLOAT_EQ(curve.at(curve.inverse(1e9f)), curve.at(1)) << c.name;
    }
}

TEST(QuantileCurve, TheMiddleIsTypicalOrRests) {
    for (const Case& c : kCases) {
        const float middle = curve_of(c).at(0.5);
        EXPECT_FLOAT_EQ(middle, c.p.use >= 0.5f ? c.p.typical : c.neutral) << c.name;
    }
}

TEST(QuantileCurve, IsMonotoneAndStaysInside) {
    for (const Case& c : kCases) {
        const QuantileCurve curve = curve_of(c);
        float last = curve.at(-1);
        for (int i = 0; i <= 1000; ++i) {
            const float v = curve.at(i / 1000.0);
            EXPECT_GE(v, last) << c.name << " at " << i;
            EXPECT_GE(v, c.low);
            EXPECT_LE(v, c.high);
            last = v;
        }
        EXPECT_EQ(curve.at(2), last);
        std::printf("%-12s %8.3f .. %8.3f, used %8.3f .. %8.3f\n", c.name, curve.at(0), curve.at(1),
                    curve.lowest(), curve.highest());
    }
}

TEST(QuantileCurve, RestsAsOftenAsDocumented) {
    for (const Case& c : kCases) {
        const QuantileCurve curve = curve_of(c);
        const int n = 20000;
        int rests = 0;
        for (int i = 0; i < n; ++i) rests += curve.at((i + 0.5) / n) == c.neutral;
        const bool around = c.p.low < c.neutral && c.neutral < c.p.high;
        const double expected =
            around || c.p.use < 0.5 ? 1 - c.p.use : 0.5 * (1 - c.p.use) / (1 - 0.5 * c.p.use);
        // A tail that is cut off at neutral itself rests there too, for at most its tenth of the
        // used range.
        EXPECT_GE(static_cast<double>(rests) / n, expected - 1e-3) << c.name;
        EXPECT_LE(static_cast<double>(rests) / n, expected + 0.11) << c.name;
    }
}

TEST(QuantileCurve, TailsReachModeratelyBeyond) {
    const QuantileCurve curve({-10, -4, -0.5f, 0.9f}, 0, -60, 12, Scale::linear);
    EXPECT_FLOAT_EQ(curve.at(0), -10 - 0.3f * 6);
    EXPECT_FLOAT_EQ(curve.highest(), 0) << "a cut never turns into a boost";
    const QuantileCurve around({-10, -4, 2, 1}, 0, -60, 12, Scale::linear);
    EXPECT_FLOAT_EQ(around.at(1), 2 + 0.3f * 6);
    const QuantileCurve fader({-12, -6, -1, 1}, 0, -60, 12, Scale::linear);
    EXPECT_FLOAT_EQ(fader.at(1), 0.5f) << "always used: 0 dB is no wall";
    const QuantileCurve log({100, 200, 400, 1}, 10, 10, 2000, Scale::log);
    EXPECT_NEAR(log.at(1), 400 * std::pow(2.0, 0.3), 0.01);
}

TEST(QuantileCurve, DeviationIsOneAtThePercentiles) {
    for (const Case& c : kCases) {
        const QuantileCurve curve = curve_of(c);
        EXPECT_NEAR(curve.deviation(c.p.typical), 0, 1e-6) << c.name;
        EXPECT_NEAR(curve.deviation(c.p.low), 1, 1e-5) << c.name;
        EXPECT_NEAR(curve.deviation(c.p.high), 1, 1e-5) << c.name;
        EXPECT_GT(curve.deviation(curve.highest()), 0.99);
    }
}

TEST(QuantileCurve, TogglesSwitchByUse) {
    const QuantileCurve often({0, 1, 1, 0.7f}, 0, 0, 1, Scale::toggle),
        seldom({0, 0, 1, 0.2f}, 0, 0, 1, Scale::toggle);
    EXPECT_EQ(often.at(0.5), 1);
    EXPECT_EQ(often.at(0.29), 0);
    EXPECT_EQ(seldom.at(0.5), 0);
    EXPECT_EQ(seldom.at(0.81), 1);
}

}  // namespace
}  // namespace mixfarm
