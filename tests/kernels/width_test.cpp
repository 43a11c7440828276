/// Width measured on middle and side: the knob's gain, the bass taken out of the side, the middle
/// left alone.
#include "kernels/effects/width.h"

#include "tests/support/filter_cases.h"

namespace mixfarm {
namespace {

TEST(Width, TurnsTheSideAndLeavesTheMiddle) {
    const signals::Stereo dry{signals::white(2000, 1, 1), signals::white(2000, 1, 2)};
    for (const float width : {0.f, 0.3f, 1.f, 1.7f, 2.f}) {
        signals::Stereo x = dry;
        EffectRunner<Width>({width, Width::kOff}, 48000).process(x, 120);
        double middle = 0, side = 0;
        for (std::size_t n = 0; n < x.frames(); ++n) {
            const double l = dry.left[n], r = dry.right[n], yl = x.left[n], yr = x.right[n];
            middle = std::max(middle, std::fabs((yl + yr) - (l + r)));
            side = std::max(side, std::fabs((yl - yr) - width * (l - r)));
        }
        std::printf("width %.1f: middle off by %.1e, side by %.1e\n", width, middle, side);
        EXPECT_LT(middle, 3e-7);
        EXPECT_LT(side, 5e-7);
    }
}

TEST(Width, AtZeroBothSidesAreTheMiddle) {
    signals::Stereo x{signals::white(2000, 1, 1), signals::white(2000, 1, 2)};
    const signals::Stereo dry = x;
    EffectRunner<Width>({0.f, 200.f}, 48000).process(x, 120);
    for (std::size_t n = 0; n < x.frames(); ++n) {
        ASSERT_NEAR(x.left[n], 0.5 * (double(dry.left[n]) + dry.right[n]), 2e-7);
        ASSERT_NEAR(x.right[n], x.left[n], 2e-7);
    }
}

TEST(Width, NeutralIsTheIdentityToTheBit) {
    signals::Stereo x{signals::white(2000, 1, 1), signals::white(2000, 0.001, 2)};
    const signals::Stereo dry = x;
    EffectRunner<Width>(neutral<Width>(), 48000).process(x, 120);
    EXPECT_EQ(x.left, dry.left);
    EXPECT_EQ(x.right, dry.right);
}

TEST(Width, BassLeavesTheSideByTwelveDecibelsAnOctave) {
    // worst_response_db() feeds the two sides with opposite signs: all of it is side.
    for (const double rate : {44100.0, 48000.0, 96000.0, 192000.0})
        for (const double corner : {25.0, 120.0, 500.0}) {
            const double worst = worst_response_db<Width>(
                {1.5f, static_cast<float>(corner)}, rate, ring_frames(corner, 0.71, rate),
                corner / 4, 20000, effort(60, 12), -60, [&](double hz) {
                    return 20 * std::log10(1.5) - 10 * std::log10(1 + std::pow(corner / hz, 4));
                });
            std::printf("mono below %3.0f Hz at %6.0f: side off by at most %.4f dB\n", corner, rate,
                        worst);
            EXPECT_LT(worst, 0.05);
        }
}

TEST(Width, TheSumToMonoDoesNotDependOnIt) {
    signals::Stereo x = signals::music(0.5, 48000, 3);
    const signals::Stereo dry = x;
    EffectRunner<Width>({1.8f, 300.f}, 48000).process(x, 120);
    for (std::size_t n = 0; n < x.frames(); ++n)
        ASSERT_NEAR(double(x.left[n]) + x.right[n], double(dry.left[n]) + dry.right[n], 4e-7);
}

}  // namespace
}  // namespace mixfarm
