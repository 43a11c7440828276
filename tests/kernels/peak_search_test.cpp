/// The search for peaks between the samples: its bound holds, and its factor is what is stated.
#include "kernels/console/peak_search.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "tests/support/effort.h"
#include "tests/support/filter_oracle.h"
#include "tests/support/signals.h"

namespace mixfarm {
namespace {

using signals::Samples;

TEST(PeakSearch, FollowsTonesUpTo045OfTheRate) {
    // Highest point over many frames and phases against the tone's amplitude; points lie an eighth
    // apart, so that the last 0.136 dB at 0.45 may fall between them.
    double least = 0, most = 0;
    for (double share = 0.013; share <= 0.45; share += 0.0191) {
        const Samples x = signals::sine(4096, share, 1, 1, 0.7);
        peak_search::Carry<float> carry{};
        float highest[peak_search::kBlock] = {}, found = 0;
        bool known = false;
        for (std::size_t n = 64; n + 64 < x.size(); n += peak_search::kBlock, known = true) {
            peak_search::search(carry, known, x.data() + n, peak_search::kBlock, highest);
            found = *std::max_element(highest, highest + peak_search::kBlock);
        }
        least = std::min(least, oracle::db(found)), most = std::max(most, oracle::db(found));
        EXPECT_GT(oracle::db(found), -0.15) << share;
        EXPECT_LT(oracle::db(found), 0.2) << share;
    }
    std::printf("tones up to 0.45 fs: %+.3f to %+.3f dB\n", least, most);
}

TEST(PeakSearch, NeverPassesTheBoundThatSkipsIt) {
    // The bound's factor: largest sum of the magnitudes of a filter's taps less the straight line,
    // summed twice; the half-way point has the largest.
    double line = 0, slope = 0, bent = 0;
    for (int i = 0; i < peak_search::Long::kTaps; ++i) {
        const int mirrored = std::min(i, peak_search::Long::kTaps - 1 - i);
        line += peak_search::Long::tap(mirrored) - (mirrored == peak_search::kHalf - 1 ? 0.5 : 0);
        slope += line;
        bent += std::fabs(slope);
    }
    std::printf("half-way point: %.5f, stated %.5f\n", bent, double(peak_search::kBend));
    EXPECT_NEAR(line, 0, 1e-6);
    EXPECT_LE(bent, double(peak_search::kBend));
    // And the search itself, on noise of all sorts and on what drives the half-way point highest.
    constexpr int kBlock = peak_search::kBlock, kReach = peak_search::kReach;
    double closest = 0;
    for (std::uint64_t seed = 0; seed < effort<std::uint64_t>(20000, 1000); ++seed) {
        Samples x = signals::white(kReach + kBlock + peak_search::kGroup, 1, seed);
        for (std::size_t n = 1; n < x.size() && seed % 3; ++n)
            x[n] = seed % 3 == 1 ? 0.9f * x[n - 1] + 0.2f * x[n] : (x[n] < 0 ? -1.f : 1.f);
        if (seed % 4 == 3) {
            for (std::size_t n = 0; n < x.size(); ++n) x[n] = (n + (n >= 28)) % 2 ? 1.f : -1.f;
        }
        peak_search::Carry<float> carry{};
        float highest[kBlock] = {}, bend = 0, near = 0, sample = 0;
        peak_search::search(carry, false, x.data() + kReach, kBlock, highest);
        for (std::size_t n = 2; n < x.size() - peak_search::kGroup; ++n)
            bend = std::max(bend, std::fabs(x[n] - 2 * x[n - 1] + x[n - 2]));
        for (int n = -peak_search::kHalf - 2; n < kBlock - peak_search::kHalf - 1; ++n) {
            if (n > -peak_search::kHalf - 2)
                sample = std::max(sample, std::fabs(x[static_cast<std::size_t>(kReach + n)]));
            near = std::max(near, std::fabs(x[static_cast<std::size_t>(kReach + n)]));
        }
        const float bound = near + peak_search::kBend * bend;
        const float found = *std::max_element(highest, highest + kBlock);
        closest = std::max(closest, double(found / bound));
        ASSERT_LE(found, bound) << "seed " << seed;
        ASSERT_GE(found, sample) << "seed " << seed;
    }
    std::printf("highest point found: %.3f of its bound\n", closest);
}

TEST(PeakSearch, GivesAThreadWithAWindowTheSameBits) {
    // The whole signal searched at once, against windows that advance by pieces of 8 frames and a
    // shorter one every tile, and that leave out what their bound allows.
    using peak_search::Window;
    for (const int tile : {64, 67, 120, 147, 588}) {
        for (const float ceiling : {0.f, 0.3f, 0.5f, 0.95f, 1.1f}) {
            constexpr int kFront = peak_search::kReach;
            const int tiles = 2048 / tile + 2, frames = tiles * tile;
            Samples x = signals::white(static_cast<std::size_t>(kFront + frames) + 32, 1, 5);
            // Silence, noise with spikes, faint noise, a slow tone that only its level gives away.
            for (std::size_t n = 0; n < x.size(); ++n) {
                const std::size_t part = n < kFront ? 0 : 1 + n / 300 % 3;
                if (part == 1) x[n] *= n % 61 ? 0.5f : 1.f;
                if (part == 3) x[n] = std::sin(static_cast<float>(n) * 0.03f);
                if (part == 0 || part == 2) x[n] *= part == 0 ? 0.f : 0.02f;
            }
            std::vector<float> expected(static_cast<std::size_t>(frames), ceiling),
                found = expected;
            peak_search::Carry<float> carry{};
            for (int n = 0; n < frames; n += peak_search::kBlock)
                peak_search::search(carry, n > 0, x.data() + kFront + n,
                                    std::min(peak_search::kBlock, frames - n), expected.data() + n);
            Window<float> window{};
            int left_out = 0;
            const auto loud = [&](float bound) {
                left_out += bound <= ceiling;
                return bound > ceiling;
            };
            for (int t = 0, n = 0; t < tiles; ++t) {
                for (int end = n + tile; n < end;) {
                    window.begin_piece();
                    const int count = std::min(Window<float>::kPiece, end - n);
                    if (count == Window<float>::kPiece) {
                        window.advance<Window<float>::kPiece>(x.data() + kFront + n,
                                                              found.data() + n, loud);
                        n += count;
                    } else {
                        for (int i = 0; i < count; ++i, ++n)
                            window.advance<1>(x.data() + kFront + n, found.data() + n, loud);
                    }
                }
            }
            EXPECT_EQ(found, expected) << "tile " << tile << ", ceiling " << ceiling;
            EXPECT_TRUE(ceiling == 0 || left_out > 10) << left_out;
        }
    }
}

}  // namespace
}  // namespace mixfarm
