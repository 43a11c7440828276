/// Every lane of a register computes what a plain float computes, bit for bit, and each operation
/// is what its name says.
#include "kernels/core/lane.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "kernels/core/maths.h"
#include "tests/support/signals.h"

namespace mixfarm {
namespace {

constexpr int kTriples = 4096;
using Triple = std::array<float, 3>;

/// Magnitudes from 2^-60 to 2^60, both signs, equal pairs and zeros among them.
std::vector<Triple> triples() {
    signals::Random random(11);
    std::vector<Triple> all(kTriples);
    for (Triple& t : all) {
        for (float& x : t) {
            const double size = std::exp2(120 * random.unit() - 60);
            x = static_cast<float>(random.unit() < 0.5 ? -size : size);
        }
        if (random.unit() < 0.1) t[1] = t[0];
        if (random.unit() < 0.05) t[0] = 0.f;
    }
    return all;
}

/// Applies `operation` to registers of N triples and to each triple alone.
template <int N, class Operation>
int disagreements(Operation operation) {
    using F = Lanes<N>;
    const std::vector<Triple> all = triples();
    int wrong = 0;
    for (int first = 0; first < kTriples; first += N) {
        F a(0.f), b(0.f), c(0.f);
        for (int i = 0; i < N; ++i) {
            const Triple& t = all[static_cast<std::size_t>(first + i)];
            a.set(i, t[0]), b.set(i, t[1]), c.set(i, t[2]);
        }
        const F wide = operation(a, b, c);
        for (int i = 0; i < N; ++i) {
            const Triple& t = all[static_cast<std::size_t>(first + i)];
            wrong += bits_of(wide[i]) != bits_of(operation(t[0], t[1], t[2]));
        }
    }
    return wrong;
}

template <class Operation>
void expect_same(const char* name, Operation operation) {
    EXPECT_EQ(disagreements<8>(operation), 0) << name << " in 8 lanes";
    EXPECT_EQ(disagreements<16>(operation), 0) << name << " in 16 lanes";
}

TEST(Lane, EveryOperationGivesTheBitsOfAPlainFloat) {
    expect_same("+", [](auto a, auto b, auto) { return a + b; });
    expect_same("-", [](auto a, auto b, auto) { return a - b; });
    expect_same("*", [](auto a, auto b, auto) { return a * b; });
    expect_same("/", [](auto a, auto b, auto) { return a / (b + b); });
    expect_same("negation", [](auto a, auto, auto) { return -a; });
    expect_same("fma", [](auto a, auto b, auto c) { return fma_(a, b, c); });
    expect_same("min", [](auto a, auto b, auto) { return min_(a, b); });
    expect_same("max", [](auto a, auto b, auto) { return max_(a, b); });
    expect_same("abs", [](auto a, auto, auto) { return abs_(a); });
    expect_same("where_less", [](auto a, auto b, auto c) { return where_less(a, b, c, a); });
    expect_same("mantissa", [](auto a, auto, auto) {
        auto m = a;
        split_exponent(max_(abs_(a), decltype(a)(1e-18f)), m);
        return m;
    });
    expect_same("exponent", [](auto a, auto, auto) {
        auto m = a;
        return split_exponent(max_(abs_(a), decltype(a)(1e-18f)), m);
    });
    expect_same("log2", [](auto a, auto, auto) { return log2_(abs_(a)); });
    expect_same("exp2", [](auto a, auto, auto) { return exp2_(a); });
    expect_same("exp2 of small", [](auto a, auto, auto) { return exp2_(log2_(abs_(a)) * 0.37f); });
    expect_same("tanh", [](auto a, auto b, auto) {
        auto x = log2_(abs_(a)) * 0.1f, y = log2_(abs_(b)) * 0.01f;
        tanh_pair(x, y);
        return x + 3.f * y;
    });
}

TEST(Lane, FmaRoundsOnce) {
    // (1 + 2^-12)^2 = 1 + 2^-11 + 2^-24: the last term is lost when the product is rounded first.
    const float x = 1.f + 0x1p-12f;
    EXPECT_EQ(fma_(x, x, -1.f), 0x1p-11f + 0x1p-24f);
    EXPECT_EQ(fma_(f8(x), f8(x), f8(-1.f))[5], 0x1p-11f + 0x1p-24f);
    EXPECT_EQ(fma_(f16(x), f16(x), f16(-1.f))[11], 0x1p-11f + 0x1p-24f);
}

TEST(Lane, ComparisonsPickTheirSide) {
    EXPECT_EQ(min_(2.f, -3.f), -3.f);
    EXPECT_EQ(max_(2.f, -3.f), 2.f);
    EXPECT_EQ(where_less(1.f, 2.f, 10.f, 20.f), 10.f);
    EXPECT_EQ(where_less(2.f, 2.f, 10.f, 20.f), 20.f);
    EXPECT_EQ(where_less(3.f, 2.f, 10.f, 20.f), 20.f);
}

template <int N>
void expect_all_at_most_needs_every_lane() {
    using F = Lanes<N>;
    EXPECT_TRUE(all_at_most(F(1.f), F(1.f)));
    EXPECT_TRUE(all_at_most(F(-1.f), F(1.f)));
    for (int i = 0; i < N; ++i) {
        F a(1.f);
        a.set(i, 1.f + 0x1p-23f);
        EXPECT_FALSE(all_at_most(a, F(1.f))) << "lane " << i << " of " << N;
        F b(1.f);
        b.set(i, 2.f);
        EXPECT_TRUE(all_at_most(F(1.f), b)) << "lane " << i << " of " << N;
    }
}
TEST(Lane, AllAtMostNeedsEveryLane) {
    EXPECT_TRUE(all_at_most(1.f, 1.f));
    EXPECT_FALSE(all_at_most(1.5f, 1.f));
    expect_all_at_most_needs_every_lane<8>();
    expect_all_at_most_needs_every_lane<16>();
}

TEST(Lane, SplitAndScaleTakeAFloatApartAndBack) {
    for (const float x :
         {1.f, 0.70710677f, 0.70710683f, 1.4142134f, 1.4142137f, 3e-38f, 3e38f, 0.1f}) {
        float m = 0;
        const float e = split_exponent(x, m);
        EXPECT_EQ(std::ldexp(m, static_cast<int>(e)), x);
        EXPECT_GE(m, std::sqrt(0.5f) * (1 - 1e-6f));
        EXPECT_LT(m, std::sqrt(2.f) * (1 + 1e-6f));
    }
    for (int n = -126; n <= 126; ++n)
        EXPECT_EQ(scale_exponent(1.5f, static_cast<float>(n)), std::ldexp(1.5f, n)) << n;
}

TEST(Lane, SetAndReadTouchOneLane) {
    f16 x(4.f);
    set_lane(x, 9, 7.f);
    for (int i = 0; i < 16; ++i) EXPECT_EQ(lane(x, i), i == 9 ? 7.f : 4.f);
    float y = 4.f;
    set_lane(y, 0, 7.f);
    EXPECT_EQ(lane(y, 0), 7.f);
    EXPECT_EQ(lane_count<float>, 1);
    EXPECT_EQ(lane_count<f8>, 8);
    EXPECT_EQ(lane_count<f16>, 16);
}

}  // namespace
}  // namespace mixfarm
