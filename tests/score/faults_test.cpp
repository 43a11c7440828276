/// Two dozen faults that anyone would hear, each in several decent mixes of the built-in song: the
/// score falls, and what falls most is what was broken.
#include <gtest/gtest.h>

#include <cstdio>

#include "tests/score/demo.h"
#include "tests/support/effort.h"

namespace mixfarm {
namespace {

TEST(Faults, LowerTheScoreAndAreNamed) {
    if (kSlowBuild) GTEST_SKIP() << "NOT TESTED here: minutes of mixing under sanitizers";
    // Three excerpts of four seconds: one of less than three has neither range nor micro-dynamics.
    testing::Desk desk(testing::demo().job, testing::demo().song, false, 12);
    const auto mixes = testing::decent_mixes(desk, 2);
    const std::vector<testing::Trial> trials = testing::try_faults(desk, mixes);
    testing::print_table(stdout, desk.song.title, trials);
    const testing::Tally all = testing::tally(trials);
    const double lowered =
                     100.0 * static_cast<double>(all.lowered) / static_cast<double>(all.trials),
                 named = 100.0 * static_cast<double>(all.named) / static_cast<double>(all.trials);
    std::printf("faults_lowered %.1f %%, faults_named %.1f %% of %zu trials\n", lowered, named,
                all.trials);
    EXPECT_GE(all.trials, 20 * mixes.size());
    EXPECT_GE(lowered, 95);
    EXPECT_GE(named, 90);
    for (const testing::Trial& t : trials)
        EXPECT_EQ(t.before.scores.rejected, Reject::none) << "mix " << t.mix << " is not decent";
}

}  // namespace
}  // namespace mixfarm
