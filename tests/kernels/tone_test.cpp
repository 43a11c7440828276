/// The tilt and the third-octave bands: Parseval, noises of known slope, tones, cross power.
#include "kernels/meters/tone.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "kernels/meters/spectrum.h"
#include "tests/support/effort.h"
#include "tests/support/file_reading.h"

namespace mixfarm {
namespace {

using signals::Samples;
constexpr double kOctave = 3.0103;
constexpr std::size_t kFrames = effort<std::size_t>(1 << 19, 1 << 17);

double total(const std::array<float, kBands>& power) {
    double sum = 0;
    for (const float p : power) sum += p;
    return sum;
}
double level(double power) {
    return 10 * std::log10(power);
}

TEST(Tone, BandsAreTheBase10ThirdOctaves) {
    EXPECT_NEAR(band_centre_hz(0), 25.119, 0.001);
    EXPECT_NEAR(band_centre_hz(16), 1000, 1e-9);
    EXPECT_NEAR(band_centre_hz(29), 19952.6, 0.1);
    for (int b = 1; b < kBands; ++b)
        EXPECT_NEAR(band_centre_hz(b) / band_centre_hz(b - 1), std::pow(10, 0.1), 1e-12);
}

TEST(Tone, BandsSumToTheMeanSquare) {
    for (const int rate : {44100, 48000, 96000}) {
        const Samples left = signals::sloped(kFrames, rate, 0, 100, 16000, -20, 1);
        const Samples right = signals::sloped(kFrames, rate, -6, 60, 16000, -33, 2);
        const Measurement m = read_stereo(left, right, rate);
        std::printf("at %d: bands %.4f and %.4f dB, exact -20 and -33\n", rate,
                    level(total(m.left_power)), level(total(m.right_power)));
        EXPECT_NEAR(level(total(m.left_power)), -20, 0.05);
        EXPECT_NEAR(level(total(m.right_power)), -33, 0.15);
    }
}

TEST(Tone, TiltOfShapedNoise) {
    // Densities fall by the given dB an octave; bands widen, so their levels tilt 3.01 dB more
    // upwards.
    for (const int rate : {44100, 48000})
        for (const double slope : {0.0, -3.0103, -4.5, -6.0}) {
            const Samples x = signals::sloped(kFrames, rate, slope, 30, 20000, -20, 3);
            const double tilt = read_both(x, rate).metric("tilt_db_per_octave");
            std::printf("density %+.2f dB/octave at %d: bands tilt %+.3f, exact %+.3f\n", slope,
                        rate, tilt, slope + kOctave);
            EXPECT_NEAR(tilt, slope + kOctave, 0.1);
        }
}

TEST(Tone, PinkIsFlatAndWhiteRisesADecibelABand) {
    const Samples pink = signals::sloped(kFrames, 48000, -kOctave, 20, 23000, -20, 4);
    const Samples white = signals::sloped(kFrames, 48000, 0, 20, 23000, -20, 5);
    const Measurement m = read_stereo(pink, white, 48000);
    double pink_mean = 0, white_mean = 0;
    const int from = 6,
              to = 28;  // 100 Hz to 16 kHz: narrower bands hold too few bins for a steady level
    for (int b = from; b <= to; ++b) {
        pink_mean += level(m.left_power[static_cast<std::size_t>(b)]) / (to - from + 1);
        white_mean += (level(m.right_power[static_cast<std::size_t>(b)]) - b) / (to - from + 1);
    }
    for (int b = from; b <= to; ++b) {
        const auto i = static_cast<std::size_t>(b);
        const double tolerance =
            b < 12 ? 1.0 : 0.4;  // random phases leave the narrow bands a ripple
        EXPECT_NEAR(level(m.left_power[i]), pink_mean, tolerance) << band_centre_hz(b) << " Hz";
        EXPECT_NEAR(level(m.right_power[i]) - b, white_mean, tolerance)
            << band_centre_hz(b) << " Hz";
    }
}

TEST(Tone, ASineLandsInItsBand) {
    for (const int rate : {44100, 48000, 96000, 192000})
        for (int band = 6; band < kBands; ++band) {
            const Samples x = signals::sine(65536, band_centre_hz(band), rate, 0.5);
            const Measurement m = read_both(x, rate);
            const double here = m.left_power[static_cast<std::size_t>(band)];
            EXPECT_NEAR(level(here), level(0.125), band < 10 ? 0.5 : 0.05)
                << band_centre_hz(band) << " Hz at " << rate;
            EXPECT_GT(here, 0.9 * total(m.left_power));
        }
}

TEST(Tone, CrossPowerOfEqualAndOppositeSides) {
    const Samples x = signals::sloped(kFrames, 48000, -3, 30, 18000, -20, 6);
    const Samples other = signals::sloped(kFrames, 48000, -3, 30, 18000, -20, 7);
    Samples inverted = x;
    for (float& v : inverted) v = -v;
    const Measurement same = read_both(x, 48000), opposite = read_stereo(x, inverted, 48000);
    const Measurement apart = read_stereo(x, other, 48000);
    for (std::size_t b = 6; b < 28; ++b) {
        EXPECT_NEAR(same.cross_power[b] / same.left_power[b], 1, 1e-4);
        EXPECT_NEAR(same.right_power[b] / same.left_power[b], 1, 1e-4);
        EXPECT_NEAR(opposite.cross_power[b] / opposite.left_power[b], -1, 1e-4);
        EXPECT_LT(std::fabs(apart.cross_power[b] / apart.left_power[b]), b < 12 ? 0.5 : 0.2);
    }
}

TEST(Tone, LowCorrelationIsThatOfTheLows) {
    const Samples low = signals::sloped(kFrames, 48000, 0, 30, 90, -20, 8);
    const Samples high = signals::sloped(kFrames, 48000, 0, 200, 18000, -14, 9),
                  other = signals::sloped(kFrames, 48000, 0, 200, 18000, -14, 10);
    const auto sum = [](const Samples& a, const Samples& b, float sign) {
        Samples x = a;
        for (std::size_t n = 0; n < x.size(); ++n) x[n] = a[n] + sign * b[n];
        return x;
    };
    // Wide highs over lows in phase, out of phase, a third of a turn apart.
    const Measurement same = read_stereo(sum(high, low, 1), sum(other, low, 1), 48000);
    EXPECT_NEAR(same.metric("low_correlation"), 1, 0.01);
    EXPECT_LT(same.metric("correlation"), 0.5);
    EXPECT_NEAR(
        read_stereo(sum(high, low, 1), sum(other, low, -1), 48000).metric("low_correlation"), -1,
        0.01);
    const double third = 2 * std::numbers::pi / 3;
    EXPECT_NEAR(read_stereo(signals::sine(kFrames, 60, 48000, 0.5),
                            signals::sine(kFrames, 60, 48000, 0.1, third), 48000)
                    .metric("low_correlation"),
                -0.5, 0.005);
    EXPECT_TRUE(std::isnan(read_file(low, 48000, 1).metric("low_correlation")));
    EXPECT_TRUE(std::isnan(read_stereo(low, Samples(low.size()), 48000).metric("low_correlation")));
}

TEST(Tone, SidesDoNotLeakIntoEachOther) {
    // Both channels share one transform: a loud left must leave a silent right silent.
    const Samples x = signals::sine(65536, 1000, 48000, 1);
    const Measurement m = read_stereo(x, Samples(x.size()), 48000);
    EXPECT_LT(level(total(m.right_power) + 1e-30), -120);
    EXPECT_LT(level(std::fabs(m.cross_power[16]) + 1e-30), -60);
}

TEST(Tone, AShortFileIsMeasuredToo) {
    // 1000 frames, shorter than a frame of the analyser: padded, and its power is that of the Hann
    // window's share.
    const Measurement m = read_both(signals::white(1000, 0.5, 8), 48000);
    EXPECT_GT(total(m.left_power), 0);
    const Measurement nothing = read_both(Samples(1000), 48000);
    EXPECT_EQ(total(nothing.left_power), 0);
    EXPECT_TRUE(std::isnan(nothing.metric("tilt_db_per_octave")));
}

TEST(Tone, StretchesDoNotMeet) {
    // Two stretches of one tone that are cut apart read the same as either: no frame crosses the
    // cut.
    const BandMap map(48000);
    const LaneFft fft(map.size);
    const Samples a = signals::sine(20000, 1000, 48000, 0.5),
                  b = signals::sine(20000, 1000, 48000, 0.5, 2);
    Spectrum<float> one(map, fft), both(map, fft);
    one.push(a.data(), a.data(), 20000);
    one.end_stretch();
    both.push(a.data(), a.data(), 20000);
    both.end_stretch();
    both.push(b.data(), b.data(), 20000);
    both.end_stretch();
    double l[kBands], r[kBands], x[kBands], l2[kBands], r2[kBands], x2[kBands];
    one.read(0, l, r, x);
    both.read(0, l2, r2, x2);
    EXPECT_NEAR(l2[16] / l[16], 1, 1e-4);
    EXPECT_LT(l2[22], 1e-9);  // a cut inside a frame would splash up to here
}

}  // namespace
}  // namespace mixfarm
