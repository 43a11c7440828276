/// log2, exp2 and tanh in float against the C library in double, over dense grids, within the
/// errors that maths.h states.
#include "kernels/core/maths.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <vector>

#include "kernels/core/abreast.h"
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
    EXPECT_LT(near_one, 2.4e-6);
    EXPECT_LT(everywhere, 2.4e-6);
    EXPECT_EQ(log2_(1.f), 0.f);
    EXPECT_EQ(log2_(0.f), log2_(7.8886090e-31f));
    EXPECT_NEAR(log2_(0.f), -100.f, 1e-4f);
    for (int e = -90; e <= 90; ++e) EXPECT_EQ(log2_(std::ldexp(1.f, e)), float(e));
}

TEST(Maths, Log2AndExp2ThereAndBack) {
    // What a compressor does to a level: the gain error that both polynomials may cause together.
    double worst = 0;
    for (int i = 0; i <= kPoints; ++i) {
        const double db = -120 + 126.0 * i / kPoints;
        const float level = static_cast<float>(std::exp2(db / kDbPerLog2));
        worst = std::max(
            worst,
            std::fabs(double(exp2_(0.75f * log2_(level))) / std::pow(double(level), 0.75) - 1));
    }
    std::printf("level^0.75: relative error %.2e\n", worst);
    EXPECT_LT(worst, 3e-6);
}

TEST(Maths, SeveralAbreastAreEachAlone) {
    using Four = Two<Two<float>>;
    const auto apply = [](Four x, auto f) {
        f(x);
        return std::array{x.a.a, x.a.b, x.b.a, x.b.b};
    };
    for (int i = 0; i < 4000; ++i) {
        const float x = std::exp2(-20 + 0.01f * static_cast<float>(i));
        const Four four({x, 3 * x}, {x / 7, 1 / x});
        const std::array one{x, 3 * x, x / 7, 1 / x};
        const auto logs = apply(four, [](Four& v) { v = log2_(v); });
        const auto powers = apply(four, [](Four& v) { v = exp2_(-v); });
        for (std::size_t k = 0; k < 4; ++k) {
            ASSERT_EQ(logs[k], log2_(one[k]));
            ASSERT_EQ(powers[k], exp2_(-one[k]));
        }
    }
}

TEST(Maths, EachFrameIsVisitedOnceAndInOrder) {
    for (int frames = 0; frames < 23; ++frames) {
        std::vector<int> seen(static_cast<std::size_t>(frames), 0), done = seen;
        int next = 0;
        each_frame<float>(
            frames,
            [&]<class G>(int first) {
                G x;
                in_turn(x, first, [&](float& one, int n) {
                    one = static_cast<float>(n), ++seen[static_cast<std::size_t>(n)];
                });
                return x;
            },
            [&](float& x, int n) {
                EXPECT_EQ(n, next++);
                EXPECT_EQ(x, static_cast<float>(n));
            },
            [&]<class G>(G x, int first) {
                in_turn(x, first, [&](float& one, int n) {
                    EXPECT_EQ(one, static_cast<float>(n));
                    ++done[static_cast<std::size_t>(n)];
                });
            });
        EXPECT_EQ(next, frames);
        EXPECT_EQ(seen, std::vector<int>(static_cast<std::size_t>(frames), 1));
        EXPECT_EQ(done, seen);
    }
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

TEST(Maths, Tanh) {
    double worst = 0, at = 0;
    float largest = 0;
    for (int i = 0; i <= kPoints; ++i) {
        // Dense near zero and out to 60; and evenly through the end of the fit at 6.15.
        const double t = -1 + 2.0 * i / kPoints;
        for (const double wide : {std::copysign(std::exp2(-20 + 26 * std::fabs(t)), t), 10 * t}) {
            const float x = static_cast<float>(wide), y = tanh_(x);
            largest = std::max(largest, std::fabs(y));
            const double error = x == 0 ? 0 : std::fabs(double(y) / std::tanh(double(x)) - 1);
            if (error > worst) worst = error, at = x;
        }
    }
    std::printf("tanh: relative error %.2e (at %.6f), largest |result| %.9f\n", worst, at, largest);
    EXPECT_LT(worst, 1.4e-5);
    EXPECT_LE(largest, 1.f);
    EXPECT_EQ(tanh_(0.f), 0.f);
    EXPECT_EQ(tanh_(1e30f), tanh_(7.f));
}

TEST(Maths, TanhIsOddAndItsUnitIsAFactor) {
    for (int i = 1; i < 4000; ++i) {
        const float x = 0.0031f * static_cast<float>(i);
        EXPECT_EQ(tanh_(-x), -tanh_(x));
        EXPECT_EQ(tanh_(x), kTanhUnit * scaled_tanh(x));
        float a = x, b = -2 * x;
        tanh_pair(a, b);
        EXPECT_EQ(a, tanh_(x));
        EXPECT_EQ(b, tanh_(-2 * x));
    }
}

}  // namespace
}  // namespace mixfarm
