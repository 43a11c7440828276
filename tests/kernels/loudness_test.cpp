/// Loudness, range and micro-dynamics through the file meter: the K curve, closed forms, and
/// libebur128 on anything. All of the EBU's signals are in ebu_test.cpp.
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

TEST(Loudness, NoRangeWithoutAWholeShortTermWindow) {
    const Samples tone = signals::sine(3 * 48000, 997, 48000, 0.1);
    EXPECT_EQ(read_both(tone, 48000).metric("loudness_range_lu"), 0);
    EXPECT_TRUE(std::isnan(
        read_both(Samples(tone.begin(), tone.end() - 1), 48000).metric("loudness_range_lu")));
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

TEST(Loudness, AgreesWithLibebur128OnWhatIsHard) {
    // libebur128 takes a short-term block a second for its range: close on half a minute and more.
    constexpr double kSeconds = effort(31.0, 4.0);
    constexpr auto kFrames = static_cast<std::size_t>(kSeconds * 48000);
    Samples impulses(kFrames), noise = signals::white(kFrames, 1, 13);
    for (std::size_t n = 0; n < kFrames; n += 16001) impulses[n] = n % 2 ? 1.f : -1.f;
    for (std::size_t n = 2; n < kFrames; ++n)  // next to Nyquist every meter reads its own filter
        noise[n - 2] = (noise[n - 2] + 2 * noise[n - 1] + noise[n]) / 4;
    const signals::Stereo music = signals::music(kSeconds, 48000, 14);
    // A square that jumps between two samples is no band-limited sound: sixteen times oversampled
    // its peak is above 2.15 dBTP, libebur128 reads 1.95.
    constexpr double kNear = 0.1, kJumps = 0.2;
    struct Pair {
        const char* name;
        Samples left, right;
        double peak_tolerance;
    };
    const Samples fast = signals::square(kFrames, 24, 1), slow = signals::square(kFrames, 480, 1);
    for (const Pair& p :
         {Pair{"noise", noise, noise, kNear},
          Pair{"silence", Samples(kFrames), Samples(kFrames), kNear},
          Pair{"impulses", impulses, impulses, kNear}, Pair{"squares of 1 kHz", fast, fast, kJumps},
          Pair{"squares of 50 Hz", slow, slow, kJumps},
          Pair{"music", music.left, music.right, kNear}}) {
        const Samples x = signals::interleaved(p.left, p.right);
        const Measurement m = read_file(x, 48000);
        const auto other = oracle::ebur128(x, 2, 48000, true, false);
        const double peak = other.true_peak > 0 ? 20 * std::log10(other.true_peak) : -120;
        std::printf("%-17s I %.4f (%.4f)  LRA %.4f (%.4f)  TP %.4f (%.4f)\n", p.name,
                    m.metric("integrated_lufs"), other.integrated_lufs,
                    m.metric("loudness_range_lu"), other.loudness_range_lu,
                    m.metric("true_peak_dbtp"), peak);
        EXPECT_NEAR(m.metric("integrated_lufs"), std::max(-70.0, other.integrated_lufs), 0.01)
            << p.name;
        EXPECT_NEAR(m.metric("true_peak_dbtp"), peak, p.peak_tolerance) << p.name;
        if (!kSlowBuild) {
            EXPECT_NEAR(m.metric("loudness_range_lu"), other.loudness_range_lu, 0.1) << p.name;
        }
    }
}

TEST(Microdynamics, OfKnownShapes) {
    EXPECT_NEAR(lufs({{5, -20}}, "microdynamics_lu"), 0, 0.01) << "a steady tone has none";
    EXPECT_TRUE(std::isnan(lufs({{2.9, -20}}, "microdynamics_lu"))) << "too short";
    EXPECT_TRUE(std::isnan(read_both(Samples(48000 * 4), 48000).metric("microdynamics_lu")));
    // Bursts that fill one part in k of the time are 10 log10 k above the mean.
    for (const int parts : {2, 4, 8}) {
        std::vector<Step> steps;
        for (int i = 0; i < 12; ++i)
            steps.insert(steps.end(), {{1.0 / parts, -20}, {1 - 1.0 / parts, -400}});
        EXPECT_NEAR(lufs(steps, "microdynamics_lu"), 10 * std::log10(parts), 0.05) << parts;
    }
    // What lies more than 20 LU below the mean is left out, however long it lasts.
    std::vector<Step> soft;
    for (int i = 0; i < 48; ++i) soft.insert(soft.end(), {{0.25, -20}, {0.25, -400}});
    soft.push_back({300, -65});
    EXPECT_NEAR(lufs(soft, "microdynamics_lu", 8000), 10 * std::log10(2), 0.3);
}

TEST(Microdynamics, KnowNoGain) {
    signals::Stereo music = signals::music(6, 48000, 15);
    const double before = read_stereo(music.left, music.right, 48000).metric("microdynamics_lu");
    for (float& x : music.left) x *= 0.1f;
    for (float& x : music.right) x *= 0.1f;
    EXPECT_NEAR(read_stereo(music.left, music.right, 48000).metric("microdynamics_lu"), before,
                1e-3);
}

TEST(Microdynamics, AreWhatLibebur128sWindowsSay) {
    const signals::Stereo music = signals::music(effort(9.0, 5.0), 48000, 16);
    const Samples x = signals::interleaved(music.left, music.right);
    ebur128_state* state = ebur128_init(2, 48000, EBUR128_MODE_S);
    std::vector<double> fast, slow;
    for (std::size_t at = 0; at + 480 <= music.frames(); at += 480) {
        double value = 0;
        ebur128_add_frames_float(state, x.data() + 2 * at, 480);
        ebur128_loudness_window(state, 50, &value);
        fast.push_back(value);
        ebur128_loudness_shortterm(state, &value);
        slow.push_back(value);
    }
    ebur128_destroy(&state);
    double power = 0;
    for (std::size_t b = 299; b < slow.size(); ++b) power += std::pow(10, slow[b] / 10);
    const double gate = 10 * std::log10(power / static_cast<double>(slow.size() - 299)) - 20;
    std::vector<double> rises;
    for (std::size_t b = 299; b < slow.size(); ++b)  // the middle of the three seconds
        if (slow[b] >= gate) rises.push_back(fast[b - 148] - slow[b]);
    std::sort(rises.begin(), rises.end());
    const double exact =
        rises[static_cast<std::size_t>(std::lround(0.95 * static_cast<double>(rises.size() - 1)))];
    const double reading = read_file(x, 48000).metric("microdynamics_lu");
    std::printf("micro-dynamics of music: %.4f LU, by libebur128's windows %.4f\n", reading, exact);
    EXPECT_NEAR(reading, exact, 0.005);
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
