/// Of too many moves the weakest are not made.
#include "host/moves/budget.h"

#include <gtest/gtest.h>

namespace mixfarm::moves_test {
namespace {

/// Moves that act where and when they are told, of one family that bears four.
std::vector<Move> acting(std::initializer_list<std::vector<double>> starts_s, double length_s) {
    std::vector<Move> moves;
    for (const auto& starts : starts_s) {
        Move& move = moves.emplace_back();
        move.family = Family::creative_automation;
        for (const double at : starts) move.places.push_back({at, at + length_s, ""});
    }
    return moves;
}

TEST(Budget, TheWeakestYieldsLockedOnesDoNot) {
    std::vector<Move> moves = acting({{0}, {100}, {200}, {300}, {400}}, 20);
    std::vector<float> strengths = {0.5f, 0.2f, 0.9f, 0.4f, 0.3f};
    Budget(moves).keep_within(strengths);
    EXPECT_EQ(strengths, (std::vector<float>{0.5f, 0, 0.9f, 0.4f, 0.3f}));
    moves[1].locked = 0.2f;
    strengths = {0.5f, 0.2f, 0.9f, 0.4f, 0.4f};
    Budget(moves).keep_within(strengths);
    EXPECT_EQ(strengths, (std::vector<float>{0.5f, 0.2f, 0.9f, 0.4f, 0})) << "of equals the later";
}

TEST(Budget, ABoundaryBearsThree) {
    std::vector<Move> moves = acting({{0}, {0}, {0}, {0}}, 20);
    for (Move& move : moves) move.boundaries = {1, 3};
    moves[3].boundaries = {2};
    std::vector<float> strengths = {0.5f, 0.2f, 0.9f, 0.1f};
    const std::vector<float> before = strengths;
    Budget(moves).keep_within(strengths);
    EXPECT_EQ(strengths, before);
    moves[3].boundaries = {3};
    Budget(moves).keep_within(strengths);
    EXPECT_EQ(strengths, (std::vector<float>{0.5f, 0.2f, 0.9f, 0}));
}

TEST(Budget, AMinuteBearsFourEvents) {
    const std::vector<Move> moves = acting({{10, 65}, {30, 40}, {69, 200}}, 1);
    std::vector<float> strengths = {0.5f, 0.2f, 0.9f};
    Budget(moves).keep_within(strengths);
    EXPECT_EQ(strengths, (std::vector<float>{0.5f, 0, 0.9f})) << "five from 10 s on";
    strengths = {0.5f, 0.2f, 0};
    Budget(moves).keep_within(strengths);
    EXPECT_EQ(strengths, (std::vector<float>{0.5f, 0.2f, 0}));
    // Whole sections are no events.
    strengths = {0.5f, 0.2f, 0.9f};
    Budget(acting({{10, 65}, {30, 40}, {69, 200}}, 20)).keep_within(strengths);
    EXPECT_EQ(strengths, (std::vector<float>{0.5f, 0.2f, 0.9f}));
}

}  // namespace
}  // namespace mixfarm::moves_test
