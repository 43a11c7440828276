/// Held parts that drift in pitch, and tape: heard in a tone that they move.
#include <gtest/gtest.h>

#include <cstdio>

#include "tests/layers/planned_song.h"

namespace mixfarm {
namespace {

using namespace layers_test;

constexpr double kToneHz = 440;

constexpr double kFifth = 1.5;

/// Three held parts, none heard in another, the first of two sides, the second a fifth up; a bass.
PlannedSong held_parts(Role role) {
    PlannedSong planned(16, 22050);
    const auto tone = [](double t) { return 0.5 * std::sin(kTurn * kToneHz * t); };
    const std::size_t one = planned.add("one", role, tone);
    const auto at = [tone](double ratio) { return [=](double t) { return tone(ratio * t); }; };
    planned.add("two", role, at(kFifth));
    planned.add("three", role, at(1.25));
    planned.add("bass", Role::bass_guitar, at(0.25));
    planned.song().stems[one].right = planned.song().stems[one].left;
    return planned;
}

Lateness heard_in(const LayerSound& sound, const Song& song) {
    return lateness_of(sound.left, song.rate, kToneHz, 0.1, song.seconds() - 0.1);
}

/// How far the second part's lateness lies from the first's at most, in seconds.
double apart(const Lateness& first, const LayerSound& second, const Song& song) {
    const Lateness other =
        lateness_of(second.left, song.rate, kFifth * kToneHz, 0.1, song.seconds() - 0.1);
    double most = 0;
    for (std::size_t i = 0; i < std::min(first.late_s.size(), other.late_s.size()); ++i)
        most = std::max(most, std::fabs(first.late_s[i] - other.late_s[i]));
    return most;
}

TEST(PitchDrift, DriftsByItsThreeAmounts) {
    const PlannedSong planned = held_parts(Role::pad);
    const Ground ground = planned.ground();
    const auto move = plan_pitch_drift(ground);
    ASSERT_TRUE(move);
    ASSERT_EQ(move->layers.size(), 9u);
    for (std::size_t i = 0; i < 3; ++i) {
        const double wanted[] = {0.5, 2, 6};
        const MoveLayer& layer = move->layers[i];
        EXPECT_TRUE(layer.instead);
        const LayerSound sound = layer.make();
        const Lateness heard = heard_in(sound, ground.song());
        const std::vector<double> cents = heard.cents();
        std::printf(
            "%.1f cents asked: deviation %.3f, peak %.2f, mean %+.4f; late by up to "
            "%.2f ms\n",
            wanted[i], deviation(cents), largest(cents), mean(cents), 1000 * largest(heard.late_s));
        EXPECT_NEAR(deviation(cents), wanted[i], 0.1 * wanted[i]);
        EXPECT_LE(largest(cents), 12);
        EXPECT_LT(std::fabs(mean(cents)), 0.1);
        EXPECT_LE(largest(heard.late_s), 0.004);
        // Nothing but its time is changed.
        EXPECT_GT(*std::min_element(heard.level.begin(), heard.level.end()), 0.497);
        // Both sides and both parts as one.
        EXPECT_EQ(sound.left, sound.right);
        EXPECT_LT(i == 2 ? apart(heard, move->layers[3 + i].make(), ground.song()) : 0, 2e-6);
        EXPECT_NE(layer.stem, move->layers[3 + i].stem);
    }
}

TEST(PitchDrift, LeavesKitBassAndLeadAlone) {
    PlannedSong planned = held_parts(Role::pad);
    planned.lead(0, {});
    const Ground ground = planned.ground();
    const auto move = plan_pitch_drift(ground);
    ASSERT_TRUE(move);
    for (const MoveLayer& layer : move->layers) {
        EXPECT_NE(layer.stem, 0);
        EXPECT_NE(layer.stem, 3);
    }
}

TEST(Tape, SwaysAtItsTwoRates) {
    const PlannedSong planned = held_parts(Role::pad);
    const Ground ground = planned.ground();
    const auto move = plan_tape(ground);
    ASSERT_TRUE(move);
    ASSERT_EQ(move->layers.size(), 6u);
    for (std::size_t i = 0; i < 3; ++i) {
        const double wow[] = {0.0002, 0.0008, 0.003};
        const LayerSound sound = move->layers[i].make();
        const Lateness heard = heard_in(sound, ground.song());
        const std::vector<double> speed = heard.speed();
        const double rate = 1 / heard.step_s;
        const auto power = power_spectrum(speed, 4096);  // 20 s, bins of 0.05 Hz
        const auto between = [&](double low, double high) {
            return power_between(power, rate, low, high);
        };
        // A sine's peak from its power, its depth drifting.
        const double slow = std::sqrt(2 * between(0.3, 0.9)), fast = std::sqrt(2 * between(7, 9)),
                     rest = 10 * std::log10(between(3, 5) / between(7, 9));
        std::printf(
            "wow of %.2f %% asked: %.4f %% at 0.6 Hz, %.4f %% at 8 Hz, peak %.4f %%, 3-5 "
            "Hz %.1f dB below the flutter; late by up to %.3f ms\n",
            100 * wow[i], 100 * slow, 100 * fast, 100 * largest(speed), rest,
            1000 * largest(heard.late_s));
        EXPECT_LE(largest(speed), 1.4 * wow[i]);
        EXPECT_GE(slow, 0.65 * wow[i]);
        EXPECT_LE(slow, wow[i]);
        EXPECT_NEAR(fast / slow, 1.0 / 3, 0.03);
        // The flutter at its deepest: its own sway turned back, a second at a time.
        std::vector<float> flutter(speed.begin(), speed.end());
        const double deepest = largest(
            lateness_of(flutter, static_cast<int>(rate), 8, 1, ground.song().seconds() - 2, 0.1, 1)
                .level);
        std::printf("  flutter at its deepest %.4f %%\n", 100 * deepest);
        EXPECT_LE(deepest, 0.001005);
        EXPECT_LT(rest, -10);
        EXPECT_LT(10 * std::log10(between(1, 5) / between(0.3, 0.9)), -10);
        EXPECT_LT(std::fabs(mean(speed)), 1e-5);
        EXPECT_EQ(sound.left, sound.right);
        EXPECT_LT(i == 2 ? apart(heard, move->layers[3 + i].make(), ground.song()) : 0, 2e-6);
        // Where the rates are strongest.
        const double low = strongest_hz(speed, rate, 0.3, 0.9),
                     high = strongest_hz(speed, rate, 7, 9);
        EXPECT_NEAR(low, 0.6, 0.02);
        EXPECT_NEAR(high, 8, 0.05);
    }
}

}  // namespace
}  // namespace mixfarm
