/// The predicted master gain: exact where the limiter rests, near where it works, 0 dB for silence.
#include "kernels/console/master_gain.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <memory>

#include "kernels/meters/k_weighting.h"
#include "tests/support/effort.h"
#include "tests/support/file_reading.h"

namespace mixfarm {
namespace {

using signals::Stereo;
constexpr int kRate = 48000, kTile = 120, kTilesPerBin = 4;

/// K-weighted energy and sample peak of every tile, by the sums of the definition.
struct Tiles {
    std::vector<float> energy, peak;
    std::vector<int> bins;
};
Tiles listen(const Stereo& x) {
    Tiles tiles;
    KState<float> left{}, right{};
    const KSetup k = k_setup(kRate);
    const std::size_t bins = x.frames() / (kTile * kTilesPerBin);
    for (std::size_t t = 0; t < bins * kTilesPerBin; ++t) {
        double energy = 0, peak = 0;
        for (std::size_t n = t * kTile; n < (t + 1) * kTile; ++n) {
            energy += std::pow(k_weight(x.left[n], k, left), 2) +
                      std::pow(k_weight(x.right[n], k, right), 2);
            peak = std::max({peak, std::fabs(double(x.left[n])), std::fabs(double(x.right[n]))});
        }
        tiles.energy.push_back(static_cast<float>(energy));
        tiles.peak.push_back(static_cast<float>(peak));
    }
    tiles.bins = {static_cast<int>(bins)};
    return tiles;
}

GainSolution<float> solve(const Tiles& tiles, double target_lufs, const LimiterSetup& limiter) {
    std::vector<float> weight(tiles.energy.size() / kTilesPerBin + 1);
    const GainSetup setup = gain_setup(kRate, kTile, kTilesPerBin, target_lufs, limiter);
    return solve_gain(setup, tiles.energy.data(), tiles.peak.data(), tiles.bins.data(),
                      static_cast<int>(tiles.bins.size()), weight.data());
}

/// Integrated loudness after gain and limiter, measured.
double reached_lufs(Stereo x, float gain, const LimiterSetup& limiter) {
    const auto state = std::make_unique<LimiterState<float>>();
    *state = {};
    limit(limiter, *state, gain, x.left.data(), x.right.data(), static_cast<int>(x.frames()));
    return read_stereo(x.left, x.right, kRate).metric("integrated_lufs");
}

TEST(MasterGain, IsExactWhereTheLimiterRests) {
    const LimiterSetup limiter = limiter::setup(kRate, kTile, -1);
    const Stereo music = signals::music(effort(6.0, 3.0), kRate, 1);
    const double before = read_stereo(music.left, music.right, kRate).metric("integrated_lufs");
    for (const double target : {-45.0, -30.0, -25.0}) {
        const auto solved = solve(listen(music), target, limiter);
        const double gain_db = oracle::db(solved.gain);
        const double lufs = -0.691 + 10 * std::log10(std::exp2(double(solved.loudness)));
        std::printf("target %g: gain %.4f dB, exact %.4f; loudness %.4f, measured %.4f\n", target,
                    gain_db, target - before, lufs, before);
        EXPECT_NEAR(gain_db, target - before, 0.002);
        EXPECT_NEAR(lufs, before, 0.002);
    }
}

TEST(MasterGain, PredictsWhatTheLimiterTakes) {
    const LimiterSetup limiter = limiter::setup(kRate, kTile, -1);
    const Stereo music = signals::music(effort(6.0, 3.0), kRate, 1);
    for (const auto& [target, tolerance] : {std::pair{-16.0, 0.3}, {-12.0, 0.5}, {-9.0, 0.8}}) {
        const auto solved = solve(listen(music), target, limiter);
        const double reached = reached_lufs(music, solved.gain, limiter);
        std::printf("target %g LUFS: gain %.2f dB, reached %.3f\n", target, oracle::db(solved.gain),
                    reached);
        EXPECT_NEAR(reached, target, tolerance);
    }
}

TEST(MasterGain, GatesAsTheStandardDoes) {
    // Half of the song 30 dB down: the relative gate leaves it out, an ungated mean would read 3 LU
    // less.
    const LimiterSetup limiter = limiter::setup(kRate, kTile, -1);
    const signals::Samples x = signals::tone_steps({{3, -30}, {3, -60}}, kRate);
    const auto solved = solve(listen({x, x}), -35, limiter);
    const double measured = read_both(x, kRate).metric("integrated_lufs");
    EXPECT_NEAR(oracle::db(solved.gain), -35 - measured, 0.002);
    EXPECT_NEAR(measured, -30, 0.3);
}

TEST(MasterGain, StretchesShareOneGateButNoBlock) {
    const LimiterSetup limiter = limiter::setup(kRate, kTile, -1);
    const signals::Samples x = signals::tone_steps({{1.23, -30}, {2.1, -24}}, kRate);
    Tiles tiles = listen({x, x});
    const int all = tiles.bins[0];
    tiles.bins = {123, all - 123};
    const auto solved = solve(tiles, -40, limiter);
    // Blocks of either stretch alone, by the definition.
    double sum = 0;
    int count = 0, first = 0;
    for (const int bins : tiles.bins) {
        for (int b = 0; b + 40 <= bins; b += 10, ++count)
            for (int t = 4 * (first + b); t < 4 * (first + b + 40); ++t)
                sum += tiles.energy[static_cast<std::size_t>(t)] / (0.4 * kRate);
        first += bins;
    }
    const double lufs = -0.691 + 10 * std::log10(sum / count);  // both lie inside the gates
    EXPECT_NEAR(oracle::db(solved.gain), -40 - lufs, 0.002);
}

TEST(MasterGain, SilenceGetsNone) {
    const LimiterSetup limiter = limiter::setup(kRate, kTile, -1);
    const signals::Samples silent(2 * kRate), faint = signals::sine(2 * kRate, 1000, kRate, 1e-4);
    for (const auto& x : {silent, faint}) {
        const auto solved = solve(listen({x, x}), -14, limiter);
        EXPECT_EQ(solved.gain, 1.f);
        EXPECT_EQ(solved.loudness, -100.f);
    }
    Tiles short_song = listen({signals::Samples(4800, 0.5f), signals::Samples(4800, 0.5f)});
    EXPECT_EQ(solve(short_song, -14, limiter).gain, 1.f);  // no whole block
}

TEST(MasterGain, NeverMoreThanSixtyDecibels) {
    const LimiterSetup limiter = limiter::setup(kRate, kTile, -1);
    const signals::Samples faint = signals::sine(2 * kRate, 1000, kRate, signals::amplitude(-65));
    const auto solved = solve(listen({faint, faint}), 0, limiter);
    EXPECT_EQ(solved.gain, master_gain::kMaxGain);
}

}  // namespace
}  // namespace mixfarm
