/// What is told of a mix's moves: which it makes, how strongly, what each brings.
#include "host/report/made_moves.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace mixfarm {
namespace {

using testing::EndsWith;

Move move_of(const std::string& name, MoveLane lane) {
    Move move;
    move.name = name, move.reason = "it does";
    move.lanes = {std::move(lane)};
    move.places = {{62, 64, "last line before chorus"}};
    return move;
}

/// A mix with knobs in another order than the moves: an echo of eighths and two moves.
Results two_moves() {
    Results results;
    results.moves = {
        move_of("delay_throw",
                {0, "send", "echo_db", Law::reach, {-19, -9, -5}, {{62, 1}}, "echo"}),
        move_of("verse_tuck", {4, "fader", "fader_db", Law::add, {0, 1, 2}, {{62, -1}}, "drums"}),
        move_of("build", {4, "fader", "fader_db", Law::add, {0, 1, 2}, {{62, 1}}, "music"})};
    // It sees to it that what is thrown repeats slowly enough.
    results.moves[0].lanes.push_back(
        {6, "echo", "beats", Law::reach, {0.75f, 0.75f, 0.75f}, {{0, 1}}, "echo"});
    for (const char* name : {"move/verse_tuck.strength", "bus/echo/echo.beats",
                             "move/delay_throw.strength", "move/build.strength"})
        results.knobs.emplace_back().name = name;
    results.rows.resize(2);
    results.rows[0].id = 3, results.rows[0].values = {1, 0.5f, 0.5f, 0};
    results.rows[1].id = 8, results.rows[1].values = {0, 0.75f, 0, 0};
    results.technical = {0.9f, 0.8f};
    results.made = {{3, 0, 0.5f, 0.895f}};
    return results;
}

TEST(MadeMoves, AreToldStrongestFirstWithWhatTheyBring) {
    const Results results = two_moves();
    const std::vector<report::MoveTold> made = report::made_moves(results, 0);
    ASSERT_EQ(made.size(), 2u);
    EXPECT_EQ(made[0].move->name, "verse_tuck");
    EXPECT_TRUE(std::isnan(made[0].brings)) << "it was not weighed";
    EXPECT_EQ(made[0].words(),
              "verse tuck: drums -2.0 dB in last line before chorus (1:02), because it does");
    EXPECT_NEAR(made[1].brings, 0.005f, 1e-6f);
    EXPECT_EQ(made[1].deed(),
              "delay throw: echo sent at up to -9 dB in last line before chorus (1:02), because it "
              "does; it repeats every 1/8 dotted");
    EXPECT_THAT(made[1].words(), EndsWith("; it brings 0.005 of score"));
    EXPECT_EQ(report::moves_in_short(made), "verse tuck, delay throw");
    EXPECT_TRUE(report::made_moves(results, 1).empty());
}

TEST(MadeMoves, CostsAreToldAsCosts) {
    Results results = two_moves();
    results.made[0].technical_without = 0.92f;
    EXPECT_THAT(report::made_moves(results, 0)[1].words(), EndsWith("; it costs 0.020 of score"));
    results.made[0].technical_without = 0.9001f;
    EXPECT_THAT(report::made_moves(results, 0)[1].words(),
                EndsWith("; the score is the same without it"));
}

TEST(Note, IsCalledByItsName) {
    EXPECT_EQ(report::note(1), "1/4");
    EXPECT_EQ(report::note(0.75f), "1/8 dotted");
    EXPECT_EQ(report::note(1.0f / 3), "1/8 triplet");
    EXPECT_EQ(report::note(0.7f), "0.700 beats");
}

}  // namespace
}  // namespace mixfarm
