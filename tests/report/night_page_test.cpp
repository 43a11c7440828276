/// The page of a night: every pick is there with its own numbers, whatever was measured.
#include "host/report/night_page.h"

#include <gmock/gmock.h>

#include "host/report/pictures.h"
#include "tests/report/example.h"
#include "tests/report/page_file.h"

namespace mixfarm::report {
namespace {

using report_test::Night;
using report_test::night;
using report_test::times;
using testing::HasSubstr;
using testing::Not;

std::string page_of(const Night& n) {
    return night_page(n.results, n.record);
}

TEST(NightPage, ShowsEveryPickWithItsOwnNumbers) {
    const Night n = night(400, 9, 90);
    const std::string page = page_of(n);
    EXPECT_TRUE(report_test::is_sound(page));
    EXPECT_EQ(page, page_of(n));
    EXPECT_EQ(times(page, "<audio "), 9u);
    for (std::size_t p = 0; p < 9; ++p) {
        const std::size_t from = page.find("id=\"pick-" + std::to_string(p + 1) + "\""),
                          to = page.find("</article>", from);
        ASSERT_NE(from, std::string::npos);
        const std::string card = page.substr(from, to - from);
        const std::size_t row = row_at(n.results, n.results.picks[p]);
        EXPECT_THAT(card, HasSubstr(escaped(n.results.words[p])));
        EXPECT_THAT(card, HasSubstr("src=\"" + n.record.picks[p].file + "\""));
        EXPECT_THAT(card,
                    HasSubstr(">" + report::fixed(n.results.technical[row], 3) + "<small>score"));
        for (const char* name : {"loudness_range_lu", "plr_db", "lead_to_rest_lu"})
            EXPECT_THAT(
                card,
                HasSubstr(">" +
                          report::fixed(metric(n.results, n.results.rows[row].metrics, name), 1) +
                          " "));
        for (const char* name : {"lead_audibility", "undone_db"})
            EXPECT_THAT(
                card,
                HasSubstr("<dd class=\"\">" +
                          report::fixed(metric(n.results, n.results.rows[row].metrics, name), 2) +
                          " "));
        for (std::size_t t = 0; t < n.results.terms.size(); ++t)
            EXPECT_THAT(card, HasSubstr("<span>" + n.results.terms[t] + "</span>"));
        for (const float term : n.results.scores[row])
            EXPECT_THAT(card,
                        HasSubstr("<span class=\"num\">" + report::fixed(term, 3) + "</span>"));
    }
    EXPECT_THAT(page, Not(HasSubstr("vox <b>")));
}

TEST(NightPage, NamesTheWildCardOnItsOwnCard) {
    Night n = night(400, 5, 90);
    EXPECT_THAT(page_of(n), Not(HasSubstr("wild card")));
    n.results.wild_cards.back() = "darkest, widest";
    const std::string page = page_of(n);
    EXPECT_TRUE(report_test::is_sound(page));
    EXPECT_EQ(times(page, "wild card: darkest, widest"), 1u);
    EXPECT_LT(page.find("id=\"pick-5\""), page.find("wild card: darkest, widest"));
    EXPECT_EQ(times(page, "wild card, darkest, widest: vox"), 1u) << "in the table";
}

TEST(NightPage, PlaysTheStaticBalanceAndTheRoughMixAsLoudAsThePicks) {
    Night n = night(100, 3, 90);
    n.record.still.file = "picks/static-balance.flac";
    EXPECT_EQ(times(page_of(n), "<audio "), 4u);
    EXPECT_THAT(page_of(n), Not(HasSubstr("rough mix")));
    Row rough = n.results.rows[5];
    for (std::size_t m = 0; m < rough.metrics.size(); ++m) {
        const std::string& name = n.results.metrics[m].first;
        rough.metrics[m] = name == "integrated_lufs" ? -14.0f : report_test::kUnmeasured;
    }
    n.record.rough = {{"picks/rough-mix.flac", n.record.still.loudness, {}}, rough, -2.54};
    std::string page = page_of(n);
    EXPECT_TRUE(report_test::is_sound(page));
    EXPECT_EQ(times(page, "<audio "), 5u);
    EXPECT_EQ(times(page, "data-down=\"-0.00\"") + times(page, "data-down=\"0.00\""), 5u);
    EXPECT_THAT(page, HasSubstr("\u22122.5 dB, nothing else is done to it"));
    EXPECT_THAT(page, Not(HasSubstr("below the picks")));
    n.record.rough->measured.metrics[static_cast<std::size_t>(metric_index("integrated_lufs"))] =
        -17.5f;
    page = page_of(n);
    EXPECT_EQ(times(page, "data-down=\"-3.50\""), 4u) << "the others are turned down to it";
    EXPECT_THAT(page, HasSubstr("stays 3.5 LU below the picks"));
}

TEST(NightPage, TwentyThousandMixesStayUnderThreeMegabytes) {
    const Night n = night(20000, 12, 3600);
    const std::string page = page_of(n);
    EXPECT_LT(page.size(), 3'000'000u);
    EXPECT_GT(times(page, "h.1"), 20000u) << "the map is empty";
    EXPECT_TRUE(report_test::is_sound(page));
    std::printf("a night of 20,000 mixes of an hour: %zu bytes\n", page.size());
}

TEST(NightPage, MillionsAreThinnedOnTheMap) {
    Night n = night(65000, 3, 4);
    EXPECT_LT(page_of(n).size(), 3'000'000u);
}

TEST(NightPage, StandsWithoutPicksWithoutLeadAndWithoutNumbers) {
    EXPECT_TRUE(report_test::is_sound(page_of(night(2, 0, 4, false))));
    Night n = night(60, 3, 4, false);
    EXPECT_THAT(page_of(n), Not(HasSubstr("lead in front")));
    EXPECT_THAT(page_of(night(60, 3, 4, true)), HasSubstr("lead in front"));
    for (Row& row : n.results.rows) {
        std::fill(row.metrics.begin(), row.metrics.end(), report_test::kUnmeasured);
        std::fill(row.left_power.begin(), row.left_power.end(), 0.0f);
        std::fill(row.right_power.begin(), row.right_power.end(), 0.0f);
    }
    for (auto& metrics : n.results.stage2_metrics)
        std::fill(metrics.begin(), metrics.end(), report_test::kUnmeasured);
    std::fill(n.results.stage2_technical.begin(), n.results.stage2_technical.end(),
              report_test::kUnmeasured);
    n.results.funnel.clear();
    for (Sound& s : n.record.picks) s.loudness = {0.1, {}, {}};
    n.record.rules.loudness = n.record.still.loudness = {0.1, {}, {}};
    EXPECT_TRUE(report_test::is_sound(page_of(n)));
    std::fill(n.results.rejected.begin(), n.results.rejected.end(), std::uint8_t{4});
    EXPECT_TRUE(report_test::is_sound(page_of(n)));
}

TEST(NightPage, AxesOfTheMapStayWithinWhatIsPossible) {
    Night n = night(60, 3, 4, false);
    for (std::size_t m = 0; m < n.results.metrics.size(); ++m)
        if (n.results.metrics[m].first == "masking" ||
            n.results.metrics[m].first == "loudness_range_lu")
            for (std::size_t i = 0; i < n.results.rows.size(); ++i)
                n.results.rows[i].metrics[m] = n.results.stage2_metrics[i][m] =
                    1e-4f * static_cast<float>(i);
    const std::string map = candidate_maps(n.results).str(),
                      clarity = map.substr(map.find("Contrast and clarity"));
    EXPECT_THAT(clarity, HasSubstr(">0.00</span>"));
    EXPECT_THAT(clarity, Not(HasSubstr(">\u2212"))) << "below nothing";
}

TEST(NightPage, SaysWhereTheStylesNumbersComeFrom) {
    Night n = night(60, 3, 4);
    n.record.style.sources = {{"tone", "Smith & Co."}, {"width", std::string(kNoSource)}};
    EXPECT_THAT(page_of(n), HasSubstr("Where the numbers of style pop come from: tone (Smith "
                                      "&amp; Co.), width (no source given)."));
}

TEST(NightPage, ATermThatIsNewStandsInEveryPlace) {
    Night n = night(60, 3, 4);
    n.results.terms.push_back("a new & strange term");
    for (auto& terms : n.results.scores) terms.push_back(0.25f);
    const std::string page = page_of(n);
    EXPECT_TRUE(report_test::is_sound(page));
    // Three picks, two baselines, the notes.
    EXPECT_EQ(times(page, ">a new &amp; strange term</"), 6u);
}

TEST(NightPage, WhatTermsCostIsWhatTheScoreLacks) {
    const std::vector<float> terms = {1, 0.5f, 0.8f};
    const std::vector<double> weights = {1, 1, 2};
    const std::vector<TermCost> costs = term_costs(terms, weights);
    double lost = 0;
    for (const TermCost& c : costs) lost += c.cost;
    EXPECT_NEAR(lost, 1 - (1 + 0.5 + 2 * 0.8) / 4, 1e-7);
    EXPECT_EQ(costs[0].term, 1u);
    EXPECT_EQ(costs[2].term, 0u);
    Night n = night(50, 3, 4);
    n.record.weights = {};
    std::fill(n.results.scores[10].begin(), n.results.scores[10].end(), 1.0f);
    EXPECT_EQ(limits_in_words(n.results, 10, n.record), "No term costs a hundredth of the score.");
    n.results.scores[10][1] = 0.4f;
    EXPECT_THAT(limits_in_words(n.results, 10, n.record),
                HasSubstr("Held back by " + n.results.terms[1] + " (costs 0."));
    EXPECT_THAT(limits_in_words(n.results, 24, n.record), HasSubstr("Rejected: "));
}

TEST(NightPage, TellsWhoCoversWhom) {
    Night n = night(60, 3, 4);
    EXPECT_THAT(page_of(n), Not(HasSubstr("<details"))) << "nothing is known of who covers whom";
    for (const char* name : {"vox", "guitar", "<keys>"})
        n.results.stems.push_back({name, "other", "", "", 2, 48000, 1});
    n.results.sections = {{"verse", 0, 1}, {"chorus", 1, 2}, {"verse", 2, 4}};
    Covering& c = n.record.picks[1].covering;
    c.stem = {0.31, 0.1, 0.82};
    c.by = {0, 0.3, 0.02, 0.06, 0, 0.01, 0.44, 0.71, 0};
    c.lead_audibility = 0.618;
    c.section_lead_lu = {-1.24, std::nan(""), 3};
    EXPECT_EQ(
        covering_in_words(n.results, c),
        "Most covered: <keys> (82 %, most by guitar), vox (31 %, most by guitar). The lead "
        "comes through with an index of 0.62; speech is poor below 0.45 and good from 0.75. It "
        "lies against the rest, in LU: verse 1 \u22121.2, verse 2 +3.0.");
    const std::string page = page_of(n);
    EXPECT_TRUE(report_test::is_sound(page));
    EXPECT_EQ(times(page, "<details"), 1u);
    EXPECT_EQ(times(page, "hides "), 4u) << "a cell a pair of which a twentieth is hidden";
    EXPECT_THAT(page, HasSubstr("guitar hides 71 % of &lt;keys&gt;"));
    n.results.sections = {{"song", 0, 4}};
    c.section_lead_lu = {-1.24};
    EXPECT_THAT(covering_in_words(n.results, c),
                HasSubstr("good from 0.75. It lies \u22121.2 LU against the rest."));
    c = {{0.1, 0.2, 0}, std::vector<double>(9, 0.0), std::nan(""), {}};
    EXPECT_EQ(covering_in_words(n.results, c), "No stem is covered by a quarter.");
}

}  // namespace
}  // namespace mixfarm::report
