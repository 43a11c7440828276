/// True peak: the EBU's cases within their tolerance, a sixteen-fold reference, and pruning that
/// changes nothing.
#include "kernels/meters/true_peak.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "tests/support/effort.h"
#include "tests/support/file_reading.h"
#include "tests/support/true_peak_oracle.h"

namespace mixfarm {
namespace {

using signals::Samples;
constexpr double kPi = std::numbers::pi;

/// 10 ms in and out, as the EBU's files.
Samples faded(Samples x, int rate) {
    const std::size_t fade = static_cast<std::size_t>(rate / 100);
    for (std::size_t n = 0; n < fade; ++n) {
        const float g = static_cast<float>(n) / static_cast<float>(fade);
        x[n] *= g;
        x[x.size() - 1 - n] *= g;
    }
    return x;
}

void expect_ebu(const char* name, const Samples& x, double required, double exact) {
    for (const int rate : {44100, 96000, 192000}) {  // the cases are fractions of the rate
        const double other = read_both(x, rate).metric("true_peak_dbtp");
        EXPECT_LE(other, required + 0.2) << name << " at " << rate;
        EXPECT_GE(other, required - 0.4) << name << " at " << rate;
    }
    const Measurement m = read_both(x, 48000);
    const double reading = m.metric("true_peak_dbtp"), reference = oracle::db(oracle::true_peak(x));
    std::printf("%s: %+.3f dBTP, required %+.1f, sixteen-fold %+.3f; sample peak %+.3f\n", name,
                reading, required, reference, m.metric("sample_peak_dbfs"));
    EXPECT_LE(reading, required + 0.2) << name;
    EXPECT_GE(reading, required - 0.4) << name;
    EXPECT_NEAR(reference, exact, 0.06) << name << ": the reference itself";
    EXPECT_GE(reading, m.metric("sample_peak_dbfs")) << name;
}

TEST(TruePeak, SinesOfEbu3341) {
    const auto sine = [](double divisor, double amplitude, double degrees) {
        return faded(signals::sine(24000, 48000 / divisor, 48000, amplitude, degrees * kPi / 180),
                     48000);
    };
    expect_ebu("3341-15", sine(4, 0.5, 0), -6, -6.02);
    expect_ebu("3341-16", sine(4, 0.5, 45), -6, -6.02);
    expect_ebu("3341-17", sine(6, 0.5, 60), -6, -6.02);
    expect_ebu("3341-18", sine(8, 0.5, 67.5), -6, -6.02);
    expect_ebu("3341-19", sine(4, 1.41, 45), 3, 2.98);
}

TEST(TruePeak, OnePeriodBetweenSamplesOfEbu3341) {
    // One period of fs/4 at full scale inside fs/6 at half, made at 192 kHz, band-limited, every
    // fourth kept.
    constexpr int kFrames = 19200, kReach = 512;
    std::vector<double> fine;
    double phase = 0;
    for (int n = 0; n < 4 * kFrames; ++n) {
        const bool burst = n >= 38400 && n < 38416;
        const double fade = std::min({1.0, n / 1920.0, (4 * kFrames - 1 - n) / 1920.0});
        fine.push_back(fade * (burst ? 1.0 : 0.5) * std::sin(phase));
        phase += 2 * kPi / (burst ? 16 : 24);
    }
    std::vector<double> taps;
    for (int i = -kReach; i <= kReach; ++i) {
        const double t = 0.98 * i / 4, u = double(i) / kReach;
        taps.push_back((i == 0 ? 1 : std::sin(kPi * t) / (kPi * t)) * 0.98 / 4 *
                       oracle::bessel_i0(10 * std::sqrt(1 - u * u)) / oracle::bessel_i0(10));
    }
    const double exact[] = {-0.102, -0.051, -0.122, -0.051};
    for (int offset = 0; offset < 4; ++offset) {
        Samples x;
        for (int n = offset; n < 4 * kFrames; n += 4) {
            double sum = 0;
            for (int i = std::max(-kReach, n - 4 * kFrames + 1); i <= std::min(kReach, n); ++i)
                sum += taps[static_cast<std::size_t>(i + kReach)] *
                       fine[static_cast<std::size_t>(n - i)];
            x.push_back(static_cast<float>(sum));
        }
        const std::string name = "3341-" + std::to_string(20 + offset);
        expect_ebu(name.c_str(), x, 0, exact[offset]);
    }
}

TEST(TruePeak, StaysNearASixteenFoldReference) {
    // Tones up to 0.42 of the rate: the filter's ripple, and what falls between points a quarter
    // apart.
    for (const int rate : {44100, 48000, 96000})
        for (double share = 0.02; share <= 0.42; share += 0.0401) {
            const Samples x = faded(signals::sine(4800, share * rate, rate, 0.7, 0.3), rate);
            const double reading = read_both(x, rate).metric("true_peak_dbtp");
            const double off = reading - oracle::db(oracle::true_peak(x));
            const double between = oracle::db(std::cos(kPi * share / 4));
            EXPECT_LT(off, 0.13) << share << " fs";
            EXPECT_GT(off, between - 0.13) << share << " fs";
        }
}

TEST(TruePeak, OfMusicIsThatOfASixteenFoldReference) {
    // As it comes, and driven into a soft clip; up to 20 kHz, as converters leave it. What lies
    // next to Nyquist depends on the filter: there the reference is as arbitrary as any.
    double worst = 0;
    for (const int rate : {44100, 48000})
        for (std::uint64_t seed = 1; seed <= effort<std::uint64_t>(3, 1); ++seed)
            for (const bool driven : {false, true}) {
                Samples x = signals::music(1.5, rate, seed).left;
                for (float& v : x) v = driven ? std::tanh(3 * v) : v;
                x = signals::band_limited(x, rate, 20000);
                const double off =
                    read_both(x, rate).metric("true_peak_dbtp") - oracle::db(oracle::true_peak(x));
                EXPECT_NEAR(off, 0, 0.05)
                    << "seed " << seed << " at " << rate << (driven ? ", driven" : "");
                worst = std::max(worst, std::fabs(off));
            }
    std::printf("music: within %.4f dB of sixteen-fold\n", worst);
}

/// The largest of all interpolated points and samples, nothing skipped.
float unpruned(const Samples& x) {
    Samples padded(oversampling::kHistory);
    padded.insert(padded.end(), x.begin(), x.end());
    float peak = 0;
    for (const float v : x) peak = std::max(peak, std::fabs(v));
    for (std::size_t n = 0; n + oversampling::kTaps <= padded.size(); ++n)
        peak = std::max(peak, oversampling::peak(padded.data() + n));
    return peak;
}

TEST(TruePeak, SkippingBlocksChangesNothing) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        Samples x = signals::white(4000, 0.8, seed);
        for (std::size_t n = 0; n < x.size(); ++n)
            x[n] *= static_cast<float>(
                0.1 + 0.9 * std::fabs(std::sin(0.0021 * double(n) + double(seed))));
        for (const int tile : {7, 31, 120, 441}) {
            TruePeak::State<float> state{};
            float peak = 0, sums[2];
            for (int at = 0; at < 4000; at += tile) {
                const int count = std::min(tile, 4000 - at);
                TruePeak::run({}, state, x.data() + at, x.data() + at, count);
                TruePeak::end_bin(state, sums);
                peak = std::max(peak, sums[1]);
            }
            ASSERT_EQ(peak, unpruned(x)) << "seed " << seed << ", tiles of " << tile;
        }
    }
}

TEST(TruePeak, TheStatedReachOfTheFilterIsItsAbsoluteSum) {
    constexpr float quarter[] = MF_QUARTER_TAPS;
    constexpr float half[] = MF_HALF_TAPS;
    double quarter_sum = 0, half_sum = 0, quarter_gain = 0, half_gain = 0;
    for (const float t : quarter) quarter_sum += std::fabs(double(t)), quarter_gain += t;
    for (const float t : half) half_sum += 2 * std::fabs(double(t)), half_gain += 2.0 * t;
    std::printf("absolute sums %.7f and %.7f, stated %.7f\n", quarter_sum, half_sum,
                double(oversampling::kAbsoluteSum));
    EXPECT_LE(std::max(quarter_sum, half_sum), double(oversampling::kAbsoluteSum) * (1 + 1e-6));
    EXPECT_NEAR(quarter_gain, 1, 1e-6);
    EXPECT_NEAR(half_gain, 1, 1e-6);
}

TEST(TruePeak, RatiosToLoudness) {
    const Measurement m = read_both(signals::sine(5 * 48000, 997, 48000, 0.5), 48000);
    EXPECT_NEAR(m.metric("plr_db"), m.metric("true_peak_dbtp") - m.metric("integrated_lufs"), 1e-4);
    EXPECT_NEAR(m.metric("psr_db"), m.metric("true_peak_dbtp") - m.metric("max_short_term_lufs"),
                1e-4);
    EXPECT_NEAR(m.metric("plr_db"), 0,
                0.02);  // a stereo 997 Hz sine is as many LUFS as its peak's dB
}

TEST(TruePeak, SilenceReadsItsFloor) {
    const Measurement m = read_both(Samples(48000), 48000);
    EXPECT_EQ(m.metric("true_peak_dbtp"), -120);
    EXPECT_EQ(m.metric("sample_peak_dbfs"), -120);
}

}  // namespace
}  // namespace mixfarm
