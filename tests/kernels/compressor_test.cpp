/// The compressor: static curve, attack and release times, stereo link, and a plain loop in double.
#include "kernels/effects/compressor.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "tests/support/effect_runner.h"

namespace mixfarm {
namespace {

struct Setting {
    float threshold_db, ratio, attack_ms, release_ms, knee_db, makeup_db;
    std::vector<float> row() const {
        return {threshold_db, ratio, attack_ms, release_ms, knee_db, makeup_db};
    }
};

/// Reduction in dB wanted at a level in dB: nothing, a parabola through the knee, the ratio's line.
double wanted_db(const Setting& s, double level_db) {
    const double over = level_db - s.threshold_db, slope = 1 - 1 / double(s.ratio);
    const double half = s.knee_db / 2;
    if (over <= -half) return 0;
    if (over >= half) return slope * over;
    return slope * (over + half) * (over + half) / (2.0 * s.knee_db);
}

double steady_output_db(const Setting& s, double in_db) {
    const double rate = 48000;
    EffectRunner<Compressor> effect(s.row(), rate);
    float left = 0, right = 0;
    for (int n = 0; n < 12 * static_cast<int>(s.attack_ms * rate / 1000) + 10; ++n) {
        left = static_cast<float>(signals::amplitude(in_db)), right = -left;
        effect.process(&left, &right, 1);
    }
    return oracle::db(left);
}

TEST(Compressor, StaticCurve) {
    double worst = 0;
    for (const float knee : {0.f, 6.f, 24.f})
        for (const float ratio : {1.5f, 4.f, 20.f})
            for (const float threshold : {-40.f, -18.f, 0.f}) {
                const Setting s{threshold, ratio, 0.5f, 50, knee, 3};
                for (double in = -80; in <= 12; in += 1.7) {
                    const double expected = in - wanted_db(s, in) + s.makeup_db;
                    worst = std::max(worst, std::fabs(steady_output_db(s, in) - expected));
                    const std::vector<float> row = s.row();
                    ASSERT_NEAR(Compressor::static_curve_db(row.data(), in), expected, 1e-4);
                }
            }
    std::printf("static curve: off by at most %.5f dB\n", worst);
    EXPECT_LT(worst, 0.01);
}

TEST(Compressor, ReadsAsItsKnobsSay) {
    // 4:1 above -20 dB, hard knee: 8 dB over become 2 dB over.
    EXPECT_NEAR(steady_output_db({-20, 4, 1, 50, 0, 0}, -12), -18, 0.001);
    EXPECT_NEAR(steady_output_db({-20, 4, 1, 50, 0, 0}, -21), -21, 0.001);
    // In the middle of a 12 dB knee the reduction is slope * knee / 8.
    EXPECT_NEAR(steady_output_db({-20, 4, 1, 50, 12, 0}, -20), -20 - 0.75 * 12 / 8, 0.001);
}

/// Gain in dB of every frame while the level steps from before_db to after_db in the middle.
std::vector<double> gains_over_a_step(const Setting& s, double before_db, double after_db,
                                      double rate, int half) {
    EffectRunner<Compressor> effect(s.row(), rate);
    std::vector<double> gains;
    for (int n = 0; n < 2 * half; ++n) {
        const double level = signals::amplitude(n < half ? before_db : after_db);
        float left = static_cast<float>(level), right = left;
        effect.process(&left, &right, 1);
        gains.push_back(oracle::db(left / level));
    }
    return gains;
}

/// First frame from `half` on at which 1 - 1/e of the way to the last gain is done.
int time_constant(const std::vector<double>& gains, int half) {
    const double from = gains[static_cast<std::size_t>(half - 1)], to = gains.back();
    for (int n = half; n < 2 * half; ++n)
        if (std::fabs(gains[static_cast<std::size_t>(n)] - from) >=
            (1 - std::exp(-1)) * std::fabs(to - from))
            return n - half + 1;
    return -1;
}

TEST(Compressor, AttackAndReleaseTakeTheirTime) {
    for (const double rate : {44100.0, 48000.0, 192000.0})
        for (const auto& [attack, release] :
             {std::pair{1.f, 20.f}, std::pair{10.f, 120.f}, std::pair{60.f, 40.f}}) {
            const Setting s{-30, 8, attack, release, 6, 0};
            const int half = static_cast<int>(rate * 12 * std::max(attack, release) / 1000);
            const double up =
                1000 * time_constant(gains_over_a_step(s, -50, -6, rate, half), half) / rate;
            const double down =
                1000 * time_constant(gains_over_a_step(s, -6, -50, rate, half), half) / rate;
            std::printf("at %6.0f: attack %6.2f ms (set %g), release %6.2f ms (set %g)\n", rate, up,
                        attack, down, release);
            EXPECT_NEAR(up, attack, 0.05 * attack + 1000 / rate);
            EXPECT_NEAR(down, release, 0.05 * release + 1000 / rate);
        }
}

TEST(Compressor, GlidesExponentiallyInDecibels) {
    const double rate = 48000;
    const Setting s{-30, 4, 10, 100, 0, 0};
    const int half = 30000;
    const std::vector<double> gains = gains_over_a_step(s, -60, -10, rate, half);
    for (const double ms : {2.0, 5.0, 10.0, 20.0, 50.0}) {
        const int n = static_cast<int>(ms * rate / 1000);
        EXPECT_NEAR(gains[static_cast<std::size_t>(half + n - 1)],
                    -wanted_db(s, -10) * (1 - std::exp(-ms / 10)), 0.01)
            << ms << " ms";
    }
}

TEST(Compressor, FollowsAPlainLoopInDouble) {
    for (const double rate : {44100.0, 96000.0})
        for (const Setting& s : {Setting{-24, 4, 5, 80, 6, 2}, Setting{-40, 20, 0.1f, 5, 0, 0},
                                 Setting{-12, 1.7f, 30, 900, 18, -3}}) {
            const signals::Stereo dry = signals::music(1, rate, 3);
            signals::Stereo wet = dry;
            EffectRunner<Compressor>(s.row(), rate).process(wet, 120);
            double reduction = 0, error = 0, power = 0;
            for (std::size_t n = 0; n < dry.frames(); ++n) {
                const double level = std::max(
                    {std::fabs(double(dry.left[n])), std::fabs(double(dry.right[n])), 1e-30});
                const double wanted = wanted_db(s, oracle::db(level));
                const double ms = wanted > reduction ? s.attack_ms : s.release_ms;
                reduction += (1 - std::exp(-1000 / (ms * rate))) * (wanted - reduction);
                const double gain = signals::amplitude(s.makeup_db - reduction);
                error += std::pow(wet.left[n] - gain * dry.left[n], 2) +
                         std::pow(wet.right[n] - gain * dry.right[n], 2);
                power += std::pow(gain * dry.left[n], 2) + std::pow(gain * dry.right[n], 2);
            }
            const double db = 10 * std::log10(error / power);
            std::printf("ratio %g at %.0f: %.1f dB from the plain loop\n", s.ratio, rate, db);
            EXPECT_LT(db, -100);
        }
}

TEST(Compressor, BothSidesGetTheGainOfTheLouder) {
    const Setting s{-30, 6, 2, 60, 6, 0};
    const signals::Samples loud = signals::white(5000, 0.8, 1),
                           soft = signals::white(5000, 0.01, 2);
    for (const bool swapped : {false, true}) {
        signals::Stereo x{swapped ? soft : loud, swapped ? loud : soft};
        const signals::Stereo dry = x;
        EffectRunner<Compressor>(s.row(), 48000).process(x, 120);
        for (std::size_t n = 0; n < x.frames(); ++n)
            ASSERT_NEAR(double(x.left[n]) * dry.right[n], double(x.right[n]) * dry.left[n], 1e-8);
        EXPECT_LT(std::fabs(x.left[4000] / dry.left[4000]), 0.5f);
    }
}

TEST(Compressor, NeverExpands) {
    for (const float ratio : {1.f, 2.f, 20.f}) {
        signals::Stereo x{signals::white(20000, 1, 1), signals::white(20000, 1, 2)};
        const signals::Stereo dry = x;
        EffectRunner<Compressor>({-30, ratio, 3, 50, 12, 0}, 48000).process(x, 120);
        for (std::size_t n = 0; n < x.frames(); ++n)
            ASSERT_LE(std::fabs(x.left[n]), std::fabs(dry.left[n]) * (1 + 1e-6f));
    }
}

}  // namespace
}  // namespace mixfarm
