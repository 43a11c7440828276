/// Order and promotion: what they promise, whatever order the contenders come in.
#include "host/rank/rank.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <map>
#include <set>

#include "tests/rank/contenders.h"

namespace mixfarm {
namespace {

using testing::by_id;
using testing::contender;
using testing::field;
using testing::seconds_since;
using testing::shuffled;

TEST(Rank, OrdersWholeSongThenAcceptedThenScoreThenId) {
    std::vector<Contender> all = {contender(5, 0.7, {0}), contender(3, 0.7, {0}),
                                  contender(9, 0.9, {0}), contender(2, 0.99, {0}),
                                  contender(4, 0, {0}),   contender(8, 0.7000004, {0})};
    all[3].stage = 2;
    all[4].scores.rejected = Reject::clipped;
    const Ranking ranking = rank(all, 3);
    EXPECT_EQ(ranking.order, (std::vector<std::uint64_t>{9, 3, 5, 8, 4, 2}))
        << "scores closer than a millionth tie";
    EXPECT_EQ(ranking.pareto, (std::vector<int>{1, 2, 2, 2, 3, 0})) << "the reject lies behind all";
    EXPECT_EQ(ranking.picks, (std::vector<std::uint64_t>{9}))
        << "all others are in the same place, rejected or unheard";
}

TEST(Rank, DoesNotDependOnTheOrderOfItsInput) {
    const std::vector<Contender> all = field(600, 11);
    const Ranking expected = rank(all, 12);
    const std::vector<int> promoted = promote(all, 40);
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
        const std::vector<Contender> other = shuffled(all, seed);
        const Ranking got = rank(other, 12);
        EXPECT_EQ(got.order, expected.order);
        EXPECT_EQ(got.pareto, expected.pareto);
        EXPECT_EQ(got.picks, expected.picks);
        EXPECT_EQ(got.wild_card, expected.wild_card);
        const std::vector<int> now = promote(other, 40);
        ASSERT_EQ(now.size(), promoted.size());
        for (std::size_t i = 0; i < now.size(); ++i)
            EXPECT_EQ(other[static_cast<std::size_t>(now[i])].id,
                      all[static_cast<std::size_t>(promoted[i])].id);
    }
}

TEST(Rank, ParetoFollowsTheOrderOfTheResult) {
    const std::vector<Contender> all = field(400, 5);
    const Ranking ranking = rank(all, 1);
    const auto at = by_id(all);
    ASSERT_EQ(ranking.order.size(), all.size());
    EXPECT_EQ(std::set(ranking.order.begin(), ranking.order.end()).size(), all.size());
    int last = 0;
    for (std::size_t i = 0; i < all.size(); ++i)
        if (at.at(ranking.order[i])->scores.rejected == Reject::none)
            last = std::max(last, ranking.pareto[i]);
    for (std::size_t i = 0; i < all.size(); ++i) {
        const Contender& c = *at.at(ranking.order[i]);
        if (c.scores.rejected != Reject::none) {
            EXPECT_EQ(ranking.pareto[i], last + 1);
            continue;
        }
        bool beaten =
            false;  // better in every single term by one of the accepted: never in layer 0
        for (const Contender& other : all) {
            bool better = other.scores.rejected == Reject::none;
            for (std::size_t t = 0; t < kTerms; ++t)
                better = better && other.scores.terms[t] > c.scores.terms[t] + 1e-5f;
            beaten = beaten || better;
        }
        EXPECT_EQ(ranking.pareto[i] == 0, !beaten);
    }
}

TEST(Promote, TakesTheBestButSpread) {
    std::vector<Contender> all = field(2000, 21);
    for (Contender& c : all) c.stage = 2;
    const std::vector<int> chosen = promote(all, 100);
    ASSERT_EQ(chosen.size(), 100u);
    EXPECT_EQ(std::set(chosen.begin(), chosen.end()).size(), 100u);
    const std::vector<std::uint64_t> order = rank(all, 0).order;
    EXPECT_EQ(all[static_cast<std::size_t>(chosen[0])].id, order[0]);
    const auto at = by_id(all);
    // Mean distance to the nearest neighbour, and mean score, of the promoted and of the plain top
    // hundred.
    const auto describe = [&](const std::vector<const Contender*>& set) {
        double spread = 0, score = 0;
        for (const Contender* a : set) {
            double nearest = HUGE_VAL;
            for (const Contender* b : set)
                if (a != b) nearest = std::min(nearest, heard_distance(a->place, b->place));
            spread += nearest / static_cast<double>(set.size());
            score += a->scores.technical / static_cast<double>(set.size());
        }
        return std::pair(spread, score);
    };
    std::vector<const Contender*> promoted, top;
    for (const int i : chosen) {
        const Contender& c = all[static_cast<std::size_t>(i)];
        EXPECT_EQ(c.scores.rejected, Reject::none);
        promoted.push_back(&c);
    }
    for (std::size_t i = 0; i < 100; ++i) top.push_back(at.at(order[i]));
    const auto [spread, score] = describe(promoted);
    const auto [top_spread, top_score] = describe(top);
    std::printf("promoted: spread %.3f, score %.4f; plain top hundred: %.3f, %.4f\n", spread, score,
                top_spread, top_score);
    EXPECT_GT(spread, top_spread);
    EXPECT_GT(score, top_score - kClosenessCost);

    all[static_cast<std::size_t>(chosen[0])].stage = 3;
    const std::vector<int> again = promote(all, 100);
    EXPECT_EQ(std::count(again.begin(), again.end(), chosen[0]), 0)
        << "heard over the whole song already";
    EXPECT_LT(promote(std::span(all).first(20), 100).size(), 21u);
}

TEST(Promote, IsWhatOneLoopAfterTheOtherChooses) {
    std::vector<Contender> all = field(3000, 33);
    for (Contender& c : all) {
        c.stage = 2;
        // Many ties.
        c.scores.technical = std::round(c.scores.technical * 50) / 50;
    }
    std::vector<int> expected, pool;
    for (const std::uint64_t id : rank(all, 0).order) {
        const auto i = static_cast<int>((id - 1000) / 7);
        if (all[static_cast<std::size_t>(i)].scores.rejected == Reject::none) pool.push_back(i);
    }
    const auto apart = [&](int i) {
        double nearest = HUGE_VAL;
        for (const int j : expected)
            nearest = std::min(nearest, heard_distance(all[static_cast<std::size_t>(i)].place,
                                                       all[static_cast<std::size_t>(j)].place));
        return nearest;
    };
    const auto best = [&](double least) {
        int chosen = -1;
        long long most = 0;
        for (const int i : pool) {
            const double far = apart(i);
            if (far < least || std::count(expected.begin(), expected.end(), i)) continue;
            const double score = all[static_cast<std::size_t>(i)].scores.technical;
            const long long gain = std::llround(
                (score - kClosenessCost / (1 + std::pow(far / kHalfCloseDistance, 2))) * 1e6);
            if (chosen < 0 || gain > most) chosen = i, most = gain;
        }
        return chosen;
    };
    for (int n = 0; n < 60; ++n) {
        int chosen = n % 2 ? best(1.25 * kMinPickDistance) : -1;
        if (chosen < 0) chosen = best(0);
        expected.push_back(chosen);
    }
    EXPECT_EQ(promote(all, 60), expected);
}

TEST(Rank, TwentyThousandMixes) {
    const std::vector<Contender> all = field(20000, 1);
    const auto start = std::clock();
    const Ranking ranking = rank(all, 12);
    const double first = seconds_since(start);
    const auto middle = std::clock();
    const std::vector<int> promoted = promote(all, 300);
    std::printf("20000 mixes: rank %.3f s, promote 300 in %.3f s\n", first, seconds_since(middle));
    EXPECT_EQ(ranking.picks.size(), 12u);
    EXPECT_EQ(promoted.size(), 300u);
}

}  // namespace
}  // namespace mixfarm
