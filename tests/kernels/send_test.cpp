/// Sends: the strip's own sound stays; the gains are what the knobs say, and off is off.
#include "kernels/effects/send.h"

#include <gtest/gtest.h>

#include "tests/support/effect_runner.h"

namespace mixfarm {
namespace {

TEST(Send, GainsAreDecibels) {
    const float p[] = {-60, -12, 6};
    const Send::Coefs<float> c = Send::design(p, 48000);
    EXPECT_EQ(c.gain[0], 0.f);
    EXPECT_NEAR(c.gain[1], 0.251189, 1e-6);
    EXPECT_NEAR(c.gain[2], 1.995262, 1e-6);
}

TEST(Send, LeavesTheStripAlone) {
    const signals::Stereo dry = signals::music(0.05, 48000, 2);
    signals::Stereo x = dry;
    EffectRunner<Send>({0, 0, 0}, 48000).process(x, 120);
    EXPECT_EQ(x.left, dry.left);
    EXPECT_EQ(x.right, dry.right);
}

}  // namespace
}  // namespace mixfarm
