/// The saturator's curve, harmonics and emphasis against closed forms in double; its aliases bin by
/// bin; unit gain, direct current, delay.
#include "kernels/effects/saturator.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "tests/support/effect_runner.h"

namespace mixfarm {
namespace {

struct Setting {
    float drive_db, mix, bias, tape;
    std::vector<float> row() const { return {drive_db, mix, bias, tape}; }
    /// The static curve; direct current is still in it.
    double curve(double x) const {
        const double drive = signals::amplitude(drive_db), b = bias;
        const double bent = std::tanh(drive * x + b) - std::tanh(b);
        return (1 - mix) * x + mix * bent * std::cosh(b) * std::cosh(b) / drive;
    }
};

/// The last `frames` of the left channel's answer to a tone; the right channel's is its mirror
/// image where the curve is odd.
signals::Samples answer(const Setting& s, double hz, double rate, double peak, std::size_t settle,
                        std::size_t frames) {
    signals::Stereo x{signals::sine(settle + frames, hz, rate, peak),
                      signals::sine(settle + frames, hz, rate, -peak)};
    EffectRunner<Saturator>(s.row(), rate).process(x, 120);
    for (std::size_t n = 0; s.bias == 0 && n < x.frames(); ++n) EXPECT_EQ(x.left[n], -x.right[n]);
    return {x.left.end() - static_cast<std::ptrdiff_t>(frames), x.left.end()};
}

/// Amplitude of a tone in a whole number of its periods.
double level(const signals::Samples& x, double hz, double rate) {
    return 2 * std::abs(oracle::dft_at(x, hz, rate)) / static_cast<double>(x.size());
}

TEST(Saturator, FollowsItsCurve) {
    double worst = 0;
    for (const float drive_db : {-12.f, 0.f, 12.f, 24.f})
        for (const float mix : {0.01f, 0.5f, 1.f})
            for (const float tape : {0.f, 1.f})
                for (const float x : {-4.f, -1.f, -0.3f, 0.01f, 0.2f, 0.7f, 2.f}) {
                    const Setting s{drive_db, mix, 0, tape};
                    signals::Stereo held{signals::Samples(600, x), signals::Samples(600, x)};
                    EffectRunner<Saturator>(s.row(), 48000).process(held, 120);
                    const double off = held.left.back() / s.curve(x) - 1;
                    worst = std::max(worst, std::fabs(off));
                    ASSERT_EQ(held.left.back(), held.right.back());
                }
    std::printf("levels held: off by at most %.1e of the output\n", worst);
    EXPECT_LT(worst, 2e-5);
}

TEST(Saturator, LeavesSmallSignalsAtTheirLevel) {
    constexpr double kRate = 48000, kPeak = 1e-3;
    double worst = 0;
    for (const Setting& s :
         {Setting{-12, 1, 0, 0}, Setting{12, 0.5, 0, 0}, Setting{24, 1, 0, 0}, Setting{12, 1, 1, 0},
          Setting{12, 1, 0, 1}, Setting{0, 0.3f, 0.7f, 0.6f}})
        for (const double hz : {20.0, 100.0, 1000.0, 5000.0, 10000.0, 16000.0, 20000.0}) {
            const signals::Samples y = answer(s, hz, kRate, kPeak, 28800, 9600);
            worst = std::max(worst, std::fabs(oracle::db(level(y, hz, kRate) / kPeak)));
        }
    std::printf("small signals, 20 Hz to 20 kHz: gain off by at most %.4f dB\n", worst);
    EXPECT_LT(worst, 0.05);
}

/// Harmonics of the static curve for a sine of amplitude `peak`.
double curve_harmonic(const Setting& s, double peak, int harmonic) {
    constexpr int kPoints = 4096;
    oracle::Complex sum = 0;
    for (int n = 0; n < kPoints; ++n) {
        const double angle = 2 * std::numbers::pi * n / kPoints;
        sum += s.curve(peak * std::sin(angle)) * std::polar(1.0, -harmonic * angle);
    }
    return 2 * std::abs(sum) / kPoints;
}

TEST(Saturator, MakesTheHarmonicsOfItsCurve) {
    constexpr double kRate = 48000, kHz = 100, kPeak = 0.8;
    double worst = 0, current = 0, even = -300;
    for (const float bias : {0.f, 0.3f, 1.f})
        for (const float drive_db : {0.f, 12.f})
            for (const float mix : {0.4f, 1.f}) {
                const Setting s{drive_db, mix, bias, 0};
                const signals::Samples y = answer(s, kHz, kRate, kPeak, 96000, 4800);
                for (int h = 1; h <= 9; ++h) {
                    const double exact = oracle::db(curve_harmonic(s, kPeak, h));
                    const double measured = oracle::db(level(y, h * kHz, kRate));
                    if (h % 2 == 0 && bias == 0) {
                        even = std::max(even, measured);
                    } else if (exact > -90) {
                        worst = std::max(worst, std::fabs(measured - exact));
                    }
                }
                EXPECT_TRUE(bias == 0 || level(y, 2 * kHz, kRate) > 0.003);
                current = std::max(current, level(y, 0, kRate) / 2);
            }
    std::printf(
        "harmonics 1 to 9 of 100 Hz: off by at most %.4f dB; even ones without bias %.0f dB; "
        "direct current %.0f dB\n",
        worst, even, oracle::db(current));
    EXPECT_LT(worst, 0.1);
    EXPECT_LT(even, -120);
    EXPECT_LT(oracle::db(current), -120);
}

/// Gain of the pre-emphasis: one zero at 50 us, one pole 9 dB further up, bilinear.
double emphasis(double hz, double rate, double tape) {
    const double corner = 1 / (2 * std::numbers::pi * 50e-6);
    const oracle::Complex s{
        0, std::tan(std::numbers::pi * hz / rate) / std::tan(std::numbers::pi * corner / rate)};
    return std::abs((1.0 + s) / (1.0 + s / signals::amplitude(9 * tape)));
}

TEST(Saturator, TapeDistortsHighsEarlier) {
    constexpr double kRate = 48000, kPeak = 0.25;
    const auto third = [&](float tape, double hz) {
        const signals::Samples y = answer({6, 1, 0, tape}, hz, kRate, kPeak, 9600, 9600);
        return oracle::db(level(y, 3 * hz, kRate) / level(y, hz, kRate));
    };
    for (const float tape : {0.f, 0.5f, 1.f}) {
        for (const double hz : {100.0, 1000.0, 5000.0}) {
            const Setting flat{6, 1, 0, 0};
            const double driven = kPeak * emphasis(hz, kRate, tape);
            const double exact =
                oracle::db(curve_harmonic(flat, driven, 3) / curve_harmonic(flat, driven, 1) /
                           emphasis(3 * hz, kRate, tape) * emphasis(hz, kRate, tape));
            EXPECT_NEAR(third(tape, hz), exact, 0.1) << hz << " Hz, tape " << tape;
        }
        std::printf("tape %.1f: third harmonic %.2f dB at 100 Hz, %.2f dB at 5 kHz\n", double(tape),
                    third(tape, 100), third(tape, 5000));
    }
    EXPECT_NEAR(third(1, 100), third(0, 100), 0.1);
    EXPECT_GT(third(1, 5000), third(0, 5000) + 3);
}

/// Loudest bin below `top_hz` that is no harmonic, dB below the fundamental; `bins` is odd, so that
/// aliases miss the harmonics.
double worst_alias_db(const signals::Samples& y, std::size_t bins, double top_hz, double rate) {
    std::vector<oracle::Complex> spectrum(y.begin(), y.end());
    oracle::fft(spectrum);
    double worst = 0;
    for (std::size_t k = 1; k <= y.size() / 2; ++k)
        if (k % bins != 0 && double(k) * rate / double(y.size()) < top_hz)
            worst = std::max(worst, std::abs(spectrum[k]));
    return oracle::db(worst / std::abs(spectrum[bins]));
}

TEST(Saturator, AliasesStayUnder60Decibels) {
    constexpr std::size_t kFrames = 8192;
    const auto bins_of = [](double rate) {
        return static_cast<std::size_t>(5000 * kFrames / rate) | 1;
    };
    for (const double rate : {44100.0, 48000.0, 88200.0, 96000.0, 192000.0})
        for (const Setting& s :
             {Setting{12, 1, 0, 0}, Setting{12, 1, 0.5, 0}, Setting{12, 1, 1, 0},
              Setting{12, 1, 0, 0.5}, Setting{12, 1, 0, 1}, Setting{12, 1, 1, 1}}) {
            const std::size_t bins = bins_of(rate);
            const double hz = double(bins) * rate / double(kFrames);
            const auto settle = static_cast<std::size_t>(s.bias > 0 ? 2 * rate : 4800);
            const signals::Samples y = answer(s, hz, rate, 1, settle, kFrames);
            // Above 48 kHz what folds lies beyond hearing.
            const double top = rate < 60000 ? rate : 20000;
            const double alias = worst_alias_db(y, bins, top, rate);
            std::printf("%6.0f Hz, bias %.1f, tape %.1f: aliases %.1f dB\n", rate, double(s.bias),
                        double(s.tape), alias);
            EXPECT_LT(alias, -60);
        }
    const std::size_t bins = bins_of(48000);
    signals::Samples bare = signals::sine(kFrames, double(bins) * 48000 / kFrames, 48000, 1);
    for (float& x : bare) x = static_cast<float>(std::tanh(signals::amplitude(12) * double(x)));
    const double without = worst_alias_db(bare, bins, 48000, 48000);
    std::printf("tanh at 48 kHz without any of it: aliases %.1f dB\n", without);
    EXPECT_GT(without, -30);
}

TEST(Saturator, DelaysLowFrequenciesAsItSays) {
    for (const auto& [rate, frames] : {std::pair{48000.0, 2.41}, std::pair{96000.0, 1.05}})
        for (const float mix : {0.2f, 1.f}) {
            const signals::Samples y = answer({6, mix, 0, 0}, 100, rate, 1e-2, 9600, 9600);
            const signals::Samples x = signals::sine(9600, 100, rate, 1e-2);
            const double turn =
                std::arg(oracle::dft_at(x, 100, rate) / oracle::dft_at(y, 100, rate));
            const double late = turn / (2 * std::numbers::pi * 100) * rate;
            std::printf("%.0f Hz, mix %.1f: %.3f frames late\n", rate, double(mix), late);
            EXPECT_NEAR(late, frames, 0.02);
        }
}

TEST(Saturator, ALaneWithoutMixIsUntouchedBesideOthers) {
    EffectRunner<Saturator, f8> effect;
    for (int i = 0; i < 8; ++i)
        effect.set(i, Setting{18, i == 5 ? 0.f : 0.7f, 0.5, 1}.row(), 48000);
    const signals::Samples dry = signals::white(500, 1, 3);
    std::vector<f8> left(dry.begin(), dry.end()), right = left;
    effect.process(left.data(), right.data(), 500);
    for (std::size_t n = 0; n < 500; ++n) EXPECT_EQ(bits_of(left[n][5]), bits_of(dry[n]));
}

TEST(Saturator, FallsSilentAfterASignal) {
    signals::Stereo x{signals::white(240000, 1, 3), signals::white(240000, 1, 4)};
    for (std::size_t n = 4800; n < x.frames(); ++n) x.left[n] = x.right[n] = 0;
    EffectRunner<Saturator>(Setting{12, 1, 1, 1}.row(), 48000).process(x, 120);
    EXPECT_LT(std::fabs(x.left.back()), 1e-15f);
    EXPECT_LT(std::fabs(x.right.back()), 1e-15f);
}

/// Half-way between the ends of the drive's range a small signal still has its level.
TEST(Saturator, MixturesOfSettingsLieBetweenThem) {
    const Setting soft{-12, 1, 0, 0}, hard{24, 0.2f, 0.8f, 1};
    EffectRunner<Saturator> effect(soft.row(), 48000), other(hard.row(), 48000);
    signals::Samples x = signals::sine(4800, 1000, 48000, 1e-3), right = x;
    glide_effect<Saturator>(effect.coefs, other.coefs, effect.state,
                            Tile<float>{x.data(), right.data(), 4800, 48000}, {});
    EXPECT_NEAR(oracle::db(signals::peak_of(x) / 1e-3), 0, 0.2);
}

}  // namespace
}  // namespace mixfarm
