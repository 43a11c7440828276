/// The alignment delay measured: phase delay and magnitude against exp(-j w D), gliding, and lanes
/// with delays of their own.
#include "kernels/effects/align.h"

#include <gtest/gtest.h>

#include <complex>
#include <cstdio>
#include <tuple>

#include "tests/support/effect_runner.h"
#include "tests/support/effort.h"

namespace mixfarm {
namespace {

struct Error {
    double samples = 0, db = 0;
};
/// Phase delay and magnitude of the impulse response against a delay of `samples`, up to `share` of
/// the rate.
Error error_of(float ms, double rate, double share) {
    const double samples = double(ms) * rate / 1000;
    const signals::Stereo h =
        impulse_response<Align>({ms}, rate, static_cast<std::size_t>(samples) + 1000);
    Error worst;
    for (double turns = 0.002; turns <= share * 1.0001; turns *= 1.15) {
        const double w = 2 * std::numbers::pi * turns;
        const std::complex<double> left =
            oracle::dft_at(h.left, turns * rate, rate) * std::polar(1.0, w * samples);
        worst.samples = std::max(worst.samples, std::fabs(std::arg(left)) / w);
        worst.db = std::max(worst.db, std::fabs(oracle::db(std::abs(left))));
    }
    for (std::size_t n = 0; n < h.frames(); ++n) EXPECT_EQ(h.right[n], -h.left[n]);
    return worst;
}

TEST(Align, DelaysByFractionsOfASample) {
    struct Range {
        double low, high;              // samples
        double to_eighth, to_quarter;  // samples, allowed
    };
    for (const Range& r : {Range{0.01, 1.149, 0.021, 0.1}, Range{1.151, 2.149, 0.003, 0.03},
                           Range{2.151, 3.149, 0.0005, 0.014}, Range{3.151, 12, 0.0003, 0.007},
                           Range{700, 702, 0.0003, 0.007}})
        for (const double rate : {44100.0, 48000.0, 96000.0, 192000.0}) {
            double eighth = 0, quarter = 0, db = 0;
            const double step = (r.high - r.low) / effort(60, 8);
            for (double samples = r.low; samples < r.high; samples += step) {
                const auto ms = static_cast<float>(samples * 1000 / rate);
                eighth = std::max(eighth, error_of(ms, rate, 0.125).samples);
                const Error e = error_of(ms, rate, 0.25);
                quarter = std::max(quarter, e.samples), db = std::max(db, e.db);
            }
            std::printf(
                "%7.2f to %7.2f samples at %6.0f: off by %.4f up to rate / 8, %.4f up to rate / 4; "
                "magnitude %.6f dB\n",
                r.low, r.high, rate, eighth, quarter, db);
            EXPECT_LT(eighth, r.to_eighth);
            EXPECT_LT(quarter, r.to_quarter);
            EXPECT_LT(db, 1e-3);
        }
}

TEST(Align, WholeSamplesAreCopies) {
    const signals::Samples x = signals::white(3000, 1, 4);
    for (const int samples : {1, 2, 3, 4, 7, 48, 960}) {
        signals::Stereo y{x, x};
        EffectRunner<Align>({static_cast<float>(samples / 48.0)}, 48000).process(y, 120);
        double worst = 0;
        for (std::size_t n = static_cast<std::size_t>(samples); n < x.size(); ++n)
            worst = std::max(
                worst, std::fabs(double(y.left[n]) - x[n - static_cast<std::size_t>(samples)]));
        EXPECT_LT(worst, 2e-4) << samples;  // 1/48 ms is not a float
    }
}

TEST(Align, NoDelayIsTheIdentityToTheBitBesideDelayedLanes) {
    const signals::Samples x = signals::white(4000, 1, 4);
    EffectRunner<Align, f8> lanes;
    for (int i = 0; i < 8; ++i) lanes.set(i, {i == 3 ? 0.f : 1.37f * static_cast<float>(i)}, 48000);
    std::vector<f8> left(x.begin(), x.end()), right = left;
    lanes.process(left.data(), right.data(), static_cast<int>(x.size()));
    for (std::size_t n = 0; n < x.size(); ++n) {
        ASSERT_EQ(left[n][3], x[n]);
        ASSERT_EQ(right[n][3], x[n]);
    }
}

TEST(Align, EveryLaneHasItsOwnDelay) {
    const signals::Samples x = signals::white(5000, 1, 5);
    EffectRunner<Align, f8> lanes;
    const auto ms = [](int i) { return static_cast<float>(i * i) * 0.37f + 0.003f; };
    for (int i = 0; i < 8; ++i) lanes.set(i, {ms(i)}, 48000);
    std::vector<f8> left(x.begin(), x.end()), right = left;
    for (std::size_t n = 0; n < x.size(); n += 100)
        lanes.process(left.data() + n, right.data() + n, 100);
    for (int i = 0; i < 8; ++i) {
        signals::Stereo alone{x, x};
        EffectRunner<Align>({ms(i)}, 48000).process(alone, 77);
        for (std::size_t n = 0; n < x.size(); ++n)
            ASSERT_EQ(bits_of(left[n][i]), bits_of(alone.left[n])) << "lane " << i;
    }
}

TEST(Align, GlidesWithoutAClick) {
    // A tone under a delay that moves from 0 to 20 ms and back, frame by frame as automation
    // glides: the output is the input at the moved time, in double.
    const double rate = 48000, hz = 997;
    constexpr int kFrames = 48000;
    const auto glide = [&](double from, double to) {
        EffectRunner<Align> effect({0}, rate);
        double worst = 0;
        for (int n = 0; n < kFrames; ++n) {
            const double share = std::clamp((n - 2000.0) / (kFrames - 4000.0), 0.0, 1.0);
            const auto delay = static_cast<float>(from + share * (to - from));
            effect.coefs.delay = delay;
            const double w = 2 * std::numbers::pi * hz / rate;
            float l = static_cast<float>(0.5 * std::sin(w * n)), r = l;
            effect.process(&l, &r, 1);
            // The first frames hear the silence in front.
            if (n > 1500)
                worst = std::max(worst, std::fabs(l - 0.5 * std::sin(w * (n - double(delay)))));
        }
        return oracle::db(worst / 0.5);
    };
    // Twenty milliseconds in a second is a change of pitch by 2 %: there the all-pass lags behind.
    for (const auto& [from, to, allowed_db] : {std::tuple{0.0, 960.0, -50.0},
                                               {960.0, 0.0, -50.0},
                                               {0.0, 6.0, -80.0},
                                               {6.0, 0.0, -80.0}}) {
        const double db = glide(from, to);
        std::printf("gliding from %.0f to %.0f samples in a second: %.1f dB off\n", from, to, db);
        EXPECT_LT(db, allowed_db);
    }
}

TEST(Align, StaysInsideItsMemoryForAnyCoefficient) {
    // Sanitizers watch the memory; what comes out is the input delayed by at most 20 ms.
    for (const double rate : {44100.0, 192000.0})
        for (const float delay : {-5.f, 0.2f, 0.02f * static_cast<float>(rate), 1e6f}) {
            EffectRunner<Align> effect({20.f}, rate);
            effect.coefs.delay = delay;
            signals::Stereo x{signals::Samples(8000), signals::Samples(8000)};
            x.left[0] = x.right[0] = 1;
            effect.process(x, 120);
            double power = 0;
            for (const float v : x.left) power += double(v) * v;
            EXPECT_NEAR(power, 1, 1e-4) << delay;
        }
}

}  // namespace
}  // namespace mixfarm
