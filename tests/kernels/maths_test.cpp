/// log2, exp2 and tanh in float against the C library in double, over dense grids, within the
/// errors that maths.h states.
#include "kernels/core/maths.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>

#include "tests/support/effort.h"

namespace mixfarm {
namespace {

constexpr int kPoints = effort(2'000'000, 100'000);

TEST(Maths, Log2) {
    // Over one octave the polynomial shows; far from 1 the rounding of the result itself is added.
    double near_one = 0, everywhere = 0;
    for (int i = 0; i <= kPoints; ++i) {
        const float x = static_cast<float>(0.70711 + 0.70710 * i / kPoints);
        near_one = std::max(near_one, std::fabs(double(log2_(x)) - std::log2(double(x))));
        const float y = static_cast<float>(std::exp2(-99.0 + 199.0 * i / kPoints));
        const double exact = std::log2(double(y));
        const double half_ulp = std::fabs(exact) * 0x1p-24;
        everywhere = std::max(everywhere, std::fabs(double(log2_(y)) - exact) - half_ulp);
    }
    std::printf("log2: error %.2e over the octave at 1, %.2e from 2^-99 to 2^100 (plus rounding)\n",
                near_one, everywhere);
    EXPECT_LT(near_one, 2e-7);
    EXPECT_LT(everywhere, 2e-7);
    EXPECT_EQ(log2_(1.f), 0.f);
    EXPECT_EQ(log2_(0.f), log2_(7.8886090e-31f));
    EXPECT_NEAR(log2_(0.f), -100.f, 1e-4f);
    for (int e = -90; e <= 90; ++e) EXPECT_EQ(log2_(std::ldexp(1.f, e)), float(e));
}

TEST(Maths, Exp2) {
    double worst = 0;
    for (int i = 0; i <= kPoints; ++i) {
        const float x = static_cast<float>(-126.0 + 252.0 * i / kPoints);
        worst = std::max(worst, std::fabs(double(exp2_(x)) / std::exp2(double(x)) - 1));
    }
    std::printf("exp2: relative error %.2e from -126 to 126\n", worst);
    EXPECT_LT(worst, 1.2e-7 + 0x1p-24);  // the polynomial's, and the rounding of its result
    EXPECT_EQ(exp2_(0.f), 1.f);
    EXPECT_EQ(exp2_(500.f), exp2_(126.f));
    EXPECT_EQ(exp2_(-500.f), exp2_(-126.f));
    for (int e = -126; e <= 126; ++e) EXPECT_EQ(exp2_(float(e)), std::ldexp(1.f, e));
}

TEST(Maths, TanhOfPairs) {
    double worst = 0, at = 0;
    float largest = 0;
    for (int i = 0; i <= kPoints; ++i) {
        // Dense near zero and through the seam at 0.125, and out to 60.
        const double t = -1 + 2.0 * i / kPoints;
        const float x = static_cast<float>(std::copysign(std::exp2(-20 + 26 * std::fabs(t)), t));
        const float y = static_cast<float>(10 * t);
        float a = x, b = y;
        tanh_pair(a, b);
        largest = std::max({largest, std::fabs(a), std::fabs(b)});
        const double ea = std::fabs(double(a) / std::tanh(double(x)) - 1);
        const double eb = y == 0 ? 0 : std::fabs(double(b) / std::tanh(double(y)) - 1);
        if (ea > worst) worst = ea, at = x;
        if (eb > worst) worst = eb, at = y;
    }
    std::printf("tanh: relative error %.2e (at %.6f), largest |result| %.9f\n", worst, at, largest);
    EXPECT_LT(worst, 3e-6);
    EXPECT_LE(largest, 1.f);
    float zero = 0.f, huge = -1e30f;
    tanh_pair(zero, huge);
    EXPECT_EQ(zero, 0.f);
    EXPECT_EQ(huge, -1.f);
}

TEST(Maths, TanhIsOddAndDoesNotMixItsTwoArguments) {
    for (int i = 1; i < 4000; ++i) {
        const float x = 0.0031f * static_cast<float>(i);
        float a = x, b = -x, c = x, d = 5.f;
        tanh_pair(a, b);
        tanh_pair(c, d);
        EXPECT_NEAR(a, -b, 5e-7f);
        EXPECT_NEAR(a, c, 5e-7f) << "tanh(" << x << ") beside tanh(5)";
    }
}

}  // namespace
}  // namespace mixfarm
