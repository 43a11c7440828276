/// The tilt and the third-octave bands: Parseval, noises of known slope, tones, cross power.
#include "kernels/meters/tone.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <utility>

#include "kernels/meters/spectrum.h"
#include "tests/support/effort.h"
#include "tests/support/fft_oracle.h"
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

/// Mean squares of the bands by one transform of everything, in double.
std::vector<double> exact_bands(const Samples& x, double rate) {
    std::vector<oracle::Complex> z(x.begin(), x.end());
    std::size_t size = 1 << 16;  // fine enough for the edges of narrow bands
    while (size < x.size()) size *= 2;
    z.resize(size);
    oracle::fft(z);
    std::vector<double> bands;
    const double step = rate / static_cast<double>(size);
    for (const BandMap::Edges& edge : BandMap::third_octaves()) {
        double sum = 0;
        for (std::size_t k = 1; k < size / 2; ++k) {
            const double hz = static_cast<double>(k) * step;
            const double shared =
                std::min(hz + step / 2, edge.high_hz) - std::max(hz - step / 2, edge.low_hz);
            if (shared > 0) sum += 2 * shared / step * std::norm(z[k]);
        }
        bands.push_back(sum / (static_cast<double>(size) * static_cast<double>(x.size())));
    }
    return bands;
}

/// What the meter of mixes makes of stretches of sound, the same on both sides.
std::vector<double> mix_bands(const std::vector<Samples>& stretches, double rate) {
    const BandMap map(rate);
    const LaneFft fft(map.size);
    Spectrum<float> spectrum(map, fft);
    for (const Samples& x : stretches) {
        for (std::size_t n = 0; n < x.size(); n += 120)
            spectrum.push(x.data() + n, x.data() + n,
                          static_cast<int>(std::min<std::size_t>(120, x.size() - n)));
        spectrum.end_stretch();
    }
    std::vector<double> left(kBands), right(kBands), cross(kBands);
    spectrum.read(0, left.data(), right.data(), cross.data());
    return left;
}

std::vector<double> file_bands(const Samples& x, int rate) {
    const Measurement m = read_both(x, rate);
    return {m.left_power.begin(), m.left_power.end()};
}

/// Of the bands from `first` on, how far the worst lies from the exact one.
double off_db(const std::vector<double>& bands, const std::vector<double>& exact,
              std::size_t first) {
    double worst = 0;
    for (std::size_t b = first; b < bands.size(); ++b)
        worst = std::max(worst, std::fabs(level(bands[b] / exact[b])));
    return worst;
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
            const Samples x =
                signals::sine(static_cast<std::size_t>(rate), band_centre_hz(band), rate, 0.5);
            const Measurement m = read_both(x, rate);
            const double here = m.left_power[static_cast<std::size_t>(band)];
            EXPECT_NEAR(level(here), level(0.125), 0.05)
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
    // Much shorter than a transform.
    const Samples x = signals::white(1000, 0.5, 8);
    EXPECT_LT(off_db(file_bands(x, 48000), exact_bands(x, 48000), 6), 0.02);
    EXPECT_LT(off_db(mix_bands({x}, 48000), exact_bands(x, 48000), 6), 0.05);
    const Measurement nothing = read_both(Samples(1000), 48000);
    EXPECT_EQ(total(nothing.left_power), 0);
    EXPECT_TRUE(std::isnan(nothing.metric("tilt_db_per_octave")));
}

TEST(Tone, LowTonesStayInTheirBands) {
    for (const int rate : {44100, 48000, 96000})
        for (const auto& [hz, band] :
             {std::pair{25.0, 0u}, {31.5, 1u}, {40.0, 2u}, {63.0, 4u}, {80.0, 5u}, {100.0, 6u}}) {
            const Samples x = signals::sine(static_cast<std::size_t>(10 * rate), hz, rate, 0.5);
            const auto check = [&, band = band](const std::vector<double>& bands) {
                const double here = level(bands[band] / 0.125),
                             below = band == 0 ? 0 : bands[band - 1] / 0.125,
                             beside = level(std::max(below, bands[band + 1] / 0.125));
                std::printf("%6.2f dB, %6.1f dB beside it; ", here, beside);
                return std::pair{here, beside};
            };
            std::printf("%g Hz at %d: files ", hz, rate);
            const auto [file, beside_file] = check(file_bands(x, rate));
            EXPECT_NEAR(file, 0, 0.05);
            EXPECT_LT(beside_file, -28);
            std::printf("mixes ");
            const auto [mix, beside_mix] = check(mix_bands({x}, rate));
            std::printf("\n");
            EXPECT_NEAR(mix, 0, hz < 30 ? 0.4 : 0.3);
            EXPECT_LT(beside_mix, hz < 40 ? -14 : -18);
        }
}

TEST(Tone, EverySampleCountsTheSame) {
    // All the energy lies in 1900 samples somewhere in the file, its ends among them.
    const Samples burst = signals::white(1900, 0.5, 12);
    for (const std::size_t frames : {std::size_t{12000}, std::size_t{150001}})
        for (const double place : {0.0, 0.03, 0.2, 0.43, 0.8, 1.0}) {
            Samples x(frames);
            std::copy(burst.begin(), burst.end(),
                      x.begin() + std::lround(place * static_cast<double>(frames - burst.size())));
            const std::vector<double> exact = exact_bands(x, 48000);
            EXPECT_LT(off_db(file_bands(x, 48000), exact, 10), 0.05) << frames << ", " << place;
            EXPECT_LT(off_db(mix_bands({x}, 48000), exact, 10), 0.1) << frames << ", " << place;
        }
}

TEST(Tone, MusicReadsAsItsWholeTransform) {
    const Samples x = signals::music(effort(12.3, 4.1), 48000, 3).left;
    const std::vector<double> exact = exact_bands(x, 48000);
    const double file = off_db(file_bands(x, 48000), exact, 0),
                 mix = off_db(mix_bands({x}, 48000), exact, 6);
    std::printf("off by %.3f dB at most from 25 Hz in files, %.3f from 100 Hz in mixes\n", file,
                mix);
    EXPECT_LT(file, 0.5);
    EXPECT_LT(mix, 0.5);
}

TEST(Tone, StretchesDoNotMeet) {
    // Each counts by its length and as if it were alone.
    const std::vector<Samples> parts = {signals::sine(20000, 1000, 48000, 0.5),
                                        signals::white(701, 0.1, 3),
                                        signals::sine(3 * 8192, 1000, 48000, 0.5, 2)};
    std::vector<double> sum(kBands);
    double frames = 0;
    for (const Samples& x : parts) {
        const std::vector<double> alone = mix_bands({x}, 48000);
        const double count = static_cast<double>(x.size());
        for (std::size_t b = 0; b < kBands; ++b) sum[b] += alone[b] * count;
        frames += count;
    }
    for (double& s : sum) s /= frames;
    EXPECT_LT(off_db(mix_bands(parts, 48000), sum, 0), 1e-6);
}

TEST(Tone, LongSoundsLoseNothing) {
    // More bins than a float can count one by one.
    const BandMap map(48000, {{0, 24000}}, 750);
    const LaneFft fft(map.size);
    const Samples x = signals::white(1 << 16, 0.5, 4);
    const auto reading = [&](int times) {
        Spectrum<float> spectrum(map, fft);
        for (int i = 0; i < times; ++i) spectrum.push(x.data(), x.data(), 1 << 16);
        spectrum.end_stretch();
        double left = 0, right = 0, cross = 0;
        spectrum.read(0, &left, &right, &cross);
        return left;
    };
    EXPECT_NEAR(level(reading(effort(512, 4)) / reading(1)), 0, 0.001);
}

TEST(Tone, BandsThatTheRateCutsOffDoNotTilt) {
    for (const int rate : {8000, 11025, 16000, 22050, 32000}) {
        const double tilt =
            read_both(signals::white(kFrames, 0.5, 9), rate).metric("tilt_db_per_octave");
        EXPECT_NEAR(tilt, kOctave, 0.05) << rate;
    }
}

}  // namespace
}  // namespace mixfarm
