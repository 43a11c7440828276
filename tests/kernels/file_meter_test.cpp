/// The file meter beyond two channels and over time: BS.1770 weights by place, and every momentary
/// and short-term reading against libebur128.
#include <gtest/gtest.h>

#include <cstdio>

#include "tests/support/ebur128_meter.h"
#include "tests/support/effort.h"
#include "tests/support/file_reading.h"
#include "tests/support/k_weighting_oracle.h"

namespace mixfarm {
namespace {

using signals::Samples;

/// Interleaved; channels without a signal are silent.
Samples woven(const std::vector<Samples>& channels) {
    std::size_t frames = 0;
    for (const Samples& c : channels) frames = std::max(frames, c.size());
    Samples x(frames * channels.size());
    for (std::size_t c = 0; c < channels.size(); ++c)
        for (std::size_t n = 0; n < channels[c].size(); ++n)
            x[n * channels.size() + c] = channels[c][n];
    return x;
}

/// In WAV order: is a place a surround, the LFE, or neither?
enum class Place { front, surround, lfe };
std::vector<Place> places(int channels) {
    using enum Place;
    switch (channels) {
        case 4:
            return {front, front, surround, surround};
        case 5:
            return {front, front, front, surround, surround};
        case 6:
            return {front, front, front, lfe, surround, surround};
        default:
            return std::vector<Place>(static_cast<std::size_t>(channels), front);
    }
}

TEST(FileMeter, EveryChannelAloneReadsWhatBs2217Asks) {
    // A 1 kHz tone of target + 0.691 - K(1 kHz) + 3.0103 - 10 log10 G dBFS in one channel.
    for (const int rate : {44100, 48000, 96000, 192000})
        for (int channels = 1; channels <= kMaxFileChannels; ++channels)
            for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c) {
                const Place place = places(channels)[c];
                const double gain = place == Place::surround ? 1.41 : 1;
                const double db = -23 + 0.691 - oracle::k_weighting_db(1000, rate) + 3.0103 -
                                  10 * std::log10(gain);
                std::vector<Samples> sound(static_cast<std::size_t>(channels));
                sound[c] = signals::sine(static_cast<std::size_t>(rate / 2), 1000, rate,
                                         signals::amplitude(db));
                const Measurement m = read_file(woven(sound), rate, channels);
                EXPECT_NEAR(m.metric("integrated_lufs"), place == Place::lfe ? -70 : -23, 0.01)
                    << "channel " << c << " of " << channels << " at " << rate;
                EXPECT_NEAR(m.metric("sample_peak_dbfs"), db, 0.001) << "peaks know no weights";
            }
}

TEST(FileMeter, SixChannelsOfEbu3341) {
    // Case 6: L, R at -28, C at -24, Ls, Rs at -30; and the five-channel file without the LFE.
    for (const int rate : {44100, 48000, 96000, 192000}) {
        const auto tone = [rate](double db) {
            return signals::sine(static_cast<std::size_t>(2 * rate), 1000, rate,
                                 signals::amplitude(db));
        };
        const Samples front = tone(-28), centre = tone(-24), rear = tone(-30);
        const double exact = oracle::at_rate(-23.0163, rate);
        const double six = read_file(woven({front, front, centre, {}, rear, rear}), rate, 6)
                               .metric("integrated_lufs");
        const double five =
            read_file(woven({front, front, centre, rear, rear}), rate, 5).metric("integrated_lufs");
        std::printf("3341-6 at %d: %.4f and %.4f LUFS, exact %.4f\n", rate, six, five, exact);
        EXPECT_NEAR(six, exact, 0.002);
        EXPECT_NEAR(five, exact, 0.002);
    }
}

TEST(FileMeter, AgreesWithLibebur128OnSurround) {
    for (const int channels : {3, 4, 5, 6}) {
        std::vector<Samples> sound;
        for (int c = 0; c < channels; ++c)
            sound.push_back(signals::white(5 * 48000, 0.1 + 0.1 * c, static_cast<unsigned>(c)));
        const Samples x = woven(sound);
        const Measurement m = read_file(x, 48000, channels);
        const auto other = oracle::ebur128(x, channels, 48000);
        EXPECT_NEAR(m.metric("integrated_lufs"), other.integrated_lufs, 0.01) << channels;
        EXPECT_NEAR(m.metric("sample_peak_dbfs"), 20 * std::log10(other.sample_peak), 1e-3);
        EXPECT_TRUE(std::isnan(m.metric("width")));
    }
}

TEST(FileMeter, EveryReadingOverTimeIsThatOfLibebur128) {
    for (const int rate : {44100, 48000}) {
        const signals::Stereo music = signals::music(effort(9.0, 5.0), rate, 11);
        const Samples x = signals::interleaved(music.left, music.right);
        FileMeter meter(rate, 2);
        meter.push(x.data(), static_cast<std::int64_t>(music.frames()));
        meter.finish();
        const LoudnessSeries series = meter.series();
        EXPECT_NEAR(series.hop_s, 0.1, 1e-12);
        const std::size_t hops = music.frames() / static_cast<std::size_t>(rate / 10);
        ASSERT_EQ(series.momentary_lufs.size(), hops);
        ASSERT_EQ(series.short_term_lufs.size(), hops);
        const auto other = oracle::ebur128(x, 2, rate, false);
        double worst = 0;
        for (std::size_t k = 0; k < hops; ++k) {
            EXPECT_EQ(std::isnan(series.momentary_lufs[k]), k < 3) << k;
            EXPECT_EQ(std::isnan(series.short_term_lufs[k]), k < 29) << k;
            if (k >= 3)
                worst = std::max(worst,
                                 std::fabs(series.momentary_lufs[k] - other.momentary_lufs[k - 3]));
            if (k >= 29)
                worst = std::max(
                    worst, std::fabs(series.short_term_lufs[k] - other.short_term_lufs[k - 29]));
        }
        std::printf("over time at %d: within %.5f LU\n", rate, worst);
        EXPECT_LT(worst, 0.005);
    }
}

TEST(FileMeter, TheSeriesStartsAndEndsWithTheFile) {
    // Half a second of silence, then a tone: the floor, then up; entry k ends at (k + 1) hops.
    Samples x(24000);
    const Samples tone = signals::sine(72000, 1000, 48000, 0.5);
    x.insert(x.end(), tone.begin(), tone.end());
    FileMeter meter(48000, 1);
    meter.push(x.data(), static_cast<std::int64_t>(x.size()));
    const Measurement m = meter.finish();
    const LoudnessSeries coarse = meter.series(0.25), fine = meter.series(0.01);
    ASSERT_EQ(coarse.momentary_lufs.size(), 8u);
    ASSERT_EQ(fine.momentary_lufs.size(), 200u);
    EXPECT_TRUE(std::isnan(coarse.momentary_lufs[0]));
    EXPECT_EQ(coarse.momentary_lufs[1], -70);
    EXPECT_NEAR(coarse.momentary_lufs[7], m.metric("max_momentary_lufs"), 0.001);
    for (std::size_t k = 0; k < coarse.momentary_lufs.size(); ++k)
        EXPECT_EQ(
            std::isnan(coarse.momentary_lufs[k]) ? -1 : coarse.momentary_lufs[k],
            std::isnan(fine.momentary_lufs[25 * k + 24]) ? -1 : fine.momentary_lufs[25 * k + 24]);
    for (const float s : coarse.short_term_lufs) EXPECT_TRUE(std::isnan(s));  // two seconds only
    EXPECT_NEAR(meter.series(0.0001).hop_s, 0.01, 1e-12);
}

/// What the meter found in `x`, pushed in blocks of `block` frames.
FileDetails details_of(const Samples& x, int rate, int channels, std::int64_t block = 1000) {
    FileMeter meter(rate, channels);
    const auto frames = static_cast<std::int64_t>(x.size()) / channels;
    for (std::int64_t at = 0; at < frames; at += block)
        meter.push(x.data() + at * channels, std::min(block, frames - at));
    meter.finish();
    return meter.details();
}

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

TEST(FileDetails, ClipsAreRunsOfThreeAtFullScale) {
    constexpr float kTop = 32767.f / 32768;
    Samples x(48000, 0.1f);
    const auto put = [&x](std::size_t at, std::size_t count, float value) {
        std::fill_n(x.begin() + static_cast<std::ptrdiff_t>(at), count, value);
    };
    put(1000, 2, 1.f);       // two are none
    put(2000, 3, kTop);      // three are
    put(2003, 4, -1.f);      // the other way round: another one
    put(4798, 6, 1.5f);      // across the end of a bin
    put(10000, 9, 0.9999f);  // below full scale
    put(47997, 3, -1.f);     // the end of the file ends it
    for (const std::int64_t block : {1, 479, 48000}) {
        const FileDetails details = details_of(x, 48000, 1, block);
        EXPECT_EQ(details.channels[0].clips, 4) << block;
        EXPECT_EQ(details.channels[0].longest_clip, 6) << block;
    }
    const FileDetails one_side = details_of(woven({Samples(48000, 0.1f), x}), 48000, 2);
    EXPECT_EQ(one_side.channels[0].clips, 0);
    EXPECT_EQ(one_side.channels[1].clips, 4);
    EXPECT_EQ(details_of(signals::sine(48000, 997, 48000, 0.999), 48000, 1).channels[0].clips, 0);
}

TEST(FileDetails, DropoutsAreShortGapsInsideSound) {
    Samples x = signals::white(5 * 48000, 0.5, 2);
    const auto mute = [&x](double from, double to) {
        std::fill(x.begin() + std::lround(from * 48000), x.begin() + std::lround(to * 48000), 0.f);
    };
    mute(0, 0.5);        // before the sound
    mute(1, 1.03);       // 30 ms
    mute(1.5, 1.505);    // too short
    mute(2, 3.2);        // a rest
    mute(3.503, 3.531);  // two whole bins
    mute(4.9, 5);        // after the sound
    const FileDetails one = details_of(x, 48000, 1), two = details_of(woven({x, x}), 48000, 2);
    for (const FileDetails& details : {one, two}) {
        ASSERT_EQ(details.dropouts.size(), 2u);
        EXPECT_NEAR(details.dropouts[0].start_s, 1, 1e-9);
        EXPECT_NEAR(details.dropouts[0].seconds, 0.03, 1e-9);
        EXPECT_NEAR(details.dropouts[1].start_s, 3.51, 1e-9);
        EXPECT_NEAR(details.dropouts[1].seconds, 0.02, 1e-9);
    }
    const Samples sounding = signals::white(x.size(), 0.5, 3);
    EXPECT_TRUE(details_of(woven({x, sounding}), 48000, 2).dropouts.empty()) << "one side plays on";
    for (float& v : x) v *= 1e-4f;  // so soft that a gap is no fault
    EXPECT_TRUE(details_of(x, 48000, 1).dropouts.empty());
}

TEST(FileDetails, BarkBandsHoldThePowerOfTheSound) {
    for (const int rate : {44100, 96000}) {
        const Samples left = signals::sloped(1 << 17, rate, -3, 60, 15000, -20, 4),
                      right = signals::sloped(1 << 17, rate, 0, 60, 15000, -26, 5);
        const FileDetails noise = details_of(woven({left, right}), rate, 2);
        double l = 0, r = 0;
        for (std::size_t b = 0; b < kBarkBands; ++b)
            l += noise.bark_left[b], r += noise.bark_right[b];
        EXPECT_NEAR(10 * std::log10(l), -20, 0.1) << rate;
        EXPECT_NEAR(10 * std::log10(r), -26, 0.1) << rate;
        for (std::size_t b = 0; b < kBarkBands; ++b) {
            const double low = bark_edges_hz()[b], high = bark_edges_hz()[b + 1];
            const Samples tone = signals::sine(32768, (low + high) / 2, rate, 0.5);
            const FileDetails heard = details_of(woven({tone, tone}), rate, 2);
            EXPECT_NEAR(10 * std::log10(heard.bark_left[b]), 10 * std::log10(0.125), 0.1) << b;
            EXPECT_NEAR(heard.bark_cross[b] / heard.bark_right[b], 1, 1e-3) << b;
        }
    }
}

}  // namespace
}  // namespace mixfarm
