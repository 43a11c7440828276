/// Copies of a lead: doubled, crushed, cut to their places.
#include <gtest/gtest.h>

#include <cstdio>

#include "host/layers/textures.h"
#include "tests/layers/planned_song.h"

namespace mixfarm {
namespace {

using namespace layers_test;

/// A held tone as the lead; on one side alone where that is asked.
PlannedSong held_lead(double hz, bool right_only = false) {
    PlannedSong planned;
    const std::size_t lead = planned.add("voice", Role::lead_vocal,
                                         [=](double t) { return 0.3 * std::sin(kTurn * hz * t); });
    planned.lead(lead, {});
    Stem& stem = planned.song().stems[lead];
    if (right_only) {
        stem.right = stem.left, stem.channels = 2;
        stem.left.assign(stem.left.size(), 0);
    }
    return planned;
}

TEST(DoubledLead, IsLateAndSwaysInPitchOnEachSide) {
    constexpr double kToneOfVoice = 660;
    const PlannedSong planned = held_lead(kToneOfVoice);
    const auto move = plan_doubled_lead(planned.ground());
    ASSERT_TRUE(move);
    const LayerSound sound = move->layers[0].make();
    const FoundSection& chorus = planned.section(2);
    const double wanted_s[] = {0.017, 0.025};
    const std::vector<float>* sides[] = {&sound.left, &sound.right};
    for (const int side : {0, 1}) {
        Lateness heard = lateness_of(*sides[side], planned.song().rate, kToneOfVoice,
                                     chorus.start_s + 0.1, chorus.end_s - 0.1);
        // Which turn of the tone it is, the tone does not tell: the nearest.
        const double middle = 0.5 * (*std::max_element(heard.late_s.begin(), heard.late_s.end()) +
                                     *std::min_element(heard.late_s.begin(), heard.late_s.end()));
        const double turns = std::round((wanted_s[side] - middle) * kToneOfVoice);
        const double delay = middle + turns / kToneOfVoice;
        const std::vector<double> cents = heard.cents();
        const double up = *std::max_element(cents.begin(), cents.end()),
                     down = *std::min_element(cents.begin(), cents.end());
        std::printf("double %d: %.2f ms late about the middle, pitch %+.2f to %+.2f cents\n", side,
                    1000 * delay, down, up);
        EXPECT_NEAR(delay, wanted_s[side], 0.0005);
        EXPECT_NEAR(up, 8, 0.5);
        EXPECT_NEAR(down, -8, 0.5);
        EXPECT_NEAR(mean(heard.level), 0.3, 0.01);
    }
}

TEST(DoubledLead, ComesAfterAClickByItsDelays) {
    // The time itself, by a click; there the sway is as long as its phase says, at most 3.3 ms.
    PlannedSong planned;
    const double at = planned.section(2).start_s + 5;
    planned.lead(planned.add("voice", Role::lead_vocal, clicks_at({at})), {});
    const auto move = plan_doubled_lead(planned.ground());
    ASSERT_TRUE(move);
    const LayerSound sound = move->layers[0].make();
    const auto left = clicks_in(sound.left, planned.song().rate),
               right = clicks_in(sound.right, planned.song().rate);
    ASSERT_EQ(left.size(), 1u);
    ASSERT_EQ(right.size(), 1u);
    std::printf("doubles of a click: %.2f and %.2f ms late\n", 1000 * (left[0] - at),
                1000 * (right[0] - at));
    EXPECT_NEAR(left[0] - at, 0.017, 0.0025);
    EXPECT_NEAR(right[0] - at, 0.025, 0.0035);
}

TEST(DoubledLead, IsOnBothSidesForAVoiceOnOne) {
    const PlannedSong planned = held_lead(440, true);
    const auto move = plan_doubled_lead(planned.ground());
    ASSERT_TRUE(move);
    const LayerSound sound = move->layers[0].make();
    EXPECT_GT(rms(cut(sound.left, planned.song().rate, 0, 100)), 0.01);
    EXPECT_GT(rms(cut(sound.right, planned.song().rate, 0, 100)), 0.01);
}

/// Loud words, soft words and rests, 2 s each.
double spoken(double t) {
    const double level[] = {0.5, 0.02, 0};
    return level[static_cast<int>(t / 2) % 3] * std::sin(kTurn * 300 * t);
}

TEST(Crushed, ReducesLoudPartsAndKeepsTheLevel) {
    const Song song = empty_song(18);
    const Stem stem = stem_of(song, spoken);
    const LayerSound sound = crushed(stem, song);
    const auto gain = [&](double from, double to) {
        return rms_db(sound.left, song.rate, from, to) - rms_db(stem.left, song.rate, from, to);
    };
    const double reduction = gain(9, 9.9) - gain(6.5, 7.9),
                 level = rms_db(sound.left, song.rate, 0, 18) - rms_db(stem.left, song.rate, 0, 18);
    std::printf("crushed: loud words %.1f dB below soft ones, level %+.3f dB\n", reduction, level);
    EXPECT_GE(reduction, 15);
    EXPECT_NEAR(level, 0, 0.05);
    // How soon: what is still louder than the rest of a loud word 3 and 10 ms after it began.
    const auto course = [&](double at) {
        return rms_db(sound.left, song.rate, at, at + 1.0 / 300) -
               rms_db(sound.left, song.rate, 7, 7.5);
    };
    std::printf("  at its onset %+.1f dB, after 10 ms %+.1f, after 30 ms %+.1f\n", course(6),
                course(6.01), course(6.03));
    EXPECT_GT(course(6), 3);
    EXPECT_LT(course(6.03), 1);
    for (const float x : sound.left) ASSERT_TRUE(std::isfinite(x));
}

TEST(Crushed, KeepsSidesAsTheyAre) {
    const Song song = empty_song(6);
    Stem stem = stem_of(song, spoken);
    stem.right = stem.left, stem.channels = 2;
    for (float& x : stem.right) x *= 0.5f;
    const LayerSound half = crushed(stem, song);
    for (std::size_t n = 0; n < half.left.size(); ++n)
        ASSERT_NEAR(half.right[n], 0.5f * half.left[n], 1e-6);
    // On the right alone.
    stem.right = stem.left;
    stem.left.assign(stem.left.size(), 0);
    const LayerSound sound = crushed(stem, song);
    EXPECT_NEAR(rms_db(sound.right, song.rate, 0, 6), rms_db(stem.right, song.rate, 0, 6), 0.05);
    EXPECT_EQ(rms(cut(sound.left, song.rate, 0, 6)), 0);
}

TEST(CrushedLead, SoundsInChorusesOnly) {
    const PlannedSong planned = held_lead(440);
    const auto move = plan_crushed_lead(planned.ground());
    ASSERT_TRUE(move);
    const LayerSound sound = move->layers[0].make();
    const int rate = planned.song().rate;
    for (const std::size_t s : {0, 1, 3})
        EXPECT_EQ(rms(cut(sound.left, rate, planned.section(s).start_s + 0.001,
                          planned.section(s).end_s - 0.001)),
                  0);
    for (const std::size_t s : {2, 4})
        EXPECT_GT(rms_db(sound.left, rate, planned.section(s).start_s + 0.1,
                         planned.section(s).end_s - 0.1),
                  -20);
}

TEST(KeepOnly, IsSilentOutsideAndWholeInsideAndFadesBetween) {
    const Song song = empty_song(10);
    LayerSound sound(song.frames);
    for (float& x : sound.left) x = 1;
    sound.right = sound.left;
    keep_only(sound, song.rate, {{1, 3}, {3, 5}, {7, 8}}, 0.1);
    const auto at = [&](double t) {
        return sound.left[static_cast<std::size_t>(std::lround(t * song.rate))];
    };
    for (const double t : {0.0, 0.5, 0.9999, 5.0001, 6.0, 6.999, 8.001, 9.9})
        EXPECT_EQ(at(t), 0) << t;
    for (const double t : {1.11, 2.0, 2.89, 3.11, 4.5, 7.5}) EXPECT_NEAR(at(t), 1, 1e-6) << t;
    EXPECT_NEAR(at(1.05), 0.5, 0.01);
    EXPECT_NEAR(at(7.95), 0.5, 0.01);
    double step = 0;
    for (std::size_t n = 1; n < sound.left.size(); ++n)
        step = std::max(step, std::fabs(double(sound.left[n]) - sound.left[n - 1]));
    EXPECT_LT(step, std::numbers::pi / 2 / (0.1 * song.rate) * 1.01);
    EXPECT_EQ(sound.left, sound.right);
}

}  // namespace
}  // namespace mixfarm
