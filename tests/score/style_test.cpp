/// Style files: the shipped ones hold what their sources say, and a bad one is refused with file,
/// key and cure.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "host/job/input_error.h"
#include "host/score/tone_curves.h"
#include "tests/score/fine_mix.h"

namespace mixfarm {
namespace {

using ::testing::AllOf;
using testing::band_at;
using ::testing::HasSubstr;

const std::filesystem::path kStyles = std::filesystem::path(MIXFARM_SOURCE_DIR) / "jobs/styles";

std::string text_of(const std::filesystem::path& file) {
    std::ifstream in(file);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

TEST(Style, EveryShippedFileReadsAndNamesItsSources) {
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(kStyles)) {
        const std::string name = entry.path().stem().string();
        SCOPED_TRACE(name);
        const Style style = read_style(name, kStyles);
        EXPECT_EQ(style.name, name);
        std::printf(
            "%-10s plr %.0f..%.0f  lra %.0f..%.0f  lead %+.0f..%+.0f  63 Hz %+.1f  250 Hz %+.1f  8 "
            "kHz %+.1f dB\n",
            name.c_str(), style.plr_low_db, style.plr_high_db, style.lra_low_lu, style.lra_high_lu,
            style.lead_low_lu, style.lead_high_lu, style.tone_db[band_at(63)],
            style.tone_db[band_at(250)], style.tone_db[band_at(8000)]);
        EXPECT_NEAR(style.tone_db[band_at(1000)], 0, 1e-9) << "curves are relative to 1 kHz";
        const std::string text = text_of(entry.path());
        std::size_t sources = 0;
        for (std::size_t at = text.find("  source: \""); at != std::string::npos;
             at = text.find("  source: \"", at + 1))
            ++sources;
        EXPECT_EQ(sources, 5u) << "tone, plr_db, lra_lu, lead_lu and width each need a source";
        ++files;
    }
    EXPECT_EQ(files, 6);
}

TEST(Style, PercussiveStylesAskForMoreAtBothEnds) {
    const Style acoustic = read_style("acoustic", kStyles), rock = read_style("rock", kStyles),
                electronic = read_style("electronic", kStyles);
    for (const double hz : {63.0, 8000.0}) {
        EXPECT_LT(acoustic.tone_db[band_at(hz)], rock.tone_db[band_at(hz)]) << hz;
        EXPECT_LT(rock.tone_db[band_at(hz)], electronic.tone_db[band_at(hz)]) << hz;
    }
}

TEST(ToneCurve, BlendIsTheMeanAndContinuesBelow100Hz) {
    const ToneCurve elo = *named_tone_curve("elo"), mus = *named_tone_curve("mus"),
                    blend = *named_tone_curve("blend");
    EXPECT_NEAR(blend[band_at(100)], (0.7 + 4.2) / 2, 1e-12);
    EXPECT_NEAR(blend[band_at(16000)], (-20.1 - 15.8) / 2, 1e-12);
    EXPECT_NEAR(blend[band_at(63)] - blend[band_at(100)], 1.6 - 4.2, 1e-12);
    EXPECT_TRUE(std::isnan(elo[band_at(80)]));
    EXPECT_TRUE(std::isnan(mus[band_at(25)]));
    EXPECT_TRUE(std::isnan(blend[band_at(20000)]));
    EXPECT_FALSE(named_tone_curve("pink").has_value());
    // Elowsson and Friberg's own fit of power per hertz, -1.0325 x - 0.6588 x^2 at x octaves above
    // 100 Hz, as bands re 1 kHz.
    const auto fit = [](double hz) {
        const double x = std::log2(hz / 100);
        return -1.0325 * x - 0.6588 * x * x + 10 * std::log10(2.0) * x;
    };
    for (std::size_t b = band_at(100); b <= band_at(16000); ++b) {
        const double hz = band_centre_hz(static_cast<int>(b));
        EXPECT_NEAR(elo[b], fit(hz) - fit(1000), 0.25) << hz;
    }
}

TEST(ToneCurve, ShiftIsNothingForNothingAndAgreesWithFourStemsAddedByHand) {
    for (const double v : tone_shift(0, 0)) EXPECT_NEAR(v, 0, 1e-12);
    const ToneCurve drums = tone_shift(6, 0), bass = tone_shift(0, 6);
    // At 16 kHz the bass is 60 dB down: it cannot change the level there, except through its part
    // at 1 kHz.
    EXPECT_NEAR(bass[band_at(16000)], 0, 0.1);
    EXPECT_GT(bass[band_at(125)], 1);
    EXPECT_GT(drums[band_at(63)], 2);
    EXPECT_GT(drums[band_at(16000)], 2);
    // Computed apart from this code, with the same tables, in Python.
    EXPECT_NEAR(drums[band_at(63)], 3.573, 0.02);
    EXPECT_NEAR(drums[band_at(16000)], 4.706, 0.02);
    EXPECT_NEAR(bass[band_at(125)], 4.032, 0.02);
}

TEST(Style, SaysWhereEachKeyComesFrom) {
    const Style pop = read_style("pop", kStyles);
    ASSERT_EQ(pop.sources.size(), 5u);
    for (const auto& [key, source] : pop.sources) EXPECT_NE(source, kNoSource) << key;
    EXPECT_EQ(pop.sources[0].first, "tone");
    EXPECT_THAT(pop.sources[0].second, HasSubstr("Elowsson 2017"));
    EXPECT_THAT(sources_in_words(pop),
                HasSubstr("), plr_db, lra_lu and width (estimate), lead_lu ("));

    const std::filesystem::path file =
        std::filesystem::path(::testing::TempDir()) / "SaysWhereEachKeyComesFrom.yaml";
    std::ofstream(file) << "tone: {curve: blend}\nplr_db: {range: [8, 14], source: ''}\n"
                           "lra_lu: {range: [4, 8], source: Smith 2017}\n"
                           "lead_lu: {range: [-2, 4]}\nwidth: {range: [0.18, 0.54], source: ~}\n";
    EXPECT_EQ(sources_in_words(read_style(file.string(), kStyles)),
              "tone, plr_db, lead_lu and width (no source given), lra_lu (Smith 2017)");
    std::filesystem::remove(file);
}

/// Writes a style of three lines changed from a good one.
class BadStyle : public ::testing::Test {
protected:
    std::filesystem::path file =
        std::filesystem::path(::testing::TempDir()) /
        (std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()) + ".yaml");
    std::string complaint(const std::string& from, const std::string& to) {
        std::string text =
            "tone: {curve: blend}\nplr_db: {range: [8, 14]}\nlra_lu: {range: [4, 8]}\nlead_lu: "
            "{range: [-2, 4]}\n"
            "width: {range: [0.18, 0.54]}\n";
        const std::size_t at = text.find(from);
        if (at == std::string::npos) throw std::runtime_error("nothing to replace");
        text.replace(at, from.size(), to);
        std::ofstream(file) << text;
        try {
            read_style(file.string(), kStyles);
        } catch (const InputError& e) {
            std::printf("%s\n", e.what());
            return e.what();
        }
        return "accepted";
    }
    void TearDown() override { std::filesystem::remove(file); }
};

TEST_F(BadStyle, UnchangedIsAccepted) {
    EXPECT_EQ(complaint("8, 14", "8, 14"), "accepted");
}
TEST_F(BadStyle, SaysFileKeyAndCure) {
    const std::string name = file.string();
    const auto says = [&](const std::string& key, const std::string& cure) {
        return AllOf(HasSubstr(name), HasSubstr(key), HasSubstr(cure));
    };
    EXPECT_THAT(complaint("plr_db", "plr"), says("unknown key 'plr'", "plr_db"));
    EXPECT_THAT(complaint("lra_lu: {range: [4, 8]}\n", ""),
                says("'lra_lu' is missing", "neutral.yaml"));
    EXPECT_THAT(complaint("[8, 14]", "[14, 8]"), says("line 2", "low end must be below"));
    EXPECT_THAT(complaint("[8, 14]", "[8, 140]"), says("'plr_db'", "from 3 to 40, not '140'"));
    EXPECT_THAT(complaint("[8, 14]", "[8, loud]"), says("'plr_db'", "not 'loud'"));
    EXPECT_THAT(complaint("[8, 14]", "[8, .nan]"), says("'plr_db'", "from 3 to 40"));
    EXPECT_THAT(complaint("[8, 14]", "14"), says("'plr_db'", "range: [low, high]"));
    EXPECT_THAT(complaint("{range: [8, 14]}", "12"), says("'plr_db'", "must be a map"));
    EXPECT_THAT(complaint("blend", "pink"), says("'curve'", "elo, mus, blend"));
    EXPECT_THAT(complaint("blend", "[0, 1, 2]"), says("'curve'", "30 values"));
    EXPECT_THAT(complaint("blend", "elo, drums_db: lots"), says("'drums_db'", "from -12 to 12"));
    EXPECT_THAT(complaint("blend", "elo, tolerance_db: 3"), says("'tolerance_db'", "30 values"));
    EXPECT_THAT(complaint("tone:", "tone: ["), says("line", "YAML"));
    EXPECT_THAT(complaint("[4, 8]", "[4, 8], source: [a, b]"), says("'lra_lu'", "must be text"));
    EXPECT_THAT(complaint("blend",
                          "[~, ~, ~, ~, ~, ~, ~, ~, ~, ~, ~, ~, ~, ~, ~, ~, ~, ~, ~, ~, ~, ~, ~, "
                          "~, ~, ~, ~, ~, ~, ~]"),
                says("'curve'", "one band at least"));
}
TEST_F(BadStyle, AMissingStyleListsTheOthers) {
    try {
        read_style("polka", kStyles);
        FAIL();
    } catch (const InputError& e) {
        EXPECT_THAT(e.what(), AllOf(HasSubstr("'polka'"),
                                    HasSubstr("acoustic, electronic, hiphop, neutral, pop, rock")));
    }
    EXPECT_THROW(read_style("/nowhere/at/all.yaml", kStyles), InputError);
}
TEST_F(BadStyle, OwnCurveAndToleranceAreTakenAsGiven) {
    std::string curve = "~", tolerance = "9";
    for (int b = 1; b < kBands; ++b) {
        curve += ", " + std::to_string(-b);
        tolerance += ", 2.5";
    }
    EXPECT_EQ(complaint("blend", "[" + curve + "], tolerance_db: [" + tolerance + "]"), "accepted");
    const Style style = read_style(file.string(), kStyles);
    EXPECT_TRUE(std::isnan(style.tone_db[0]));
    EXPECT_EQ(style.tone_db[29], -29);
    EXPECT_EQ(style.tone_tolerance_db[0], 9);
    EXPECT_EQ(style.tone_tolerance_db[1], 2.5);
}

}  // namespace
}  // namespace mixfarm
