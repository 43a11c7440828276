/// The rules of asking and telling: budgets, ids, lineage, repeatability.
#include <gtest/gtest.h>

#include <map>
#include <numeric>
#include <set>

#include "tests/search/landscape.h"

namespace mixfarm {
namespace {

using namespace landscape;

Outcome judged(const Candidate& c) {
    static const Loss loss = rippled_strips(42);
    return outcome(loss(c.unit), c.unit);
}

bool same(const Candidate& a, const Candidate& b) {
    return a.id == b.id && a.origin == b.origin && a.parent_a == b.parent_a &&
           a.parent_b == b.parent_b && a.unit == b.unit;
}

TEST(Budget, GenerationsAddUpToTheCandidatesAndIdsGoOn) {
    for (const std::uint64_t candidates : {0, 1, 2, 3, 65, 300, 1023, 1024, 5000}) {
        const SearchPlan p = plan(candidates, 1, 3, 2);
        const Search sizes(p);
        Search search(p);
        std::uint64_t id = p.first_id, sum = 0;
        for (std::uint32_t g = 0; g < 100; ++g) {
            const std::vector<Candidate> asked = search.ask();
            EXPECT_EQ(asked.size(), sizes.generation_size(g))
                << "generation " << g << " of " << candidates;
            EXPECT_EQ(search.generation(), g);
            for (const Candidate& c : asked) ASSERT_EQ(c.id, id++);
            sum += asked.size();
            std::vector<Outcome> outcomes;
            // Six coordinates, fewer than the landscapes have.
            for (const Candidate& c : asked) outcomes.push_back({0.5 + 0.1 * c.unit[0], c.unit});
            search.tell(outcomes);
        }
        EXPECT_EQ(sum, candidates);
    }
}

TEST(Budget, TheFirstCandidateIsTypicalAndTheFirstGenerationSobol) {
    Search search(plan(300, 1));
    const std::vector<Candidate> first = search.ask();
    EXPECT_EQ(first[0].origin, "typical");
    for (const float x : first[0].unit) EXPECT_EQ(x, 0.5f);
    std::set<std::vector<float>> points;
    for (std::size_t i = 1; i < first.size(); ++i) {
        EXPECT_EQ(first[i].origin, "sobol");
        EXPECT_EQ(first[i].parent_a, -1);
        points.insert(first[i].unit);
    }
    EXPECT_EQ(points.size(), first.size() - 1);
}

TEST(Repeatability, TheSameAnswersGiveTheSameQuestions) {
    const auto a = whole_search(plan(700, 5), judged), b = whole_search(plan(700, 5), judged),
               other = whole_search(plan(700, 6), judged);
    ASSERT_EQ(a.size(), b.size());
    int differ = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        EXPECT_TRUE(same(a[i], b[i])) << "candidate " << a[i].id;
        differ += a[i].unit != other[i].unit;
    }
    EXPECT_EQ(differ, 699) << "all but the typical one";
}

/// Killed after any generation and told again what was stored, it goes on as if nothing had
/// happened.
TEST(Repeatability, ReplayedAfterAnInterruption) {
    const auto whole = whole_search(plan(700, 5), judged);
    std::map<std::uint64_t, Outcome> stored;
    for (const Candidate& c : whole) stored[c.id] = judged(c);
    for (std::uint32_t stop = 0; stop < 8; ++stop) {
        Search search(plan(700, 5));
        for (std::uint32_t g = 0; g < stop; ++g) {
            std::vector<Outcome> known;
            for (const Candidate& c : search.ask()) known.push_back(stored.at(c.id));
            search.tell(known);
        }
        for (const Candidate& c : search.ask())
            EXPECT_TRUE(same(c, whole[c.id - 2]))
                << "after " << stop << " generations, candidate " << c.id;
    }
}

TEST(Repeatability, AnswersOfAnotherLengthOrOutOfTurnAreABug) {
    Search search(plan(300, 1));
    const std::vector<Candidate> asked = search.ask();
    const std::vector<Outcome> short_of_one(asked.size() - 1);
    EXPECT_DEATH(search.tell(short_of_one), "internal check failed.*119 against 120");
    EXPECT_DEATH(search.ask(), "internal check failed");
    SearchPlan lame = plan(300, 1);
    lame.block.pop_back();
    EXPECT_DEATH(Search{lame}, "59 against 60");
}

TEST(Breeding, StaysInsideTheCubeAndNamesItsParents) {
    // Best at a corner, so that moves are pushed over the edge.
    const auto corner = [](const Candidate& c) {
        double loss = 0;
        for (const float x : c.unit) loss += x;
        return outcome(loss, c.unit);
    };
    const auto all = whole_search(plan(1500, 3), corner);
    int crossed = 0, moved = 0;
    for (const Candidate& c : all) {
        for (const float x : c.unit) ASSERT_TRUE(x >= 0 && x <= 1) << x;
        crossed += c.origin == "crossed";
        moved += c.origin == "moved";
        const auto earlier = [&c](std::int64_t id) {
            return id >= 2 && static_cast<std::uint64_t>(id) < c.id;
        };
        const bool bred = c.origin == "crossed" || c.origin == "moved";
        EXPECT_EQ(earlier(c.parent_a), bred) << c.id;
        EXPECT_EQ(earlier(c.parent_b) && c.parent_b != c.parent_a, c.origin == "crossed") << c.id;
    }
    EXPECT_EQ(crossed + moved, 900) << "1500 less a first generation of 600";
    EXPECT_GT(crossed, 300);
    EXPECT_GT(moved, 200);
}

TEST(Breeding, StripsAreInheritedWhole) {
    const auto all = whole_search(plan(2000, 4), judged);
    const auto strip = [&](std::int64_t id, int s) {
        const auto from = all[static_cast<std::size_t>(id) - 2].unit.begin() + s * kKnobs;
        return std::vector<float>(from, from + kKnobs);
    };
    int strips = 0, whole = 0, both_parents = 0, children = 0;
    for (const Candidate& c : all) {
        if (c.origin != "crossed") continue;
        bool from_a = false, from_b = false;
        for (int s = 0; s < kStrips; ++s) {
            const auto mine = strip(static_cast<std::int64_t>(c.id), s), a = strip(c.parent_a, s),
                       b = strip(c.parent_b, s);
            ++strips;
            whole += mine == a || mine == b;
            from_a |= mine == a && a != b;
            from_b |= mine == b && a != b;
        }
        ++children;
        both_parents += from_a && from_b;
    }
    // Knob-wise crossing of five knobs would leave 2 / 2^5 of the strips whole, less those that
    // moved.
    std::printf(
        "  %d crossed: %.1f %% of the strips whole from a parent, %.1f %% of the children have "
        "strips of both\n",
        children, 100.0 * whole / strips, 100.0 * both_parents / children);
    EXPECT_GT(whole, 0.8 * strips);
    EXPECT_LT(whole, 0.95 * strips);
    EXPECT_GT(both_parents, children / 2);
}

/// A mix heard twice is a render wasted.
TEST(Breeding, HardlyAnyChildRepeatsAnEarlierCandidate) {
    for (const auto& [strips, knobs] : {std::pair{5, 20}, {19, 20}, {kStrips, kKnobs}}) {
        const auto all = whole_search(plan(2000, 8, strips, knobs), [](const Candidate& c) {
            double loss = 0;
            for (const float x : c.unit) loss += (x - 0.3) * (x - 0.3);
            return outcome(loss, c.unit);
        });
        std::set<std::vector<float>> seen;
        int repeated = 0;
        for (const Candidate& c : all) repeated += !seen.insert(c.unit).second;
        std::printf("  %d strips of %d knobs: %d of %zu repeat an earlier one\n", strips, knobs,
                    repeated, all.size());
        EXPECT_LE(repeated, 20) << "one in a hundred";
    }
}

TEST(Rejection, RejectedOnesAreNeverParents) {
    const auto rejects = [](const Candidate& c) { return c.unit[0] > 0.5f; };
    const auto all = whole_search(plan(1500, 2), [&](const Candidate& c) {
        Outcome o = judged(c);
        if (rejects(c)) o.score = 0;
        return o;
    });
    int rejected = 0;
    for (const Candidate& c : all) {
        rejected += rejects(c);
        for (const std::int64_t parent : {c.parent_a, c.parent_b})
            ASSERT_FALSE(parent >= 0 && rejects(all[static_cast<std::size_t>(parent) - 2])) << c.id;
    }
    std::printf("  %d of %zu were rejected\n", rejected, all.size());
    EXPECT_GT(rejected, 200);
}

TEST(Rejection, WhereAllAreRejectedItGoesOnAsking) {
    const auto all = whole_search(plan(1500, 2), [](const Candidate& c) {
        return Outcome{0, judged(c).place};
    });
    EXPECT_EQ(all.size(), 1500u);
    std::set<std::vector<float>> points;
    for (const Candidate& c : all) {
        EXPECT_EQ(c.parent_a, -1);
        points.insert(c.unit);
    }
    std::printf("  %zu different points of %zu\n", points.size(), all.size());
    EXPECT_EQ(points.size(), all.size()) << "a rejected point is asked for again";
}

TEST(Rejection, OneSurvivorIsEnough) {
    const auto all = whole_search(plan(700, 2), [](const Candidate& c) {
        return Outcome{c.id == 9 ? 0.5 : 0.0, judged(c).place};
    });
    ASSERT_EQ(all.size(), 700u);
    for (std::size_t i = 280; i < all.size(); ++i)
        EXPECT_TRUE(all[i].parent_a == 9 && all[i].origin == "moved") << all[i].id;
}

}  // namespace
}  // namespace mixfarm
