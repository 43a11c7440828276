/// The saturator's curve against std::tanh, its unit gain for small signals, its dry blend.
#include "kernels/effects/saturator.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "tests/support/effect_runner.h"

namespace mixfarm {
namespace {

double exact(double x, double drive_db, double mix) {
    const double drive = std::pow(10.0, drive_db / 20);
    return (1 - mix) * x + mix * std::tanh(drive * x) / drive;
}

TEST(Saturator, IsTanhOfTheDrivenSignal) {
    double worst = 0;
    for (const double drive_db : {-12.0, 0.0, 6.0, 12.0, 24.0})
        for (const double mix : {0.25, 0.5, 1.0}) {
            EffectRunner<Saturator> effect({static_cast<float>(drive_db), static_cast<float>(mix)},
                                           48000);
            for (int i = -4000; i <= 4000; ++i) {
                float left = 0.001f * static_cast<float>(i), right = -0.37f * left;
                const double l = left, r = right;
                effect.process(&left, &right, 1);
                const double scale = std::max(1e-3, std::fabs(l));
                worst = std::max(worst, std::fabs(left - exact(l, drive_db, mix)) / scale);
                worst = std::max(worst, std::fabs(right - exact(r, drive_db, mix)) / scale);
            }
        }
    std::printf("largest distance from tanh: %.2e of the input\n", worst);
    EXPECT_LT(worst, 4e-6);
}

TEST(Saturator, LeavesSmallSignalsAtTheirLevel) {
    for (const float drive_db : {-12.f, 0.f, 12.f, 24.f}) {
        float left = 1e-5f, right = -1e-4f;
        EffectRunner<Saturator>({drive_db, 1.f}, 48000).process(&left, &right, 1);
        EXPECT_NEAR(left, 1e-5f, 1e-10f);
        EXPECT_NEAR(right, -1e-4f, 4e-10f);
    }
}

TEST(Saturator, NeverExceedsItsCeiling) {
    EffectRunner<Saturator> effect({24.f, 1.f}, 48000);
    const double ceiling = std::pow(10.0, -24.0 / 20);
    for (const float x : {1.f, 4.f, 30.f, 1000.f}) {
        float left = x, right = -x;
        effect.process(&left, &right, 1);
        const double rounding = 1.2e-7 * x;  // of the input, which the dry blend subtracts
        EXPECT_NEAR(left, ceiling, 1e-6 + rounding);
        EXPECT_NEAR(right, -ceiling, 1e-6 + rounding);
    }
}

TEST(Saturator, MakesTheHarmonicsOfTanh) {
    // Third harmonic of tanh(x), |x| = 1, by the Fourier sum in double over one period.
    constexpr int kPeriod = 480;
    double h1 = 0, h3 = 0;
    for (int n = 0; n < kPeriod; ++n) {
        const double angle = 2 * std::numbers::pi * n / kPeriod;
        h1 += std::tanh(std::sin(angle)) * std::sin(angle);
        h3 += std::tanh(std::sin(angle)) * std::sin(3 * angle);
    }
    signals::Stereo x{signals::sine(4800, 100, 48000, 1), signals::sine(4800, 100, 48000, 1)};
    EffectRunner<Saturator>({0.f, 1.f}, 48000).process(x, 120);
    const auto at = [&](double hz) { return std::abs(oracle::dft_at(x.left, hz, 48000)); };
    const double measured = oracle::db(at(300) / at(100));
    std::printf("third harmonic %.3f dB, exact %.3f dB; second %.1f dB\n", measured,
                oracle::db(std::fabs(h3 / h1)), oracle::db(at(200) / at(100)));
    EXPECT_NEAR(measured, oracle::db(std::fabs(h3 / h1)), 0.001);
    EXPECT_LT(oracle::db(at(200) / at(100)), -120);  // an odd function has no even harmonics
}

}  // namespace
}  // namespace mixfarm
