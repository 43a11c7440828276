/// The gate: expander curve, thresholds with hysteresis, hold, attack and release times, range, and
/// a decaying tone on which it must not chatter; all of it against a plain loop in double.
#include "kernels/effects/gate.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "tests/support/effect_runner.h"
#include "tests/support/effort.h"

namespace mixfarm {
namespace {

struct Setting {
    float range_db, threshold_db, ratio, hysteresis_db, attack_ms, hold_ms, release_ms;
    std::vector<float> row() const {
        return {range_db, threshold_db, ratio, hysteresis_db, attack_ms, hold_ms, release_ms};
    }
};

/// Gain in dB of every frame under levels in dB, the right side louder or softer at random.
std::vector<double> gains_db(const Setting& s, const std::vector<double>& levels_db,
                             double rate = 48000) {
    EffectRunner<Gate> effect(s.row(), rate);
    signals::Random random(1);
    std::vector<double> gains;
    for (const double db : levels_db) {
        const float level = static_cast<float>(signals::amplitude(db));
        float loud = -level, soft = level * static_cast<float>(random.unit());
        const bool swapped = random.unit() < 0.5;
        float &left = swapped ? soft : loud, &right = swapped ? loud : soft;
        effect.process(&left, &right, 1);
        gains.push_back(oracle::db(-loud / level));
    }
    return gains;
}

std::vector<double> steady(double db, int frames) {
    return std::vector<double>(static_cast<std::size_t>(frames), db);
}
std::vector<double> joined(std::vector<double> a, const std::vector<double>& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

TEST(Gate, TheClosedCurveIsTheExpanders) {
    double worst = 0, deepest = 0;
    for (const float ratio : {1.5f, 2.f, 5.f, 20.f})
        for (const float range : {6.f, 30.f, 80.f})
            for (const float threshold : {-60.f, -30.f, -6.f}) {
                const Setting s{range, threshold, ratio, 4, 0.5f, 0, 5};
                for (double in = threshold - 40; in < threshold - 0.1; in += 1.3) {
                    // (ratio - 1) dB off for every dB below the threshold, at most the range
                    const double off = std::min(double(range), (ratio - 1.0) * (threshold - in));
                    const double gain = gains_db(s, steady(in, 1000)).back();
                    worst = std::max(worst, std::fabs(gain + off));
                    deepest = std::max(deepest, -gain);
                    ASSERT_NEAR(Gate::closed_curve_db(s.row().data(), in), in - off, 1e-4);
                }
                const double far = threshold - range / (ratio - 1) - 1;
                EXPECT_NEAR(gains_db(s, steady(far, 100)).back(), -range, 1e-3);
                EXPECT_NEAR(gains_db(s, steady(threshold + 0.01, 1000)).back(), 0, 1e-3);
            }
    std::printf("expander curve: off by at most %.5f dB; deepest %.3f dB (range 80)\n", worst,
                deepest);
    EXPECT_LT(worst, 0.1);
}

/// First frame from `from` on where the gain has done 1 - 1/e of its way to the last one.
int time_constant(const std::vector<double>& gains, std::size_t from) {
    const double begin = gains[from - 1], way = gains.back() - begin;
    for (std::size_t n = from; n < gains.size(); ++n)
        if (std::fabs(gains[n] - begin) >= (1 - std::exp(-1)) * std::fabs(way))
            return static_cast<int>(n - from) + 1;
    return -1;
}

TEST(Gate, AttackAndReleaseTakeTheirTime) {
    for (const double rate : {44100.0, 48000.0, 192000.0})
        for (const auto& [attack, release] :
             {std::pair{0.2f, 20.f}, std::pair{5.f, 100.f}, std::pair{50.f, 400.f}}) {
            const Setting s{40, -30, 10, 4, attack, 0, release};
            const int half = static_cast<int>(rate * 12 * std::max(attack, release) / 1000);
            const auto soft = steady(-90, half), loud = steady(-10, half);
            const auto at = static_cast<std::size_t>(half);
            const double up =
                1000 * time_constant(gains_db(s, joined(soft, loud), rate), at) / rate;
            const auto closing = gains_db(s, joined(loud, soft), rate);
            const double down = 1000 * time_constant(closing, at) / rate;
            EXPECT_NEAR(closing[at - 1], 0, 0.05);
            EXPECT_NEAR(closing.back(), -40, 0.05);
            std::printf("at %6.0f: attack %6.2f ms (set %g), release %6.2f ms (set %g)\n", rate, up,
                        attack, down, release);
            EXPECT_NEAR(up, attack, 0.05 * attack + 1000 / rate);
            EXPECT_NEAR(down, release, 0.05 * release + 1000 / rate);
        }
}

TEST(Gate, HoldsForItsTime) {
    for (const double rate : {44100.0, 96000.0})
        for (const float hold : {0.f, 7.f, 20.f, 500.f}) {
            const Setting s{60, -30, 10, 4, 0.05f, hold, 5};
            const auto gains = gains_db(
                s, joined(steady(-10, 2000), steady(-90, static_cast<int>(0.6 * rate))), rate);
            std::size_t n = 2000;
            while (n < gains.size() && gains[n] > -0.01) ++n;
            const double held = 1000 * static_cast<double>(n - 2000) / rate;
            std::printf("at %6.0f: held for %.3f ms (set %g)\n", rate, held, hold);
            EXPECT_NEAR(held, hold, 1000 / rate);
        }
}

TEST(Gate, OpensAtTheThresholdAndClosesBelowItByTheHysteresis) {
    for (const float hysteresis : {0.f, 3.f, 12.f}) {
        const Setting s{60, -30, 20, hysteresis, 0.05f, 0, 5};
        // Up and down through the threshold, 0.001 dB a frame.
        std::vector<double> up, levels;
        for (double db = -50; db < -10; db += 0.001) up.push_back(db);
        levels = joined(up, std::vector<double>(up.rbegin(), up.rend()));
        const auto gains = gains_db(s, levels);
        // Closed, 0.1 dB under the threshold costs 1.9 dB at 20:1; open, nothing.
        std::size_t opens = 0, closes = up.size();
        while (levels[opens] < -30) ++opens;
        EXPECT_LT(gains[opens - 200], -1.9);
        EXPECT_GT(gains[opens + 50], -0.05);
        while (gains[closes] > -0.01) ++closes;
        std::printf("hysteresis %g dB: closes at %.3f dB\n", hysteresis, levels[closes]);
        EXPECT_NEAR(levels[closes], -30 - hysteresis, 0.02);
    }
}

/// How often the gain crosses the middle of the range.
int crossings(const Setting& s, const signals::Stereo& dry) {
    signals::Stereo x = dry;
    EffectRunner<Gate>(s.row(), 48000).process(x, 120);
    int count = 0;
    bool open = false;
    for (std::size_t n = 0; n < x.frames(); ++n) {
        if (std::fabs(dry.left[n]) < 1e-5) continue;
        const bool now = oracle::db(x.left[n] / dry.left[n]) > -s.range_db / 2;
        count += now != open;
        open = now;
    }
    return count;
}

TEST(Gate, DoesNotChatterOnADecayingTone) {
    // 30 dB a second, beating by 4 dB peak to peak: a string dying away.
    signals::Stereo tone{signals::Samples(144000), {}};
    for (std::size_t n = 0; n < 144000; ++n) {
        const double t = static_cast<double>(n) / 48000, pi = std::numbers::pi;
        const double db = -3 - 30 * t + 2 * std::sin(2 * pi * 7 * t);
        tone.left[n] = static_cast<float>(signals::amplitude(db) * std::sin(2 * pi * 220 * t));
    }
    tone.right = tone.left;
    const Setting calm{40, -40, 10, 6, 0.5f, 15, 10};
    Setting nervous = calm;
    nervous.hysteresis_db = 0;
    const int with = crossings(calm, tone), without = crossings(nervous, tone);
    std::printf("decaying tone: %d gain changes with hysteresis, %d without\n", with, without);
    EXPECT_EQ(with, 2);
    EXPECT_GT(without, 4);
}

TEST(Gate, FollowsAPlainLoopInDouble) {
    for (const double rate : {44100.0, 96000.0})
        for (const Setting& s :
             {Setting{40, -20, 4, 4, 1, 20, 80}, Setting{80, -35, 20, 12, 0.05f, 0, 5},
              Setting{12, -10, 1.5f, 0, 20, 3.3f, 500}}) {
            const signals::Stereo dry = signals::music(effort(0.7, 0.1), rate, 3);
            signals::Stereo wet = dry;
            EffectRunner<Gate>(s.row(), rate).process(wet, 120);
            double reduction = s.range_db, error = 0, power = 0;
            long last_loud = -1'000'000;
            const long hold = std::lround(s.hold_ms * rate / 1000);
            for (long n = 0; n < static_cast<long>(dry.frames()); ++n) {
                const double l = dry.left[std::size_t(n)], r = dry.right[std::size_t(n)];
                const double level = oracle::db(std::max({std::fabs(l), std::fabs(r), 1e-30}));
                const bool was_open = n - 1 - last_loud <= hold;
                if (level >= s.threshold_db - (was_open ? s.hysteresis_db : 0)) last_loud = n;
                double wanted = 0;
                if (n - last_loud > hold)
                    wanted = std::clamp((s.ratio - 1.0) * (s.threshold_db - level), 0.0,
                                        double(s.range_db));
                const double ms = wanted < reduction ? s.attack_ms : s.release_ms;
                reduction += (1 - std::exp(-1000 / (ms * rate))) * (wanted - reduction);
                const double gain = signals::amplitude(-reduction);
                error += std::pow(wet.left[std::size_t(n)] - gain * l, 2) +
                         std::pow(wet.right[std::size_t(n)] - gain * r, 2);
                power += gain * gain * (l * l + r * r);
            }
            const double db = 10 * std::log10(error / power);
            std::printf("range %g at %.0f: %.1f dB from the plain loop\n", s.range_db, rate, db);
            EXPECT_LT(db, -90);
        }
}

TEST(Gate, NoRangeIsTheIdentityWhateverElseIsSet) {
    const signals::Stereo dry = signals::music(0.1, 48000, 3);
    signals::Stereo x = dry;
    EffectRunner<Gate>(Setting{0, -3, 20, 12, 0.05f, 500, 5}.row(), 48000).process(x, 120);
    EXPECT_EQ(x.left, dry.left);
    EXPECT_EQ(x.right, dry.right);
}

}  // namespace
}  // namespace mixfarm
