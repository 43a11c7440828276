/// Masking, lead level and lost stems from measurements and settings, against sums written out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <ctime>
#include <limits>

#include "host/job/input_error.h"
#include "tests/score/fine_mix.h"

namespace mixfarm {
namespace {

using testing::band_at;
using testing::FineSong;

/// K-weighting at 48 kHz as published for these frequencies, as a power ratio.
double k_power(double hz) {
    const double db = hz == 100 ? -1.134 : hz == 1000 ? 0.6977 : hz == 10000 ? 4.042 : std::nan("");
    return std::pow(10, db / 10);
}

Measurement measured(std::vector<float> stem_power) {
    Measurement m = testing::fine_measurement(testing::neutral(), stem_power.size());
    m.stem_power = std::move(stem_power);
    return m;
}

void only_band(FineSong& s, std::size_t stem, double hz) {
    s.profile.stems[stem].band_power = {};
    s.profile.stems[stem].band_power[band_at(hz)] = 1e-3;
}

TEST(Lead, IsTheKWeightedRatioOfMeasuredPowers) {
    FineSong s(3);
    only_band(s, 0, 1000);
    only_band(s, 1, 100);
    only_band(s, 2, 10000);
    const StemMetrics got =
        s.judge().stem_metrics(measured({0.02f, 0.03f, 0.004f}), s.settings, 0.7, 3);
    const double expected =
        10 * std::log10(0.02 * k_power(1000) / (0.03 * k_power(100) + 0.004 * k_power(10000)));
    std::printf("lead to rest %.4f LU, by hand %.4f\n", got.lead_to_rest_lu, expected);
    EXPECT_NEAR(got.lead_to_rest_lu, expected, 0.002);
    EXPECT_FLOAT_EQ(got.prior_distance, 0.7f);
    EXPECT_EQ(got.lost_stem, -1);
}

TEST(Lead, FollowsItsFaderThroughTheMeasurement) {
    FineSong s(3);
    const Judge judge = s.judge();
    const double before =
        judge.stem_metrics(measured({0.02f, 0.02f, 0.02f}), s.settings, 0, 3).lead_to_rest_lu;
    const double after =
        judge.stem_metrics(measured({0.02f * 0.12589f, 0.02f, 0.02f}), s.settings, 0, 3)
            .lead_to_rest_lu;
    EXPECT_NEAR(after - before, -9, 0.001);
    Scores fine =
        judge.score(measured({0.02f, 0.02f, 0.02f}), {0.3f, static_cast<float>(before), 0.f, -1});
    Scores low =
        judge.score(measured({0.02f, 0.02f, 0.02f}), {0.3f, static_cast<float>(after), 0.f, -1});
    std::printf("lead term at %.1f LU %.3f, 9 dB lower %.3f\n", before, testing::term(fine, "lead"),
                testing::term(low, "lead"));
    EXPECT_LT(testing::term(low, "lead"), testing::term(fine, "lead") - 0.5);
}

TEST(Lead, CountsWhileTheLeadPlays) {
    FineSong s(2);
    only_band(s, 0, 1000);
    only_band(s, 1, 1000);
    s.rest(0, 15, 60);  // plays a quarter of the song: there it has four times its mean power
    const Judge judge = s.judge();
    EXPECT_NEAR(judge.stem_metrics(measured({0.01f, 0.01f}), s.settings, 0, 3).lead_to_rest_lu,
                10 * std::log10(4.0), 1e-3);
    // The telling excerpt is the first ten seconds, where both play all the time.
    EXPECT_NEAR(judge.stem_metrics(measured({0.01f, 0.01f}), s.settings, 0, 2).lead_to_rest_lu, 0,
                1e-3);
}

TEST(Lead, StandsDifferentlyInEverySection) {
    FineSong s(2);
    only_band(s, 0, 1000);
    only_band(s, 1, 1000);
    s.song.sections = {{"verse", 0, 20}, {"chorus", 20, 40}, {"outro", 40, 60}};
    for (std::size_t i = 200; i < 400; ++i) s.profile.stems[1].level_lufs[i] += 6;
    s.rest(0, 40, 60);
    const Measurement m = measured({0.01f, 0.01f});
    const Judge judge = s.judge();
    const Covering got = judge.covering(m, s.settings);
    ASSERT_EQ(got.section_lead_lu.size(), 3u);
    const double lead = 1.5, rest = 3 / (2 + std::pow(10, 0.6));  // powers re mean in the verse
    EXPECT_NEAR(got.section_lead_lu[0], 10 * std::log10(lead / rest), 1e-3);
    EXPECT_NEAR(got.section_lead_lu[1], 10 * std::log10(lead / rest) - 6, 1e-3);
    EXPECT_TRUE(std::isnan(got.section_lead_lu[2])) << "no lead";
    EXPECT_GT(judge.stem_metrics(m, s.settings, 0, 3).lead_to_rest_lu, got.section_lead_lu[1]);
}

TEST(Depth, IsWhatTheReturnsGive) {
    FineSong s(2);
    only_band(s, 0, 1000);
    only_band(s, 1, 1000);
    s.settings.buses = neutral_buses();
    const Judge judge = s.judge();
    const Measurement m = measured({0.01f, 0.03f});
    EXPECT_EQ(judge.stem_metrics(m, s.settings, 0, 3).reverb_to_dry_lu, -60) << "bone dry";
    const auto bus = [&](Bus of, const char* effect, const char* param) -> float& {
        return s.settings.buses[static_cast<std::size_t>(bus_param_index(of, effect, param))];
    };
    s.strip(1)[strip_param_index("send", "hall_db")] = -10;
    bus(Bus::hall, "hall", "decay_s") = 2;
    bus(Bus::hall, "fader", "fader_db") = -3;
    StemMetrics got = judge.stem_metrics(m, s.settings, 0, 3);
    EXPECT_NEAR(got.reverb_to_dry_lu, 10 * std::log10(0.75) - 13, 0.01);
    EXPECT_FLOAT_EQ(got.reverb_s, 2);
    // An echo of full feedback repeats for ever; of a half it adds a third of its power.
    s.strip(1)[strip_param_index("send", "hall_db")] = -60;
    s.strip(0)[strip_param_index("send", "echo_db")] = 0;
    bus(Bus::echo, "echo", "feedback") = 0.5f;
    bus(Bus::echo, "echo", "beats") = 1;
    got = judge.stem_metrics(m, s.settings, 0, 3);
    EXPECT_NEAR(got.reverb_to_dry_lu, 10 * std::log10(0.25 * 4 / 3), 0.01);
    EXPECT_NEAR(got.reverb_s, 0.5 * 60 / 6.0206, 0.01) << "half a second and 6 dB a repeat";
    s.settings.buses.clear();
    EXPECT_TRUE(std::isnan(judge.stem_metrics(m, s.settings, 0, 3).reverb_to_dry_lu));
}

TEST(Lead, IsNaNWithoutOneAndChosenByIntentFirst) {
    FineSong s(3);
    s.song.stems[0].role.role = Role::keys;
    const Measurement m = measured({0.01f, 0.02f, 0.04f});
    EXPECT_TRUE(std::isnan(s.judge().stem_metrics(m, s.settings, 0, 3).lead_to_rest_lu));
    s.song.stems[0].role.role = Role::lead_vocal;
    s.song.stems[2].intent = Intent::lead;
    EXPECT_GT(s.judge().stem_metrics(m, s.settings, 0, 3).lead_to_rest_lu, 0)
        << "the loud stem 2 leads, not the vocal";
    s.rest(2, 0, 10);
    EXPECT_TRUE(std::isnan(s.judge().stem_metrics(m, s.settings, 0, 2).lead_to_rest_lu))
        << "no lead in the excerpt";
}

/// Ronan et al. written out, straight from the definition: dB by dB, in steps of a hundredth of a
/// Bark, band by band.
double masked(const std::array<double, kBands>& maskee, const std::array<double, kBands>& masker) {
    const auto bark = [](double hz) {
        return 13 * std::atan(0.00076 * hz) + 3.5 * std::atan(std::pow(hz / 7500, 2));
    };
    std::array<double, kBands + 1> edge{};
    for (int b = 0; b <= kBands; ++b)
        edge[static_cast<std::size_t>(b)] = bark(25.118864 * std::pow(10, 0.1 * b - 0.05));
    const auto density = [&](const std::array<double, kBands>& power, double z) {
        for (std::size_t b = 0; b < kBands; ++b)
            if (z >= edge[b] && z < edge[b + 1]) return power[b] / (edge[b + 1] - edge[b]);
        return 0.0;
    };
    constexpr double kStep = 0.01;
    std::array<double, kBands> heard{}, raised{};
    double area = 0;
    for (double dz = -12; dz < 24; dz += kStep)
        area += kStep * std::pow(10, 1.581 + 0.75 * (dz + 0.474) -
                                         1.75 * std::sqrt(1 + std::pow(dz + 0.474, 2)));
    for (std::size_t b = 0; b < kBands; ++b) {
        const double middle = (edge[b] + edge[b + 1]) / 2;
        for (double z = edge[0] + kStep / 2; z < edge[kBands]; z += kStep) {
            const double dz = middle - z + 0.474;
            if (std::fabs(z - middle) < 0.5) heard[b] += kStep * density(maskee, z);
            raised[b] += kStep / area * density(masker, z) *
                         std::pow(10, 1.581 + 0.75 * dz - 1.75 * std::sqrt(1 + dz * dz) - 0.6);
        }
    }
    double top = 0, bottom = 0;
    for (int b = 0; b < kBands; ++b) {
        const auto at = static_cast<std::size_t>(b);
        const double own = heard[at], width = edge[at + 1] - edge[at];
        if (own < 1e-6 * *std::max_element(heard.begin(), heard.end())) continue;
        const double ratio_db = raised[at] > 0 ? 10 * std::log10(raised[at] / own) : -1;
        bottom += width * std::pow(own, 0.3);
        top += width * std::pow(own, 0.3) * std::clamp(ratio_db, 0.0, 20.0) / 20;
    }
    return top / bottom;
}

TEST(Masking, ShapesSpectraByTheStripAndIsTheRootMeanSquareOverStems) {
    FineSong s(3);
    for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t b = 0; b < kBands; ++b)
            s.profile.stems[i].band_power[b] =
                1e-3 *
                std::exp(
                    -0.5 *
                    std::pow((static_cast<double>(b) - 10 - 3.0 * static_cast<double>(i)) / 4, 2));
    s.strip(1)[strip_param_index("equalizer", "low_db")] = -12;
    s.strip(1)[strip_param_index("equalizer", "low_hz")] = 400;
    s.strip(2)[strip_param_index("fader", "fader_db")] = -7;
    const std::vector<float> power = {0.02f, 0.01f, 0.03f};
    std::array<std::array<double, kBands>, 3> spectrum{};
    for (std::size_t i = 0; i < 3; ++i) {
        const std::span<const float> strip(s.strip(i),
                                           static_cast<std::size_t>(strip_param_count()));
        double sum = 0;
        for (std::size_t b = 0; b < kBands; ++b) {
            spectrum[i][b] =
                s.profile.stems[i].band_power[b] *
                std::pow(10,
                         strip_response_db(strip, band_centre_hz(static_cast<int>(b)), 48000) / 10);
            sum += spectrum[i][b];
        }
        for (double& p : spectrum[i]) p *= power[i] / sum;
    }
    double expected = 0;
    std::array<double, 3> by_hand{};
    for (std::size_t i = 0; i < 3; ++i) {
        std::array<double, kBands> rest{};
        for (std::size_t b = 0; b < kBands; ++b)
            rest[b] = spectrum[(i + 1) % 3][b] + spectrum[(i + 2) % 3][b];
        by_hand[i] = masked(spectrum[i], rest);
        expected += (i == 0 ? 2 : 1) * std::pow(by_hand[i], 2) / 4;  // the lead counts double
    }
    expected = std::sqrt(expected);
    const StemMetrics got = s.judge().stem_metrics(measured(power), s.settings, 0, 3);
    std::printf("masking %.5f, by hand %.5f\n", got.masking, expected);
    EXPECT_NEAR(got.masking, expected, 2e-3);
    EXPECT_GT(got.masking, 0.05);
    EXPECT_LT(got.masking, 0.95);

    const Covering covering = s.judge().covering(measured(power), s.settings);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_NEAR(covering.stem[i], by_hand[i], 2e-3);
        for (std::size_t o = 0; o < 3; ++o)
            EXPECT_NEAR(covering.by[i * 3 + o], i == o ? 0 : masked(spectrum[i], spectrum[o]),
                        2e-3);
    }
    EXPECT_NEAR(covering.lead_audibility, got.lead_audibility, 1e-6);
    EXPECT_GT(got.lead_audibility, 0.05);
    EXPECT_LT(got.lead_audibility, 0.95);

    Measurement louder = measured({0.2f, 0.1f, 0.3f});
    EXPECT_NEAR(s.judge().stem_metrics(louder, s.settings, 0, 3).masking, got.masking, 1e-5)
        << "level of the whole";
}

TEST(Masking, NeedsBothStemsAtTheSameTimeAndPlace) {
    FineSong together(2), apart(2), elsewhere(2), lone(1);
    for (FineSong* s : {&together, &apart})
        for (std::size_t i = 0; i < 2; ++i) only_band(*s, i, 1000);
    apart.rest(0, 30, 60);
    apart.rest(1, 0, 30);
    only_band(elsewhere, 0, 100);
    only_band(elsewhere, 1, 10000);
    // 30 dB above what lies under it, less the 6 dB of the threshold and what spreads: T_max.
    const Measurement m = measured({0.01f, 10.f});
    EXPECT_NEAR(together.judge().stem_metrics(m, together.settings, 0, 3).masking,
                std::sqrt(2.0 / 3), 1e-3)
        << "the lead, which counts double, is buried and the other is not";
    EXPECT_LT(apart.judge().stem_metrics(m, apart.settings, 0, 3).masking, 1e-6);
    EXPECT_LT(elsewhere.judge().stem_metrics(m, elsewhere.settings, 0, 3).masking, 1e-6);
    EXPECT_EQ(lone.judge().stem_metrics(measured({0.01f}), lone.settings, 0, 3).masking, 0);
}

TEST(LostStem, IsOneThatCannotBeHeard) {
    FineSong s(3);
    only_band(s, 0, 1000);
    only_band(s, 1, 1000);
    only_band(s, 2, 10000);
    const auto lost = [&](float second, float third) {
        return s.judge().stem_metrics(measured({0.01f, second, third}), s.settings, 0, 3).lost_stem;
    };
    const auto lower = [](double db) { return static_cast<float>(0.01 * std::pow(10, db / 10)); };
    EXPECT_EQ(lost(lower(-20), lower(-20)), -1);
    EXPECT_EQ(lost(lower(-32), lower(-20)), 1)
        << "32 LU down and under its neighbour in the same band";
    EXPECT_EQ(lost(lower(-28), lower(-20)), -1) << "buried, but only 28 LU down";
    EXPECT_EQ(lost(lower(-20), lower(-32)), -1) << "32 LU down, but alone in its band";
    EXPECT_EQ(lost(lower(-20), lower(-45)), 2) << "45 dB down, less 3.3 for the K-weighting";
    EXPECT_EQ(lost(lower(-20), 0), 2);
    const Judge judge = s.judge();
    const Measurement m = measured({0.01f, 0.005f, 0});
    EXPECT_EQ(judge.score(m, judge.stem_metrics(m, s.settings, 0, 3)).rejected, Reject::lost_stem);
}

TEST(LostStem, IsNotOneThatDoesNotPlay) {
    FineSong s(3);
    s.song.stems[1].silent = s.profile.stems[1].silent = true;
    s.rest(1, 0, 60);
    s.rest(2, 0, 30);  // not in the telling seconds; in the song for half of the time
    const Measurement m = measured({0.01f, 0, 0});
    EXPECT_EQ(s.judge().stem_metrics(m, s.settings, 0, 2).lost_stem, -1);
    EXPECT_EQ(s.judge().stem_metrics(m, s.settings, 0, 3).lost_stem, 2);
}

TEST(LostStem, IsNotTheTailOfANoteNorAStemThatNeverRisesAboveTheGate) {
    FineSong s(3);
    for (std::size_t i = 0; i < 100; ++i)
        s.profile.stems[1].level_lufs[i] = -32;  // 12 LU under its loudest: the telling seconds
    s.rest(2, 0, 60);
    s.profile.stems[2].level_lufs[300] = -68;
    s.profile.stems[2].integrated_lufs = -70;
    const Measurement m = measured({0.01f, 1e-8f, 1e-8f});
    EXPECT_EQ(s.judge().stem_metrics(m, s.settings, 0, 2).lost_stem, -1);
    EXPECT_EQ(s.judge().stem_metrics(m, s.settings, 0, 3).lost_stem, 1);
}

TEST(LostStem, IsJudgedWhileItPlays) {
    FineSong s(2);
    only_band(s, 0, 1000);
    only_band(s, 1, 10000);
    s.rest(1, 1, 60);  // one crash in the first second: 60 times its mean power there
    const auto power = static_cast<float>(0.01 * std::pow(10, -50 / 10.0));
    EXPECT_EQ(s.judge().stem_metrics(measured({0.01f, power}), s.settings, 0, 3).lost_stem, -1);
}

TEST(Weights, AreAMeanAndAreChecked) {
    const FineSong s(2);
    const Style style = testing::neutral();
    const Measurement m = testing::fine_measurement(style, 2);
    StemMetrics stems = testing::fine_stems(style);
    const Scores even = s.judge().score(m, stems);
    double mean = 0;
    constexpr int kCounted = kTerms - 1;  // no reference asks to be matched
    for (int t = 0; t < kCounted; ++t) mean += even.terms[static_cast<std::size_t>(t)] / kCounted;
    EXPECT_NEAR(even.technical, mean, 1e-6);
    EXPECT_EQ(testing::term(even, "reference"), 1);
    std::map<std::string, double> only;
    for (const std::string_view name : kTermNames)
        only[std::string(name)] = name == "masking" ? 3 : 0;
    EXPECT_FLOAT_EQ(s.judge(only).score(m, stems).technical, testing::term(even, "masking"));
    EXPECT_NEAR(s.judge({{"masking", 3}}).score(m, stems).technical,
                (mean * kCounted + 2 * testing::term(even, "masking")) / (kCounted + 2), 1e-6);

    only["masking"] = 0;
    for (const auto& bad : {only,
                            {{"tone", -1.0}},
                            {{"punch", 1.0}},
                            {{"tone", std::nan("")}},
                            {{"tone", std::numeric_limits<double>::infinity()}}}) {
        try {
            s.judge(bad);
            ADD_FAILURE() << "accepted";
        } catch (const InputError& e) {
            std::printf("%s\n", e.what());
            EXPECT_THAT(e.what(), ::testing::HasSubstr("weights"));
        }
    }
}

TEST(Judge, IsFastEnoughForASearch) {
    FineSong s(24);
    for (std::size_t i = 0; i < 24; ++i) {
        for (const char* band :
             {"low_db", "bell1_db", "bell2_db", "bell3_db", "bell4_db", "high_db"})
            s.strip(i)[strip_param_index("equalizer", band)] = 3;
        s.strip(i)[strip_param_index("high_pass", "high_pass_hz")] = 60;
        s.strip(i)[strip_param_index("low_pass", "low_pass_hz")] = 15000;
    }
    const Judge judge = s.judge();
    const Measurement m = testing::fine_measurement(testing::neutral(), 24);
    float sum = 0;
    const std::clock_t start =
        std::clock();  // processor time: other work on the machine does not count
    constexpr int kRounds = 500;
    for (int i = 0; i < kRounds; ++i)
        sum += judge.score(m, judge.stem_metrics(m, s.settings, 0.5, 3)).technical;
    const double ms = 1e3 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC / kRounds;
    std::printf("judging a candidate of 24 stems, every filter on: %.3f ms\n", ms);
    EXPECT_GT(sum, 0);
}

TEST(Range, OverExcerptsIsBroughtToThatOfTheSong) {
    FineSong s(2);
    // Fifty seconds at -20 LUFS and ten at -32; the excerpts hold as much of the one as of the
    // other.
    for (StemProfile& stem : s.profile.stems)
        for (std::size_t i = 500; i < 600; ++i) stem.level_lufs[i] = -32;
    s.profile.telling = {{0, 8 * s.song.rate, 0}, {51 * s.song.rate, 8 * s.song.rate, 0}};
    const Measurement m = measured({0.01f, 0.01f});
    EXPECT_EQ(s.judge().stem_metrics(m, s.settings, 0, 3).range_excess_lu, 0);
    // Windows of 3 s, 571 of the song: 471 loud, 29 across, 71 quiet, so that the 10th percentile
    // is quiet and both have the whole step; with five seconds of it the song has none.
    EXPECT_NEAR(s.judge().stem_metrics(m, s.settings, 0, 2).range_excess_lu, 0, 1e-3);
    for (StemProfile& stem : s.profile.stems)
        for (std::size_t i = 500; i < 550; ++i) stem.level_lufs[i] = -20;
    s.profile.telling[1].start = 55 * s.song.rate;
    s.profile.telling[1].frames = 5 * s.song.rate;
    EXPECT_NEAR(s.judge().stem_metrics(m, s.settings, 0, 2).range_excess_lu, 12, 1e-3);
    // What is too much over the excerpts is forgiven by as much.
    const Style style = testing::neutral();
    Measurement wide = testing::fine_measurement(style, 2);
    testing::set(wide, "loudness_range_lu", style.lra_high_lu + 12);
    StemMetrics over = testing::fine_stems(style), whole = over;
    over.range_excess_lu = 12;
    EXPECT_EQ(testing::term(s.judge().score(wide, over), "dynamics"), 1);
    EXPECT_LT(testing::term(s.judge().score(wide, whole), "dynamics"), 0.5);
}

}  // namespace
}  // namespace mixfarm
