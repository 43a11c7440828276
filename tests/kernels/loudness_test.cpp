/// Loudness and range through the file meter: the EBU's own signals, the gates of BS.2217, the K
/// curve, and libebur128 on anything.
#include "kernels/meters/loudness.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "tests/support/ebur128_meter.h"
#include "tests/support/effort.h"
#include "tests/support/file_reading.h"

namespace mixfarm {
namespace {

using signals::Samples;
using signals::Step;

double lufs(const std::vector<Step>& steps, const char* metric = "integrated_lufs",
            int rate = 48000) {
    return read_both(signals::tone_steps(steps, rate), rate).metric(metric);
}

struct Exact {
    const char* name;
    std::vector<Step> steps;
    double lufs;
};

TEST(Loudness, IntegratedOfEbu3341) {
    // What a double-precision meter reads on ideal tones; Tech 3341 allows +-0.1 about -23 (-33 for
    // case 2).
    for (const Exact& c :
         {Exact{"3341-1", {{20, -23}}, -22.9933}, Exact{"3341-2", {{20, -33}}, -32.9933},
          Exact{"3341-3", {{10, -36}, {60, -23}, {10, -36}}, -23.0139},
          Exact{"3341-4", {{10, -72}, {10, -36}, {60, -23}, {10, -36}, {10, -72}}, -23.0139},
          Exact{"3341-5", {{20, -26}, {20.1, -20}, {20, -26}}, -22.9787}}) {
        const double reading = lufs(c.steps);
        std::printf("%s: %.4f LUFS, exact %.4f\n", c.name, reading, c.lufs);
        EXPECT_NEAR(reading, c.lufs, 0.002) << c.name;
    }
    EXPECT_NEAR(lufs({{20, -23}}, "max_momentary_lufs"), -22.9933, 0.01);
    EXPECT_NEAR(lufs({{20, -23}}, "max_short_term_lufs"), -22.9933, 0.002);
}

TEST(Loudness, ShortTermAndMomentaryOfEbu3341) {
    std::vector<Step> nine, twelve;
    for (int i = 0; i < 5; ++i) nine.insert(nine.end(), {{1.34, -20}, {1.66, -30}});
    for (int i = 0; i < 25; ++i) twelve.insert(twelve.end(), {{0.18, -20}, {0.22, -30}});
    const double s = lufs(nine, "max_short_term_lufs"), m = lufs(twelve, "max_momentary_lufs");
    std::printf("3341-9: %.4f LUFS short-term, 3341-12: %.4f LUFS momentary\n", s, m);
    EXPECT_NEAR(s, -22.9863, 0.01);
    EXPECT_NEAR(m, -22.9604, 0.02);
}

TEST(Loudness, MomentaryFindsABurstWhereverItStarts) {
    // 3341-13: 400 ms of tone after i * 20 ms of silence; a hop of 100 ms would miss up to 0.45 LU.
    for (int i = 0; i < 20; ++i) {
        const double m =
            lufs({{1e-9 + 0.02 * i, -400}, {0.4, -23}, {1, -400}}, "max_momentary_lufs");
        EXPECT_NEAR(m, -22.9936, 0.02) << "after " << 20 * i << " ms";
        const double s =
            lufs({{1e-9 + 0.15 * i, -400}, {3, -23}, {1, -400}}, "max_short_term_lufs");
        EXPECT_NEAR(s, -22.9933, 0.01) << "after " << 150 * i << " ms";
    }
}

TEST(Loudness, RangeOfEbu3342) {
    for (const Exact& c :
         {Exact{"3342-1", {{20, -20}, {20, -30}}, 10}, Exact{"3342-2", {{20, -20}, {20, -15}}, 5},
          Exact{"3342-3", {{20, -40}, {20, -20}}, 20},
          Exact{"3342-4", {{20, -50}, {20, -35}, {20, -20}, {20, -35}, {20, -50}}, 15}}) {
        const double range = lufs(c.steps, "loudness_range_lu");
        std::printf("%s: %.4f LU, exact %g\n", c.name, range, c.lufs);
        EXPECT_NEAR(range, c.lufs, 0.01) << c.name;
    }
}

TEST(Loudness, BothGatesOfBs2217) {
    std::vector<Step> absolute{{0.8, -88.8}};
    for (int i = 0; i < 3; ++i)
        absolute.insert(absolute.end(), {{0.5, -69.47}, {i == 2 ? 0.7 : 0.5, -88.8}});
    const double a = lufs(absolute);
    const double r = lufs({{0.5, -88.8}, {0.9, -19.9}, {1.3, -7.1}, {0.8, -19.9}, {0.5, -88.8}});
    std::printf("AbsGate %.4f (ideal tone -69.463), RelGate %.4f (-10.0287)\n", a, r);
    EXPECT_NEAR(a, -69.463, 0.005);
    EXPECT_NEAR(r, -10.0287, 0.005);
}

TEST(Loudness, SilenceReadsTheFloor) {
    const Measurement m = read_both(Samples(48000 * 5), 48000);
    EXPECT_EQ(m.metric("integrated_lufs"), -70);
    EXPECT_EQ(m.metric("max_momentary_lufs"), -70);
    EXPECT_EQ(m.metric("loudness_range_lu"), 0);
    EXPECT_TRUE(std::isnan(m.metric("mono_loss_db")));
    EXPECT_TRUE(m.finite);
    EXPECT_EQ(read_both(Samples(4800, 0.5f), 48000).metric("integrated_lufs"),
              -70);  // no whole block
}

TEST(Loudness, WeightsFrequenciesByTheKCurve) {
    struct Row {
        double hz, db[4];  // K gain at 44.1, 48, 96, 192 kHz
    };
    constexpr int kRates[] = {44100, 48000, 96000, 192000};
    for (const Row& row :
         {Row{25, {-10.389, -10.393, -10.414, -10.425}}, Row{100, {-1.130, -1.134, -1.155, -1.166}},
          Row{500, {.046, .043, .021, .011}}, Row{1000, {.7005, .6977, .6804, .6707}},
          Row{2000, {3.076, 3.071, 3.046, 3.034}}, Row{10000, {4.046, 4.042, 4.020, 4.009}}})
        for (std::size_t r = 0; r < effort<std::size_t>(4, 2); ++r) {
            const int rate = kRates[r];
            // 6 s, so that the high-pass's start weighs nothing.
            const Samples tone =
                signals::sine(static_cast<std::size_t>(6 * rate), row.hz, rate, 0.1);
            const double k = read_both(tone, rate).metric("integrated_lufs") + 20 + 0.691;
            std::printf("%5.0f Hz at %6d: K %.4f dB, table %.4f\n", row.hz, rate, k, row.db[r]);
            EXPECT_NEAR(k, row.db[r], row.hz < 50 ? 0.01 : 0.002) << row.hz << " Hz at " << rate;
            EXPECT_NEAR(k_gain_db(row.hz, rate), row.db[r], 0.0006) << row.hz << " Hz at " << rate;
        }
}

TEST(Loudness, OneChannelCountsOnce) {
    const Samples tone = signals::sine(10 * 48000, 997, 48000, 1), silent(tone.size());
    const double mono = read_file(tone, 48000, 1).metric("integrated_lufs");
    const double left = read_stereo(tone, silent, 48000).metric("integrated_lufs");
    const double right = read_stereo(silent, tone, 48000).metric("integrated_lufs");
    std::printf("0 dBFS 997 Hz in one channel: %.4f, %.4f, %.4f LUFS, standard -3.01\n", mono, left,
                right);
    EXPECT_NEAR(mono, -3.0103, 0.002);
    EXPECT_EQ(mono, static_cast<float>(left));
    EXPECT_EQ(mono, static_cast<float>(right));
}

TEST(Loudness, MonoFold) {
    const Samples a = signals::white(5 * 48000, 0.5, 1), b = signals::white(5 * 48000, 0.5, 2);
    Samples inverted = a;
    for (float& x : inverted) x = -x;
    EXPECT_NEAR(read_both(a, 48000).metric("mono_loss_db"), 0, 1e-4);
    EXPECT_NEAR(read_stereo(a, b, 48000).metric("mono_loss_db"), 3.01,
                0.06);  // independent: half the power
    EXPECT_NEAR(read_stereo(a, Samples(a.size()), 48000).metric("mono_loss_db"), 3.0103, 0.001);
    EXPECT_GT(read_stereo(a, inverted, 48000).metric("mono_loss_db"), 40);  // gone in mono
    EXPECT_TRUE(std::isnan(read_file(a, 48000, 1).metric("mono_loss_db")));
}

struct Programme {
    const char* name;
    int rate, channels;
    Samples interleaved;
};

std::vector<Programme> programmes() {
    std::vector<Programme> all;
    const double seconds = effort(12.0, 6.0);
    for (const int rate : {44100, 48000, effort(96000, 32000)}) {
        const auto frames = static_cast<std::size_t>(seconds * rate);
        Samples noise = signals::white(2 * frames, 0.5, 3), impulses(2 * frames);
        for (std::size_t n = 0; n < noise.size(); ++n) {
            const double t = static_cast<double>(n) / (2.0 * rate);
            noise[n] *= static_cast<float>(signals::amplitude(-25 - 20 * std::sin(0.5 * t)));
        }
        for (std::size_t n = 0; n < impulses.size(); n += 2 * 7777) impulses[n] = 0.9f;
        const signals::Stereo music = signals::music(seconds, rate, 4);
        all.push_back({"swelling noise", rate, 2, noise});
        all.push_back({"impulses", rate, 2, impulses});
        all.push_back({"music", rate, 2, signals::interleaved(music.left, music.right)});
        all.push_back({"mono music", rate, 1, music.right});
    }
    return all;
}

TEST(Loudness, AgreesWithLibebur128) {
    for (const Programme& p : programmes()) {
        const Measurement m = read_file(p.interleaved, p.rate, p.channels);
        const auto other = oracle::ebur128(p.interleaved, p.channels, p.rate, false);
        // libebur128 takes a short-term block a second for its range; Tech 3342 asks for ten. So
        // the range is formed here from its short-term readings, by the definition: gate 20 LU
        // below the mean power, then the 10th to the 95th percentile.
        std::vector<double> levels = other.short_term_lufs;
        std::erase_if(levels, [](double l) { return l < -70; });
        double power = 0;
        for (const double l : levels)
            power += std::pow(10.0, l / 10) / static_cast<double>(levels.size());
        std::erase_if(levels, [power](double l) { return l < 10 * std::log10(power) - 20; });
        std::sort(levels.begin(), levels.end());
        const auto percentile = [&levels](double q) {
            return levels[static_cast<std::size_t>(
                std::floor(q * static_cast<double>(levels.size() - 1) + 0.5))];
        };
        const double range = percentile(0.95) - percentile(0.10);
        std::printf(
            "%-14s at %d: I %.4f (%.4f)  M %.4f (%.4f)  S %.4f (%.4f)  LRA %.4f (%.4f; hop 1 s "
            "%.3f)\n",
            p.name, p.rate, m.metric("integrated_lufs"), other.integrated_lufs,
            m.metric("max_momentary_lufs"), other.max_momentary_lufs,
            m.metric("max_short_term_lufs"), other.max_short_term_lufs,
            m.metric("loudness_range_lu"), range, other.loudness_range_lu);
        EXPECT_NEAR(m.metric("integrated_lufs"), other.integrated_lufs, 0.01) << p.name;
        EXPECT_NEAR(m.metric("max_momentary_lufs"), other.max_momentary_lufs, 0.01) << p.name;
        EXPECT_NEAR(m.metric("max_short_term_lufs"), other.max_short_term_lufs, 0.01) << p.name;
        EXPECT_NEAR(m.metric("loudness_range_lu"), range, 0.01) << p.name;
    }
}

TEST(Loudness, HowTheFileIsCutIntoBlocksDoesNotMatter) {
    const signals::Stereo music = signals::music(3, 44100, 7);
    const Samples x = signals::interleaved(music.left, music.right);
    const Measurement whole = read_file(x, 44100, 2, 1 << 20);
    for (const std::int64_t block : {1, 440, 441, 1000}) {
        const Measurement m = read_file(x, 44100, 2, block);
        EXPECT_EQ(m.metrics, whole.metrics) << "blocks of " << block;
    }
}

}  // namespace
}  // namespace mixfarm
