/// The transient shaper: what an attack, a held tone and a tail gain, independence of the level,
/// and a plain loop in double.
#include "kernels/effects/transient_shaper.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <deque>
#include <functional>

#include "tests/support/effect_runner.h"
#include "tests/support/effort.h"

namespace mixfarm {
namespace {

constexpr double kRates[] = {44100, 48000, 96000, 192000};

/// A tone on both sides, `hz`, whose amplitude is level(seconds).
signals::Stereo tone(double seconds, double hz, double rate,
                     const std::function<double(double)>& level) {
    signals::Samples x = signals::sine(static_cast<std::size_t>(seconds * rate), hz, rate, 1);
    for (std::size_t n = 0; n < x.size(); ++n)
        x[n] = static_cast<float>(x[n] * level(static_cast<double>(n) / rate));
    return {x, x};
}
signals::Stereo shaped(const signals::Stereo& dry, float attack_db, float sustain_db, double rate) {
    signals::Stereo wet = dry;
    EffectRunner<TransientShaper>({attack_db, sustain_db}, rate).process(wet, 120);
    return wet;
}
/// Gain in dB of frame n; where the wave is too near to zero, that of the frame before.
std::vector<double> gains_db(const signals::Stereo& dry, const signals::Stereo& wet) {
    std::vector<double> gains;
    for (std::size_t n = 0; n < dry.frames(); ++n)
        gains.push_back(std::fabs(dry.left[n]) > 1e-6 ? oracle::db(wet.left[n] / dry.left[n])
                                                      : (gains.empty() ? 0 : gains.back()));
    return gains;
}

TEST(TransientShaper, AnAttackFromRestGainsAttackDb) {
    double worst = 0;
    for (const double rate : kRates)
        for (const float attack : {-12.f, -4.f, 6.f, 12.f})
            // Onset of a tone at once, and of one whose amplitude takes 3 ms to rise.
            for (const double hz : {400.0, 1000.0, 5000.0})
                for (const double rise : {0.0, 0.003}) {
                    const signals::Stereo dry = tone(0.01, hz, rate, [&](double t) {
                        return 0.5 * (rise == 0 ? 1 : std::min(1.0, t / rise));
                    });
                    const std::vector<double> gains = gains_db(dry, shaped(dry, attack, 0, rate));
                    // The peak: where the tone first reaches 99 % of its amplitude.
                    std::size_t n = 0;
                    while (std::fabs(dry.left[n]) < 0.495f && n + 1 < dry.frames()) ++n;
                    worst = std::max(worst, std::fabs(gains[n] - attack));
                }
    std::printf("attack from rest: gain at the peak off by at most %.3f dB\n", worst);
    EXPECT_LT(worst, 0.5);
}

TEST(TransientShaper, AHeldToneGainsNothing) {
    double worst = 0;
    for (const double rate : kRates)
        for (const double hz : {40.0, 110.0, 997.0, 7000.0}) {
            const signals::Stereo dry = tone(2.2, hz, rate, [](double) { return 0.3; });
            const std::vector<double> gains = gains_db(dry, shaped(dry, 12, 12, rate));
            for (auto n = static_cast<std::size_t>(2 * rate); n < dry.frames(); ++n)
                worst = std::max(worst, std::fabs(gains[n]));
        }
    std::printf("tone held for 2 s: gain off 0 by at most %.4f dB\n", worst);
    EXPECT_LT(worst, 0.05);
}

/// Mean gain in dB between two moments.
double mean_db(const std::vector<double>& gains, double rate, double from, double to) {
    double sum = 0;
    const auto first = static_cast<std::size_t>(from * rate),
               last = static_cast<std::size_t>(to * rate);
    for (std::size_t n = first; n < last; ++n) sum += gains[n];
    return sum / double(last - first);
}

TEST(TransientShaper, ATailGainsSustainDb) {
    const double rate = 48000;
    // Half a second of tone, then a tail. Measure: mean gain from 0.3 to 0.6 s into the tail.
    const auto tail = [&](double db_per_second, double hz, float attack, float sustain) {
        const signals::Stereo dry = tone(1.1, hz, rate, [&](double t) {
            return 0.8 * signals::amplitude(-db_per_second * std::max(0.0, t - 0.5));
        });
        return mean_db(gains_db(dry, shaped(dry, attack, sustain, rate)), rate, 0.8, 1.1);
    };
    double worst = 0;
    for (const double hz : {60.0, 220.0, 3000.0})
        for (const double db_per_second : {40.0, 60.0, 120.0})
            for (const float sustain : {-12.f, 5.f, 12.f})
                worst = std::max(worst, std::fabs(tail(db_per_second, hz, 0, sustain) - sustain));
    std::printf("tails of 40 to 120 dB/s: mean gain off sustain_db by at most %.3f dB\n", worst);
    EXPECT_LT(worst, 0.5);
    // A tail of 15 dB/s lags 15 * 0.2 = 3 of the 6 dB once the 200 ms have settled (here 0.3 to 0.6
    // s after the start: 1 - e^-1.5 to 1 - e^-3 of it), so it gets less than half.
    const double settled = 1 - (std::exp(-1.5) - std::exp(-3)) / 1.5;
    EXPECT_NEAR(tail(15, 220, 0, 12), 6 * settled, 0.5);
    // The attack knob leaves tails alone.
    EXPECT_NEAR(tail(60, 220, 12, 0), 0, 0.05);
}

TEST(TransientShaper, ASmallerAttackGetsItsShare) {
    // A tone that jumps by 6 of the 12 dB gets half the gain.
    const double rate = 48000;
    const signals::Stereo dry =
        tone(1.02, 1000, rate, [](double t) { return t < 1 ? 0.2 : 0.2 * signals::amplitude(6); });
    const std::vector<double> gains = gains_db(dry, shaped(dry, 12, 0, rate));
    EXPECT_NEAR(gains[static_cast<std::size_t>(1.00025 * rate)], 6, 0.3);
    // 20 ms later it has fallen to 1/e of it.
    EXPECT_NEAR(gains.back(), 6 / std::exp(1), 0.3);
}

TEST(TransientShaper, TheLevelDoesNotMatter) {
    double worst = 0;
    const auto hits = [](double t) { return 0.9 * std::exp(-std::fmod(t, 0.25) * 18); };
    for (const double rate : {44100.0, 96000.0}) {
        const signals::Stereo loud = tone(2, 180, rate, hits);
        signals::Stereo soft = loud;
        for (float& v : soft.left) v *= 0.1f;
        for (float& v : soft.right) v *= 0.1f;
        const std::vector<double> a = gains_db(loud, shaped(loud, 9, 7, rate)),
                                  b = gains_db(soft, shaped(soft, 9, 7, rate));
        for (std::size_t n = 0; n < a.size(); ++n)
            if (std::fabs(soft.left[n]) > 1e-5) worst = std::max(worst, std::fabs(a[n] - b[n]));
    }
    std::printf("20 dB lower: curve off by at most %.5f dB\n", worst);
    EXPECT_LT(worst, 0.1);
}

TEST(TransientShaper, FollowsAPlainLoopInDouble) {
    for (const double rate : {44100.0, 96000.0})
        for (const auto& [attack, sustain] : {std::pair{9.f, -6.f}, std::pair{-12.f, 12.f}}) {
            const signals::Stereo dry = signals::music(1, rate, 3);
            const signals::Stereo wet = shaped(dry, attack, sustain, rate);
            const auto share = [&](double ms) { return 1 - std::exp(-1000 / (ms * rate)); };
            // Everything here in dB above -120 dBFS.
            double follower = 0, late = 0, lasting = 0, error = 0, power = 0;
            double held = 0, next = 0;
            int left = 0;
            for (std::size_t n = 0; n < dry.frames(); ++n) {
                const double x =
                    std::max(std::fabs(double(dry.left[n])), std::fabs(double(dry.right[n])));
                next = std::max(next, x), --left;
                if (left <= 0) held = next, next = 0, left = int(std::ceil(0.015 * rate));
                if (x >= held) held = x, next = 0, left = int(std::ceil(0.015 * rate));
                const double level = std::max(0.0, oracle::db(held) + 120);
                follower = std::max(level, follower + share(10) * (level - follower));
                late = std::min(follower, late + share(20) * (follower - late));
                late = std::max(late, follower - 12);
                lasting = std::max(follower, lasting + share(200) * (follower - lasting));
                lasting = std::min(lasting, follower + 6);
                const double gain = signals::amplitude(attack * (follower - late) / 12 +
                                                       sustain * (lasting - follower) / 6);
                error += std::pow(wet.left[n] - gain * dry.left[n], 2) +
                         std::pow(wet.right[n] - gain * dry.right[n], 2);
                power += std::pow(gain * dry.left[n], 2) + std::pow(gain * dry.right[n], 2);
            }
            const double db = 10 * std::log10(error / power);
            std::printf("%+g dB, %+g dB at %.0f: %.1f dB from the plain loop\n", attack, sustain,
                        rate, db);
            EXPECT_LT(db, -90);
        }
}

TEST(TransientShaper, BothSidesGetTheSameGain) {
    signals::Stereo x{signals::white(20000, 0.8, 1), signals::white(20000, 0.02, 2)};
    const signals::Stereo dry = x;
    EffectRunner<TransientShaper>({12, 6}, 48000).process(x, 120);
    for (std::size_t n = 0; n < x.frames(); ++n)
        ASSERT_NEAR(double(x.left[n]) * dry.right[n], double(x.right[n]) * dry.left[n], 1e-7);
}

}  // namespace
}  // namespace mixfarm
