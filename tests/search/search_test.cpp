/// The rules of asking and telling: budgets, ids, lineage, repeatability, expeditions.
#include <gtest/gtest.h>
#include <tbb/global_control.h>

#include <map>
#include <numeric>
#include <set>

#include "tests/search/landscape.h"

namespace mixfarm {
namespace {

using namespace landscape;

constexpr int kStrips = 12;

SearchPlan plan(std::uint64_t candidates, std::uint64_t seed) {
    return landscape::plan(console(kStrips), candidates, seed);
}

Outcome judged(const Candidate& c) {
    static const Loss loss = console_loss(42, kStrips);
    return outcome(loss(c.unit), c.unit);
}

template <class Judge>
std::vector<Candidate> all_of(const SearchPlan& p, Judge judge) {
    Search search(p);
    return whole_search(search, judge);
}

bool same(const Candidate& a, const Candidate& b) {
    return a.id == b.id && a.origin == b.origin && a.parent_a == b.parent_a &&
           a.parent_b == b.parent_b && a.unit == b.unit;
}

TEST(Budget, GenerationsAddUpToTheCandidatesAndIdsGoOn) {
    for (const std::uint64_t candidates : {0, 1, 2, 3, 65, 300, 1023, 1024, 5000}) {
        Search search(landscape::plan(cube(3, 2), candidates, 1));
        std::uint64_t id = 2;
        for (std::uint32_t g = 0; g < 200; ++g) {
            EXPECT_EQ(search.generation(), g);
            const auto asked = search.ask(search.generation_size(g));
            std::vector<Outcome> outcomes;
            for (const Candidate& c : asked) {
                ASSERT_EQ(c.id, id++);
                outcomes.push_back(outcome(c.unit[0], c.unit));
            }
            search.tell(outcomes);
        }
        EXPECT_EQ(id - 2, candidates);
    }
}

TEST(Budget, NoKnobsOrOneAreEnough) {
    for (const int knobs : {0, 1}) {
        Search search(landscape::plan(cube(1, knobs), 300, 1));
        std::uint64_t id = 2;
        double best = HUGE_VAL;
        for (const Candidate& c : whole_search(search, [](const Candidate& c) {
                 return outcome(c.unit.empty() ? 1 : std::fabs(c.unit[0] - 0.3), c.unit);
             })) {
            EXPECT_EQ(c.id, id++);
            ASSERT_EQ(c.unit.size(), static_cast<std::size_t>(knobs));
            if (knobs) best = std::min(best, std::fabs(c.unit[0] - 0.3));
        }
        EXPECT_EQ(id, 302u);
        if (knobs) {
            EXPECT_LT(best, 1e-3);
        }
    }
}

TEST(Budget, TheTypicalMixComesFirstThenTheStartsThenSamples) {
    SearchPlan p = plan(300, 1);
    p.starts = {std::vector<float>(60, 0.4f), std::vector<float>(60, 0.6f)};
    Search search(p);
    const auto first = search.ask(search.generation_size(0));
    EXPECT_EQ(first[0].origin, "typical");
    EXPECT_EQ(first[0].unit, std::vector<float>(60, 0.5f));
    EXPECT_EQ(first[1].origin, "start");
    EXPECT_EQ(first[2].unit, p.starts[1]);
    std::map<std::string, int> origins;
    std::set<std::vector<float>> points;
    for (const Candidate& c : first) ++origins[c.origin], points.insert(c.unit);
    EXPECT_EQ(points.size(), first.size());
    EXPECT_NEAR(origins["sobol"], 3 * origins["prior"], 3);
    EXPECT_EQ(origins.size(), 4u) << "nobody else samples";
}

TEST(Budget, EverybodyGetsAShareAndSuccessRaisesIt) {
    for (const std::string favourite : {"elites", "differential", "sobol"}) {
        Search search(plan(4000, 1));
        std::map<std::string, int> origins;
        // Whatever the favourite finds is good, all else is poor.
        for (const Candidate& c : whole_search(search, [&](const Candidate& c) {
                 Outcome o = judged(c);
                 o.score *= c.origin == favourite ? 0.9 : 0.1;
                 return o;
             }))
            ++origins[c.origin];
        EXPECT_EQ(origins.size(), 8u) << "seven samplers and the typical mix";
        double sum = 0, most = 0, its = 0;
        for (const Search::Share& s : search.shares()) {
            EXPECT_GE(s.share, 0.02) << s.name;
            EXPECT_EQ(s.asked, static_cast<std::uint64_t>(origins[s.name])) << s.name;
            EXPECT_LE(s.kept, s.asked);
            sum += s.share;
            most = std::max(most, s.share);
            if (s.name == favourite) its = s.share;
        }
        EXPECT_NEAR(sum, 1, 1e-9);
        EXPECT_EQ(its, most) << favourite << " has " << its;
        EXPECT_GT(its, 0.25) << favourite;
    }
}

TEST(Budget, CandidatesAreDividedAsTheSharesSay) {
    Search search(plan(4000, 1));
    whole_search(search, judged);
    std::map<std::string, double> origins;
    for (const Candidate& c : search.ask(500)) ++origins[c.origin];
    for (const Search::Share& s : search.shares())
        EXPECT_NEAR(origins[s.name], 500 * s.share, 3) << s.name;
}

TEST(Budget, OnlyTheChosenTakePart) {
    SearchPlan p = plan(600, 3);
    for (const char* name : {"prior", "cma_es", "coordinate"}) {
        p.samplers = {name};
        for (const Candidate& c : all_of(p, judged))
            EXPECT_TRUE(c.origin == name || c.origin == "typical");
    }
    p.samplers = {"simplex"};
    EXPECT_DEATH(Search{p}, "internal check failed");
}

TEST(Repeatability, TheSameAnswersGiveTheSameQuestions) {
    const auto a = all_of(plan(1500, 5), judged), other = all_of(plan(1500, 6), judged);
    int differing = 0;
    for (std::size_t i = 0; i < a.size(); ++i) differing += a[i].unit != other[i].unit;
    EXPECT_EQ(differing, 1499) << "all but the typical one";
    for (const std::size_t threads : {1u, 2u}) {
        const tbb::global_control control(tbb::global_control::max_allowed_parallelism, threads);
        const auto b = all_of(plan(1500, 5), judged);
        ASSERT_EQ(a.size(), b.size());
        for (std::size_t i = 0; i < a.size(); ++i)
            ASSERT_TRUE(same(a[i], b[i])) << threads << " threads, candidate " << a[i].id;
    }
}

TEST(Repeatability, AskingInPiecesIsAskingAtOnce) {
    Search whole(plan(1500, 5)), pieces(plan(1500, 5));
    for (std::uint32_t g = 0; whole.generation_size(g) > 0; ++g) {
        const auto a = whole.ask(whole.generation_size(g));
        std::vector<Candidate> b;
        for (std::size_t left = a.size(), n = 1; left > 0; left -= n, n = std::min(left, n + 3))
            for (Candidate& c : pieces.ask(n)) b.push_back(std::move(c));
        ASSERT_EQ(a.size(), b.size());
        for (std::size_t i = 0; i < a.size(); ++i) ASSERT_TRUE(same(a[i], b[i])) << a[i].id;
        std::vector<Outcome> outcomes;
        for (const Candidate& c : a) outcomes.push_back(judged(c));
        whole.tell(outcomes);
        pieces.tell(outcomes);
    }
    EXPECT_EQ(whole.archive().qd_score(), pieces.archive().qd_score());
}

/// Killed after any generation and told again what was stored, it goes on as if nothing had
/// happened.
TEST(Repeatability, ReplayedAfterAnInterruption) {
    const auto whole = all_of(plan(700, 5), judged);
    for (std::uint32_t stop = 0; stop < 10; ++stop) {
        Search search(plan(700, 5));
        const auto next = [&] { return search.ask(search.generation_size(search.generation())); };
        for (std::uint32_t g = 0; g < stop; ++g) {
            std::vector<Outcome> known;
            for (const Candidate& c : next()) known.push_back(judged(whole[c.id - 2]));
            search.tell(known);
        }
        for (const Candidate& c : next())
            EXPECT_TRUE(same(c, whole[c.id - 2])) << "after " << stop << ", candidate " << c.id;
    }
}

TEST(Repeatability, AnswersOfAnotherLengthAreABug) {
    Search search(plan(300, 1));
    const std::vector<Outcome> short_of_one(search.ask(60).size() - 1);
    EXPECT_DEATH(search.tell(short_of_one), "internal check failed.*59 against 60");
    EXPECT_DEATH(search.restart({}), "internal check failed");
}

TEST(Breeding, NamesParentsThatWereHeardEarlier) {
    for (const Candidate& c : all_of(plan(2000, 3), judged))
        for (const std::int64_t parent : {c.parent_a, c.parent_b})
            EXPECT_TRUE(parent == -1 || (parent >= 2 && static_cast<std::uint64_t>(parent) < c.id))
                << c.id << " from " << parent;
}

/// A mix heard twice is a render wasted.
TEST(Breeding, HardlyAnyChildRepeatsAnEarlierCandidate) {
    std::set<std::vector<float>> seen;
    int repeated = 0;
    for (const Candidate& c : all_of(plan(4000, 8), judged))
        repeated += !seen.insert(c.unit).second;
    std::printf("  %d of 4000 repeat an earlier one\n", repeated);
    EXPECT_LE(repeated, 40);
}

TEST(Rejection, RejectedOnesAreNeverParents) {
    const auto rejects = [](const Candidate& c) { return c.unit[0] > 0.5f; };
    const auto all = all_of(plan(1500, 2), [&](const Candidate& c) {
        Outcome o = judged(c);
        if (rejects(c)) o.score = c.id % 2 ? 0 : std::nan("");
        return o;
    });
    int rejected = 0;
    for (const Candidate& c : all) {
        rejected += rejects(c);
        for (const std::int64_t parent : {c.parent_a, c.parent_b})
            ASSERT_FALSE(parent >= 0 && rejects(all[static_cast<std::size_t>(parent) - 2])) << c.id;
    }
    EXPECT_GT(rejected, 150);
}

TEST(Rejection, WhereAllAreRejectedItGoesOnSampling) {
    std::set<std::vector<float>> points;
    const auto all = all_of(plan(1500, 2), [](const Candidate& c) {
        return Outcome{0, judged(c).character};
    });
    EXPECT_EQ(all.size(), 1500u);
    for (const Candidate& c : all) {
        EXPECT_EQ(c.parent_a, -1);
        points.insert(c.unit);
    }
    EXPECT_EQ(points.size(), all.size()) << "a rejected point is asked for again";
}

TEST(Rejection, OneSurvivorIsEnough) {
    SearchPlan p = plan(1500, 2);
    Search search(p);
    whole_search(search, [](const Candidate& c) {
        return Outcome{c.id == 9 ? 0.5 : 0.0, judged(c).character};
    });
    ASSERT_EQ(search.archive().size(), 1u);
    EXPECT_EQ(search.archive().ranked(0).candidate.id, 9u);
}

TEST(Expedition, BeginsFromItsSeedsAlone) {
    Search search(plan(2000, 4));
    whole_search(search, judged);
    std::vector<Elite> seeds;
    for (std::size_t r = 0; r < 3; ++r) seeds.push_back(search.archive().ranked(10 * r));
    search.restart(seeds, 1000);
    EXPECT_EQ(search.archive().size(), 3u);
    EXPECT_EQ(search.progress(), 0);
    const std::uint64_t first = 2002;
    std::set<std::int64_t> parents;
    double score = 0;
    for (int g = 0; g < 10; ++g) {
        const auto asked = search.ask(100);
        std::vector<Outcome> outcomes;
        for (const Candidate& c : asked) {
            EXPECT_GE(c.id, first);
            if (g == 0 && c.parent_a >= 0) parents.insert(c.parent_a);
            outcomes.push_back(judged(c));
            score = std::max(score, outcomes.back().score);
        }
        search.tell(outcomes);
    }
    for (const std::int64_t parent : parents)
        EXPECT_TRUE(std::any_of(seeds.begin(), seeds.end(), [&](const Elite& e) {
            return static_cast<std::int64_t>(e.candidate.id) == parent;
        })) << parent;
    EXPECT_GE(parents.size(), 2u);
    EXPECT_GE(score, seeds[0].outcome.score) << "nothing new was found";
    EXPECT_EQ(search.progress(), 1);
}

/// Besides the best it brings home many kinds that are good: at equal evaluations far more cells
/// hold something at least as good as the best of random search.
TEST(Expedition, ThePortfolioSpansMoreGoodMixesThanRandomSearch) {
    SearchPlan random = plan(4000, 4);
    random.samplers = {"prior"};
    Search a(plan(4000, 4)), b(random);
    whole_search(a, judged);
    whole_search(b, judged);
    const double best = b.archive().ranked(0).outcome.score;
    std::size_t good = 0;
    std::vector<Archive::Span> span(4, {1, 0});
    for (const Elite& e : a.archive().elites()) {
        if (e.outcome.score < best) break;
        ++good;
        for (std::size_t d = 0; d < 4; ++d) {
            span[d].low = std::min(span[d].low, e.outcome.character[d]);
            span[d].high = std::max(span[d].high, e.outcome.character[d]);
        }
    }
    double width = 0, all = 0;
    for (std::size_t d = 0; d < 4; ++d) {
        width += (span[d].high - span[d].low) / 4;
        all += (b.archive().span()[d].high - b.archive().span()[d].low) / 4;
    }
    std::printf(
        "  %zu cells as good as the best of random search, spanning %.3f (random search: "
        "%.3f good or not); QD score %.1f against %.1f\n",
        good, width, all, a.archive().qd_score(), b.archive().qd_score());
    EXPECT_GT(good, 25u);
    EXPECT_GT(width, 0.3 * all);
    EXPECT_GT(a.archive().qd_score(), b.archive().qd_score());
}

}  // namespace
}  // namespace mixfarm
