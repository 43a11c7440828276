/// The half-band stages: their stop and pass bands from impulse responses, and up and down again as
/// an allpass.
#include "kernels/core/oversample.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "tests/support/fft_oracle.h"
#include "tests/support/signals.h"

namespace mixfarm {
namespace {

constexpr std::size_t kFrames = 4096;

/// Impulse response of the interpolator at the high rate.
template <class HalfBand>
std::vector<oracle::Complex> raised_impulse() {
    RaiseState<HalfBand, float> s{};
    std::vector<oracle::Complex> h;
    for (std::size_t n = 0; n < kFrames / 2; ++n) {
        float first = 0, second = 0;
        raise_rate(n == 0 ? 1.f : 0.f, s, first, second);
        h.emplace_back(first), h.emplace_back(second);
    }
    return h;
}

/// Gain of the decimator (at the low rate, halved) for a tone of `turns` of the high rate.
template <class HalfBand>
double lowered_gain_db(double turns) {
    LowerState<HalfBand, float> s{};
    double power = 0;
    const auto tone = [turns](std::size_t n) {
        return static_cast<float>(std::cos(2 * std::numbers::pi * turns * double(n)));
    };
    for (std::size_t n = 0; n < kFrames; ++n) {
        const double y = 0.5 * lower_rate(tone(2 * n), tone(2 * n + 1), s);
        if (n >= kFrames / 2) power += y * y;
    }
    return 10 * std::log10(power / (kFrames / 4));
}

template <class HalfBand>
void expect_bands(const char* name, double pass_edge, double stop_db, double ripple_db) {
    std::vector<oracle::Complex> h = raised_impulse<HalfBand>();
    oracle::fft(h);
    double ripple = 0, stop = -300, decimated = -300;
    for (std::size_t k = 0; k <= kFrames / 2; ++k) {
        const double turns = double(k) / kFrames, gain = oracle::db(std::abs(h[k]) / 2);
        if (turns <= pass_edge) ripple = std::max(ripple, std::fabs(gain));
        if (turns < 0.5 - pass_edge) continue;
        stop = std::max(stop, gain);
        if (k % 8 == 0) decimated = std::max(decimated, lowered_gain_db<HalfBand>(turns));
    }
    std::printf(
        "%s: flat within %.6f dB to %.4f of the high rate; from %.4f on %.1f dB up, %.1f dB "
        "down\n",
        name, ripple, pass_edge, 0.5 - pass_edge, stop, decimated);
    EXPECT_LT(ripple, ripple_db);
    EXPECT_LT(stop, stop_db);
    EXPECT_LT(decimated, stop_db);
}

TEST(Oversample, PassAndStopBands) {
    expect_bands<SharpHalfBand>("sharp", 23.0 / 96, -61, 1e-5);
    expect_bands<WideHalfBand>("wide ", 20.0 / 192, -70, 1e-5);
}

/// What complementary power means: |H(f)|^2 + |H(1/2 - f)|^2 = 1.
TEST(Oversample, TheTwoHalvesOfTheBandShareThePower) {
    std::vector<oracle::Complex> h = raised_impulse<SharpHalfBand>();
    oracle::fft(h);
    for (std::size_t k = 0; k <= kFrames / 2; ++k)
        EXPECT_NEAR(std::norm(h[k]) + std::norm(h[kFrames / 2 - k]), 4, 1e-5) << k;
}

template <class HalfBand>
void expect_allpass(const char* name) {
    RaiseState<HalfBand, float> up{};
    LowerState<HalfBand, float> down{};
    std::vector<oracle::Complex> h;
    double delay = 0;
    for (std::size_t n = 0; n < kFrames; ++n) {
        float first = 0, second = 0;
        raise_rate(n == 0 ? 1.f : 0.f, up, first, second);
        h.emplace_back(0.5f * lower_rate(first, second, down));
        delay += double(n) * h.back().real();  // the phase's slope at zero frequency
    }
    double formula = 0;
    for (int i = 0; i < HalfBand::kSections; ++i)
        formula += (1.0 - HalfBand::section(i)) / (1.0 + HalfBand::section(i));
    oracle::fft(h);
    double worst = 0;
    for (std::size_t k = 0; k <= kFrames / 2; ++k)
        worst = std::max(worst, std::fabs(oracle::db(std::abs(h[k]))));
    std::printf(
        "%s up and down: flat within %.6f dB to Nyquist, low frequencies %.3f frames late\n", name,
        worst, delay);
    EXPECT_LT(worst, 2e-5);
    EXPECT_NEAR(delay, formula, 1e-3);
}

TEST(Oversample, UpAndDownAgainIsAnAllpass) {
    expect_allpass<SharpHalfBand>("sharp");
    expect_allpass<WideHalfBand>("wide ");
}

TEST(Oversample, DirectCurrentPasses) {
    RaiseState<SharpHalfBand, float> up{};
    LowerState<SharpHalfBand, float> down{};
    float first = 0, second = 0, y = 0;
    for (int n = 0; n < 2000; ++n) {
        raise_rate(0.3f, up, first, second);
        y = 0.5f * lower_rate(first, second, down);
    }
    EXPECT_NEAR(first, 0.3f, 5e-7f);
    EXPECT_NEAR(second, 0.3f, 5e-7f);
    EXPECT_NEAR(y, 0.3f, 5e-7f);
}

}  // namespace
}  // namespace mixfarm
