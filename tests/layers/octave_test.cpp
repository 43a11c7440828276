/// An octave under a bass: its pitch, its cleanness, how it follows.
#include <gtest/gtest.h>

#include <cstdio>

#include "host/layers/textures.h"
#include "tests/layers/planned_song.h"

namespace mixfarm {
namespace {

using namespace layers_test;

constexpr double kBelow_hz = 150;

double level_at(const std::vector<double>& x, double hz, double rate) {
    return oracle::db(2 * std::abs(oracle::dft_at(x, hz, rate)) / double(x.size()));
}

TEST(OctaveDown, HalvesTheFrequency) {
    const Song song = empty_song(3);
    for (const double hz : {62.0, 82.4, 110.0, 140.0}) {
        const LayerSound sound = octave_down(tone_of(song, hz), song, kBelow_hz);
        // Whole turns of half the tone, so that its harmonics lie between each other's bins.
        const double turns = std::floor(2 * hz / 2);
        const auto x = cut(sound.left, song.rate, 0.5, 0.5 + turns / (hz / 2));
        const double found = strongest_hz(x, song.rate, 0.35 * hz, 0.7 * hz),
                     base = level_at(x, hz / 2, song.rate);
        double harmonic = -300;
        for (int k = 2; k <= 12; ++k)
            harmonic = std::max(harmonic, level_at(x, k * hz / 2, song.rate) - base);
        std::printf("%.1f Hz: %.3f Hz at %.1f dB, harmonics at most %.1f dB\n", hz, found, base,
                    harmonic);
        EXPECT_NEAR(found, hz / 2, 1);
        EXPECT_LT(harmonic, -12);
        EXPECT_EQ(sound.left, sound.right);
    }
}

TEST(OctaveDown, HearsTheFundamentalUnderHarmonics) {
    const Song song = empty_song(3);
    const Stem stem = stem_of(song, [](double t) {
        double sum = 0;  // as a plucked string has them
        for (int k = 1; k <= 10; ++k) sum += 0.3 / k * std::sin(kTurn * 82.4 * k * t + 0.3 * k);
        return sum;
    });
    const LayerSound sound = octave_down(stem, song, kBelow_hz);
    const auto x = cut(sound.left, song.rate, 0.5, 2.5);
    EXPECT_NEAR(strongest_hz(x, song.rate, 25, 100), 41.2, 1);
}

TEST(OctaveDown, IsSilentWhereTheResultWouldLieUnderHearing) {
    const Song song = empty_song(2);
    for (const double hz : {30.0, 41.2, 50.0}) {
        const LayerSound sound = octave_down(tone_of(song, hz), song, kBelow_hz);
        const Stem later = stem_of(
            song, [=](double t) { return t < 0.5 ? 0 : 0.5 * std::sin(kTurn * hz * (t - 0.5)); });
        const LayerSound behind = octave_down(later, song, kBelow_hz);
        std::printf("%.1f Hz: %.1f dB, at once %.1f dB\n", hz,
                    rms_db(behind.left, song.rate, 0.4, 2), rms_db(sound.left, song.rate, 0, 0.2));
        EXPECT_LT(rms_db(sound.left, song.rate, 0.5, 2), -80);
        EXPECT_LT(rms_db(sound.left, song.rate, 0, 0.2), -80);
        EXPECT_LT(rms_db(behind.left, song.rate, 0.4, 2), -80);
    }
}

TEST(OctaveDown, FollowsTheLevel) {
    const Song song = empty_song(4);
    const auto level = [](double t) { return t < 1 ? 0 : t < 2 ? 0.5 : t < 3 ? 0.125 : 0; };
    const Stem stem = stem_of(
        song, [&](double t) { return level(t) * std::sin(kTurn * 110 * std::max(0.0, t - 1)); });
    const LayerSound sound = octave_down(stem, song, kBelow_hz);
    const double loud = rms_db(sound.left, song.rate, 1.3, 1.9),
                 soft = rms_db(sound.left, song.rate, 2.3, 2.9),
                 behind = rms_db(sound.left, song.rate, 3.15, 3.3);
    // A half of the way in amplitude, by what the tone of 55 Hz is about a time.
    const Lateness heard = lateness_of(sound.left, song.rate, 55, 0.9, 1.5, 0.0005, 1 / 55.0);
    const double full = heard.level.back();
    std::size_t i = 0;
    while (heard.level[i] < 0.5 * full) ++i;
    double first = 0;
    for (std::size_t n = static_cast<std::size_t>(song.rate); first == 0; ++n)
        if (std::fabs(sound.left[n]) > 0.5 * full) first = double(n) / song.rate - 1;
    std::printf(
        "a step of 12.04 dB: %.2f dB; behind it %.1f dB; rises to a half within %.1f ms, "
        "first wave so high at %.1f ms\n",
        loud - soft, behind - loud, 1000 * (heard.at_s[i] - 1), 1000 * first);
    EXPECT_NEAR(loud - soft, 12.04, 0.3);
    EXPECT_LT(behind - loud, -60);
    EXPECT_LE(heard.at_s[i] - 1, 0.020);
}

/// One note in four can be halved; the others would lie below hearing.
TEST(OctaveBelow, IsAsLoudAsTheNotesThatItFollows) {
    PlannedSong planned;
    const auto high = [](double t) { return std::fmod(t, 1.2) < 0.6; };
    planned.add("bass", Role::bass_guitar, [&](double t) {
        return 0.3 * std::sin(kTurn * (high(t) ? 98 : 41.2) * std::fmod(t, 0.6));
    });
    const auto move = plan_octave_below(planned.ground());
    ASSERT_TRUE(move);
    const LayerSound sound = move->layers[0].make();
    const double from = planned.section(2).start_s;
    const double at = std::ceil(from / 1.2) * 1.2;  // a note that is halved
    const double level = rms_db(sound.left, planned.song().rate, at + 0.2, at + 0.55);
    std::printf("octave of the notes that have one: %.2f dB re them\n",
                level - oracle::db(0.3 / std::sqrt(2)));
    EXPECT_NEAR(level, oracle::db(0.3 / std::sqrt(2)), 1.5);
}

TEST(OctaveBelow, IsOfTheBassInChorusesAsLoudAsItsLowEnd) {
    PlannedSong planned;
    const std::size_t bass = planned.add("bass", Role::bass_guitar, [](double t) {
        return 0.3 * std::sin(kTurn * 82.4 * t) + 0.1 * std::sin(kTurn * 824 * t);
    });
    const auto move = plan_octave_below(planned.ground());
    ASSERT_TRUE(move);
    ASSERT_EQ(move->layers.size(), 1u);
    EXPECT_EQ(move->layers[0].stem, static_cast<int>(bass));
    const LayerSound sound = move->layers[0].make();
    const int rate = planned.song().rate;
    for (const std::size_t s : {2, 4}) {
        const auto [from, to] = std::pair(planned.section(s).start_s, planned.section(s).end_s);
        EXPECT_NEAR(rms_db(sound.left, rate, from + 0.2, to - 0.2), oracle::db(0.3 / std::sqrt(2)),
                    1);
        EXPECT_LT(rms_db(sound.left, rate, from - 1, from), -120);
        EXPECT_LT(rms_db(sound.left, rate, to, to + 1), -120);
    }
    PlannedSong low;
    low.add("bass", Role::bass_guitar, [](double t) { return 0.3 * std::sin(kTurn * 41.2 * t); });
    EXPECT_FALSE(plan_octave_below(low.ground()));
}

}  // namespace
}  // namespace mixfarm
