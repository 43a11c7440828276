/// The limiter: nothing above the ceiling by independent true-peak meters, identity below it, exact
/// latency, release, distortion, and the same bits whatever the tile. A million random blocks are
/// limiter_million_test.cpp's.
#include "kernels/console/limiter.h"

#include <gtest/gtest.h>

#include <complex>
#include <cstdio>
#include <memory>

#include "tests/support/ebur128_meter.h"
#include "tests/support/effort.h"
#include "tests/support/signals.h"
#include "tests/support/true_peak_oracle.h"

namespace mixfarm {
namespace {

using signals::Samples;
using signals::Stereo;

/// The engine's tile at a rate: 2.5 ms, or 3.33 ms at multiples of 11025 Hz.
int latency_at(double rate) {
    return static_cast<int>(std::fmod(rate, 11025) == 0 ? rate / 300 : rate / 400);
}

Stereo limited(Stereo x, double rate, double gain, double ceiling_dbtp, int tile) {
    const LimiterSetup setup = limiter::setup(rate, latency_at(rate), ceiling_dbtp);
    const auto state = std::make_unique<LimiterState<float>>();
    *state = {};
    const int frames = static_cast<int>(x.frames());
    for (int at = 0; at < frames; at += tile)
        limit(setup, *state, static_cast<float>(gain), x.left.data() + at, x.right.data() + at,
              std::min(tile, frames - at));
    return x;
}

struct Case {
    const char* name;
    Samples left, right;
};

std::vector<Case> provocations(double rate) {
    const std::size_t frames = effort<std::size_t>(3600, 800);
    const double pi = std::numbers::pi;
    Samples bursts = signals::white(frames, 1, 3), clicks(frames), steps(frames),
            alternating(frames);
    signals::Random random(4);
    for (std::size_t n = 0; n < frames; ++n) {
        if ((n / 600) % 3) bursts[n] *= 0.01f;
        if (random.unit() < 0.01) clicks[n] = static_cast<float>(2 * random.both_signs());
        steps[n] = static_cast<float>((n / 777) % 2 ? 0.9 : -0.2);
        alternating[n] = (n / 500) % 2 ? (n % 2 ? -0.7f : 0.7f) : 0.f;
    }
    const Stereo music = signals::music(static_cast<double>(frames) / rate, rate, 5);
    std::vector<Case> all;
    all.push_back({"square, 48 frames", signals::square(frames, 24, 0.9), Samples(frames)});
    all.push_back(
        {"square, 6 frames", signals::square(frames, 3, 0.9), signals::square(frames, 5, 0.8)});
    all.push_back({"fs/4 at 45 degrees", signals::sine(frames, rate / 4, rate, 0.9, pi / 4),
                   Samples(frames)});
    all.push_back({"fs/6 at 60 degrees", signals::sine(frames, rate / 6, rate, 0.9, pi / 3),
                   Samples(frames)});
    all.push_back({"0.42 fs", signals::sine(frames, 0.42 * rate, rate, 0.9), Samples(frames)});
    all.push_back(
        {"100 Hz", signals::sine(frames, 100, rate, 1), signals::sine(frames, 101, rate, 1)});
    all.push_back({"noise bursts", bursts, signals::white(frames, 0.2, 6)});
    all.push_back({"clicks", clicks, Samples(frames)});
    all.push_back({"steps", steps, Samples(frames)});
    all.push_back({"alternating bursts", alternating, Samples(frames)});
    all.push_back({"music", music.left, music.right});
    // Room for everything to come out again: a file that stops at a peak is no matter of the
    // limiter's.
    for (Case& c : all) c.left.resize(frames + 1000), c.right.resize(frames + 1000);
    return all;
}

/// Without what lies above 0.45 of the rate (19.8 kHz at 44.1 kHz): a windowed sinc, 64 frames
/// late, half at 0.43.
Samples band_limited(const Samples& x) {
    constexpr int kReach = 64;
    std::vector<double> taps;
    for (int i = -kReach; i <= kReach; ++i) {
        const double pt = std::numbers::pi * i, u = double(i) / (kReach + 1);
        const double window = oracle::bessel_i0(8 * std::sqrt(1 - u * u)) / oracle::bessel_i0(8);
        taps.push_back((i == 0 ? 0.86 : std::sin(0.86 * pt) / pt) * window);
    }
    Samples y(x.size());
    for (std::size_t n = 0; n < x.size(); ++n) {
        double sum = 0;
        for (std::size_t i = 0; i < taps.size() && i <= n; ++i) sum += taps[i] * x[n - i];
        y[n] = static_cast<float>(sum);
    }
    return y;
}

/// Worst readings of a limited case over gains and ceilings, dB above the ceiling.
struct Excess {
    double sample = -1000, sixteen_fold = -1000, annex = -1000, ebur128 = -1000;
    double worst() const {
        return std::max(std::max(sample, sixteen_fold), std::max(annex, ebur128));
    }
};
Excess excess(const Stereo& x, double rate) {
    static const oracle::Oversampler annex = oracle::annex_2();
    Excess worst;
    const auto raise = [](double& most, double peak, double ceiling) {
        most = std::max(most, oracle::db(peak) - ceiling);
    };
    for (const auto& [gain_db, ceiling] : {std::pair{0.0, -1.0}, {6.0, -6.0}, {20.0, -1.0}}) {
        const Stereo y = limited(x, rate, signals::amplitude(gain_db), ceiling, 120);
        for (const Samples* side : {&y.left, &y.right}) {
            raise(worst.sample, signals::peak_of(*side), ceiling);
            raise(worst.sixteen_fold, oracle::true_peak(*side), ceiling);
            const int frames = static_cast<int>(side->size() - 12) / 4 * 4;
            raise(worst.annex, annex.largest(side->data() + 11, frames), ceiling);
        }
        const auto other = oracle::ebur128(signals::interleaved(y.left, y.right), 2, int(rate));
        raise(worst.ebur128, other.true_peak, ceiling);
    }
    return worst;
}

class LimiterAtRate : public ::testing::TestWithParam<double> {};

TEST_P(LimiterAtRate, NothingPassesTheCeiling) {
    // libebur128 oversamples four times below 96 kHz, twice below 192 kHz.
    const double rate = GetParam();
    for (const Case& c : provocations(rate)) {
        const Excess full = excess({c.left, c.right}, rate);
        const Excess band = excess({band_limited(c.left), band_limited(c.right)}, rate);
        std::printf(
            "%-19s at %6.0f: sample %+.3f dB, 16x %+.3f, Annex 2 %+.3f, libebur128 %+.3f; "
            "below 0.45 fs %+.3f, %+.3f, %+.3f, %+.3f\n",
            c.name, rate, full.sample, full.sixteen_fold, full.annex, full.ebur128, band.sample,
            band.sixteen_fold, band.annex, band.ebur128);
        EXPECT_LE(full.worst(), 0) << c.name << " at " << rate;
        EXPECT_LE(band.worst(), 0) << c.name << " at " << rate;
        EXPECT_LE(band.sixteen_fold, -0.2) << "room for longer filters: " << c.name;
    }
}
INSTANTIATE_TEST_SUITE_P(Rates, LimiterAtRate,
                         ::testing::Values(44100.0, 48000.0, 88200.0, 96000.0, 176400.0, 192000.0));

TEST(Limiter, IsADelayBelowTheCeiling) {
    for (const double rate : {44100.0, 48000.0, 192000.0}) {
        const Stereo dry{signals::white(5000, 0.3, 1), signals::white(5000, 0.3, 2)};
        const Stereo wet = limited(dry, rate, 1, -1, 120);
        const auto latency = static_cast<std::size_t>(latency_at(rate));
        for (std::size_t n = 0; n < dry.frames(); ++n) {
            ASSERT_EQ(wet.left[n], n < latency ? 0.f : dry.left[n - latency])
                << n << " at " << rate;
            ASSERT_EQ(wet.right[n], n < latency ? 0.f : dry.right[n - latency])
                << n << " at " << rate;
        }
    }
}

TEST(Limiter, ComesToRestAgainToTheBit) {
    // Two seconds after a burst the gain is 1, and so stays it where a search finds nothing.
    const Stereo quiet{signals::white(144000, 0.25, 1), signals::white(144000, 0.25, 2)};
    Stereo dry = quiet;
    for (std::size_t n = 100; n < 2000; ++n) dry.left[n] *= 60;
    const Stereo wet = limited(dry, 48000, 1, -1, 120);
    for (std::size_t n = 96000; n < 144000; ++n) ASSERT_EQ(wet.left[n], quiet.left[n - 120]) << n;
}

TEST(Limiter, AppliesItsGainBelowTheCeiling) {
    const Stereo dry{signals::white(2000, 0.1, 1), signals::white(2000, 0.1, 2)};
    const Stereo wet = limited(dry, 48000, 2, -1, 120);
    for (std::size_t n = 120; n < 2000; ++n) ASSERT_EQ(wet.left[n], 2 * dry.left[n - 120]);
}

TEST(Limiter, AnyTileGivesTheSameBits) {
    const Stereo dry = signals::music(0.2, 48000, 8);
    const Stereo whole = limited(dry, 48000, 6, -1, static_cast<int>(dry.frames()));
    EXPECT_LT(signals::peak_of(whole.left), 0.9);  // it works
    for (const int tile : {1, 7, 31, 32, 33, 120, 257}) {
        const Stereo x = limited(dry, 48000, 6, -1, tile);
        EXPECT_EQ(x.left, whole.left) << "tiles of " << tile;
        EXPECT_EQ(x.right, whole.right) << "tiles of " << tile;
    }
}

TEST(Limiter, LanesAreFloats) {
    const Stereo dry = signals::music(0.1, 48000, 8);
    const LimiterSetup setup = limiter::setup(48000, 120, -1);
    const auto state = std::make_unique<LimiterState<f8>>();
    *state = {};
    f8 gain(1.f);
    for (int i = 0; i < 8; ++i) gain.set(i, 1.f + static_cast<float>(i));
    std::vector<f8> left(dry.left.begin(), dry.left.end()),
        right(dry.right.begin(), dry.right.end());
    limit(setup, *state, gain, left.data(), right.data(), static_cast<int>(left.size()));
    for (int i = 0; i < 8; ++i) {
        const Stereo alone = limited(dry, 48000, 1.0 + i, -1, 120);
        for (std::size_t n = 0; n < alone.frames(); ++n)
            ASSERT_EQ(bits_of(left[n][i]), bits_of(alone.left[n]))
                << "lane " << i << ", frame " << n;
    }
}

TEST(Limiter, MeetsAClickWithoutOvershootOrWaste) {
    // One click 12 dB over the ceiling: the output's peak is the ceiling less the limiter's own
    // margin.
    for (const double rate : {44100.0, 48000.0, 96000.0}) {
        Stereo x{Samples(4000), Samples(4000)};
        x.left[1500] = static_cast<float>(signals::amplitude(11));
        const Stereo y = limited(x, rate, 1, -1, 120);
        const double peak = oracle::db(oracle::true_peak(y.left));
        std::printf("click at %.0f: peak %.3f dBTP for a ceiling of -1\n", rate, peak);
        EXPECT_LE(peak, -1);
        EXPECT_GT(peak, -1.6);
    }
}

TEST(Limiter, ComesBackByItsRelease) {
    const double rate = 48000;
    Stereo x{signals::sine(48000, 1000, rate, 0.1), Samples(48000)};
    for (std::size_t n = 0; n < 4800; ++n) x.left[n] *= 30;
    const Stereo y = limited(x, rate, 1, -1, 120);
    const auto reduction_at = [&](std::size_t n) {
        // Gain over one period of the tone.
        double in = 0, out = 0;
        for (std::size_t i = 0; i < 48; ++i)
            in += std::pow(x.left[n + i], 2), out += std::pow(y.left[n + i + 120], 2);
        return 1 - std::sqrt(out / in);
    };
    const std::size_t start = 6000,
                      later = start + static_cast<std::size_t>(rate * limiter::kReleaseMs / 1000);
    const double ratio = reduction_at(later) / reduction_at(start);
    std::printf("reduction %.4f, one release later %.4f: ratio %.4f, exact %.4f\n",
                reduction_at(start), reduction_at(later), ratio, std::exp(-1));
    EXPECT_NEAR(ratio, std::exp(-1), 0.05 * std::exp(-1));
    EXPECT_LT(reduction_at(46000), 1e-4);
}

TEST(Limiter, HoldsAPureLowToneWithLittleDistortion) {
    // 50 Hz, 6 dB over the ceiling: what the gain does between two peaks is heard as odd harmonics.
    // A release that headed for gain 1 all the time would make 2 %.
    const double rate = 48000;
    const Stereo x{signals::sine(96000, 50, rate, signals::amplitude(5)), Samples(96000)};
    const Stereo y = limited(x, rate, 1, -1, 120);
    double first = 0, others = 0;
    for (int k = 1; k <= 20; ++k) {
        std::complex<double> sum = 0;
        for (int n = 0; n < 48000; ++n)
            sum += double(y.left[static_cast<std::size_t>(48000 + n)]) *
                   std::polar(1.0, -2 * std::numbers::pi * 50 * k * n / rate);
        (k == 1 ? first : others) += std::norm(sum);
    }
    const double thd = std::sqrt(others / first);
    std::printf("50 Hz at +6 dB: harmonics %.2f %%, %.1f dB\n", 100 * thd, oracle::db(thd));
    EXPECT_LT(thd, 0.01);
    EXPECT_GT(oracle::db(signals::peak_of(y.left)), -1.5);
}

TEST(Limiter, BothSidesGetOneGain) {
    const Stereo dry{signals::white(6000, 2, 1), signals::white(6000, 0.1, 2)};
    const Stereo wet = limited(dry, 48000, 1, -1, 120);
    for (std::size_t n = 120; n < 6000; ++n)
        ASSERT_NEAR(double(wet.left[n]) * dry.right[n - 120],
                    double(wet.right[n]) * dry.left[n - 120], 1e-7);
}

}  // namespace
}  // namespace mixfarm
