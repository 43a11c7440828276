/// Every term falls when its fault is added, goes on falling as the fault grows, and leaves the
/// other terms alone.
#include "host/score/terms.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <functional>

#include "tests/score/fine_mix.h"

namespace mixfarm {
namespace {

using testing::band_at;
using testing::set;
using testing::set_band;

/// Applies a fault of some amount; `amounts` rise from harmless to far beyond, all short of a
/// reject.
struct Fault {
    const char* name;
    const char* term;
    std::function<void(Measurement&, StemMetrics&, double)> add;
    std::vector<double> amounts;
    double last_below;  ///< the term at the largest amount lies below
};

void tilt(Measurement& m, double db_per_octave) {
    for (std::size_t b = 0; b < kBands; ++b) {
        const double gain = std::pow(
            10, db_per_octave * (static_cast<double>(b) - 16) * 0.1 * std::log2(10.0) / 10);
        m.left_power[b] *= static_cast<float>(gain);
        m.right_power[b] *= static_cast<float>(gain);
        m.cross_power[b] *= static_cast<float>(gain);
    }
}

/// Every band above the low end with the same ratio of side to middle.
void side_to_middle(Measurement& m, double ratio) {
    for (std::size_t b = band_at(200); b < kBands; ++b)
        set_band(m, b, m.left_power[b], (1 - ratio) / (1 + ratio));
}

std::vector<Fault> faults() {
    return {
        {"brighter",
         "tone",
         [](Measurement& m, StemMetrics&, double a) { tilt(m, a); },
         {0.5, 1, 2, 4, 8},
         0.1},
        {"darker",
         "tone",
         [](Measurement& m, StemMetrics&, double a) { tilt(m, -a); },
         {0.5, 1, 2, 4, 8},
         0.1},
        {"boxy at 400 Hz",
         "tone",
         [](Measurement& m, StemMetrics&, double a) {
             for (const double hz : {315.0, 400.0, 500.0})
                 set_band(m, band_at(hz), m.left_power[band_at(hz)] * std::pow(10, a / 10), 0.5);
         },
         {2, 4, 6, 9, 12},
         0.45},
        {"boomy",
         "tone",
         [](Measurement& m, StemMetrics&, double a) {
             for (std::size_t b = band_at(50); b <= band_at(125); ++b)
                 set_band(m, b, m.left_power[b] * std::pow(10, a / 10), 0.98);
         },
         {3, 6, 9, 12, 15},
         0.6},
        {"squashed",
         "dynamics",
         [](Measurement& m, StemMetrics&, double a) { set(m, "plr_db", 8 - a); },
         {0.5, 1, 1.9},
         0.6},
        {"spiky",
         "dynamics",
         [](Measurement& m, StemMetrics&, double a) { set(m, "plr_db", 14 + a); },
         {1, 3, 6, 12},
         0.15},
        {"flat all through",
         "dynamics",
         [](Measurement& m, StemMetrics&, double a) { set(m, "loudness_range_lu", 4 - a); },
         {1, 2, 3.5},
         0.6},
        {"uneven",
         "dynamics",
         [](Measurement& m, StemMetrics&, double a) { set(m, "loudness_range_lu", 8 + a); },
         {1, 3, 6, 12},
         0.4},
        {"limited hard",
         "dynamics",
         [](Measurement& m, StemMetrics&, double a) { m.limiter_loss_lu = static_cast<float>(a); },
         {1.5, 2, 3, 3.9},
         0.25},
        {"masked",
         "masking",
         [](Measurement&, StemMetrics& s, double a) { s.masking = static_cast<float>(a); },
         {0.05, 0.1, 0.2, 0.4, 0.8},
         0.12},
        {"narrow",
         "stereo",
         [](Measurement& m, StemMetrics&, double a) {
             side_to_middle(m, 0.18 * std::pow(10, -a / 10));
         },
         {1, 3, 6, 12, 20},
         0.1},
        {"too wide",
         "stereo",
         [](Measurement& m, StemMetrics&, double a) {
             side_to_middle(m, 0.54 * std::pow(10, a / 10));
         },
         {1, 3, 6, 12},
         0.15},
        {"out of phase",
         "stereo",
         [](Measurement& m, StemMetrics&, double a) { set(m, "correlation", -a); },
         {0.05, 0.1, 0.19},
         0.7},
        {"an octave out of phase",
         "stereo",
         [](Measurement& m, StemMetrics&, double a) {
             for (const double hz : {800.0, 1000.0, 1250.0})
                 set_band(m, band_at(hz), m.left_power[band_at(hz)], -a);
         },
         {0.3, 0.5, 0.8, 1},
         0.9},
        {"bass to the sides",
         "stereo",
         [](Measurement& m, StemMetrics&, double a) {
             for (std::size_t b = 0; b <= band_at(100); ++b)
                 set_band(m, b, m.left_power[b], 0.9 - a);
         },
         {0.1, 0.3, 0.6, 1.2},
         0.15},
        {"leaning left",
         "stereo",
         [](Measurement& m, StemMetrics&, double a) { set(m, "balance_db", 1 + a); },
         {0.5, 1, 2, 4.9},
         0.2},
        {"leaning right",
         "stereo",
         [](Measurement& m, StemMetrics&, double a) { set(m, "balance_db", -1 - a); },
         {0.5, 1, 2, 4.9},
         0.2},
        {"lead too low",
         "lead",
         [](Measurement&, StemMetrics& s, double a) {
             s.lead_to_rest_lu = static_cast<float>(-2 - a);
         },
         {1, 3, 6, 9, 18},
         0.06},
        {"lead too loud",
         "lead",
         [](Measurement&, StemMetrics& s, double a) {
             s.lead_to_rest_lu = static_cast<float>(4 + a);
         },
         {1, 3, 6, 9, 18},
         0.06},
        {"lead under the rest",
         "lead",
         [](Measurement&, StemMetrics& s, double a) {
             s.lead_audibility = static_cast<float>(0.5 - a);
         },
         {0.05, 0.15, 0.3, 0.5},
         0.3},
        {"flooded",
         "depth",
         [](Measurement&, StemMetrics& s, double a) {
             s.reverb_to_dry_lu = static_cast<float>(-14 + a);
         },
         {2, 5, 10, 15},
         0.1},
        {"endless",
         "depth",
         [](Measurement&, StemMetrics& s, double a) { s.reverb_s = static_cast<float>(2.5 + a); },
         {1, 3, 10},
         0.7},
        {"bone dry",
         "depth",
         [](Measurement&, StemMetrics& s, double a) {
             s.reverb_to_dry_lu = static_cast<float>(-20 - a);
         },
         {10, 20},
         0.96},
        {"fuzzy",
         "distortion",
         [](Measurement&, StemMetrics& s, double a) {
             s.distortion_db = static_cast<float>(-30 + a);
         },
         {3, 10, 20},
         0.34},
        {"overprocessed",
         "economy",
         [](Measurement&, StemMetrics& s, double a) { s.effects = static_cast<float>(3 + a); },
         {1, 2, 4, 8},
         0.15},
        {"bands undone",
         "economy",
         [](Measurement&, StemMetrics& s, double a) { s.undone_db = static_cast<float>(a); },
         {1, 3, 6, 12},
         0.15},
        {"unlike any engineer",
         "prior",
         [](Measurement&, StemMetrics& s, double a) { s.prior_distance = static_cast<float>(a); },
         {0.5, 1, 2, 4},
         0.12},
    };
}

TEST(Terms, FallWithTheirFaultAndNothingElseDoes) {
    const Style style = testing::neutral();
    const Judge judge = testing::FineSong(3).judge();
    const Scores fine =
        judge.score(testing::fine_measurement(style, 3), testing::fine_stems(style));
    for (const Fault& fault : faults()) {
        SCOPED_TRACE(fault.name);
        float before = testing::term(fine, fault.term), technical = fine.technical;
        std::printf("%-20s %-9s %.3f ->", fault.name, fault.term, before);
        for (const double amount : fault.amounts) {
            Measurement m = testing::fine_measurement(style, 3);
            StemMetrics s = testing::fine_stems(style);
            fault.add(m, s, amount);
            const Scores scores = judge.score(m, s);
            ASSERT_EQ(scores.rejected, Reject::none)
                << reject_name(scores.rejected) << " at " << amount;
            const float now = testing::term(scores, fault.term);
            std::printf(" %.3f", now);
            EXPECT_LT(now, before - 0.005) << "at " << amount;
            EXPECT_GT(now, 0) << "at " << amount;
            EXPECT_LT(scores.technical, technical);
            for (std::size_t t = 0; t < kTerms; ++t) {
                if (kTermNames[t] != fault.term) {
                    EXPECT_EQ(scores.terms[t], fine.terms[t]) << kTermNames[t];
                }
            }
            before = now;
            technical = scores.technical;
        }
        std::printf("\n");
        EXPECT_LT(before, fault.last_below);
    }
}

TEST(Terms, AreOneAnywhereInsideTheRanges) {
    const Style style = testing::neutral();
    Measurement m = testing::fine_measurement(style, 1);
    for (const double plr : {8.0, 11.0, 14.0})
        for (const double lra : {4.0, 8.0}) {
            set(m, "plr_db", plr);
            set(m, "loudness_range_lu", lra);
            EXPECT_EQ(dynamics_term(m, style, 0), 1);
        }
    EXPECT_NEAR(tone_term(m, style), 1, 1e-9);
    StemMetrics s = testing::fine_stems(style);
    for (const double lu : {-2.0, 4.0, std::nan("")}) {  // no lead, no complaint
        s.lead_to_rest_lu = static_cast<float>(lu);
        EXPECT_EQ(lead_term(s, style), 1) << lu;
    }
    EXPECT_EQ(depth_term(-20, 2), 1);
    EXPECT_EQ(depth_term(-14, 1), 1);
    EXPECT_EQ(depth_term(std::nan(""), 0), 1) << "nothing known of it";
    EXPECT_EQ(economy_term(3, 0), 1);
}

TEST(Terms, ToneDoesNotHearLevelAndMatchesAPlainSum) {
    const Style style = testing::neutral();
    Measurement m = testing::fine_measurement(style, 1);
    for (std::size_t b = 0; b < kBands; ++b)
        set_band(m, b, m.left_power[b] * (1 + 0.9 * std::sin(1.7 * static_cast<double>(b))), 0.5);
    const double at_level = tone_term(m, style);
    // The same sum written out: 28 bands with a target, level by least squares over 100 Hz to 4
    // kHz.
    double top = 0, bottom = 0, sum = 0;
    const auto off = [&](std::size_t b) {
        return 10 * std::log10(2.0 * m.left_power[b]) - style.tone_db[b];
    };
    for (std::size_t b = 6; b <= 22; ++b) {
        top += off(b) / std::pow(style.tone_tolerance_db[b], 2);
        bottom += 1 / std::pow(style.tone_tolerance_db[b], 2);
    }
    for (std::size_t b = 1; b <= 28; ++b)
        sum += std::pow((off(b) - top / bottom) / style.tone_tolerance_db[b], 2);
    double worst = 0;  // octave
    for (std::size_t b = 1; b <= 26; ++b) {
        double octave = 0;
        for (std::size_t i = b; i < b + 3; ++i)
            octave += (off(i) - top / bottom) / style.tone_tolerance_db[i] / 3;
        worst = std::max(worst, std::fabs(octave));
    }
    const double by_hand = 1 / (1 + (sum / 28 + 0.5 * worst * worst) / 2);
    std::printf("tone %.6f, by hand %.6f\n", at_level, by_hand);
    EXPECT_NEAR(at_level, by_hand, 1e-9);
    for (std::size_t b = 0; b < kBands; ++b) set_band(m, b, m.left_power[b] * 0.01, 0.5);
    EXPECT_NEAR(tone_term(m, style), at_level, 1e-6);
}

TEST(Terms, UnmeasuredFeaturesAndEmptyBandsDoNotBreakThem) {
    const Style style = testing::neutral();
    Measurement m = testing::fine_measurement(style, 1);
    for (const char* name : {"loudness_range_lu", "correlation", "balance_db"})
        set(m, name, std::nan(""));
    EXPECT_EQ(dynamics_term(m, style, 0), 1);
    EXPECT_EQ(stereo_term(m, style), 1);
    for (std::size_t b = 0; b < kBands; ++b)
        if (b != band_at(400)) set_band(m, b, 0, 0);
    const double lone = tone_term(m, style);
    std::printf("a lone band: tone %.4f\n", lone);
    EXPECT_GT(lone, 0);
    EXPECT_LT(lone, 0.05);
    set_band(m, band_at(400), 0, 0);
    EXPECT_TRUE(std::isfinite(tone_term(m, style))) << "nothing at all";
    side_to_middle(m, 0);
    for (std::size_t b = band_at(200); b < kBands; ++b) set_band(m, b, 1e-3, 1);
    EXPECT_GT(stereo_term(m, style), 0.03) << "mono is far off, but not beyond all measure";
}

}  // namespace
}  // namespace mixfarm
