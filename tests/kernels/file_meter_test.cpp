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
    Measurement m;
    const auto series = [&](double hop_s) {
        FileMeter meter(48000, 1, {hop_s, {}});
        meter.push(x.data(), static_cast<std::int64_t>(x.size()));
        m = meter.finish();
        return meter.series();
    };
    const LoudnessSeries coarse = series(0.25), fine = series(0.01);
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
    EXPECT_NEAR(series(0.0001).hop_s, 0.01, 1e-12);
    EXPECT_TRUE(series(0).momentary_lufs.empty()) << "none was asked for";
}

TEST(FileMeter, GivenWeightsReplaceThoseByCount) {
    const Samples tone = signals::sine(24000, 1000, 48000, 0.1);
    const auto lufs = [&](const std::vector<float>& weights, std::size_t channel) {
        std::vector<Samples> sound(weights.size(), Samples(tone.size()));
        sound[channel] = tone;
        const Samples x = woven(sound);
        FileMeter meter(48000, static_cast<int>(weights.size()), {0, weights});
        meter.push(x.data(), static_cast<std::int64_t>(tone.size()));
        return double(meter.finish().metric("integrated_lufs"));
    };
    const double one = lufs({1, 1, 1}, 0);
    EXPECT_EQ(lufs({1, 1, 0}, 2), -70) << "2.1";
    EXPECT_EQ(lufs({0, 1, 1}, 0), -70) << "an LFE in front";
    EXPECT_NEAR(lufs({1, 1, 1, 1.41f}, 2), one, 1e-5) << "4.0: the centre";
    EXPECT_NEAR(lufs({1, 1, 1, 1.41f}, 3), one + 10 * std::log10(1.41), 1e-4) << "4.0: behind";
    EXPECT_NEAR(lufs({1, 1, 1, 1.41f, 1.41f, 1.41f}, 3), one + 10 * std::log10(1.41), 1e-4);
}

TEST(FileMeter, TruePeakGoesOnBehindTheEnd) {
    for (const std::size_t frames : {48000u, 48123u}) {
        Samples x = signals::sine(frames, 100, 48000, 0.1);
        x[frames - 2] = x[frames - 1] = 0.5f;
        const Measurement cut = read_file(x, 48000, 1);
        x.resize(frames + 100);
        const Measurement whole = read_file(x, 48000, 1);
        std::printf("0.5, 0.5 at the end: %.3f dBTP\n", cut.metric("true_peak_dbtp"));
        EXPECT_EQ(cut.metric("true_peak_dbtp"), whole.metric("true_peak_dbtp"));
        EXPECT_GT(cut.metric("true_peak_dbtp"), -5);
        EXPECT_EQ(cut.metric("sample_peak_dbfs"), whole.metric("sample_peak_dbfs"));
        EXPECT_EQ(cut.metric("integrated_lufs"), whole.metric("integrated_lufs"));
    }
}

TEST(FileMeter, BinsThatAreNoWholeNumberOfFramesDoNotDrift) {
    // Bursts that lie differently in the gating blocks with every second.
    const auto lufs = [](int rate, bool bursts, double* other) {
        Samples x = signals::sine(static_cast<std::size_t>(40 * rate), 500, rate, 0.5);
        for (std::size_t n = 0; n < x.size() && bursts; ++n) {
            const double t = static_cast<double>(n) / rate;
            x[n] *=
                std::fmod(t, 2.7) < 1.2 ? static_cast<float>(std::fabs(std::sin(4 * t))) : 0.02f;
        }
        if (other) *other = oracle::ebur128(x, 1, rate, false, false).integrated_lufs;
        return double(read_file(x, rate, 1).metric("integrated_lufs"));
    };
    double other = 0;
    const double at22 = lufs(22050, true, &other), at11 = lufs(11025, true, nullptr) +
                                                          lufs(22050, false, nullptr) -
                                                          lufs(11025, false, nullptr);
    std::printf("22050 Hz: %.4f LUFS, libebur128 %.4f; 11025 Hz: %.4f\n", at22, other, at11);
    EXPECT_NEAR(at22, other, 0.005);
    EXPECT_NEAR(at11, at22, 0.005);  // libebur128's own blocks drift at 11025 Hz
}

TEST(FileMeter, ASampleThatIsNoNumberSpoilsEveryFigure) {
    for (const float bad : {std::nanf(""), HUGE_VALF, -HUGE_VALF})
        for (const std::size_t frame : {0u, 12345u, 47999u}) {
            Samples x = signals::white(2 * 48000, 0.5, 1);
            x[2 * frame + 1] = bad;
            if (frame < 47000) x[2 * frame + 900] = bad;
            for (const std::int64_t block : {1, 1000, 48000}) {
                FileMeter meter(48000, 2);
                for (std::int64_t at = 0; at < 48000; at += block)
                    meter.push(x.data() + 2 * at, std::min<std::int64_t>(block, 48000 - at));
                const Measurement m = meter.finish();
                EXPECT_FALSE(m.finite);
                for (const float value : m.metrics) EXPECT_TRUE(std::isnan(value));
                EXPECT_TRUE(std::isnan(m.left_power[3]));
                EXPECT_EQ(meter.details().first_bad.frame, static_cast<std::int64_t>(frame));
                EXPECT_EQ(meter.details().first_bad.channel, 1);
                EXPECT_TRUE(std::isnan(meter.details().channels[0].sample_peak));
                ASSERT_EQ(meter.series().momentary_lufs.size(), 10u);
                for (const float value : meter.series().momentary_lufs)
                    EXPECT_TRUE(std::isnan(value));
            }
        }
    EXPECT_EQ(details_of(signals::white(4800, 0.5, 1), 48000, 1).first_bad.frame, -1);
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
