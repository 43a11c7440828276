/// The pan law: a table of the sine/cosine law, constant power, mirror symmetry.
#include "kernels/effects/pan.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "tests/support/effect_runner.h"

namespace mixfarm {
namespace {

struct Law {
    float position;
    double left_db, right_db;
};
// sqrt(2) cos and sin of (position + 1) * 45 degrees: 22.5 degrees is half way to one side.
constexpr Law kLaw[] = {{0.f, 0, 0},
                        {0.5f, -5.33291, 2.32261},
                        {-0.5f, 2.32261, -5.33291},
                        {0.25f, -2.09492, 1.40723},
                        {-0.25f, 1.40723, -2.09492},
                        {-1.f, 3.01030, -400},
                        {1.f, -400, 3.01030}};

/// Within 1e-4 dB; where the table has nothing to hear, below -140 dB.
void expect_level(double db, double expected_db) {
    if (expected_db < -300) {
        EXPECT_LT(db, -140);
    } else {
        EXPECT_NEAR(db, expected_db, 1e-4);
    }
}

TEST(Pan, FollowsItsTable) {
    for (const Law& row : kLaw) {
        signals::Stereo x{{1.f}, {1.f}};
        EffectRunner<Pan>({row.position}, 48000).process(x, 1);
        const double left = oracle::db(std::fabs(x.left[0])),
                     right = oracle::db(std::fabs(x.right[0]));
        std::printf("position %+.2f: left %8.3f dB, right %8.3f dB\n", row.position, left, right);
        expect_level(left, row.left_db);
        expect_level(right, row.right_db);
    }
}

TEST(Pan, KeepsThePowerOfAMonoStem) {
    for (float position = -1; position <= 1; position += 0.01f) {
        const auto c = Pan::design(&position, 48000);
        EXPECT_NEAR(double(c.left) * c.left + double(c.right) * c.right, 2, 1e-6);
        EXPECT_NEAR(Pan::response_db(c, 1000, 48000), 0, 1e-5);
    }
}

TEST(Pan, MirrorsAndMovesOneWay) {
    float before_left = 2, before_right = -1;
    for (float position = -1; position <= 1; position += 0.02f) {
        const float mirrored = -position;
        const auto c = Pan::design(&position, 48000), m = Pan::design(&mirrored, 48000);
        EXPECT_NEAR(c.left, m.right, 1e-6f);
        EXPECT_LT(c.left, before_left);
        EXPECT_GT(c.right, before_right);
        before_left = c.left, before_right = c.right;
    }
}

TEST(Pan, IsABalanceForStereoStems) {
    // Nothing of one side reaches the other; hard over, the far side is gone, the near one 3 dB up.
    for (const float position : {0.4f, 1.f}) {
        signals::Stereo x{{1.f, 0.f}, {0.f, 1.f}};
        EffectRunner<Pan>({position}, 48000).process(x, 2);
        EXPECT_EQ(x.right[0], 0.f);
        EXPECT_EQ(x.left[1], 0.f);
        EXPECT_GT(x.right[1], 1.f);
        EXPECT_LT(std::fabs(x.left[0]), position == 1.f ? 1e-7f : 1.f);
    }
}

}  // namespace
}  // namespace mixfarm
