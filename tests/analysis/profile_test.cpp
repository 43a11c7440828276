/// Profile numbers against closed forms: levels of tones and noise, activity, problems by
/// construction.
#include "host/analysis/profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tbb/global_control.h>

#include <numeric>

#include "host/analysis/spectrum.h"
#include "tests/analysis/synthetic.h"

namespace mixfarm {
namespace {

using namespace testing;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string all_problems(const StemProfile& p) {
    return std::accumulate(p.problems.begin(), p.problems.end(), std::string(),
                           [](auto a, const auto& b) { return a + b + "; "; });
}

TEST(Profile, ToneInBothChannelsReadsItsLevel) {
    // EBU Tech 3341 case 1: 1 kHz at -23 dBFS peak in both channels is -22.9933 LUFS; a mono stem
    // feeds both channels.
    Song song = empty_song(10);
    add_stem(song, "tone", Role::other, sine(1000, std::pow(10.0, -23.0 / 20)));
    const Profile profile = analyze(song);
    const StemProfile& p = profile.stems[0];
    EXPECT_NEAR(p.integrated_lufs, -22.9933, 0.01);
    EXPECT_NEAR(p.peak_dbfs, -23, 0.01);
    EXPECT_NEAR(p.crest_db, 20 * std::log10(std::sqrt(2.0)), 0.01);
    EXPECT_NEAR(p.active_share, 1, 1e-9);
    EXPECT_NEAR(p.correlation, 1, 1e-9);
    ASSERT_EQ(p.level_lufs.size(), 100u);
    for (std::size_t b = 1; b < 100; ++b)
        EXPECT_NEAR(p.level_lufs[b], -22.9933, 0.01) << "block " << b;
    const double total = std::accumulate(p.band_power.begin(), p.band_power.end(), 0.0);
    EXPECT_NEAR(10 * std::log10(total), -23 - 3.0103, 0.2);
    const auto strongest =
        std::max_element(p.band_power.begin(), p.band_power.end()) - p.band_power.begin();
    EXPECT_NEAR(band_centre_hz(static_cast<int>(strongest)), 1000, 1);
    std::printf("1 kHz at -23 dBFS: %.4f LUFS, crest %.4f dB, bands %.3f dB\n", p.integrated_lufs,
                p.crest_db, 10 * std::log10(total));
}

TEST(Profile, IndependentNoiseHasItsPowerInItsBandsAndNoCorrelation) {
    Song song = empty_song(6);
    add_stem(song, "noise", Role::other, noise(0.1, 1), noise(0.1, 2));
    const Profile profile = analyze(song);
    const StemProfile& p = profile.stems[0];
    EXPECT_NEAR(p.correlation, 0, 0.01);
    // White noise: a third octave around f holds 2 * 0.2316 f / rate of the power.
    for (int b = 10; b < 27; ++b) {
        const double f = band_centre_hz(b), expected = 0.01 * 2 * 0.23077 * f / 48000;
        EXPECT_NEAR(10 * std::log10(p.band_power[static_cast<std::size_t>(b)] / expected), 0, 0.8)
            << f << " Hz";
    }
}

TEST(Profile, ActivityCountsTheSecondsPlayed) {
    Song song = empty_song(20);
    add_stem(song, "half", Role::keys, during(5, 15, sine(400, 0.1)));
    add_stem(song, "never", Role::keys, [](std::int64_t) { return 0.0f; });
    add_stem(song, "almost never", Role::keys, sine(400, 1e-4));
    const Profile profile = analyze(song);
    EXPECT_NEAR(profile.stems[0].active_share, 0.5, 0.011);
    EXPECT_NEAR(profile.stems[0].crest_db, 3.01, 0.05) << "crest is measured while it plays";
    EXPECT_FALSE(profile.stems[0].silent);
    EXPECT_TRUE(profile.stems[1].silent);
    EXPECT_EQ(profile.stems[1].integrated_lufs, -70);
    EXPECT_TRUE(profile.stems[2].silent) << "-80 dBFS does not pass the absolute gate";
    EXPECT_EQ(profile.masked_by(0, 1), 0);
}

TEST(Profile, NamesProblemsThatAreThereAndNoneThatAreNot) {
    const auto clipped = [](std::int64_t n) {
        return std::clamp(2 * sine(220, 0.6)(n), -0.9f, 0.9f);
    };
    const auto pinkish =
        [](double low_gain) {  // tones a third octave apart, flat per band, one region raised
            return [low_gain](std::int64_t n) {
                double x = 0;
                for (int b = 6; b < 28; ++b) {
                    const bool boxy = b >= 10 && b <= 13;
                    x += 0.01 * (boxy ? low_gain : 1.0) *
                         std::sin(2 * std::numbers::pi * band_centre_hz(b) *
                                      static_cast<double>(n) / 48000 +
                                  b * b);
                }
                return static_cast<float>(x);
            };
        };
    Song song = empty_song(4);
    add_stem(song, "clean", Role::keys, pinkish(1));
    add_stem(song, "boxy", Role::keys, pinkish(std::pow(10.0, 8.0 / 20)));
    add_stem(song, "clipped", Role::keys, clipped);
    add_stem(song, "dc", Role::keys, [](std::int64_t n) { return 0.05f + sine(300, 0.2)(n); });
    add_stem(song, "quiet", Role::keys, sine(500, 0.003));
    add_stem(song, "rumbling", Role::keys, sum(pinkish(1), sine(31.6, 0.03)));
    add_stem(song, "inside out", Role::keys, sine(500, 0.1), sine(500, -0.1));
    for (double hz : {50.0, 200.0, 1000.0, 5000.0})
        add_stem(song, "sine " + std::to_string(hz), Role::bass_guitar, sine(hz, 0.99));
    const Profile profile = analyze(song);
    for (const StemProfile& p : profile.stems) std::printf("[%s]\n", all_problems(p).c_str());
    EXPECT_THAT(profile.stems[0].problems, IsEmpty());
    EXPECT_THAT(profile.stems[1].problems, Contains(HasSubstr("boxy around")));
    EXPECT_NEAR(boxiness(profile.stems[1].band_power).db, 8, 1.0);
    EXPECT_THAT(profile.stems[2].problems, Contains(HasSubstr("clipped")));
    EXPECT_THAT(profile.stems[3].problems, Contains(HasSubstr("DC offset (+5.00 %")));
    EXPECT_THAT(profile.stems[4].problems, Contains(HasSubstr("very low level")));
    EXPECT_THAT(profile.stems[5].problems, Contains(HasSubstr("rumble")));
    EXPECT_THAT(profile.stems[6].problems, Contains(HasSubstr("out of phase")));
    for (std::size_t s = 7; s < profile.stems.size(); ++s)
        EXPECT_THAT(profile.stems[s].problems, Not(Contains(HasSubstr("clipped"))))
            << song.stems[s].name;
}

/// A note with eleven partials, each 3 dB under the one below.
Signal note(double hz, double peak) {
    return [=](std::int64_t n) {
        double x = 0;
        for (int k = 1; k <= 11; ++k)
            x += peak * std::pow(10.0, -3.0 * (k - 1) / 20) *
                 std::sin(2 * std::numbers::pi * k * hz * static_cast<double>(n) / 48000 + k * k);
        return static_cast<float>(x);
    };
}

/// Noise through a low-pass of second order at 20 Hz: feet on a stage, wind.
Signal stage_noise(double gain) {
    return [=, x = noise(1, 3), a = 0.0, b = 0.0](std::int64_t n) mutable {
        constexpr double kPole = 2 * std::numbers::pi * 20 / 48000;
        a += kPole * (x(n) - a);
        b += kPole * (a - b);
        return static_cast<float>(gain * b);
    };
}

TEST(Profile, ADcOffsetIsMoreThanSoundLeavesOfAMean) {
    Song song = empty_song(5.013);  // no whole number of periods
    add_stem(song, "noise", Role::fx, noise(0.25, 1), noise(0.25, 2));
    add_stem(song, "low", Role::synth_bass, sine(21, 0.9));
    add_stem(song, "short and low", Role::synth_bass, during(2, 2.13, sine(27, 0.9)));
    add_stem(song, "offset", Role::fx, sum(noise(0.1, 1), [](std::int64_t) { return 0.004f; }));
    add_stem(song, "offset of one side", Role::fx, noise(0.1, 1),
             sum(noise(0.1, 2), [](std::int64_t) { return -0.004f; }));
    add_stem(song, "offset while it plays", Role::fx,
             during(1, 4, sum(noise(0.1, 1), [](std::int64_t) { return 0.02f; })));
    add_stem(song, "faint", Role::fx, sum(sine(440, 0.1), [](std::int64_t) { return 0.0005f; }));
    const Profile profile = analyze(song);
    for (std::size_t s = 0; s < profile.stems.size(); ++s) {
        const bool offset = song.stems[s].name.starts_with("offset");
        EXPECT_EQ(all_problems(profile.stems[s]).find("DC offset") != std::string::npos, offset)
            << song.stems[s].name << ": " << all_problems(profile.stems[s]);
    }
}

TEST(Profile, RumbleIsNeitherALowNoteNorNoise) {
    Song song = empty_song(6);
    const auto guitar = sum(note(82.4, 0.1), during(3, 6, note(110, 0.1)));
    add_stem(song, "white guitar", Role::electric_guitar, noise(0.1, 1));
    add_stem(song, "white hat", Role::hi_hat, noise(0.1, 7), noise(0.1, 8));
    add_stem(song, "white effect", Role::fx, noise(0.1, 9));
    add_stem(song, "low guitar", Role::electric_guitar, note(41.2, 0.1));
    add_stem(song, "sine guitar", Role::electric_guitar, sine(41.2, 0.3));
    add_stem(song, "lower bass", Role::bass_guitar, note(30.9, 0.1));
    add_stem(song, "sub", Role::synth_bass, sine(32.7, 0.3));
    add_stem(song, "guitar", Role::acoustic_guitar, guitar);
    add_stem(song, "guitar on a stage", Role::acoustic_guitar, sum(guitar, stage_noise(4)));
    add_stem(song, "bass on a bad stage", Role::bass_guitar, sum(note(55, 0.05), stage_noise(40)));
    const Profile profile = analyze(song);
    for (std::size_t s = 0; s < profile.stems.size(); ++s) {
        std::printf("%-20s %s\n", song.stems[s].name.c_str(),
                    all_problems(profile.stems[s]).c_str());
        EXPECT_EQ(all_problems(profile.stems[s]).find("rumble") != std::string::npos,
                  song.stems[s].name.find("stage") != std::string::npos)
            << song.stems[s].name;
    }
}

TEST(Profile, AClickAloneIsTooShortNotSilent) {
    Song song = empty_song(0.01);
    add_stem(song, "click", Role::percussion, sine(1000, 1));
    add_stem(song, "nothing", Role::percussion, [](std::int64_t) { return 0.0f; });
    const Profile alone = analyze(song);
    EXPECT_TRUE(alone.stems[0].too_short);
    EXPECT_FALSE(alone.stems[1].too_short);
    EXPECT_TRUE(alone.stems[0].silent && alone.stems[1].silent);
    Song longer = empty_song(2);
    add_stem(longer, "click", Role::percussion, during(0, 0.01, sine(1000, 1)));
    EXPECT_FALSE(analyze(longer).stems[0].silent) << "in a song of 2 s it can be judged";
}

TEST(Profile, FindsLowEndsThatCancel) {
    Song song = empty_song(5);
    add_stem(song, "kick", Role::kick, sine(60, 0.3));
    add_stem(song, "bass", Role::bass_guitar, sum(sine(60, -0.2), sine(300, 0.05)));
    add_stem(song, "bass in phase", Role::synth_bass, sine(60, 0.2));
    add_stem(song, "hat", Role::hi_hat, sine(9000, 0.2));
    const Profile profile = analyze(song);
    EXPECT_THAT(profile.stems[0].problems,
                Contains(HasSubstr("works against 'bass' below 150 Hz")));
    EXPECT_THAT(profile.stems[1].problems, Contains(HasSubstr("works against 'kick'")));
    EXPECT_THAT(all_problems(profile.stems[0]), Not(HasSubstr("in phase'")));
    EXPECT_THAT(profile.stems[3].problems, Not(Contains(HasSubstr("against"))));
}

TEST(Profile, DoesNotDependOnThreads) {
    Song song = empty_song(6);
    for (int s = 0; s < 5; ++s)
        add_stem(song, std::string(1, static_cast<char>('a' + s)), Role::other,
                 during(s, s + 2, noise(0.1, s + 1u)));
    const auto run = [&](std::size_t threads) {
        tbb::global_control limit(tbb::global_control::max_allowed_parallelism, threads);
        return analyze(song, 3);
    };
    const Profile one = run(1), two = run(2);
    for (std::size_t s = 0; s < one.stems.size(); ++s) {
        EXPECT_EQ(one.stems[s].level_lufs, two.stems[s].level_lufs);
        EXPECT_EQ(one.stems[s].band_power, two.stems[s].band_power);
    }
    EXPECT_EQ(one.masking, two.masking);
}

}  // namespace
}  // namespace mixfarm
