/// The dynamic equaliser: the bell it is at each gain, gain law, attack and release times, key, and
/// a plain loop in double.
#include "kernels/effects/dynamic_eq.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "tests/support/effect_runner.h"
#include "tests/support/effort.h"
#include "tests/support/time_constant.h"

namespace mixfarm {
namespace {

struct Setting {
    float frequency_hz, change_db, q, threshold_db, attack_ms, release_ms, keyed;
    std::vector<float> row() const {
        return {frequency_hz, change_db, q, threshold_db, attack_ms, release_ms, keyed};
    }
};

/// Sine left and cosine right: the length of (left, right) is the amplitude at every moment.
signals::Stereo turning(std::size_t frames, double hz, double rate, double peak) {
    return {signals::sine(frames, hz, rate, peak),
            signals::sine(frames, hz, rate, peak, std::numbers::pi / 2)};
}
double length_db(const signals::Stereo& x, std::size_t n) {
    return oracle::db(std::hypot(double(x.left[n]), double(x.right[n])));
}

/// 3/4 dB for each dB above the threshold, at most change_db.
double law_db(const Setting& s, double level_db) {
    const double most = std::fabs(s.change_db);
    const double change = std::clamp(0.75 * (level_db - s.threshold_db), 0.0, most);
    return s.change_db < 0 ? -change : change;
}

TEST(DynamicEq, IsTheBellItSaysWhileItsKeySounds) {
    double worst = 0;
    for (const double rate : {44100.0, 48000.0, 96000.0, 192000.0})
        for (const Setting& s :
             {Setting{2500, -12, 1, -60, 0.5f, 1000, 1}, Setting{300, 9, 4, -60, 0.5f, 1000, 1},
              Setting{12000, -18, 0.3f, -60, 0.5f, 1000, 1},
              Setting{8000, 12, 2, -60, 0.5f, 1000, 1}}) {
            const auto warm = static_cast<std::size_t>(0.1 * rate);
            const auto frames = static_cast<std::size_t>(0.06 * rate);
            // The key is a loud tone at the centre, so that the gain stands; then an impulse.
            const signals::Samples tone = signals::sine(warm + frames, s.frequency_hz, rate, 1);
            const signals::Stereo key{tone, tone};
            EffectRunner<DynamicEq> effect(s.row(), rate);
            effect.key = &key;
            signals::Stereo quiet{signals::Samples(warm), signals::Samples(warm)};
            effect.process(quiet, 120);
            signals::Stereo x{signals::Samples(frames), signals::Samples(frames)};
            x.left[0] = 1, x.right[0] = -1;
            effect.process(x, 120);
            const double g = signals::amplitude(s.change_db), k = 1 / double(s.q);
            for (double hz = 60; hz < 0.45 * rate; hz *= 1.25) {
                const std::complex<double> z{
                    0, std::tan(std::numbers::pi * hz / rate) /
                           std::tan(std::numbers::pi * s.frequency_hz / rate)};
                const double bell =
                    oracle::db(std::abs((z * z + g * k * z + 1.0) / (z * z + k * z + 1.0)));
                const double measured = oracle::db(std::abs(oracle::dft_at(x.left, hz, rate)));
                worst = std::max(worst, std::fabs(measured - bell));
            }
        }
    std::printf("bell at its full gain: off by at most %.4f dB\n", worst);
    EXPECT_LT(worst, 0.05);
}

TEST(DynamicEq, GainLaw) {
    double worst = 0;
    for (const double rate : {44100.0, 96000.0})
        for (const float change : {-18.f, -6.f, 12.f})
            for (const float hz : {60.f, 1000.f, 6000.f})
                for (double in = -58; in <= 0; in += effort(4.3, 17.0)) {
                    const Setting s{hz, change, 1.5f, -40, 5, 100, 0};
                    signals::Stereo x = turning(static_cast<std::size_t>(0.15 * rate), hz, rate,
                                                signals::amplitude(in));
                    EffectRunner<DynamicEq>(s.row(), rate).process(x, 120);
                    const double out = length_db(x, x.frames() - 1);
                    worst = std::max(worst, std::fabs(out - in - law_db(s, in)));
                }
    std::printf("gain law at the centre: off by at most %.4f dB\n", worst);
    EXPECT_LT(worst, 0.1);
}

TEST(DynamicEq, AttackAndReleaseTakeTheirTime) {
    for (const double rate : {44100.0, effort(192000.0, 48000.0)})
        for (const auto& [attack, release] :
             {std::pair{0.5f, 10.f}, std::pair{10.f, 120.f}, std::pair{60.f, 400.f}}) {
            const Setting s{5000, -9, 0.5f, -40, attack, release, 0};
            const auto half = static_cast<std::size_t>(rate * 9 * release / 1000);
            const signals::Stereo dry = [&] {
                signals::Stereo x = turning(3 * half, 5000, rate, 1);
                for (std::size_t n = 0; n < 3 * half; ++n) {
                    const float level = n < half || n >= 2 * half ? 0.001f : 0.5f;
                    x.left[n] *= level, x.right[n] *= level;
                }
                return x;
            }();
            signals::Stereo wet = dry;
            EffectRunner<DynamicEq>(s.row(), rate).process(wet, 120);
            std::vector<double> gains;
            for (std::size_t n = 0; n < 3 * half; ++n)
                gains.push_back(length_db(wet, n) - length_db(dry, n));
            const double down = time_constant_ms(
                {gains.begin() + static_cast<std::ptrdiff_t>(half), gains.end()}, half, rate);
            gains.resize(2 * half);
            const double up = time_constant_ms(gains, half, rate);
            std::printf("at %6.0f: attack %7.3f ms (set %g), release %7.3f ms (set %g)\n", rate, up,
                        attack, down, release);
            EXPECT_NEAR(up, attack, 0.05 * attack);
            EXPECT_NEAR(down, release, 0.05 * release);
        }
}

TEST(DynamicEq, TheKeyOpensTheHole) {
    const double rate = 48000;
    const Setting s{2500, -9, 1, -40, 5, 50, 1};
    constexpr std::size_t kFrames = 24000;
    const signals::Stereo dry = turning(kFrames, 2500, rate, 0.5);
    const auto gain_db = [&](const signals::Stereo* key) {
        signals::Stereo x = dry;
        EffectRunner<DynamicEq> effect(s.row(), rate);
        effect.key = key;
        effect.process(x, 120);
        return length_db(x, kFrames - 1) - length_db(dry, kFrames - 1);
    };
    const auto tone = [&](double hz, double peak) {
        const signals::Samples t = signals::sine(kFrames, hz, rate, peak);
        return signals::Stereo{t, t};
    };
    const signals::Stereo voice = tone(2500, 0.2), faint = tone(2500, 0.005), bass = tone(40, 0.5);
    EXPECT_NEAR(gain_db(&voice), -9, 0.01);
    EXPECT_EQ(gain_db(&faint), 0);
    // Two poles and a zero: 40 Hz is 36 dB down in a band at 2500 Hz with q 1.
    EXPECT_EQ(gain_db(&bass), 0);
    EXPECT_EQ(gain_db(nullptr), 0);
    // Without a key nothing changes, to the bit.
    signals::Stereo x = dry;
    EffectRunner<DynamicEq>(s.row(), rate).process(x, 120);
    EXPECT_EQ(x.left, dry.left);
    EXPECT_EQ(x.right, dry.right);
}

/// n1 s / (s^2 + n1 s + 1) with s = (1 - 1/z) / (g (1 + 1/z)), direct form, double.
struct PlainBand {
    double b, a0, a1, a2, x1 = 0, x2 = 0, y1 = 0, y2 = 0;
    PlainBand(double hz, double q, double rate) {
        const double g = std::tan(std::numbers::pi * hz / rate);
        b = g / q, a0 = g * g + g / q + 1, a1 = 2 * (g * g - 1), a2 = g * g - g / q + 1;
    }
    double operator()(double x) {
        const double y = (b * (x - x2) - a1 * y1 - a2 * y2) / a0;
        x2 = x1, x1 = x, y2 = y1, y1 = y;
        return y;
    }
};

TEST(DynamicEq, FollowsAPlainLoopInDouble) {
    for (const double rate : {44100.0, 96000.0})
        for (const Setting& s :
             {Setting{1200, -12, 0.7f, -45, 5, 80, 0}, Setting{6000, 9, 3, -50, 0.5f, 10, 0},
              Setting{300, -18, 0.3f, -50, 30, 500, 1}}) {
            const signals::Stereo dry = signals::music(1, rate, 3),
                                  key = signals::music(1, rate, 7);
            signals::Stereo wet = dry;
            EffectRunner<DynamicEq> effect(s.row(), rate);
            effect.key = &key;
            effect.process(wet, 120);
            PlainBand left(s.frequency_hz, s.q, rate), right = left, keyed = left;
            const double hold = rate * std::max(0.5 / s.frequency_hz, 0.001) + 1;
            double peak = 0, age = 0, change = 0, error = 0, power = 0;
            for (std::size_t n = 0; n < dry.frames(); ++n) {
                const double l = left(dry.left[n]), r = right(dry.right[n]);
                const double k = keyed(0.5 * (double(key.left[n]) + key.right[n]));
                const double level =
                    s.keyed > 0 ? std::fabs(k) : std::max(std::fabs(l), std::fabs(r));
                if (++age > std::ceil(hold)) peak = 0;
                if (level >= peak) peak = level, age = 0;
                const double wanted = std::fabs(law_db(s, oracle::db(peak)));
                const double ms = wanted > change ? s.attack_ms : s.release_ms;
                change += (1 - std::exp(-1000 / (ms * rate))) * (wanted - change);
                const double more = signals::amplitude(s.change_db < 0 ? -change : change) - 1;
                const double out_left = dry.left[n] + more * l, out_right = dry.right[n] + more * r;
                error +=
                    std::pow(wet.left[n] - out_left, 2) + std::pow(wet.right[n] - out_right, 2);
                power += out_left * out_left + out_right * out_right;
            }
            const double db = 10 * std::log10(error / power);
            std::printf("%g dB at %g Hz, rate %.0f: %.1f dB from the plain loop\n", s.change_db,
                        s.frequency_hz, rate, db);
            EXPECT_LT(db, -90);
        }
}

TEST(DynamicEq, AnyMixtureOfFiltersLosesEnergy) {
    // Coefficients jump every frame between random mixtures of extreme filters: with no input the
    // length of the state never grows.
    signals::Random random(1);
    state_variable::State<float> s{1, 0};
    double longest = 1, last = 1;
    for (int n = 0; n < 20000; ++n) {
        const auto pick = [&] {
            return state_variable::design(random.unit() < 0.5 ? 60 : 12000,
                                          random.unit() < 0.5 ? 1 / 0.3 : 1 / 8.0, 44100);
        };
        const auto a = pick(), b = pick();
        const auto t = static_cast<float>(random.unit());
        if (n % 50 == 0) s = {float(random.both_signs()), float(random.both_signs())}, last = 9;
        const state_variable::Coefs<float> mix{a.a + t * (b.a - a.a), a.b + t * (b.b - a.b),
                                               a.c + t * (b.c - a.c)};
        state_variable::filter(0.f, mix, s);
        const double now = std::hypot(double(s.band), double(s.low));
        longest = std::max(longest, last == 9 ? 0 : now / (last + 1e-30));
        last = now;
    }
    EXPECT_LT(longest, 1 + 1e-6);
}

}  // namespace
}  // namespace mixfarm
