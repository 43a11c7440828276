/// Rooms, swells and clouds: how they fade, where they are, how loud.
#include <gtest/gtest.h>

#include <cstdio>

#include "host/layers/textures.h"
#include "host/layers/varispeed.h"
#include "tests/layers/planned_song.h"
#include "tests/support/signals.h"

namespace mixfarm {
namespace {

using namespace layers_test;

/// Seconds in which what is left of a sound's energy falls by 60 dB, from its way from -5 to -35.
double decay_of(std::span<const double> x, double rate) {
    std::vector<double> left(x.size());
    double sum = 0;
    for (std::size_t n = x.size(); n-- > 0;) left[n] = sum += x[n] * x[n];
    std::vector<double> t, db;
    for (std::size_t n = 0; n < x.size(); n += 64) {
        const double now = 10 * std::log10(left[n] / left[0] + 1e-30);
        if (now < -5 && now > -35) t.push_back(double(n) / rate), db.push_back(now);
    }
    return -60 / slope(t, db);
}

LayerSound impulse(const Song& song, double at_s) {
    LayerSound sound(song.frames);
    sound.left[static_cast<std::size_t>(at_s * song.rate)] = 1;
    sound.right[static_cast<std::size_t>(at_s * song.rate)] = 1;
    return sound;
}

TEST(Reverberate, FadesBy60DecibelsInTheTimeAsked) {
    for (const double decay_s : {0.9, 1.8, 4.0}) {
        const Song song = empty_song(decay_s + 0.5);
        LayerSound sound = impulse(song, 0.1);
        reverberate(sound, song.rate, decay_s, 3);
        const auto tail = cut(sound.left, song.rate, 0.1, 10);
        const double energy = 10 * std::log10(rms(tail) * rms(tail) * double(tail.size()));
        const double whole = decay_of(tail, song.rate);
        LayerSound dark = sound, light = sound;
        low_pass(dark, song.rate, 1000), low_pass(dark, song.rate, 1000);
        high_pass(light, song.rate, 8000), high_pass(light, song.rate, 8000);
        const double low = decay_of(cut(dark.left, song.rate, 0.1, 10), song.rate),
                     high = decay_of(cut(light.left, song.rate, 0.1, 10), song.rate);
        const double both = correlation(tail, cut(sound.right, song.rate, 0.1, 10));
        std::printf(
            "%.1f s: %.2f s, below 1 kHz %.2f s, above 8 kHz %.2f s; energy %+.2f dB, left "
            "against right %.3f\n",
            decay_s, whole, low, high, energy, both);
        EXPECT_NEAR(whole, decay_s, 0.1 * decay_s);
        EXPECT_NEAR(low, decay_s, 0.1 * decay_s);
        EXPECT_LT(high, low);  // darker as it fades
        EXPECT_NEAR(energy, 0, 0.1);
        EXPECT_LT(std::fabs(both), 0.1);
        EXPECT_LT(rms_db(sound.left, song.rate, 0, 0.0999), -150);  // nothing ahead of it
    }
}

TEST(Reverberate, IsTheSumOverAllThatSounds) {
    // Two impulses give two tails, whatever blocks they fall into.
    const Song song = empty_song(8);
    LayerSound one = impulse(song, 0.2), two = impulse(song, 5.3), both = impulse(song, 0.2);
    both.left[static_cast<std::size_t>(5.3 * song.rate)] = 1;
    for (LayerSound* s : {&one, &two, &both}) reverberate(*s, song.rate, 1.5, 9);
    double most = 0;
    for (std::size_t n = 0; n < both.left.size(); ++n)
        most = std::max(most, std::fabs(double(both.left[n]) - one.left[n] - two.left[n]));
    EXPECT_LT(most, 1e-5);
    const auto first = cut(one.left, song.rate, 0.2, 1.7),
               second = cut(two.left, song.rate, 5.3, 6.8);
    EXPECT_GT(correlation(first, second), 0.9999);
}

TEST(Reverberate, KeepsTheEnergyOfNoise) {
    const Song song = empty_song(6);
    LayerSound sound(song.frames);
    const auto noise = signals::white(static_cast<std::size_t>(3 * song.rate), 0.5, 1);
    std::copy(noise.begin(), noise.end(), sound.left.begin());
    std::copy(noise.begin(), noise.end(), sound.right.begin());
    const double before = rms_db(sound.left, song.rate, 0, 6);
    reverberate(sound, song.rate, 2, 3);
    const double change = rms_db(sound.left, song.rate, 0, 6) - before;
    std::printf("energy of noise in a room: %+.2f dB\n", change);
    EXPECT_NEAR(change, 0, 1);
}

/// A voice that enters chorus 1 after a rest.
PlannedSong singing(bool right_only) {
    PlannedSong planned;
    const double word = planned.section(2).start_s + 0.1;
    const std::size_t lead = planned.add("voice", Role::lead_vocal, [=](double t) {
        const bool sings = (t > 11 && t < word - 2) || (t >= word && t < word + 3);
        double sum = 0;
        for (int k = 1; sings && k <= 8; ++k) sum += std::sin(kTurn * 220 * k * t) / k;
        return 0.2 * sum;
    });
    planned.lead(lead, {{11, word - 2, 2, word - 3, true}, {word, word + 3, 9, word + 2, true}});
    Stem& stem = planned.song().stems[lead];
    if (right_only) {
        stem.right = stem.left;
        stem.left.assign(stem.left.size(), 0);
        stem.channels = 2;
    }
    return planned;
}

TEST(Swell, RisesIntoTheWordAndEndsThere) {
    const PlannedSong planned = singing(false);
    const Ground ground = planned.ground();
    const auto move = plan_swell(ground);
    ASSERT_TRUE(move);
    ASSERT_EQ(move->layers.size(), 1u);
    const LayerSound sound = move->layers[0].make();
    const int rate = ground.song().rate;
    const double word = planned.section(2).start_s + 0.1;
    const double from = move->places.back().start_s;
    EXPECT_NEAR(move->places.back().end_s, word, 1e-9);
    double before = -200;
    std::printf("swell, every fifth of its %.2f s:", word - from);
    for (int k = 0; k < 5; ++k) {
        const double step = (word - from) / 5,
                     now = rms_db(sound.left, rate, from + k * step, from + (k + 1) * step);
        std::printf(" %.1f", now);
        EXPECT_GT(now, before);
        before = now;
    }
    const auto first = static_cast<std::size_t>(from * rate);
    const auto size = [&](std::size_t n) {
        return std::max(std::fabs(sound.left[n]), std::fabs(sound.right[n]));
    };
    double end = 0, peak = 0, loudest = 0;
    for (std::size_t n = first; n < sound.left.size(); ++n)
        if (size(n) > peak) peak = size(n), loudest = double(n) / rate;
    for (std::size_t n = first; n < sound.left.size(); ++n)
        if (size(n) > 0.03 * peak) end = double(n) / rate;
    double said = 0;
    for (double v : cut(ground.song().stems[0].left, rate, word, word + 0.5))
        said = std::max(said, std::fabs(v));
    std::printf(" dB; loudest %.1f ms, over %.1f ms before the word, peak %+.2f dB re the word\n",
                1000 * (word - loudest), 1000 * (word - end), oracle::db(peak / said));
    EXPECT_LE(word - end, 0.01);
    EXPECT_LE(end, word);
    EXPECT_EQ(rms(cut(sound.left, rate, word + 1e-4, ground.song().seconds())), 0);
    EXPECT_LT(std::fabs(oracle::db(peak / said)), 1);
    EXPECT_LT(word - loudest, 0.1);
}

TEST(Swell, IsThereForAVoiceOnTheRightAlone) {
    const PlannedSong planned = singing(true);
    const auto move = plan_swell(planned.ground());
    ASSERT_TRUE(move);
    EXPECT_GT(rms(cut(move->layers[0].make().right, planned.song().rate, 0, 100)), 1e-3);
}

TEST(GrainCloud, IsAboutAsLoudAsItsSource) {
    const Song song = empty_song(8);
    for (const double hz : {220.0, 277.2, 440.0, 1234.5}) {
        const Stem stem = tone_of(song, hz);
        const LayerSound sound = grain_cloud(stem, song, 0.09, 8, 0.12, 1);
        const double was = rms_db(stem.left, song.rate, 1, 7),
                     left = rms_db(sound.left, song.rate, 1, 7) - was,
                     right = rms_db(sound.right, song.rate, 1, 7) - was;
        std::printf("%.1f Hz in grains: %+.2f dB left, %+.2f dB right\n", hz, left, right);
        EXPECT_LT(std::fabs(left), 3);
        EXPECT_LT(std::fabs(right), 3);
    }
}

TEST(Grains, SoundInTheirPlacesOnly) {
    PlannedSong planned;
    const std::size_t pad = planned.add("pad", Role::pad, [](double t) {
        return 0.2 * (std::sin(kTurn * 440 * t) + std::sin(kTurn * 554.4 * t));
    });
    const auto move = plan_grains(planned.ground());
    ASSERT_TRUE(move);
    ASSERT_EQ(move->places.size(), 2u);
    const LayerSound sound = move->layers[0].make();
    const int rate = planned.song().rate;
    const double was = rms_db(planned.song().stems[pad].left, rate, 1, 5);
    for (const std::size_t s : {0, 3}) {
        const FoundSection& at = planned.section(s);
        const double level = rms_db(sound.left, rate, at.start_s + 1, at.end_s - 1) - was;
        std::printf("cloud in %s: %+.2f dB\n", at.name.c_str(), level);
        EXPECT_LT(std::fabs(level), 3);
    }
    for (const std::size_t s : {1, 2, 4})
        EXPECT_EQ(rms(cut(sound.left, rate, planned.section(s).start_s + 0.001,
                          planned.section(s).end_s - 0.001)),
                  0);
}

TEST(Shimmer, IsAnOctaveUpInTheLastChorusOnly) {
    if (!can_pitch()) GTEST_SKIP() << "NOT TESTED: rubberband is not installed";
    PlannedSong planned;
    planned.add("pad", Role::pad, [](double t) { return 0.3 * std::sin(kTurn * 440 * t); });
    const auto move = plan_shimmer(planned.ground());
    ASSERT_TRUE(move);
    const LayerSound sound = move->layers[0].make();
    const int rate = planned.song().rate;
    const FoundSection& last = planned.section(4);
    const auto x = cut(sound.left, rate, last.start_s + 3, last.end_s - 1);
    const double hz = strongest_hz(x, rate, 840, 920), cents = 1200 * std::log2(hz / 880);
    std::printf("shimmer of 440 Hz: off an octave by %.2f cents, %.1f dB re its source\n", cents,
                oracle::db(rms(x)) - rms_db(planned.song().stems[0].left, rate, 1, 5));
    EXPECT_LT(std::fabs(cents), 5);
    EXPECT_EQ(rms(cut(sound.left, rate, 0, last.start_s - 0.001)), 0);
}

}  // namespace
}  // namespace mixfarm
