/// The echo: repeats on the beat, their level and their filters in closed form, ping-pong, and
/// stability while everything glides.
#include "kernels/effects/echo.h"

#include <gtest/gtest.h>

#include <complex>
#include <cstdio>

#include "tests/support/effort.h"
#include "tests/support/reverb_oracle.h"

namespace mixfarm {
namespace {

struct Setting {
    float beats = 0.5f, feedback = 0.35f, ping_pong = 0, low_cut_hz = 150, high_cut_hz = 5000;
    std::vector<float> row() const { return {beats, feedback, ping_pong, low_cut_hz, high_cut_hz}; }
};

signals::Stereo impulse(const Setting& s, double rate, double tempo, std::size_t frames, float left,
                        float right) {
    signals::Stereo x{signals::Samples(frames), signals::Samples(frames)};
    x.left[0] = left, x.right[0] = right;
    EffectRunner<Echo>(s.row(), rate, tempo).process(x, 120);
    return x;
}

/// First-order analogue prototypes through the bilinear transform, at `hz`.
std::complex<double> once(const Setting& s, double hz, double rate) {
    const std::complex<double> w{0, std::tan(std::numbers::pi * hz / rate)};
    const auto corner = [rate](double at) { return std::tan(std::numbers::pi * at / rate); };
    return w / (w + corner(s.low_cut_hz)) * corner(s.high_cut_hz) / (w + corner(s.high_cut_hz));
}

TEST(Echo, ComesOnTheBeat) {
    double worst = 0;
    for (const double rate : {44100.0, 48000.0, 96000.0})
        for (const double tempo : {61.7, 92.0, 120.0, 174.3})
            for (const float beats : {0.125f, 1 / 3.f, 0.75f, 1.f, 2.f}) {
                const double wanted = std::min(beats * 60 / tempo, Echo::kMostSeconds) * rate;
                const Setting s{beats, 0.5f, 0, 20, 20000};
                const auto x = impulse(s, rate, tempo, std::size_t(wanted) + 200, 1, 0);
                std::size_t first = 0;
                while (first < x.frames() && x.left[first] == 0) ++first;
                worst = std::max(worst, std::fabs(double(first) - wanted));
                EXPECT_EQ(signals::peak_of(x.right), 0);
                // The peak of a wide band is where it begins, or, where the high cut is far from
                // Nyquist, one frame later.
                std::size_t peak = first;
                for (std::size_t n = first; n < x.frames(); ++n)
                    if (std::fabs(x.left[n]) > std::fabs(x.left[peak])) peak = n;
                EXPECT_LE(peak, first + 1);
            }
    std::printf("first repeat: off by at most %.3f frames\n", worst);
    EXPECT_LE(worst, 0.51);
}

TEST(Echo, IsCappedAtTwoSeconds) {
    const auto x = impulse({2, 0, 0, 20, 20000}, 48000, 40, 100000, 1, 0);
    EXPECT_EQ(x.left[95999], 0);
    EXPECT_GT(x.left[96000], 0.5f);
}

/// One repeat cut out of the response, at one frequency.
double repeat_db(const signals::Samples& x, int k, std::size_t delay, double hz, double rate) {
    const auto from = x.begin() + static_cast<std::ptrdiff_t>(delay * std::size_t(k + 1));
    return oracle::db(
        std::abs(oracle::dft_at(signals::Samples(from, from + std::ptrdiff_t(delay)), hz, rate)));
}

TEST(Echo, RepeatsFallByTheFeedbackAndGoThroughTheFiltersOnceEach) {
    double worst = 0, worst_slope = 0;
    for (const double rate : {44100.0, 48000.0, 96000.0})
        for (const float feedback : {0.2f, 0.5f, 0.9f})
            for (const auto& [low, high] : {std::pair{150.f, 5000.f}, std::pair{400.f, 2000.f}}) {
                const Setting s{1, feedback, 0, low, high};
                const auto delay = static_cast<std::size_t>(rate / 2);
                const auto x = impulse(s, rate, 120, delay * 6, 1, 0);
                for (int k = 0; k < 4; ++k)
                    for (const double hz : {60.0, 150.0, 1000.0, 3000.0, 9000.0, 15000.0}) {
                        const double expected = k * oracle::db(feedback) +
                                                (k + 1) * oracle::db(std::abs(once(s, hz, rate)));
                        const double off =
                            std::fabs(repeat_db(x.left, k, delay, hz, rate) - expected);
                        double& to = hz == 1000 ? worst : worst_slope;
                        to = std::max(to, off);
                    }
            }
    std::printf("levels of repeats: off by at most %.5f dB at 1 kHz, %.5f dB elsewhere\n", worst,
                worst_slope);
    EXPECT_LT(worst, 0.02);
    EXPECT_LT(worst_slope, 0.05);
}

TEST(Echo, FiltersHaveTheirCornersAndFallBySixDecibelsAnOctave) {
    const double rate = 96000;
    const auto x = impulse({1, 0, 0, 1000, 20000}, rate, 120, 96000, 1, 0);
    const auto y = impulse({1, 0, 0, 20, 1000}, rate, 120, 96000, 1, 0);
    const auto at = [rate](const signals::Stereo& response, double hz) {
        return repeat_db(response.left, 0, 48000, hz, rate);
    };
    std::printf("low cut 1 kHz: %.2f dB there, %.2f dB from 125 to 250 Hz; ", at(x, 1000),
                at(x, 250) - at(x, 125));
    std::printf("high cut 1 kHz: %.2f dB there, %.2f dB from 4 to 8 kHz\n", at(y, 1000),
                at(y, 8000) - at(y, 4000));
    EXPECT_NEAR(at(x, 1000), -3.01, 0.05);
    EXPECT_NEAR(at(y, 1000), -3.01, 0.05);
    EXPECT_NEAR(at(x, 250) - at(x, 125), 6, 0.3);
    EXPECT_NEAR(at(y, 8000) - at(y, 4000), -6, 0.4);
}

TEST(Echo, PingPongAlternatesAndKeepsTheEnergyOfTheMiddle) {
    const double rate = 48000;
    const Setting s{0.5f, 0.7f, 1, 20, 20000};
    const auto x = impulse(s, rate, 120, 12000 * 6, 0.5f, 0.5f);
    for (std::size_t k = 1; k < 6; ++k) {
        const signals::Samples& here = k % 2 ? x.left : x.right;
        const signals::Samples& there = k % 2 ? x.right : x.left;
        EXPECT_GT(here[12000 * k], 0.01f) << k;
        for (std::size_t n = 12000 * k; n < 12000 * k + 11000; ++n)
            ASSERT_LT(std::fabs(there[n]), 1e-3f * here[12000 * k]) << k;
    }
    const double straight =
        impulse({0.5f, 0, 0, 20, 20000}, rate, 120, 20000, 0.5f, 0.5f).left[12000];
    EXPECT_NEAR(std::pow(x.left[12000], 2), 2 * straight * straight, 1e-5);
}

/// A plain loop in double: the delay as a queue, the filters from their differential equation by
/// the trapezoidal rule.
TEST(Echo, FollowsAPlainLoopInDouble) {
    for (const double rate : {44100.0, 96000.0}) {
        const Setting s{0.25f, 0.8f, 0.3f, 220, 3000};
        const signals::Stereo dry = signals::music(1.5, rate, 4);
        signals::Stereo wet = dry;
        EffectRunner<Echo>(s.row(), rate, 137).process(wet, 113);
        const auto delay = static_cast<std::size_t>(std::lround(s.beats * 60 / 137.0 * rate));
        std::vector<double> lines[2] = {std::vector<double>(dry.frames() + delay),
                                        std::vector<double>(dry.frames() + delay)};
        // y' = w (x - y), and x - y for the low cut: y[n] = p y[n-1] + q (x[n] + x[n-1])
        struct OnePole {
            double w, x1 = 0, y1 = 0;
            double operator()(double x) {
                const double y = ((1 - w) * y1 + w * (x + x1)) / (1 + w);
                x1 = x, y1 = y;
                return y;
            }
        };
        const double low = std::tan(std::numbers::pi * s.low_cut_hz / rate),
                     high = std::tan(std::numbers::pi * s.high_cut_hz / rate);
        OnePole lows[2] = {{low}, {low}}, highs[2] = {{high}, {high}};
        double error = 0, power = 0;
        for (std::size_t n = 0; n < dry.frames(); ++n) {
            double out[2];
            for (int i = 0; i < 2; ++i) {
                const double x = lines[i][n];
                out[i] = highs[i](x - lows[i](x));
            }
            const double p = s.ping_pong, in_left = dry.left[n], in_right = dry.right[n];
            const double mono = (in_left + in_right) * std::sqrt(0.5);
            lines[0][n + delay] =
                (1 - p) * in_left + p * mono + s.feedback * ((1 - p) * out[0] + p * out[1]);
            lines[1][n + delay] = (1 - p) * in_right + s.feedback * ((1 - p) * out[1] + p * out[0]);
            error += std::pow(wet.left[n] - out[0], 2) + std::pow(wet.right[n] - out[1], 2);
            power += out[0] * out[0] + out[1] * out[1];
        }
        std::printf("at %.0f: %.1f dB from the plain loop\n", rate, 10 * std::log10(error / power));
        EXPECT_LT(10 * std::log10(error / power), -100);
    }
}

/// Settings that wander between corners, new ones every tile, the coefficients in straight lines.
TEST(Echo, GlidesWithoutClicksAndStaysBounded) {
    const double rate = 48000;
    // A steady 300 Hz tone while the length goes from 0.5 to 0.502 beats: a slightly flat tone, no
    // step larger than the tone's own.
    EffectRunner<Echo> effect(Setting{0.5f, 0, 0, 20, 20000}.row(), rate);
    const auto to = Echo::design(Setting{0.502f, 0, 0, 20, 20000}.row().data(), rate, 120);
    const signals::Samples tone = signals::sine(60000, 300, rate, 1);
    signals::Stereo x{tone, tone};
    effect.process(x.left.data(), x.right.data(), 30000);
    glide(effect, to, x.left.data() + 30000, x.right.data() + 30000, 12000);
    double largest = 0, bend = 0;
    for (std::size_t n = 20002; n < 42000; ++n) {
        const double step = double(x.left[n]) - x.left[n - 1];
        largest = std::max(largest, std::fabs(step));
        bend = std::max(bend, std::fabs(step - (double(x.left[n - 1]) - x.left[n - 2])));
    }
    const double turn = 2 * std::numbers::pi * 300 / rate;
    std::printf("gliding length: largest step %.4f, largest bend %.5f (steady tone %.4f, %.5f)\n",
                largest, bend, turn, turn * turn);
    EXPECT_LT(largest, 1.02 * turn);
    EXPECT_LT(bend, 1.5 * turn * turn);

    const Wild wild = drive_wildly<Echo>(effort(20, 2), 300, 3, [](auto& p) { p[1] = 0.9f; });
    std::printf("wild automation at feedback 0.9: peak %.1f, at the end %.2g\n", wild.loudest,
                wild.last);
    EXPECT_LT(wild.loudest, 2 / (1 - 0.9) * std::sqrt(2.0));
    EXPECT_LT(wild.last, wild.loudest / 2);
}

}  // namespace
}  // namespace mixfarm
