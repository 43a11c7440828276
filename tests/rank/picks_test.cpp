/// The picks: apart for the ear, spread over the good, and a wild card that lies outside.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <set>

#include "host/rank/rank.h"
#include "tests/rank/contenders.h"

namespace mixfarm {
namespace {

using testing::by_id;
using testing::contender;
using testing::field;
using testing::shuffled;

using Ids = std::vector<std::uint64_t>;

double nearest_pair(const std::vector<Contender>& all, const Ids& picks) {
    const auto at = by_id(all);
    double nearest = HUGE_VAL;
    for (std::size_t i = 0; i < picks.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            nearest =
                std::min(nearest, heard_distance(at.at(picks[i])->place, at.at(picks[j])->place));
    return nearest;
}

/// Places far apart whatever the characters: `x` along the first axis of character.
Contender of_character(std::uint64_t id, double technical, float x, float y = 0) {
    Contender c = contender(id, technical, {10.0f * static_cast<float>(id)});
    c.character.assign(kCharacterAxes, 0);
    c.character[0] = x;
    c.character[1] = y;
    return c;
}

/// Picks without the wild card.
Ids regular(const Ranking& ranking) {
    return {ranking.picks.begin(), ranking.picks.end() - (ranking.wild_card.empty() ? 0 : 1)};
}

TEST(Picks, AreAcceptedWholeSongMixesApartFromEachOtherAndBestFirst) {
    for (std::uint64_t seed = 0; seed < 6; ++seed) {
        const std::vector<Contender> all = field(800, seed);
        const Ranking ranking = rank(all, 12);
        ASSERT_EQ(ranking.picks.size(), 12u);
        const auto at = by_id(all);
        const Ids picks = regular(ranking);
        for (const std::uint64_t id : ranking.picks) {
            EXPECT_EQ(at.at(id)->scores.rejected, Reject::none);
            EXPECT_EQ(at.at(id)->stage, 3);
        }
        EXPECT_EQ(picks.front(), ranking.order.front());
        std::set<int> kinds;
        for (std::size_t i = 0; i < picks.size(); ++i) {
            if (i > 0) {
                EXPECT_GE(at.at(picks[i - 1])->scores.technical, at.at(picks[i])->scores.technical);
            }
            EXPECT_TRUE(kinds.insert(at.at(picks[i])->cell).second) << "two picks of a kind";
            for (const Contender& c : all)
                if (c.cell == at.at(picks[i])->cell && c.stage == 3) {
                    EXPECT_LE(c.scores.technical, at.at(picks[i])->scores.technical);
                }
        }
        EXPECT_GE(nearest_pair(all, ranking.picks), kMinPickDistance);
    }
}

TEST(Picks, LeaveNoGoodMixFartherThanTheyAreApart) {
    for (std::uint64_t seed = 0; seed < 4; ++seed) {
        std::vector<Contender> all = field(400, seed);
        for (Contender& c : all)  // nearly all are good
            c.scores.technical = 0.9f + 0.05f * c.scores.technical;
        const Ranking ranking = rank(all, 12);
        const Ids picks = regular(ranking);
        ASSERT_GE(picks.size(), 11u);
        const auto at = by_id(all);
        const auto nearest = [&](const Contender& c, auto position) {
            double least = HUGE_VAL;
            for (const std::uint64_t id : picks)
                if (id != c.id)
                    least = std::min(least, heard_distance(c.*position, at.at(id)->*position));
            return least;
        };
        double apart = HUGE_VAL, left = 0;
        for (const std::uint64_t id : picks)
            apart = std::min(apart, nearest(*at.at(id), &Contender::character));
        std::map<int, const Contender*> best_of_kind;
        for (const std::uint64_t id : ranking.order)
            if (at.at(id)->stage == 3) best_of_kind.emplace(at.at(id)->cell, at.at(id));
        for (const auto& [kind, best] : best_of_kind)
            if (std::count(picks.begin(), picks.end(), best->id) == 0 &&
                best->scores.rejected == Reject::none &&
                nearest(*best, &Contender::place) >= kMinPickDistance)
                left = std::max(left, nearest(*best, &Contender::character));
        std::printf("seed %d: picks %.2f steps apart, no kind left is farther than %.2f\n",
                    static_cast<int>(seed), apart, left);
        EXPECT_GT(left, 0) << "nothing was left";
        EXPECT_GE(apart, (1 - kAboutAsFar) * left - 1e-5);
    }
}

TEST(Picks, AreTheFarthestOfTheGood) {
    const std::vector<Contender> all = {of_character(1, 0.90, 0),    of_character(2, 0.89, 1),
                                        of_character(3, 0.88, 2),    of_character(4, 0.87, 3),
                                        of_character(5, 0.86, 4),    of_character(6, 0.84, 40),
                                        of_character(7, 0.855, 4.2f)};
    EXPECT_EQ(rank(all, 2).picks, (Ids{1, 5})) << "7 is no farther than a tenth; 6 is not good";
    EXPECT_EQ(rank(all, 3).picks, (Ids{1, 3, 5})) << "then the middle";
}

TEST(Picks, OfThoseAboutAsFarTheOneThatNoMixBeats) {
    std::vector<Contender> all = {of_character(1, 0.90, 0), of_character(2, 0.88, 4),
                                  of_character(3, 0.87, 4.1f)};
    EXPECT_EQ(rank(all, 2).picks, (Ids{1, 2}));
    all[2].scores.terms[0] = 1;  // the best of all in one term: on the first layer, as only 1 is
    EXPECT_EQ(rank(all, 2).picks, (Ids{1, 3}));
    all[2].character[0] = 3.5f;
    EXPECT_EQ(rank(all, 2).picks, (Ids{1, 2})) << "not about as far";
}

TEST(Picks, ComeOneFromAKindWhileThatFillsTheList) {
    std::vector<Contender> all;
    for (std::uint64_t i = 0; i < 6; ++i) {
        all.push_back(of_character(i + 1, 0.9 - 0.001 * static_cast<double>(i),
                                   static_cast<float>(i % 2 ? 8 - i : i)));
        all.back().cell = static_cast<int>(i / 2);
    }
    EXPECT_EQ(rank(all, 3).picks, (Ids{1, 3, 5}));
    EXPECT_EQ(rank(all, 6).picks.size(), 6u);
}

TEST(Picks, WidenTheirBandBeforeTheyGiveUpAndKeepTheBoundAlways) {
    std::vector<Contender> all;
    for (int i = 0; i < 300; ++i)  // a crowd of excellent twins
        all.push_back(contender(static_cast<std::uint64_t>(i), 0.9 - 1e-5 * i,
                                {0.001f * static_cast<float>(i), 0}));
    for (int i = 0; i < 11; ++i)  // and eleven far worse mixes, each somewhere else
        all.push_back(contender(static_cast<std::uint64_t>(1000 + i), 0.4 - 0.02 * i,
                                {5.f * static_cast<float>(i + 1), 0}));
    Ranking ranking = rank(all, 12);
    EXPECT_EQ(ranking.picks.size(), 12u);
    EXPECT_GE(nearest_pair(all, ranking.picks), kMinPickDistance);
    all.resize(302);
    ranking = rank(all, 12);
    EXPECT_EQ(ranking.picks, (Ids{0, 1000, 1001})) << "three places, three picks";
}

TEST(Picks, TakeTheBestAtTheBoundAndNotCloser) {
    const auto bound = static_cast<float>(kMinPickDistance);
    const std::vector<Contender> all = {contender(1, 0.9, {0}),
                                        contender(2, 0.89, {bound * 0.999f}),
                                        contender(3, 0.88, {bound * 1.001f})};
    EXPECT_EQ(rank(all, 3).picks, (Ids{1, 3}));
}

TEST(Picks, NothingToPick) {
    EXPECT_TRUE(rank({}, 12).picks.empty());
    std::vector<Contender> all = {contender(1, 0, {0})};
    all[0].scores.rejected = Reject::silent;
    EXPECT_TRUE(rank(all, 12).picks.empty());
    EXPECT_TRUE(rank({{contender(1, 0.5, {0})}}, 0).picks.empty());
}

/// Four picks that differ along one axis, and candidates for a fifth.
std::vector<Contender> four_and(const std::vector<Contender>& more) {
    std::vector<Contender> all;
    for (std::uint64_t i = 0; i < 4; ++i)
        all.push_back(
            of_character(i + 1, 0.9 - 0.001 * static_cast<double>(i), 2 * static_cast<float>(i)));
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

TEST(WildCard, IsTheMixLeastLikeTheOthersAndSaysWhatItIs) {
    const std::vector<Contender> all =
        four_and({of_character(5, 0.83, 1, -3), of_character(6, 0.76, -1.5f, 6),
                  of_character(7, 0.74, 0, 20)});
    const Ranking ranking = rank(all, 5);
    EXPECT_EQ(ranking.picks, (Ids{1, 2, 3, 4, 6})) << "7 is worse than a wild card may be";
    EXPECT_EQ(ranking.wild_card, "heaviest, darkest");
}

TEST(WildCard, NeverARejectedOneNorOneThatSoundsLikeAnother) {
    std::vector<Contender> all = four_and(
        {of_character(5, 0.83, 1, -3), of_character(6, 0.82, 0, 6), of_character(7, 0.81, 0, 8)});
    all[5].scores.rejected = Reject::mono_collapse;
    all[6].place = all[1].place;
    EXPECT_EQ(rank(all, 5).wild_card, "leanest");
}

TEST(WildCard, IsNoneWhereNothingLiesOutside) {
    const std::vector<Contender> all = four_and({of_character(5, 0.8, 3, 0.9f)});
    const Ranking ranking = rank(all, 5);
    EXPECT_EQ(ranking.wild_card, "");
    EXPECT_EQ(ranking.picks.size(), 5u) << "the place goes to another pick";
    EXPECT_EQ(rank(four_and({of_character(5, 0.83, 1, 30)}), 3).wild_card, "")
        << "of two others there is no saying what they are like";
    std::vector<Contender> unknown = four_and({of_character(5, 0.83, 1, 30)});
    for (Contender& c : unknown) c.character.clear();
    EXPECT_EQ(rank(unknown, 5).wild_card, "");
}

TEST(WildCard, LiesOutsideWhateverTheField) {
    int found = 0;
    for (std::uint64_t seed = 0; seed < 12; ++seed) {
        std::vector<Contender> all = field(300, seed);
        for (Contender& c : all) {  // mostly alike and good, a few far out and less good
            const bool out = c.id % 13 == 0;
            c.scores.technical = 0.9f + 0.05f * c.scores.technical - (out ? 0.1f : 0);
            for (float& x : c.character) x = 2 + (x - 2) / (out ? 1.0f : 4.0f);
        }
        const Ranking ranking = rank(all, 12);
        EXPECT_EQ(rank(shuffled(all, seed), 12).picks, ranking.picks);
        EXPECT_EQ(rank(shuffled(all, seed + 1), 12).wild_card, ranking.wild_card);
        if (ranking.wild_card.empty()) continue;
        ++found;
        const auto at = by_id(all);
        const Contender& wild = *at.at(ranking.picks.back());
        double furthest = 0;
        for (std::size_t a = 0; a < kCharacterAxes; ++a) {
            float low = HUGE_VALF, high = -HUGE_VALF;
            for (const std::uint64_t id : regular(ranking)) {
                const float x = at.at(id)->character[a];
                if (std::isnan(x)) continue;
                low = std::min(low, x), high = std::max(high, x);
            }
            const double x = wild.character[a];
            if (!std::isnan(x)) furthest = std::max({furthest, low - x, x - high});
        }
        EXPECT_GE(furthest, kWildSteps);
        EXPECT_GE(wild.scores.technical,
                  at.at(ranking.order.front())->scores.technical - kWildBand - 1e-6);
        EXPECT_EQ(std::count(ranking.picks.begin(), ranking.picks.end(), wild.id), 1);
    }
    EXPECT_GT(found, 3) << "the fields were too tame to try it";
}

}  // namespace
}  // namespace mixfarm
