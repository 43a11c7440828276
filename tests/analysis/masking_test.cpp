/// Properties that any measure of masking must have (reference: Schroeder spreading, no absolute
/// threshold).
#include "host/analysis/masking.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "kernels/core/random.h"
#include "tests/analysis/synthetic.h"

namespace mixfarm {
namespace {

using Bands = std::array<double, kBands>;

Bands random_bands(std::uint64_t seed) {
    RandomStream random(seed, 7);
    Bands bands;
    for (double& b : bands) b = std::pow(10.0, -6 * random.next());
    return bands;
}

Bands scaled(Bands bands, double db) {
    for (double& b : bands) b *= std::pow(10.0, db / 10);
    return bands;
}

Bands only(int first, int last) {
    Bands bands{};
    for (int b = first; b <= last; ++b) bands[static_cast<std::size_t>(b)] = 1;
    return bands;
}

TEST(MaskedShare, SoloIsUntouchedAndSilenceHasNothingToHide) {
    EXPECT_EQ(masked_share(random_bands(1), Bands{}), 0);
    EXPECT_EQ(masked_share(Bands{}, random_bands(1)), 0);
}

TEST(MaskedShare, DisjointBandsDoNotMask) {
    EXPECT_EQ(masked_share(only(20, 25), only(0, 5)), 0);
    EXPECT_EQ(masked_share(only(0, 5), only(20, 25)), 0);
}

TEST(MaskedShare, LouderMaskerNeverLowersIt) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        double last = 0;
        for (double db = -60; db <= 81; db += 1.5) {
            const double share =
                masked_share(random_bands(seed), scaled(random_bands(seed + 100), db));
            EXPECT_GE(share, last - 1e-12) << seed << ' ' << db;
            EXPECT_LE(share, 1 + 1e-12);
            last = share;
        }
        EXPECT_NEAR(last, 1, 1e-9) << "80 dB louder buries everything";
    }
}

TEST(MaskedShare, CommonGainChangesNothing) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        const Bands a = random_bands(seed), b = random_bands(seed + 50);
        EXPECT_NEAR(masked_share(a, b), masked_share(scaled(a, 23), scaled(b, 23)), 1e-12);
    }
}

TEST(MaskedShare, MasksUpwardFurtherThanDownward) {
    // Schroeder's function falls by 25 dB a Bark towards low and by 10 dB a Bark towards high
    // frequencies. 1.6 and 4 kHz both lie 2.7 to 3 Bark from 2.5 kHz.
    const double upward = masked_share(only(22, 22), scaled(only(20, 20), 35));
    const double downward = masked_share(only(18, 18), scaled(only(20, 20), 35));
    std::printf("35 dB louder at 2.5 kHz covers %.2f of 4 kHz and %.2f of 1.6 kHz\n", upward,
                downward);
    EXPECT_GT(upward, downward);
}

/// As loud in every Bark: band powers are the widths of the third octaves on Zwicker's scale, as
/// Zwicker and Terhardt put it into a formula (1980).
Bands even_sound() {
    const auto bark = [](double hz) {
        return 13 * std::atan(0.00076 * hz) + 3.5 * std::atan(std::pow(hz / 7500, 2));
    };
    Bands bands;
    for (int b = 0; b < kBands; ++b)
        bands[static_cast<std::size_t>(b)] = bark(band_centre_hz(b) * std::pow(10, 0.05)) -
                                             bark(band_centre_hz(b) * std::pow(10, -0.05));
    return bands;
}

TEST(MaskedShare, ThresholdLiesSixDecibelsUnderTheMaskerInEveryBark) {
    const Bands even = even_sound(), heard = power_per_bark(even);
    const Bands threshold = masking_threshold(even);
    for (std::size_t b = 9; b < 25; ++b) {  // 200 Hz to 6.3 kHz: further out the sound has an end
        EXPECT_NEAR(heard[b], 1, 1e-9) << b;
        EXPECT_NEAR(10 * std::log10(threshold[b]), -6, 0.35) << b;
    }
    EXPECT_NEAR(masked_share(even, scaled(even, 6)), 0.5, 0.05);
    EXPECT_LT(masked_share(even, scaled(even, -4)), 0.01);
    EXPECT_GT(masked_share(even, scaled(even, 16)), 0.95);
}

TEST(MaskedShare, TakesLowThirdOctavesTogether) {
    // A kick and a bass half a Bark apart share a critical band; two flutes two Bark apart do not.
    EXPECT_GT(masked_share(only(3, 3), scaled(only(5, 5), 18)), 0.9);
    EXPECT_EQ(masked_share(only(18, 18), scaled(only(20, 20), 18)), 0);
}

TEST(Masking, HasItsInvariants) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        const Bands a = random_bands(seed), b = random_bands(seed + 100);
        EXPECT_EQ(masking(a, masking_threshold(Bands{})), 0) << "solo";
        EXPECT_EQ(masking(Bands{}, masking_threshold(a)), 0) << "nothing to hide";
        EXPECT_NEAR(masking(a, masking_threshold(b)),
                    masking(scaled(a, 23), masking_threshold(scaled(b, 23))), 1e-12)
            << "a common gain";
        double last = 0;
        for (double db = -60; db <= 80; db += 1.5) {
            const double now = masking(a, masking_threshold(scaled(b, db)));
            EXPECT_GE(now, last - 1e-12) << "louder masker, seed " << seed << ' ' << db;
            EXPECT_LT(now - last, 1.5 / 20 + 1e-9) << "no cliff: at most a decibel a decibel";
            last = now;
        }
        EXPECT_NEAR(last, 1, 1e-9);
        // Two that are the same, under a third: each lies under as much.
        const Bands c = random_bands(seed + 200);
        Bands rest = c;
        for (std::size_t i = 0; i < kBands; ++i) rest[i] += a[i];
        EXPECT_EQ(masking(a, masking_threshold(rest)), masking(Bands(a), masking_threshold(rest)));
        // Thresholds add.
        const Bands of_a = masking_threshold(a), of_c = masking_threshold(c),
                    of_both = masking_threshold(rest);
        for (std::size_t i = 0; i < kBands; ++i)
            EXPECT_NEAR(of_both[i], of_a[i] + of_c[i], 1e-12 * of_both[i]);
    }
    EXPECT_EQ(masking(only(20, 25), masking_threshold(only(0, 5))), 0) << "disjoint";
    EXPECT_EQ(masking(only(0, 5), masking_threshold(only(20, 25))), 0) << "disjoint";
}

TEST(Masking, CountsDecibelsOverTheThresholdUpToTwenty) {
    const Bands a = random_bands(3), heard = power_per_bark(a);
    for (const double db : {-6.0, 0.0, 5.0, 10.0, 20.0, 40.0})
        EXPECT_NEAR(masking(a, scaled(heard, db)), std::clamp(db / 20, 0.0, 1.0), 1e-9) << db;
}

TEST(Audibility, IsTheIntelligibilityIndex) {
    const Bands speech = only(8, 25);
    EXPECT_NEAR(audibility(speech, Bands{}), 1, 1e-9) << "importances sum to one";
    EXPECT_EQ(audibility(Bands{}, speech), 0);
    // Thresholds that lie 6 dB under a masker as strong as the speech in every band: half.
    for (const auto& [db, index] :
         {std::pair{-40.0, 1.0}, {-15.0, 1.0}, {-6.0, 0.7}, {0.0, 0.5}, {9.0, 0.2}, {15.0, 0.0}})
        EXPECT_NEAR(audibility(speech, scaled(power_per_bark(speech), db - 6)), index, 1e-9) << db;
    // 2 kHz alone counts 0.0898.
    EXPECT_NEAR(audibility(only(19, 19), Bands{}), 0.0898, 1e-12);
}

TEST(MaskingMatrix, KnowsWhoPlaysWhen) {
    using namespace testing;
    Song song = empty_song(8);
    add_stem(song, "all along", Role::keys, noise(0.1, 1));
    add_stem(song, "first half", Role::keys, during(0, 4, noise(0.1, 2)));
    add_stem(song, "second half", Role::keys, during(4, 8, noise(0.1, 3)));
    const Profile p = analyze(song);
    EXPECT_EQ(p.masked_by(0, 0), 0);
    EXPECT_EQ(p.masked_by(1, 2), 0) << "they never meet";
    EXPECT_NEAR(p.masked_by(0, 1), p.masked_by(1, 0) / 2, 0.1) << "half of the time";
    EXPECT_GT(p.masked_by(1, 0), 0.1);
}

TEST(KWeighting, MatchesTheTabledGains) {
    // Digital filters at 192 kHz as tabled with libebur128's design; the prototype has no warping.
    for (auto [hz, gain] : {std::pair{25.0, -10.425},
                            {100.0, -1.166},
                            {1000.0, 0.6707},
                            {2000.0, 3.034},
                            {10000.0, 4.009}})
        EXPECT_NEAR(10 * std::log10(k_weighting_power(hz)), gain, 0.02) << hz;
}

}  // namespace
}  // namespace mixfarm
