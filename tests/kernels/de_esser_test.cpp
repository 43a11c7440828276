/// The de-esser: the shelf it is at each gain, gain law, attack and release times, what it leaves
/// alone, and a plain loop in double.
#include "kernels/effects/de_esser.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "tests/support/effect_runner.h"
#include "tests/support/effort.h"
#include "tests/support/time_constant.h"

namespace mixfarm {
namespace {

struct Setting {
    float frequency_hz, reduction_db, threshold_db, release_ms;
    std::vector<float> row() const {
        return {frequency_hz, reduction_db, threshold_db, release_ms};
    }
};

/// 3/4 dB for each dB above the threshold, at most reduction_db.
double law_db(const Setting& s, double level_db) {
    return std::clamp(0.75 * (level_db - s.threshold_db), 0.0, double(s.reduction_db));
}

/// Prewarped frequency over the corner.
double warped(const Setting& s, double hz, double rate) {
    return std::tan(std::numbers::pi * hz / rate) /
           std::tan(std::numbers::pi * s.frequency_hz / rate);
}

TEST(DeEsser, IsTheShelfItSaysWhileTheBandIsLoud) {
    double worst = 0, highest = -100;
    for (const double rate : {44100.0, 48000.0, 96000.0, 192000.0})
        for (const Setting& s : {Setting{6500, 6, -60, 300}, Setting{2500, 18, -60, 300},
                                 Setting{12000, 12, -60, 300}}) {
            const auto warm = static_cast<std::size_t>(0.02 * rate);
            const auto frames = static_cast<std::size_t>(0.02 * rate);
            // A loud tone on the left holds the gain of both sides; an impulse on the right.
            signals::Stereo x{signals::sine(warm + frames, 15000, rate, 1),
                              signals::Samples(warm + frames)};
            x.right[warm] = 1;
            EffectRunner<DeEsser>(s.row(), rate).process(x, 120);
            const signals::Samples response(x.right.begin() + static_cast<std::ptrdiff_t>(warm),
                                            x.right.end());
            const double g = signals::amplitude(-s.reduction_db);
            for (double hz = 100; hz < 0.45 * rate; hz *= 1.15) {
                const double w4 = std::pow(warped(s, hz, rate), 4);
                const double shelf = 10 * std::log10((1 + g * g * w4) / (1 + w4));
                const double measured = oracle::db(std::abs(oracle::dft_at(response, hz, rate)));
                worst = std::max(worst, std::fabs(measured - shelf));
                highest = std::max(highest, measured);
            }
        }
    std::printf("shelf at its full reduction: off by at most %.4f dB, highest point %+.4f dB\n",
                worst, highest);
    EXPECT_LT(worst, 0.05);
    EXPECT_LT(highest, 0.01);
}

/// Sine left and cosine right at `hz`: the length of (left, right) is the amplitude at every
/// moment.
signals::Stereo turning(std::size_t frames, double hz, double rate, double peak) {
    return {signals::sine(frames, hz, rate, peak),
            signals::sine(frames, hz, rate, peak, std::numbers::pi / 2)};
}
double length(const signals::Stereo& x, std::size_t n) {
    return std::hypot(double(x.left[n]), double(x.right[n]));
}
/// Gain of the band, dB, that a measured gain of the whole at w implies:
/// |y/x|^2 = (1 + g^2 w^4) / (1 + w^4).
double band_gain_db(double measured, double w) {
    const double w4 = std::pow(w, 4);
    return 10 * std::log10(((1 + w4) * measured * measured - 1) / w4);
}

TEST(DeEsser, GainLaw) {
    double worst = 0;
    for (const double rate : {44100.0, 48000.0, 96000.0})
        for (const float reduction : {3.f, 9.f, 18.f})
            for (double in = -58; in <= 0; in += effort(2.9, 11.0)) {
                const Setting s{3000, reduction, -40, 55};
                const double hz = 0.23 * rate, w = warped(s, hz, rate);
                // Level of the high band: |H|^2 = w^4 / (1 + w^4).
                const double band_db = in - 10 * std::log10(1 + std::pow(w, -4));
                signals::Stereo x =
                    turning(static_cast<std::size_t>(0.1 * rate), hz, rate, signals::amplitude(in));
                EffectRunner<DeEsser>(s.row(), rate).process(x, 120);
                const double measured = length(x, x.frames() - 1) / signals::amplitude(in);
                worst = std::max(worst, std::fabs(band_gain_db(measured, w) + law_db(s, band_db)));
            }
    std::printf("gain law of the band: off by at most %.4f dB\n", worst);
    EXPECT_LT(worst, 0.1);
}

TEST(DeEsser, AttackAndReleaseTakeTheirTime) {
    for (const double rate : {44100.0, effort(192000.0, 48000.0)})
        for (const float release : {10.f, 55.f, 300.f}) {
            const Setting s{2500, 9, -40, release};
            const auto half = static_cast<std::size_t>(rate * 9 * release / 1000);
            const double hz = 14000, w = warped(s, hz, rate);
            signals::Stereo dry = turning(3 * half, hz, rate, 1);
            for (std::size_t n = 0; n < 3 * half; ++n) {
                const float level = n < half || n >= 2 * half ? 0.001f : 0.5f;
                dry.left[n] *= level, dry.right[n] *= level;
            }
            signals::Stereo wet = dry;
            EffectRunner<DeEsser>(s.row(), rate).process(wet, 120);
            std::vector<double> gains;
            for (std::size_t n = 0; n < 3 * half; ++n)
                gains.push_back(band_gain_db(length(wet, n) / length(dry, n), w));
            const double down = time_constant_ms(
                {gains.begin() + static_cast<std::ptrdiff_t>(half), gains.end()}, half, rate);
            gains.resize(2 * half);
            const double up = time_constant_ms(gains, half, rate);
            std::printf("at %6.0f: attack %6.3f ms (fixed 0.5), release %7.3f ms (set %g)\n", rate,
                        up, down, release);
            EXPECT_NEAR(up, 0.5, 0.05 * 0.5);
            EXPECT_NEAR(down, release, 0.05 * release);
        }
}

TEST(DeEsser, LeavesTheVowelsAlone) {
    // A vowel at full scale below, no sibilant: nothing moves, to the bit (500 Hz is 44 dB down in
    // a band above 6500 Hz).
    signals::Samples vowel = signals::sine(20000, 500, 48000, 0.9);
    for (std::size_t n = 0; n < 2000; ++n) vowel[n] *= float(n) / 2000;
    signals::Stereo x{vowel, vowel};
    EffectRunner<DeEsser>({6500, 12, -40, 55}, 48000).process(x, 120);
    EXPECT_EQ(x.left, vowel);
    // With a sibilant on top the vowel keeps its level within 0.1 dB while the sibilant loses
    // what the shelf takes at 10 kHz.
    const signals::Samples ess = signals::sine(20000, 10000, 48000, 0.3);
    signals::Stereo both{vowel, vowel};
    for (std::size_t n = 0; n < 20000; ++n) both.left[n] += ess[n], both.right[n] += ess[n];
    const Setting s{6500, 12, -40, 55};
    EffectRunner<DeEsser>(s.row(), 48000).process(both, 120);
    const signals::Samples late(both.left.begin() + 10400, both.left.end());
    const auto level_db = [&](double hz) {
        return oracle::db(2 * std::abs(oracle::dft_at(late, hz, 48000)) / double(late.size()));
    };
    const double w4 = std::pow(warped(s, 10000, 48000), 4), g = signals::amplitude(-12);
    std::printf("vowel %+.3f dB, sibilant %+.2f dB\n", level_db(500) - oracle::db(0.9),
                level_db(10000) - oracle::db(0.3));
    EXPECT_NEAR(level_db(500), oracle::db(0.9), 0.1);
    EXPECT_NEAR(level_db(10000) - oracle::db(0.3), 10 * std::log10((1 + g * g * w4) / (1 + w4)),
                0.05);
}

/// (n2 s^2 + n1 s) / (s^2 + sqrt(2) s + 1), s = (1 - 1/z) / (g (1 + 1/z)), direct form, double.
struct Plain {
    double g, n2, n1, x1 = 0, x2 = 0, y1 = 0, y2 = 0;
    double operator()(double x) {
        const double k = std::sqrt(2.0), b0 = n2 + n1 * g, b1 = -2 * n2, b2 = n2 - n1 * g;
        const double y =
            (b0 * x + b1 * x1 + b2 * x2 - 2 * (g * g - 1) * y1 - (1 - k * g + g * g) * y2) /
            (1 + k * g + g * g);
        x2 = x1, x1 = x, y2 = y1, y1 = y;
        return y;
    }
};

TEST(DeEsser, FollowsAPlainLoopInDouble) {
    for (const double rate : {44100.0, 96000.0})
        for (const Setting& s :
             {Setting{6500, 6, -35, 55}, Setting{2500, 18, -60, 10}, Setting{9000, 12, -50, 300}}) {
            const signals::Stereo dry = signals::music(1, rate, 3);
            signals::Stereo wet = dry;
            EffectRunner<DeEsser>(s.row(), rate).process(wet, 120);
            const double g = std::tan(std::numbers::pi * s.frequency_hz / rate);
            Plain high[] = {{g, 1, 0}, {g, 1, 0}};
            Plain band[] = {{g, 0, std::sqrt(2.0)}, {g, 0, std::sqrt(2.0)}};
            const double hold = rate * std::max(0.5 / s.frequency_hz, 0.001) + 1;
            double peak = 0, age = 0, reduction = 0, error = 0, power = 0, deepest = 0;
            for (std::size_t n = 0; n < dry.frames(); ++n) {
                const double x[] = {dry.left[n], dry.right[n]};
                const double h[] = {high[0](x[0]), high[1](x[1])};
                const double level = std::max(std::fabs(h[0]), std::fabs(h[1]));
                if (++age > std::ceil(hold)) peak = 0;
                if (level >= peak) peak = level, age = 0;
                const double wanted = law_db(s, oracle::db(peak));
                const double ms = wanted > reduction ? 0.5 : s.release_ms;
                reduction += (1 - std::exp(-1000 / (ms * rate))) * (wanted - reduction);
                deepest = std::max(deepest, reduction);
                for (int side = 0; side < 2; ++side) {
                    const double y = x[side] + (signals::amplitude(-reduction) - 1) * h[side] +
                                     (signals::amplitude(-reduction / 2) - 1) * band[side](x[side]);
                    error += std::pow((side ? wet.right[n] : wet.left[n]) - y, 2);
                    power += y * y;
                }
            }
            const double db = 10 * std::log10(error / power);
            std::printf("%g Hz at %.0f: %.1f dB from the plain loop (deepest %.1f dB)\n",
                        s.frequency_hz, rate, db, deepest);
            EXPECT_LT(db, -90);
            EXPECT_GT(deepest, 3);
        }
}

}  // namespace
}  // namespace mixfarm
