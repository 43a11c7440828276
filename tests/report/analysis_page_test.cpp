/// The page of a song's stems: sound for any number of stems and any length, and true.
#include "host/report/analysis_page.h"

#include <gmock/gmock.h>

#include "host/analysis/cover.h"
#include "host/report/analysis_words.h"
#include "host/report/page.h"
#include "tests/report/example.h"
#include "tests/report/page_file.h"

namespace mixfarm::report {
namespace {

using report_test::analysed_song;
using report_test::AnalysedSong;
using testing::HasSubstr;
using testing::Not;

std::string page_of(const AnalysedSong& a) {
    return analysis_page(a.song, a.profile, a.sum);
}

TEST(AnalysisPage, IsSoundForAnyNumberOfStemsAndAnyLength) {
    for (const auto& [stems, seconds, sections] :
         {std::tuple{1, 4.0, 1}, {7, 200.0, 6}, {40, 3600.0, 30}}) {
        const AnalysedSong a = analysed_song(static_cast<std::size_t>(stems), seconds,
                                             static_cast<std::size_t>(sections));
        const std::string page = page_of(a);
        EXPECT_TRUE(report_test::is_sound(page)) << stems << " stems";
        EXPECT_EQ(page, page_of(a));
        EXPECT_LT(page.size(), std::size_t{2} << 20) << stems << " stems, " << seconds << " s";
        for (const Stem& s : a.song.stems) {
            EXPECT_EQ(report_test::times(page, ">" + s.name + "</h3>"), !s.silent);
            EXPECT_THAT(page, HasSubstr(s.name));
        }
    }
}

TEST(AnalysisPage, NamesAreTextAndNothingElse) {
    const std::string evil = "<script>alert(\"1\")</script>&'\x01\xFF";
    const std::string page = page_of(analysed_song(3, 20, 2, evil));
    EXPECT_THAT(page, Not(HasSubstr("<script")));
    EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;"));
    EXPECT_TRUE(report_test::is_sound(page));
}

TEST(AnalysisPage, ProblemsStandBesideTheStemTheyConcern) {
    const AnalysedSong a = analysed_song(7, 60, 1);
    const std::string page = page_of(a);
    for (std::size_t i = 0; i < 6; ++i) {
        const std::size_t from = page.find(">" + a.song.stems[i].name + "</h3>"),
                          to = page.find("</article>", from);
        const std::string card = page.substr(from, to - from);
        EXPECT_EQ(report_test::times(card, "boxy around 400 Hz (+7 dB)"), i % 3 == 0);
        EXPECT_EQ(report_test::times(card, "class=\"bump\""), i % 3 == 0);
    }
}

TEST(AnalysisPage, TheMatrixSaysWhoHidesHowMuchOfWhom) {
    const AnalysedSong a = analysed_song(5, 60, 1);
    const std::string page = page_of(a);
    for (int i = 0; i < 5; ++i)
        for (int j = 0; j < 5; ++j) {
            if (i == j) continue;
            const double share = a.profile.masked_by(i, j);
            const std::string words = "stem " + std::to_string(j) + " hides " +
                                      report::fixed(100 * share, 0) + " % of stem " +
                                      std::to_string(i);
            if (share < 0.05)  // not worth a word
                EXPECT_THAT(page, Not(HasSubstr(words + "\"")));
            else
                EXPECT_THAT(page, HasSubstr("title=\"" + words + "\""));
        }
}

TEST(AnalysisPage, SilenceAndNothingAreTold) {
    AnalysedSong a = analysed_song(2, 30, 1);
    for (StemProfile& p : a.profile.stems) {
        p = {};
        p.silent = true;
        p.level_lufs.assign(300, -120);
    }
    a.profile.masking.assign(4, 0);
    a.sum = {};
    a.sum.measured.metrics.assign(mix_metrics().size(), report_test::kUnmeasured);
    EXPECT_TRUE(report_test::is_sound(page_of(a)));
    EXPECT_THAT(page_of(a), HasSubstr("Without sound: stem 0 and stem 1."));
}

TEST(AnalysisPage, WhatIsTooShortIsNotCalledSilent) {
    AnalysedSong a = analysed_song(1, 0.3, 1);
    a.profile.stems[0] = {};
    a.profile.stems[0].silent = a.profile.stems[0].too_short = true;
    a.profile.stems[0].level_lufs = {-20, -20, -20};
    EXPECT_TRUE(report_test::is_sound(page_of(a)));
    EXPECT_THAT(page_of(a), HasSubstr("Too short to be judged, under 0.4 s: stem 0."));
    EXPECT_THAT(page_of(a), Not(HasSubstr("Without sound")));
    EXPECT_THAT(page_of(a), Not(HasSubstr("No stem shows a fault")));
    EXPECT_THAT(page_of(a), Not(HasSubstr("silent")));
}

TEST(AnalysisWords, ACoverNamesTheOctavesThatAreBuried) {
    // A stem of two regions, far apart, under a masker that has only the upper one.
    Profile profile;
    profile.stems.resize(2);
    for (StemProfile& p : profile.stems) p.level_lufs.assign(100, -20);
    auto &maskee = profile.stems[0].band_power, &masker = profile.stems[1].band_power;
    for (int b = 0; b < kBands; ++b) {
        const double hz = band_centre_hz(b);
        if (hz > 90 && hz < 170) maskee[static_cast<std::size_t>(b)] = 1e-4;
        if (hz > 900 && hz < 2100) maskee[static_cast<std::size_t>(b)] = 1e-6;
        if (hz > 900 && hz < 2100) masker[static_cast<std::size_t>(b)] = 1e-2;
    }
    profile.masking = {0, 0.6, 0.1, 0};
    const std::vector<Cover> all = covers(profile, 0.25);
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all[0].stem, 0u);
    EXPECT_EQ(all[0].masker, 1u);
    EXPECT_NEAR(all[0].low_hz, 891, 1);
    EXPECT_NEAR(all[0].high_hz, 2239, 2);
    EXPECT_EQ(cover_words(all[0]), "60 %, mostly 890 Hz to 2.2 kHz");
    EXPECT_EQ(cover_words({0, 1, 0.55, 180, 900}), "55 %, mostly 180 to 900 Hz");
    EXPECT_EQ(cover_words({0, 1, 0.55, 2800, 8900}), "55 %, mostly 2.8 to 8.9 kHz");
}

TEST(AnalysisWords, SectionsThatComeBackAreCounted) {
    EXPECT_EQ(numbered({"verse", "chorus", "verse"}),
              (std::vector<std::string>{"verse 1", "chorus", "verse 2"}));
}

}  // namespace
}  // namespace mixfarm::report
