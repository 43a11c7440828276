/// Stems read at another time: how exactly, and what moving does to pitch and to cuts.
#include "host/layers/varispeed.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "tests/layers/planned_song.h"
#include "tests/support/signals.h"

namespace mixfarm {
namespace {

using namespace layers_test;

TEST(ReadAt, IsExactBetweenSamplesUpTo35HundredthsOfTheRate) {
    const Song song = empty_song(0.1);
    for (const double share : {0.002, 0.05, 0.2, 0.3, 0.35}) {
        const double hz = share * song.rate;
        const Stem stem = tone_of(song, hz, 1);
        double worst = 0;
        for (const double frames : {0.0, 0.25, 0.5, 0.9371, 3.1416, -7.77, 211.004}) {
            const double delay = frames / song.rate;
            const LayerSound sound = read_at(stem, song, [=](double) { return delay; });
            for (std::size_t n = 300; n + 300 < sound.left.size(); ++n) {
                const double t = static_cast<double>(n) / song.rate - delay;
                worst = std::max(worst, std::fabs(sound.left[n] - std::sin(kTurn * hz * t)));
            }
            EXPECT_EQ(sound.left, sound.right);
        }
        std::printf("%.3f of the rate: error %.1f dB\n", share, oracle::db(worst));
        EXPECT_LT(oracle::db(worst), -70);
    }
}

TEST(ReadAt, ReadsSilenceBeforeAndBehindTheSong) {
    const Song song = empty_song(0.1);
    const Stem stem = stem_of(song, [](double) { return 1; });
    const LayerSound late = read_at(stem, song, [](double) { return 0.05; }),
                     early = read_at(stem, song, [](double) { return -0.05; });
    EXPECT_EQ(rms(cut(late.left, song.rate, 0, 0.049)), 0);
    EXPECT_NEAR(rms(cut(late.left, song.rate, 0.051, 0.1)), 1, 1e-3);
    EXPECT_EQ(rms(cut(early.left, song.rate, 0.051, 0.1)), 0);
    EXPECT_NEAR(rms(cut(early.left, song.rate, 0.001, 0.049)), 1, 1e-3);
}

TEST(ReadAt, MovesEachSideByItself) {
    const Song song = empty_song(0.2);
    Stem stem = tone_of(song, 440);
    stem.right = tone_of(song, 660, 0.25).left;
    const LayerSound sound = read_at(stem, song, [](double) { return 0.0007; });
    const Lateness left = lateness_of(sound.left, song.rate, 440, 0.05, 0.15),
                   right = lateness_of(sound.right, song.rate, 660, 0.05, 0.15);
    EXPECT_NEAR(mean(left.late_s), 0.0007, 1e-6);
    EXPECT_NEAR(mean(right.late_s), 0.0007, 1e-6);
    EXPECT_NEAR(mean(left.level), 0.5, 1e-4);
    EXPECT_NEAR(mean(right.level), 0.25, 1e-4);
}

TEST(ReadAt, BendsPitchByTheSlopeOfItsDelay) {
    const Song song = empty_song(8);
    const Stem stem = tone_of(song, 880);
    const auto delay = [](double t) { return 0.01 + 0.002 * std::sin(kTurn * 0.7 * t); };
    const LayerSound sound = read_at(stem, song, delay);
    const Lateness heard = lateness_of(sound.left, song.rate, 880, 0.2, 7.8);
    const std::vector<double> cents = heard.cents();
    std::vector<double> off;
    for (std::size_t i = 0; i < cents.size(); ++i) {
        const double t = heard.at_s[i] + 0.5 * heard.step_s,
                     slope_of_it = 0.002 * kTurn * 0.7 * std::cos(kTurn * 0.7 * t);
        off.push_back(cents[i] - 1200 * std::log2(1 - slope_of_it));
    }
    std::printf("pitch sways by %.2f cents, off by %.4f rms\n", largest(cents), rms(off));
    EXPECT_GT(largest(cents), 14);
    EXPECT_LT(rms(off), 0.3);
}

/// Sixteenths at 100 beats a minute, moved by up to 15 ms.
struct Moved {
    Song song = empty_song(30);
    std::vector<double> at, cuts, late;
    Moved() {
        signals::Random random(3);
        for (double t = 0.15; t < 29.5; t += 0.15) {
            at.push_back(t), cuts.push_back(t - 0.015);
            late.push_back(0.015 * random.both_signs());
        }
    }
};

TEST(MovedSlices, MoveEveryOnsetByWhatIsAsked) {
    const Moved moved;
    const Stem stem = stem_of(moved.song, clicks_at(moved.at));
    const LayerSound sound = moved_slices(stem, moved.song, moved.cuts, moved.late, 0.01);
    const std::vector<double> found = clicks_in(sound.left, moved.song.rate);
    ASSERT_EQ(found.size(), moved.at.size());
    double worst = 0;
    for (std::size_t i = 0; i < found.size(); ++i)
        worst = std::max(worst, std::fabs(found[i] - moved.at[i] - moved.late[i]));
    std::printf("onsets off by at most %.4f ms\n", 1000 * worst);
    EXPECT_LT(worst, 1e-4);
    // Made anew where they were found, they leave nothing.
    const double besides = besides_clicks_db(sound.left, moved.song, found);
    std::printf("besides the clicks %.1f dB\n", besides);
    EXPECT_LT(besides, -40);
}

TEST(MovedSlices, ThatMoveAlikeAreTheWholeMoved) {
    Moved moved;
    const Stem stem = tone_of(moved.song, 220);
    for (const int frames : {0, 300, -300}) {
        moved.late.assign(moved.late.size(), double(frames) / moved.song.rate);
        const LayerSound sound = moved_slices(stem, moved.song, moved.cuts, moved.late, 0.01);
        double most = 0;
        for (auto n = static_cast<std::size_t>(0.2 * moved.song.rate); n + 300 < sound.left.size();
             ++n) {
            const auto from = static_cast<std::size_t>(std::int64_t(n) - frames);
            most = std::max(most, std::fabs(double(sound.left[n]) - stem.left[from]));
        }
        EXPECT_LT(most, 1e-6);
    }
}

TEST(MovedSlices, CutHeldTonesWithoutClicks) {
    const Moved moved;
    for (const double hz : {110.0, 220.0, 440.0, 1000.0}) {
        const Stem stem = tone_of(moved.song, hz);
        const LayerSound sound = moved_slices(stem, moved.song, moved.cuts, moved.late, 0.01);
        const auto power = power_spectrum(cut(sound.left, moved.song.rate, 0, 30), 1 << 12);
        const double above = 10 * std::log10(power_between(power, moved.song.rate, 4000, 22050) /
                                             power_between(power, moved.song.rate, 0, 22050));
        // How much less there is where pieces meet.
        double least = 0;
        const double whole = rms_db(stem.left, moved.song.rate, 0, 30);
        for (double t = 0.2; t < 29; t += 0.005)
            least = std::min(least, rms_db(sound.left, moved.song.rate, t, t + 0.02) - whole);
        std::printf("%4.0f Hz cut 6.7 times a second: above 4 kHz %.1f dB, dips to %.1f dB\n", hz,
                    above, least);
        EXPECT_LT(above, -60);
    }
}

TEST(Pitched, IsAnOctaveHigherWithin5Cents) {
    if (!can_pitch()) GTEST_SKIP() << "NOT TESTED: rubberband is not installed";
    const Song song = empty_song(3);
    for (const auto& [hz, peak] : {std::pair{330.0, 0.5}, {440.0, 0.3}, {440.0, 0.05}}) {
        const Stem stem = tone_of(song, hz, peak);
        const auto sound = pitched(stem, song, 12);
        ASSERT_TRUE(sound);
        ASSERT_EQ(sound->left.size(), stem.left.size());
        const auto x = cut(sound->left, song.rate, 0.5, 2.5);
        const double found = strongest_hz(x, song.rate, 1.9 * hz, 2.1 * hz),
                     cents = 1200 * std::log2(found / (2 * hz)),
                     tone = 2 * std::abs(oracle::dft_at(x, 2 * hz, song.rate)) / double(x.size()),
                     level = oracle::db(tone / peak);
        std::printf("%.0f Hz an octave up: off by %.3f cents, level %+.2f dB\n", hz, cents, level);
        EXPECT_LT(std::fabs(cents), 5);
        EXPECT_LT(std::fabs(level), 2);
    }
}

}  // namespace
}  // namespace mixfarm
