/// The counter-based random numbers: addressed by position, uniform, and streams that know nothing
/// of each other.
#include "kernels/core/random.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdio>

namespace mixfarm {
namespace {

TEST(Random, APositionIsAFunctionOfSeedAndStream) {
    RandomStream a(1, 2);
    const RandomStream b(1, 2);
    for (std::uint64_t k = 0; k < 100; ++k) EXPECT_EQ(a.next(), b.uniform(k));
    EXPECT_NE(RandomStream(1, 2).bits(0), RandomStream(1, 3).bits(0));
    EXPECT_NE(RandomStream(1, 2).bits(0), RandomStream(2, 2).bits(0));
}

TEST(Random, IsUniformInTwentyCells) {
    // 19 degrees of freedom: chi squared above 45.97 has probability 0.0005.
    constexpr int kDraws = 200000, kCells = 20;
    RandomStream stream(77, 5);
    std::array<int, kCells> cells{}, picks{};
    for (int i = 0; i < kDraws; ++i) {
        const double u = stream.next();
        ASSERT_GE(u, 0.0);
        ASSERT_LT(u, 1.0);
        ++cells[static_cast<std::size_t>(u * kCells)];
        ++picks.at(stream.below(kCells));
    }
    for (const auto& counts : {cells, picks}) {
        double chi = 0;
        for (const int c : counts) chi += std::pow(c - kDraws / kCells, 2) / (kDraws / kCells);
        std::printf("chi squared over %d cells: %.1f\n", kCells, chi);
        EXPECT_LT(chi, 45.97);
    }
}

TEST(Random, StreamsAndNeighbouringPositionsAreUncorrelated) {
    constexpr int kDraws = 100000;
    const RandomStream a(9, 0), b(9, 1), c(10, 0);
    double ab = 0, ac = 0, lag = 0;
    for (std::uint64_t k = 0; k < kDraws; ++k) {
        ab += (a.uniform(k) - 0.5) * (b.uniform(k) - 0.5);
        ac += (a.uniform(k) - 0.5) * (c.uniform(k) - 0.5);
        lag += (a.uniform(k) - 0.5) * (a.uniform(k + 1) - 0.5);
    }
    const double scale = 12.0 / kDraws, limit = 4.5 / std::sqrt(double(kDraws));  // 4.5 sigma
    std::printf("correlations %.4f %.4f %.4f, limit %.4f\n", ab * scale, ac * scale, lag * scale,
                limit);
    EXPECT_LT(std::fabs(ab * scale), limit);
    EXPECT_LT(std::fabs(ac * scale), limit);
    EXPECT_LT(std::fabs(lag * scale), limit);
}

TEST(Random, FlippingOneInputBitFlipsHalfTheOutput) {
    double flipped = 0;
    for (int bit = 0; bit < 64; ++bit)
        for (std::uint64_t z = 1; z <= 64; ++z)
            flipped += __builtin_popcountll(mix_bits(z * 0x1234567) ^
                                            mix_bits((z * 0x1234567) ^ (1ull << bit)));
    EXPECT_NEAR(flipped / (64 * 64), 32, 0.5);
}

}  // namespace
}  // namespace mixfarm
