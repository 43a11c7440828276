/// Series with long memory: how large, how steep, how long they remember.
#include "host/layers/drift.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "tests/layers/listening.h"

namespace mixfarm {
namespace {

using namespace layers_test;

/// Slope of log power over log frequency, Hann windows, mean over seeds.
double steepness(double exponent, std::size_t count) {
    constexpr std::size_t kWindow = 2048;
    std::vector<double> power(kWindow / 2);
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        const auto one = power_spectrum(drift_series(count, exponent, seed), kWindow);
        for (std::size_t k = 0; k < power.size(); ++k) power[k] += one[k];
    }
    // Octaves weigh alike: points evenly spread over the logarithm.
    std::vector<double> x, y;
    for (double k = 6; k < 0.8 * kWindow / 2; k *= 1.15) {
        const auto first = static_cast<std::size_t>(k), last = static_cast<std::size_t>(k * 1.15);
        double sum = 0;
        for (std::size_t i = first; i <= last; ++i) sum += power[i];
        x.push_back(0.5 * (std::log(double(first)) + std::log(double(last))));
        y.push_back(std::log(sum / static_cast<double>(last - first + 1)));
    }
    return slope(x, y);
}

TEST(DriftSeries, HasMean0AndDeviation1AndNoPeakBeyond3) {
    for (const double exponent : {0.0, 0.5, 0.7, 0.9, 1.1})
        for (const std::size_t count : {12, 100, 333, 4096, 10000}) {
            const auto series = drift_series(count, exponent, count);
            ASSERT_EQ(series.size(), count);
            EXPECT_NEAR(mean(series), 0, 0.01) << exponent << " " << count;
            EXPECT_NEAR(deviation(series), 1, 0.02) << exponent << " " << count;
            EXPECT_LE(largest(series), 3);
        }
}

TEST(DriftSeries, IsTheSameForTheSameSeedOnly) {
    EXPECT_EQ(drift_series(1000, 0.9, 7), drift_series(1000, 0.9, 7));
    const auto a = drift_series(1000, 0.9, 7), b = drift_series(1000, 0.9, 8);
    EXPECT_LT(std::fabs(correlation(a, b)), 0.5);
    EXPECT_NE(a, b);
}

TEST(DriftSeries, FallsInPowerAsItsExponentSays) {
    for (const double exponent : {0.0, 0.7, 0.9, 1.1}) {
        const double whole = steepness(exponent, 8192), part = steepness(exponent, 7000);
        std::printf("exponent %.1f: slope %.3f, of a part of a series %.3f\n", exponent, whole,
                    part);
        EXPECT_NEAR(whole, -exponent, 0.15);
        EXPECT_NEAR(part, -exponent, 0.15);
    }
}

TEST(DriftSeries, RemembersLongerThanWhiteNoise) {
    constexpr std::size_t kCount = 4096;
    for (const std::size_t lag : {1, 4, 16, 64}) {
        const auto memory = [&](double exponent) {
            double sum = 0;
            for (std::uint64_t seed = 1; seed <= 8; ++seed) {
                const auto s = drift_series(kCount, exponent, seed);
                sum += correlation(std::span(s).first(kCount - lag), std::span(s).subspan(lag)) / 8;
            }
            return sum;
        };
        const double white = memory(0), pink = memory(0.9), chance = 3 / std::sqrt(8.0 * kCount);
        std::printf("lag %zu: correlation %.3f, of white noise %.4f\n", lag, pink, white);
        EXPECT_LT(std::fabs(white), chance);
        EXPECT_GT(pink, 4 * chance);
    }
}

TEST(SmoothThrough, GoesThroughItsPointsAndNeverBeyondThem) {
    const std::vector<double> at = {0, 1, 3, 4, 7}, value = {0, 2, -1, -1.5, 4};
    const Curve curve = smooth_through(at, value);
    for (std::size_t i = 0; i < at.size(); ++i) EXPECT_NEAR(curve(at[i]), value[i], 1e-12);
    EXPECT_EQ(curve(-5), 0);
    EXPECT_EQ(curve(50), 4);
    for (std::size_t i = 0; i + 1 < at.size(); ++i)
        for (double t = at[i]; t <= at[i + 1]; t += 0.01) {
            EXPECT_GE(curve(t), std::min(value[i], value[i + 1]) - 1e-9);
            EXPECT_LE(curve(t), std::max(value[i], value[i + 1]) + 1e-9);
            EXPECT_LT(std::fabs(curve(t + 1e-5) - curve(t)), 1e-3);  // no steps
        }
}

}  // namespace
}  // namespace mixfarm
