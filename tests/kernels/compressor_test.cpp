/// The compressor: static curve, attack and release times, stereo link, RMS detection, side-chain
/// filter, ducking and mix against closed forms, and all of it against a plain loop in double.
#include "kernels/effects/compressor.h"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cstdio>

#include "tests/support/effect_runner.h"
#include "tests/support/effort.h"
#include "tests/support/filter_oracle.h"

namespace mixfarm {
namespace {

struct Setting {
    float threshold_db, ratio, attack_ms, release_ms, knee_db, makeup_db;
    float rms = 0, mix = 1, sidechain_hz = 20, keyed = 0;
    std::vector<float> row() const {
        return {threshold_db, ratio, attack_ms, release_ms,   knee_db,
                makeup_db,    rms,   mix,       sidechain_hz, keyed};
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
                Setting s{threshold, ratio, 0.5f, 50, knee, 3};
                s.mix = knee == 0 ? 0.3f : 1;
                for (double in = -80; in <= 12; in += 1.7) {
                    const double gain = signals::amplitude(s.makeup_db - wanted_db(s, in));
                    const double expected = in + oracle::db(1 - s.mix + s.mix * gain);
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

/// Second-order Butterworth high-pass by the bilinear transform, direct form I.
struct PlainHighPass {
    double k, x1 = 0, x2 = 0, y1 = 0, y2 = 0;
    PlainHighPass(double hz, double rate) : k(std::tan(std::numbers::pi * hz / rate)) {}
    double operator()(double x) {
        const double a0 = 1 + std::sqrt(2.0) * k + k * k;
        const double y =
            (x - 2 * x1 + x2 - 2 * (k * k - 1) * y1 - (1 - std::sqrt(2.0) * k + k * k) * y2) / a0;
        x2 = x1, x1 = x, y2 = y1, y1 = y;
        return y;
    }
};

/// What becomes of `dry`, in double; the gain of every frame.
std::vector<double> plain_gains(const Setting& s, const signals::Stereo& dry,
                                const signals::Stereo& key, double rate) {
    PlainHighPass left_filter(s.sidechain_hz, rate), right_filter(s.sidechain_hz, rate);
    double reduction = 0, mean_square = 0;
    std::vector<double> gains;
    for (std::size_t n = 0; n < dry.frames(); ++n) {
        const signals::Stereo& heard = s.keyed > 0 ? key : dry;
        double left = heard.left[n], right = heard.right[n];
        if (s.sidechain_hz > 20) left = left_filter(left), right = right_filter(right);
        const double square = (left * left + right * right) / 2;
        mean_square += (1 - std::exp(-1 / (0.010 * rate))) * (square - mean_square);
        const double level =
            s.rms > 0 ? std::sqrt(mean_square) : std::max(std::fabs(left), std::fabs(right));
        const double wanted = wanted_db(s, oracle::db(level + 1e-30));
        const double ms = wanted > reduction ? s.attack_ms : s.release_ms;
        reduction += (1 - std::exp(-1000 / (ms * rate))) * (wanted - reduction);
        gains.push_back(1 - s.mix + s.mix * signals::amplitude(s.makeup_db - reduction));
    }
    return gains;
}

TEST(Compressor, FollowsAPlainLoopInDouble) {
    for (const double rate : {44100.0, 96000.0})
        for (const Setting& s :
             {Setting{-24, 4, 5, 80, 6, 2}, Setting{-40, 20, 0.1f, 5, 0, 0},
              Setting{-12, 1.7f, 30, 900, 18, -3}, Setting{-30, 4, 5, 80, 6, 2, 1},
              Setting{-30, 6, 2, 60, 3, 6, 0, 0.4f}, Setting{-30, 4, 5, 80, 6, 2, 0, 1, 150},
              Setting{-36, 8, 1, 90, 6, 0, 0, 1, 20, 1},
              Setting{-36, 8, 1, 90, 6, 3, 1, 0.7f, 90, 1}}) {
            const signals::Stereo dry = signals::music(effort(0.7, 0.1), rate, 3),
                                  key = signals::music(effort(0.7, 0.1), rate, 4);
            signals::Stereo wet = dry;
            EffectRunner<Compressor> effect(s.row(), rate);
            effect.key = &key;
            effect.process(wet, 120);
            const std::vector<double> gains = plain_gains(s, dry, key, rate);
            double error = 0, power = 0;
            for (std::size_t n = 0; n < dry.frames(); ++n) {
                error += std::pow(wet.left[n] - gains[n] * dry.left[n], 2) +
                         std::pow(wet.right[n] - gains[n] * dry.right[n], 2);
                power += std::pow(gains[n] * dry.left[n], 2) + std::pow(gains[n] * dry.right[n], 2);
            }
            const double db = 10 * std::log10(error / power);
            std::printf("ratio %g, rms %g, mix %g, side-chain %g Hz, keyed %g at %.0f: %.1f dB\n",
                        s.ratio, s.rms, s.mix, s.sidechain_hz, s.keyed, rate, db);
            // Two designs of one analogue filter differ by a little, the rest by rounding.
            EXPECT_LT(db, s.sidechain_hz > 20 ? -80 : -100);
        }
}

/// What the detector reads of a tone in RMS mode, dB: from the reduction, once it is steady.
double level_read_db(Setting s, double hz, double peak_db, double right_gain) {
    const double rate = 48000;
    const signals::Samples tone = signals::sine(96000, hz, rate, signals::amplitude(peak_db));
    signals::Stereo x{tone, tone};
    for (float& v : x.right) v *= static_cast<float>(right_gain);
    const signals::Stereo dry = x;
    EffectRunner<Compressor>(s.row(), rate).process(x, 120);
    double sum = 0, frames = 0;
    for (std::size_t n = 72000; n < x.frames(); ++n)
        if (std::fabs(dry.left[n]) > 1e-4) sum += oracle::db(x.left[n] / dry.left[n]), ++frames;
    return s.threshold_db - sum / frames / (1 - 1 / double(s.ratio));
}

TEST(Compressor, RmsReadsTheRootOfTheMeanSquareOfBothSides) {
    const Setting s{-60, 4, 100, 100, 0, 0, 1};
    double worst = 0;
    for (const double hz : {100.0, 440.0, 3000.0})
        for (const double peak : {-30.0, -6.0}) {
            worst = std::max(worst, std::fabs(level_read_db(s, hz, peak, 1) - (peak - 3.0103)));
            worst = std::max(worst, std::fabs(level_read_db(s, hz, peak, 0) - (peak - 6.0206)));
        }
    std::printf("RMS of tones, both sides and one: off by at most %.4f dB\n", worst);
    EXPECT_LT(worst, 0.05);
}

TEST(Compressor, TheSideChainFilterIsButterworth) {
    double worst = 0;
    for (const float corner : {60.f, 150.f, 500.f})
        for (const double hz : {50.0, 75.0, 150.0, 300.0, 500.0, 1000.0, 5000.0}) {
            const Setting s{-60, 4, 200, 200, 0, 0, 1, 1, corner};
            const double read = level_read_db(s, hz, 0, 1) + 3.0103;
            const double expected =
                oracle::filter_db(oracle::Shape::high_pass, corner, 0, std::sqrt(0.5), hz, 48000);
            worst = std::max(worst, std::fabs(read - expected));
        }
    std::printf("side-chain high-pass seen through the reduction: off by at most %.4f dB\n", worst);
    EXPECT_LT(worst, 0.1);
}

TEST(Compressor, AKeyDucksTheStem) {
    // A key 24 dB over the threshold at 4:1 takes 18 dB off, however soft or loud the stem is.
    const Setting s{-30, 4, 5, 50, 0, 0, 0, 1, 20, 1};
    signals::Stereo key{signals::Samples(48000), signals::Samples(48000)};
    for (std::size_t n = 16000; n < 32000; ++n)
        key.right[n] = static_cast<float>(-signals::amplitude(-6));
    for (const float stem : {0.001f, 0.9f}) {
        signals::Stereo x{signals::Samples(48000, stem), signals::Samples(48000, stem)};
        signals::Stereo alone = x;
        EffectRunner<Compressor> effect(s.row(), 48000);
        effect.key = &key;
        effect.process(x, 120);
        EXPECT_EQ(x.left[15999], stem);
        const double depth = oracle::db(x.left[31999] / stem);
        std::printf("ducked by %.4f dB (18 expected)\n", -depth);
        EXPECT_NEAR(depth, -18, 0.01);
        EXPECT_NEAR(x.left[47999], stem, 0.01 * stem);
        EffectRunner<Compressor>(s.row(), 48000).process(alone, 120);
        EXPECT_EQ(alone.left, signals::Samples(48000, stem)) << "no key is silence";
    }
}

TEST(Compressor, AtRatioOneNothingElseMatters) {
    const signals::Stereo dry = signals::music(0.1, 48000, 3);
    signals::Stereo x = dry;
    EffectRunner<Compressor>({-60, 1, 0.1f, 5, 24, 24, 1, 0.3f, 500, 1}, 48000).process(x, 120);
    EXPECT_EQ(x.left, dry.left);
    EXPECT_EQ(x.right, dry.right);
}

TEST(Compressor, LanesOfDifferentDetectorsAreFloatsInAnyTile) {
    const signals::Stereo dry = signals::music(0.1, 48000, 3), key = signals::music(0.1, 48000, 4);
    const auto setting = [](int i) {
        return Setting{-30.f + float(i),
                       4,
                       5,
                       80,
                       6,
                       2,
                       float(i & 1),
                       i == 3 ? 0.5f : 1.f,
                       i & 2 ? 100.f : 20.f,
                       float(i >> 2)}
            .row();
    };
    EffectRunner<Compressor, f8> lanes;
    for (int i = 0; i < 8; ++i) lanes.set(i, setting(i), 48000);
    lanes.key = &key;
    std::vector<f8> left(dry.left.begin(), dry.left.end()),
        right(dry.right.begin(), dry.right.end());
    lanes.process(left.data(), right.data(), static_cast<int>(left.size()));
    for (const int tile : {1, 3, 4, 37, 120})
        for (int i = 0; i < 8; ++i) {
            signals::Stereo x = dry;
            EffectRunner<Compressor> alone(setting(i), 48000);
            alone.key = &key;
            alone.process(x, tile);
            for (std::size_t n = 0; n < x.frames(); ++n) {
                ASSERT_EQ(x.left[n], left[n][i]) << "lane " << i << ", tile " << tile;
                ASSERT_EQ(x.right[n], right[n][i]) << "lane " << i << ", tile " << tile;
            }
        }
}

TEST(Compressor, GlidesBetweenItsSettings) {
    // From almost no knee to a wide one: no mixture may take off more than either setting does.
    using Coefs = Compressor::Coefs<float>;
    using Numbers = std::array<float, sizeof(Coefs) / sizeof(float)>;
    const auto design = [](float knee) {
        const std::vector<float> row = Setting{-20, 4, 0.1f, 5, knee, 0}.row();
        return std::bit_cast<Numbers>(Compressor::design(row.data(), 48000));
    };
    const Numbers from = design(0.01f), to = design(24);
    const double most = wanted_db({-20, 4, 0.1f, 5, 24, 0}, oracle::db(0.5));
    EffectRunner<Compressor> effect(Setting{-20, 4, 0.1f, 5, 0.01f, 0}.row(), 48000);
    for (int n = 0; n <= 4800; ++n) {
        Numbers now;
        for (std::size_t i = 0; i < now.size(); ++i)
            now[i] = from[i] + static_cast<float>(n) / 4800 * (to[i] - from[i]);
        effect.coefs = std::bit_cast<Coefs>(now);
        float left = 0.5f, right = 0.5f;
        effect.process(&left, &right, 1);
        ASSERT_GE(oracle::db(left / 0.5), -most - 1e-3);
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
        EffectRunner<Compressor>(Setting{-30, ratio, 3, 50, 12, 0}.row(), 48000).process(x, 120);
        for (std::size_t n = 0; n < x.frames(); ++n)
            ASSERT_LE(std::fabs(x.left[n]), std::fabs(dry.left[n]) * (1 + 1e-6f));
    }
}

}  // namespace
}  // namespace mixfarm
