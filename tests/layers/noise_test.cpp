/// Hiss and crackle: their spectra, their sides, how often it cracks.
#include <gtest/gtest.h>

#include <cstdio>

#include "host/layers/textures.h"
#include "tests/layers/planned_song.h"
#include "tests/support/ebur128_meter.h"
#include "tests/support/signals.h"

namespace mixfarm {
namespace {

using namespace layers_test;

/// Power per Hz about a frequency, a third of an octave wide, in dB.
double density_db(const std::vector<double>& power, double rate, double hz) {
    const double low = hz * std::exp2(-1.0 / 6), high = hz * std::exp2(1.0 / 6);
    return 10 * std::log10(power_between(power, rate, low, high) / (high - low));
}

TEST(Hiss, RisesBy3DecibelsAnOctaveFrom1To8KhzAndFallsAbove10) {
    for (const int rate : {44100, 48000, 96000}) {
        const LayerSound sound = hiss(10 * rate, rate, 11);
        const auto power = power_spectrum(cut(sound.left, rate, 0, 10), 8192);
        const double at_1 = density_db(power, rate, 1000);
        std::printf("%d Hz, re 1 kHz:", rate);
        for (const double hz :
             {125.0, 250.0, 500.0, 2000.0, 4000.0, 8000.0, 10000.0, 14000.0, 18000.0})
            std::printf(" %.0f: %+.1f", hz, density_db(power, rate, hz) - at_1);
        std::printf("\n");
        for (double hz = 1000; hz < 8100; hz *= std::exp2(1.0 / 3))
            EXPECT_NEAR(density_db(power, rate, hz) - at_1, 3 * std::log2(hz / 1000), 1.5) << hz;
        EXPECT_LT(density_db(power, rate, 14000), density_db(power, rate, 10000) - 1);
        EXPECT_LT(density_db(power, rate, 18000), density_db(power, rate, 14000) - 1);
        EXPECT_LT(density_db(power, rate, 500), at_1);
        EXPECT_NEAR(rms(cut(sound.left, rate, 0, 10)), 1, 1e-3);
        EXPECT_NEAR(rms(cut(sound.right, rate, 0, 10)), 1, 1e-3);
        const double both =
            correlation(cut(sound.left, rate, 0, 10), cut(sound.right, rate, 0, 10));
        std::printf("  left against right %.4f\n", both);
        EXPECT_LT(std::fabs(both), 0.02);
    }
}

TEST(Crackle, CracksAsOftenAsAsked) {
    constexpr int kRate = 44100;
    constexpr double kSeconds = 60;
    const auto frames = static_cast<std::int64_t>(kSeconds * kRate);
    // The surface alone has the same noise: what is left without it are the clicks.
    const LayerSound surface = crackle(frames, kRate, 1e-9, 4);
    for (const double per_s : {0.5, 3.0, 10.0}) {
        const LayerSound sound = crackle(frames, kRate, per_s, 4);
        // Where nothing cracks both go the same way: the median of their ratios.
        const auto share_of = [](const std::vector<float>& x, const std::vector<float>& noise) {
            std::vector<double> ratios;
            for (std::size_t n = 1000; n < x.size(); n += 97)
                if (std::fabs(noise[n]) > 0.1) ratios.push_back(double(x[n]) / noise[n]);
            const auto middle = ratios.begin() + static_cast<std::ptrdiff_t>(ratios.size() / 2);
            std::nth_element(ratios.begin(), middle, ratios.end());
            return *middle;
        };
        const double left = share_of(sound.left, surface.left),
                     right = share_of(sound.right, surface.right);
        const auto clicks = [&](std::size_t n) {  // re the noise
            const double l = sound.left[n] / left - surface.left[n],
                         r = sound.right[n] / right - surface.right[n];
            return std::sqrt(l * l + r * r);
        };
        int count = 0, clear = 0;
        double last = -1;
        for (std::size_t n = 0; n < sound.left.size(); ++n) {
            const double x = clicks(n), t = static_cast<double>(n) / kRate;
            if (x < 0.05) continue;
            if (t - last > 0.0015) ++count;
            last = t;
        }
        last = -1;
        for (std::size_t n = 0; n < sound.left.size(); ++n) {
            const double t = static_cast<double>(n) / kRate;
            if (std::max(std::fabs(sound.left[n]), std::fabs(sound.right[n])) < left * 6) continue;
            if (t - last > 0.0015) ++clear;
            last = t;
        }
        const double expected = per_s * kSeconds, error = 3 * std::sqrt(expected);
        const auto power = power_spectrum(cut(sound.left, kRate, 0, 20), 2048);
        const double band = power_between(power, kRate, 800, 8000),
                     all = power_between(power, kRate, 0, kRate / 2.0);
        std::printf(
            "%.1f a second: %d of %.0f (+-%.0f), %d stand out; 0.8 to 8 kHz has %.0f %% of "
            "the power\n",
            per_s, count, expected, error, clear, 100 * band / all);
        // Those within 1.5 ms of another count as one.
        EXPECT_NEAR(count, expected * std::exp(-per_s * 0.003), error);
        EXPECT_GT(band / all, 0.5);
        EXPECT_NEAR(rms(cut(sound.left, kRate, 0, kSeconds)), 1, 1e-3);
        EXPECT_LT(power_between(power, kRate, 0, 100) / all, 0.001);  // no rumble
    }
}

/// Beside a part at -20 LUFS, as one that plays all the time in a mix at -14.
void expect_lufs(const std::optional<Move>& move, const PlannedSong& planned, double typical,
                 double most) {
    ASSERT_TRUE(move);
    const MoveLayer& layer = move->layers[0];
    const LayerSound sound = layer.make();
    const int rate = planned.song().rate;
    const auto part = [&](const std::vector<float>& x) {  // between the fades
        return std::vector<float>(x.begin() + 2 * rate, x.begin() + 10 * rate);
    };
    const double lufs = oracle::ebur128(signals::interleaved(part(sound.left), part(sound.right)),
                                        2, rate, false, false)
                            .integrated_lufs;
    std::printf("%s: %.2f LUFS at a half, %.2f at most\n", layer.what.c_str(),
                lufs + layer.level_db.at(0.5), lufs + layer.level_db.at(1));
    EXPECT_NEAR(lufs + layer.level_db.at(0.5f), typical, 1);
    EXPECT_NEAR(lufs + layer.level_db.at(1), most, 1);
    const double last = move->places[0].end_s;
    EXPECT_EQ(rms(cut(sound.left, rate, last + 0.001, planned.song().seconds())), 0);
}

TEST(Floors, AreAsLoudAsTheyShallBe) {
    PlannedSong planned;  // its stems are at -20 LUFS
    planned.add("pad", Role::pad, [](double t) { return 0.1 * std::sin(kTurn * 440 * t); });
    expect_lufs(plan_hiss(planned.ground()), planned, -66, -54);
    expect_lufs(plan_vinyl(planned.ground()), planned, -58, -46);
}

}  // namespace
}  // namespace mixfarm
