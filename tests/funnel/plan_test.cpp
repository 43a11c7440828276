/// How a night divides its candidates and its time.
#include "host/plan.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/funnel/night.h"

namespace mixfarm {
namespace {

using testing::studio;

constexpr Plan::Course kCourse{1e-4, 0.05, true, true};

TEST(Plan, HearsAllOfFewAndTheCubeRootOfMany) {
    EXPECT_EQ(heard_of(3), 3u);
    EXPECT_EQ(heard_of(256), 256u);
    EXPECT_EQ(heard_of(2048), 512u);
    EXPECT_NEAR(static_cast<double>(heard_of(1'000'000)), 4031, 1);
}

TEST(Plan, SpendsEveryCandidateAndHearsWhatItSaid) {
    const Plan plan(studio());  // of 3000
    std::uint64_t looked_at = 2, heard = 2;
    std::uint32_t rounds = 0;
    for (;; ++rounds) {
        const Scouting::Round round = plan.round(rounds + 1, looked_at, heard, kCourse);
        if (round.heard == 0) break;
        EXPECT_EQ(round.number, rounds + 1);
        EXPECT_EQ(round.first_id, looked_at);
        EXPECT_LE(round.sampled, round.heard);
        EXPECT_LE(round.heard, round.looked_at);
        looked_at += round.looked_at, heard += round.heard;
        ASSERT_LT(rounds, 100u);
    }
    EXPECT_EQ(looked_at, 3000u);
    EXPECT_EQ(heard, heard_of(3000));
    EXPECT_GE(rounds, 5u);
}

TEST(Plan, DrawsMorePlainlyWhereGuessesAreWorthNothing) {
    const Plan plan(studio());
    Plan::Course poor = kCourse;
    poor.looks = false;
    EXPECT_GT(plan.round(1, 2, 2, poor).sampled, 3 * plan.round(1, 2, 2, kCourse).sampled);
    EXPECT_EQ(plan.round(1, 2, 2, poor).followed, plan.round(1, 2, 2, kCourse).followed);
    EXPECT_TRUE(Plan::trusted({0.1, 0, 5})) << "too few to tell";
    EXPECT_FALSE(Plan::trusted({0.1, 0, 50}));
    EXPECT_TRUE(Plan::trusted({0.8, 0, 50}));
}

TEST(Plan, OfTimeSpendsHalfOnLooksAndHalfOnHearing) {
    Plan plan(studio());
    plan.candidates = kUnlimited, plan.heard = 1 << 17, plan.time_s = 8 * 3600;
    const Plan::Course course{4e-4, 0.05, true, true};
    const Scouting::Round round = plan.round(1, 2, 2, course);
    const double looking = static_cast<double>(round.looked_at) * course.glance_s,
                 hearing = static_cast<double>(round.heard) * course.excerpt_s;
    EXPECT_NEAR(looking, hearing, 0.05 * hearing);
    EXPECT_EQ(round.followed, round.looked_at / 48);
    EXPECT_LE(round.sampled, round.heard / 8 + 1);
    Plan::Course poor = course;
    poor.glances = false;
    EXPECT_EQ(plan.round(1, 2, 2, poor).followed, round.looked_at / 12);
    // Whatever looks cost, a round is no longer than memory has room for, and no shorter than says
    // anything.
    EXPECT_LE(plan.round(1, 2, 2, {1e-9, 0.05, true, true}).looked_at, 1u << 20);
    EXPECT_GE(plan.round(1, 2, 2, {10, 0.05, true, true}).looked_at, 1024u);
    EXPECT_EQ(plan.round(9, 5'000'000, plan.heard, kCourse).heard, 0u) << "all were heard";
    // What an earlier run took of the time is gone.
    plan.begun = std::chrono::steady_clock::now();
    plan.spent_s = 3600;
    EXPECT_NEAR(plan.seconds_left(), 7 * 3600, 1);
}

TEST(Plan, KeepsTimeForSongsAndPicks) {
    const Plan plan(studio());
    EXPECT_EQ(plan.seconds_left(), HUGE_VAL) << "no limit";
    EXPECT_GE(plan.songs_s(0.5), 16) << "a part of them at least";
    EXPECT_GT(plan.picks_s(0.5), 14 * 0.5);
    const std::size_t batch = static_cast<std::size_t>(studio().engine->good_batch());
    EXPECT_EQ(plan.slots(1), batch);
    EXPECT_EQ(plan.slots(batch + 1), 2 * batch);
}

}  // namespace
}  // namespace mixfarm
