/// A round of the first glance: what it names, what it remembers, and that it repeats itself.
#include "host/scouting.h"

#include <gtest/gtest.h>
#include <tbb/global_control.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <set>

#include "host/rank/character.h"
#include "host/space/wiring.h"
#include "tests/funnel/night.h"

namespace mixfarm {
namespace {

using testing::no_parts;
using testing::studio;

constexpr Scouting::Round kFirst{1, 2, 1500, 0, 60, 20};

/// A mix as it was measured: the rule-based one.
const Sighting& some_measured() {
    static const Sighting measured = [] {
        const std::vector<float> values = studio().space.rule_based();
        const MixSettings mix = studio().space.settings(values);
        Sighting s;
        s.mix =
            studio().engine->evaluate({&mix, 1}, studio().profile.telling, studio().target).front();
        s.stems = studio().judge.stem_metrics(s.mix, mix, 0, 2);
        return s;
    }();
    return measured;
}

/// What became of rows: all measure alike, with a made-up score that rises with the closer look's.
std::vector<Heard> heard_as(const std::vector<Row>& rows, double better) {
    std::vector<Heard> heard;
    for (const Row& row : rows) {
        Heard h;
        h.row = row;
        const Measurement& m = some_measured().mix;
        h.row.metrics = m.metrics;
        h.row.left_power.assign(m.left_power.begin(), m.left_power.end());
        h.row.right_power.assign(m.right_power.begin(), m.right_power.end());
        h.row.cross_power.assign(m.cross_power.begin(), m.cross_power.end());
        h.stems = some_measured().stems;
        double sum = 0;
        for (const float term : std::span(row.foretold_terms).last(kTerms)) sum += term;
        h.scores.technical = static_cast<float>(better * sum / kTerms);
        h.scores.terms.fill(h.scores.technical);
        h.place.assign(12, static_cast<float>(row.id % 17));
        h.character.assign(kCharacterAxes, static_cast<float>(row.id % 5));
        heard.push_back(std::move(h));
    }
    return heard;
}

TEST(Scouting, NamesTheBestItSawAndAPlainSample) {
    NightParts parts = no_parts("best");
    Scouting scouting(studio(), parts, "hash", 2);
    const std::vector<Row> rows = scouting.explore(kFirst);
    ASSERT_EQ(rows.size(), kFirst.heard);
    EXPECT_EQ(scouting.looked_at(), kFirst.looked_at);
    std::set<std::uint64_t> ids;
    double chosen = 0, sampled = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const Row& row = rows[i];
        ids.insert(row.id);
        EXPECT_GE(row.id, kFirst.first_id);
        EXPECT_LT(row.id, kFirst.first_id + kFirst.looked_at);
        EXPECT_EQ(row.values, studio().space.values(row.unit));
        ASSERT_EQ(row.foretold_terms.size(), static_cast<std::size_t>(2 * kTerms));
        EXPECT_EQ(row.foretold_metrics.size(), all_metrics().size());
        double sum = 0;
        for (const float term : std::span(row.foretold_terms).last(kTerms)) sum += term / kTerms;
        // The first half of what is chosen is chosen for that alone.
        constexpr std::size_t kPromising = (kFirst.heard - kFirst.sampled) / 2;
        if (i < kPromising) chosen += sum / kPromising;
        if (i >= kFirst.heard - kFirst.sampled) sampled += sum / kFirst.sampled;
    }
    EXPECT_EQ(ids.size(), rows.size()) << "no mix is named twice";
    std::printf("mean of the terms: chosen %.3f, plainly drawn %.3f\n", chosen, sampled);
    EXPECT_GT(chosen, sampled + 0.02);
}

TEST(Scouting, RepeatsARoundToTheBit) {
    std::vector<std::vector<Row>> found;
    for (const int threads : {1, 2}) {
        NightParts parts = no_parts("repeat" + std::to_string(threads));
        Scouting scouting(studio(), parts, "hash", threads);
        std::vector<Row> first = scouting.explore(kFirst);
        scouting.learn(heard_as(first, 0.8));
        const Scouting::Round second{2, 1502, 700, 150, 20, 3};
        found.push_back(std::move(first));
        found.push_back(scouting.explore(second));
    }
    for (const std::size_t round : {0u, 1u}) {
        ASSERT_EQ(found[round].size(), found[round + 2].size());
        for (std::size_t i = 0; i < found[round].size(); ++i) {
            EXPECT_EQ(found[round][i].id, found[round + 2][i].id);
            EXPECT_EQ(found[round][i].unit, found[round + 2][i].unit);
            const Row &one = found[round][i], &other = found[round + 2][i];
            EXPECT_EQ(one.guessed, other.guessed);
            EXPECT_EQ(one.foretold_terms, other.foretold_terms);
            ASSERT_EQ(one.foretold_metrics.size(), other.foretold_metrics.size());
            EXPECT_EQ(0, std::memcmp(one.foretold_metrics.data(), other.foretold_metrics.data(),
                                     4 * one.foretold_metrics.size()));
        }
    }
}

TEST(Scouting, RepeatsALargeRoundOnOneThreadOrTwo) {
    // Of so many looks only the best of every kind go on.
    std::vector<std::vector<Row>> found;
    for (const int threads : {1, 2}) {
        NightParts parts = no_parts("large" + std::to_string(threads));
        const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                        static_cast<std::size_t>(threads));
        Scouting scouting(studio(), parts, "hash", threads);
        found.push_back(scouting.explore({1, 2, 4500, 300, 80, 8}));
    }
    ASSERT_EQ(found[0].size(), found[1].size());
    for (std::size_t i = 0; i < found[0].size(); ++i) {
        EXPECT_EQ(found[0][i].id, found[1][i].id);
        EXPECT_EQ(found[0][i].unit, found[1][i].unit);
        EXPECT_EQ(found[0][i].guessed, found[1][i].guessed);
    }
}

TEST(Scouting, TakesAStoredRoundAsItIs) {
    constexpr Scouting::Round kWithClose{1, 2, 1500, 150, 60, 20};
    std::vector<Row> rows;
    {
        NightParts parts = no_parts("stored");
        rows = Scouting(studio(), parts, "hash", 2).explore(kWithClose);
    }
    PartStore store(testing::scratch() / "stored");
    std::vector<std::string> warnings;
    std::vector<Part> stored = store.load("hash", warnings);
    ASSERT_EQ(stored.size(), 1u);
    EXPECT_EQ(stored[0].stage, 0);
    stored[0].seconds = 1234;
    NightParts parts(std::move(store), std::move(stored));
    Scouting scouting(studio(), parts, "hash", 2);
    // A timed night divides a round by what it measures, and may ask for another one now.
    Scouting::Round other = kWithClose;
    other.followed = 50;
    const std::vector<Row> again = scouting.explore(other);
    EXPECT_EQ(scouting.followed(), kWithClose.followed);
    EXPECT_EQ(scouting.seconds(), 1234) << "it was looked up, not run";
    ASSERT_EQ(again.size(), rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(again[i].unit, rows[i].unit);
    EXPECT_EQ(scouting.looked_at(), kFirst.looked_at);
}

/// Rows rendered over the telling seconds and judged.
std::vector<Heard> heard_truly(const std::vector<Row>& rows) {
    std::vector<MixSettings> mixes;
    for (const Row& row : rows) mixes.push_back(studio().space.settings(row.values));
    const std::vector<Measurement> measured =
        studio().engine->evaluate(mixes, studio().profile.telling, studio().target);
    std::vector<Heard> heard = heard_as(rows, 1);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        Heard& h = heard[i];
        h.row.metrics = measured[i].metrics;
        h.row.limiter_loss_lu = measured[i].limiter_loss_lu;
        for (std::size_t b = 0; b < kBands; ++b) {
            h.row.left_power[b] = measured[i].left_power[b];
            h.row.right_power[b] = measured[i].right_power[b];
            h.row.cross_power[b] = measured[i].cross_power[b];
        }
        h.stems = studio().judge.stem_metrics(measured[i], mixes[i],
                                              studio().space.prior_distance(rows[i].values), 2);
        h.scores = studio().judge.score(measured[i], h.stems);
        h.character = character_of(measured[i], h.stems);
    }
    return heard;
}

TEST(Scouting, LearnsWhatItsGuessesAreWorth) {
    NightParts parts = no_parts("worth");
    Scouting scouting(studio(), parts, "hash", 2);
    std::uint64_t first = 2;
    std::vector<double> errors;
    for (std::uint32_t number = 1; number <= 3; ++number) {
        const Scouting::Round round{number, first, 400, 0, 32, 10};
        const std::vector<Row> rows = scouting.explore(round);
        const std::vector<Heard> heard = heard_truly(rows);
        double sum = 0, count = 0;
        for (const Heard& h : heard) {
            ASSERT_EQ(h.row.guessed.size(), 2u);
            if (h.scores.rejected != Reject::none || h.row.guessed[1] == 0) continue;
            sum += std::fabs(h.row.guessed[1] - h.scores.technical), ++count;
        }
        errors.push_back(sum / count);
        scouting.learn(heard);
        first += round.looked_at;
    }
    const Agreement glance = scouting.agreement(Glance::levels),
                    closer = scouting.agreement(Glance::dynamics);
    std::printf("  rank correlation %.2f and %.2f; off by %.4f, %.4f, %.4f\n", glance.spearman,
                closer.spearman, errors[0], errors[1], errors[2]);
    EXPECT_EQ(closer.pairs, 30u);
    EXPECT_GT(closer.spearman, 0.85);
    EXPECT_GT(glance.spearman, 0.5);
    EXPECT_LT(errors[2], 0.9 * errors[0]) << "hearing mixes corrects what is foretold of others";
    EXPECT_GT(scouting.closer(), 250u);
    EXPECT_GT(scouting.closer_seconds(), 0);
    EXPECT_GT(scouting.archive().size(), 1u);
    const std::vector<std::uint64_t> beginnings = {2, 402, 802};
    EXPECT_EQ(scouting.beginnings(), beginnings);
    const TriedTable tried = std::move(scouting).tried();
    ASSERT_EQ(tried.size(), 1200u);
    for (std::size_t i = 0; i < tried.size(); ++i) ASSERT_EQ(tried.id[i], 2 + i);
    EXPECT_EQ(tried.descriptors.size(), kCharacterAxes * tried.size());
}

TEST(Scouting, SearchesAmongCloseLooksToo) {
    constexpr std::uint64_t kFollowed = 200;
    NightParts parts = no_parts("follow");
    Scouting scouting(studio(), parts, "hash", 2);
    const std::vector<Row> first = scouting.explore({1, 2, 1500, kFollowed, 60, 10});
    scouting.learn(heard_as(first, 0.8));
    scouting.explore({2, 1502, 700, kFollowed, 20, 3});
    std::size_t heard = 0;
    for (const Row& row : first) heard += row.id >= 1502 - kFollowed;
    std::printf("  %zu of %zu to be heard are its own\n", heard, first.size());
    EXPECT_GT(heard, 5u) << "what it finds is worth hearing";
    EXPECT_EQ(scouting.followed(), 2 * kFollowed);
    EXPECT_GT(scouting.closer(), 2 * kFollowed);
    const std::uint64_t closer = scouting.closer();
    const TriedTable tried = std::move(scouting).tried();
    ASSERT_EQ(tried.size(), 2200u);
    std::uint64_t close = 0;
    for (std::size_t i = 0; i < tried.size(); ++i) {
        ASSERT_EQ(tried.id[i], 2 + i);
        close += tried.level[i] == 1;
        const bool own = (i >= 1500 - kFollowed && i < 1500) || i >= 2200 - kFollowed;
        ASSERT_TRUE(!own || tried.level[i] == 1) << i;
    }
    EXPECT_EQ(close, closer);
    const auto typical = std::find(tried.origins.begin(), tried.origins.end(), "typical");
    ASSERT_NE(typical, tried.origins.end());
    EXPECT_EQ(std::count(tried.origin.begin(), tried.origin.end(), typical - tried.origins.begin()),
              1)
        << "no later search tries the typical mix again";
}

TEST(Scouting, NamesAsManyAsWantedWhereThereAreFewerKinds) {
    NightParts parts = no_parts("kinds");
    Scouting scouting(studio(), parts, "hash", 2);
    const std::vector<Row> rows = scouting.explore({1, 2, 4500, 300, 500, 5});
    std::set<std::uint64_t> ids;
    for (const Row& row : rows) ids.insert(row.id);
    EXPECT_EQ(ids.size(), 500u) << "of " << rows.size();
    // They are the best of what was looked at closely: what is left out is worse than the median.
    std::vector<float> named;
    for (std::size_t i = 0; i + 5 < rows.size(); ++i) named.push_back(rows[i].guessed[1]);
    std::sort(named.begin(), named.end());
    const TriedTable tried = std::move(scouting).tried();
    for (std::size_t i = 0; i < tried.size(); ++i)
        if (tried.level[i] == 1 && !ids.count(tried.id[i])) {
            EXPECT_LE(tried.score[i], named[named.size() / 2]) << tried.id[i];
        }
}

TEST(Scouting, OfFewCandidatesNamesThemAll) {
    NightParts parts = no_parts("few");
    Scouting scouting(studio(), parts, "hash", 2);
    const std::vector<Row> rows = scouting.explore({1, 2, 30, 0, 30, 4});
    std::set<std::uint64_t> ids;
    for (const Row& row : rows) ids.insert(row.id);
    // One that the first glance rejects is heard only where it was drawn plainly.
    EXPECT_GE(ids.size(), 25u);
}

TEST(Scouting, KnowsItsSampleWhereLessIsNamedThanWasAskedFor) {
    NightParts parts = no_parts("less");
    Scouting scouting(studio(), parts, "hash", 2);
    // Some of so few are rejected at a glance: the list is shorter than asked for.
    const std::vector<Row> rows = scouting.explore({1, 2, 60, 0, 60, 8});
    scouting.learn(heard_as(rows, 0.8));
    EXPECT_EQ(scouting.agreement(Glance::dynamics).pairs, 8u) << "of " << rows.size();
}

}  // namespace
}  // namespace mixfarm
