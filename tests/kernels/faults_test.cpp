/// What the file meter says of samples: offset, flat tops, samples over full scale, dropouts.
#include <gtest/gtest.h>

#include <cstdio>

#include "tests/support/effort.h"
#include "tests/support/file_reading.h"

namespace mixfarm {
namespace {

using signals::Samples;
constexpr int kRate = 48000;

TEST(FileDetails, DcOfEveryChannel) {
    std::vector<Samples> sound = {signals::white(44100, 0.5, 1), Samples(44100, -0.25f),
                                  signals::sine(44100, 441, 44100, 0.5)};
    double mean = 0;
    for (const float x : sound[0]) mean += double(x) / 44100;
    for (float& x : sound[2]) x += 0.01f;
    const FileDetails details = details_of(woven(sound), 44100, 3);
    ASSERT_EQ(details.channels.size(), 3u);
    EXPECT_NEAR(details.channels[0].dc, mean, 1e-9);
    EXPECT_NEAR(details.channels[1].dc, -0.25, 1e-9);
    EXPECT_NEAR(details.channels[2].dc, 0.01, 1e-7);
    EXPECT_FLOAT_EQ(details.channels[1].sample_peak, 0.25f);
}

void put(Samples& x, std::size_t at, std::size_t count, float value) {
    std::fill_n(x.begin() + static_cast<std::ptrdiff_t>(at), count, value);
}

Samples clipped(Samples x, double peak) {
    const auto top = static_cast<float>(peak);
    for (float& v : x) v = std::clamp(v, -top, top);
    return x;
}

Samples quantised(Samples x, int bits) {
    const double steps = std::ldexp(1, bits - 1);
    for (float& v : x)
        v = static_cast<float>(std::clamp(std::nearbyint(v * steps), -steps, steps - 1) / steps);
    return x;
}

FileDetails::Channel of_one(const Samples& x) {
    return details_of(x, kRate, 1).channels[0];
}

TEST(FileDetails, ClipsAreFlatTopsAtThePeak) {
    constexpr float kTop = 32767.f / 32768;
    Samples x(48000, 0.1f);
    put(x, 1000, 2, 1.f);       // two are none
    put(x, 2000, 3, kTop);      // three are
    put(x, 2003, 4, -1.f);      // the other way round: another one
    put(x, 4798, 6, 1.f);       // across the end of a bin
    put(x, 10000, 9, 0.9999f);  // below full scale
    put(x, 47997, 3, -1.f);     // the end of the file ends it
    for (const std::int64_t block : {1, 479, 48000}) {
        const FileDetails details = details_of(x, kRate, 1, block);
        EXPECT_EQ(details.channels[0].clips, 4) << block;
        EXPECT_EQ(details.channels[0].longest_clip, 6) << block;
        EXPECT_EQ(details.channels[0].over, 0) << block;
    }
    const FileDetails one_side = details_of(woven({Samples(48000, 0.1f), x}), kRate, 2);
    EXPECT_EQ(one_side.channels[0].clips, 0);
    EXPECT_EQ(one_side.channels[1].clips, 4);
    put(x, 30000, 3, 1.5f);  // a peak that comes late: what lies below it was none
    const FileDetails::Channel late = of_one(x);
    EXPECT_EQ(late.clips, 1);
    EXPECT_EQ(late.longest_clip, 3);
    EXPECT_EQ(late.over, 3);
}

TEST(FileDetails, WhatLiesOverFullScaleIsNoClipYet) {
    const Samples sine = signals::sine(kRate, 997, kRate, signals::amplitude(12));
    std::int64_t over = 0;
    for (const float x : sine) over += std::fabs(x) > 1;
    EXPECT_EQ(of_one(sine).clips, 0);
    EXPECT_EQ(of_one(sine).over, over);
    EXPECT_GT(of_one(clipped(sine, 1)).clips, 1900) << "as integers cut it";
    EXPECT_EQ(of_one(clipped(sine, 1)).over, 0);
}

TEST(FileDetails, FlatTopsBelowFullScaleAreFound) {
    const auto top = signals::amplitude(-0.3);
    signals::Stereo music = signals::music(4, kRate, 3);
    for (float& x : music.left) x *= 2;
    for (const Samples& x : {clipped(music.left, top), quantised(clipped(music.left, top), 16),
                             quantised(clipped(music.left, top), 24)}) {
        const FileDetails::Channel found = of_one(x);
        std::printf("music cut at -0.3 dBFS: %ld runs, the longest of %ld\n",
                    static_cast<long>(found.clips), static_cast<long>(found.longest_clip));
        EXPECT_GE(found.clips, 5);
        EXPECT_GE(found.longest_clip, 10);
    }
    // A slow wave that is cut a little: hardly a slope where it is cut.
    EXPECT_GE(of_one(quantised(clipped(signals::sine(4 * kRate, 50, kRate, 1), 0.966), 16)).clips,
              300);
    // So soft that nobody cut it, and so few that they are a chance.
    EXPECT_EQ(of_one(clipped(music.left, 0.2)).clips, 0);
    Samples few = signals::white(kRate, 0.5, 4);
    for (std::size_t i = 0; i < 4; ++i) put(few, 1000 * (i + 1), 5, 0.8f);
    EXPECT_EQ(of_one(few).clips, 0);
    put(few, 9000, 5, 0.8f);
    EXPECT_EQ(of_one(few).clips, 5);
}

TEST(FileDetails, TopsThatAreFlatByQuantisationAreNoClips) {
    const auto frames = static_cast<std::size_t>(effort(8, 1) * kRate);
    for (const int bits : {8, 16, 24})
        for (const double peak : {0.9999, 0.97, 0.5, 0.26})
            for (const double hz : {5.0, 20.0, 47.3, 110.0, 441.0, 997.0, 1777.0})
                EXPECT_EQ(of_one(quantised(signals::sine(frames, hz, kRate, peak), bits)).clips, 0)
                    << hz << " Hz, " << peak << ", " << bits << " bits";
    const signals::Stereo music = signals::music(effort(30, 3), kRate, 5);
    Samples loud = music.left;
    const auto gain = static_cast<float>(0.999 / signals::peak_of(loud));
    for (float& x : loud) x *= gain;
    EXPECT_EQ(of_one(quantised(loud, 16)).clips, 0);
    EXPECT_EQ(of_one(Samples(kRate, 0.7f)).clips, 0) << "an offset";
}

using Gap = FileDetails::Dropout;

void mute(Samples& x, std::size_t from, std::size_t frames) {
    put(x, from, frames, 0);
}

TEST(FileDetails, DropoutsAreFoundToTheSample) {
    const Samples sounding = signals::white(5 * kRate, 0.5, 3);
    for (const std::int64_t block : {1, 479, 48000}) {
        Samples x = signals::white(5 * kRate, 0.5, 2);
        std::size_t at = kRate;
        const std::vector<std::size_t> lengths = {48, 64, 128, 256, 480, 1440, 48000};
        for (const std::size_t frames : lengths) {
            mute(x, at, frames);
            at += frames + 4801;
        }
        mute(x, at, 47);                   // too short
        mute(x, 0, kRate / 2);             // before the sound
        mute(x, x.size() - kRate, kRate);  // after it
        for (const bool both : {false, true}) {
            const FileDetails found =
                both ? details_of(woven({x, x}), kRate, 2, block) : details_of(x, kRate, 1, block);
            ASSERT_EQ(found.dropouts.size(), lengths.size());
            at = kRate;
            for (std::size_t i = 0; i < lengths.size(); ++i) {
                EXPECT_NEAR(found.dropouts[i].start_s, double(at) / kRate, 1e-9);
                EXPECT_NEAR(found.dropouts[i].seconds, double(lengths[i]) / kRate, 1e-9);
                EXPECT_EQ(found.dropouts[i].channel, -1);
                at += lengths[i] + 4801;
            }
        }
        const FileDetails one = details_of(woven({sounding, x, sounding}), kRate, 3, block);
        ASSERT_EQ(one.dropouts.size(), lengths.size());
        EXPECT_EQ(one.dropout_count, static_cast<std::int64_t>(lengths.size()));
        for (const Gap& gap : one.dropouts) EXPECT_EQ(gap.channel, 1);
        const FileDetails silent = details_of(woven({x, Samples(x.size())}), kRate, 2, block);
        ASSERT_EQ(silent.dropouts.size(), lengths.size());
        for (const Gap& gap : silent.dropouts) EXPECT_EQ(gap.channel, -1) << "nothing is left";
    }
}

TEST(FileDetails, RestsAndFadesAreNoDropouts) {
    Samples x = signals::white(5 * kRate, 0.5, 2);
    mute(x, kRate, kRate + 1);  // a rest
    const auto fade = [&](std::size_t at, bool in) {
        for (std::size_t n = 0; n < 4800; ++n)
            x[at + n] *= 1e-4f * static_cast<float>(in ? n : 4800 - n) / 4800;
    };
    fade(3 * kRate - 4800, false);  // into silence
    mute(x, 3 * kRate, 4800);
    fade(4 * kRate, true);  // out of it
    mute(x, 4 * kRate - 4800, 4800);
    EXPECT_TRUE(details_of(x, kRate, 1).dropouts.empty());
    Samples soft = signals::white(kRate, 0.5e-3, 2);  // so soft that a gap is no fault
    mute(soft, 24000, 256);
    EXPECT_TRUE(details_of(soft, kRate, 1).dropouts.empty());
}

TEST(FileDetails, GapsOfAllChannelsNeedNotEndTogether) {
    // A sample next to the gap may be zero by chance in one of them.
    Samples left = signals::white(kRate, 0.5, 2), right = signals::white(kRate, 0.5, 3);
    mute(left, 24000, 256);
    mute(right, 23999, 258);
    const FileDetails found = details_of(woven({left, right}), kRate, 2);
    ASSERT_EQ(found.dropouts.size(), 1u);
    EXPECT_EQ(found.dropouts[0].channel, -1);
    EXPECT_NEAR(found.dropouts[0].start_s, 0.5, 1e-9);
    EXPECT_NEAR(found.dropouts[0].seconds, 256.0 / kRate, 1e-9);
}

TEST(FileDetails, DropoutsWithoutEndAreCounted) {
    Samples x = signals::white(10 * kRate, 0.5, 2);
    for (std::size_t at = 100; at + 200 < x.size(); at += 200) mute(x, at, 60);
    const FileDetails found = details_of(x, kRate, 1);
    EXPECT_EQ(found.dropouts.size(), 1000u);
    EXPECT_EQ(found.dropout_count, 2399);
}

}  // namespace
}  // namespace mixfarm
