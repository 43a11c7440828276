/// The low-pass measured: Butterworth, 12 dB an octave, -3.01 dB at its corner.
#include "kernels/effects/low_pass.h"

#include "tests/support/filter_cases.h"

namespace mixfarm {
namespace {

TEST(LowPass, MeasuresAsDesigned) {
    for (const double rate : {44100.0, 48000.0, 96000.0, 192000.0})
        for (const double corner : {1000.0, 3500.0, 12000.0, 20000.0}) {
            double at = 0;
            const double worst = worst_response_db<LowPass>(
                {static_cast<float>(corner)}, rate, ring_frames(corner, 0.71, rate), 20,
                0.48 * rate, effort(60, 12), -60,
                [&](double hz) {
                    return oracle::filter_db(oracle::Shape::low_pass, corner, 0, std::sqrt(0.5), hz,
                                             rate);
                },
                &at);
            std::printf("%6.0f Hz corner at %6.0f: off by at most %.4f dB (at %.0f Hz)\n", corner,
                        rate, worst, at);
            EXPECT_LT(worst, 0.05) << corner << " Hz at " << rate;
        }
}

TEST(LowPass, PassesDirectCurrentAtUnity) {
    signals::Stereo x{signals::Samples(9600, 0.5f), signals::Samples(9600, -0.25f)};
    EffectRunner<LowPass>({1000.f}, 48000).process(x, 120);
    EXPECT_NEAR(x.left.back(), 0.5, 1e-4);
    EXPECT_NEAR(x.right.back(), -0.25, 1e-4);
}

TEST(LowPass, TakesThreeDecibelsAtItsCorner) {
    const signals::Stereo h = impulse_response<LowPass>({4000.f}, 48000, 4800);
    EXPECT_NEAR(oracle::db(std::abs(oracle::dft_at(h.left, 4000, 48000))), -3.0103, 0.001);
}

TEST(LowPass, IsOffAtItsHighestCorner) {
    for (const double rate : {44100.0, 96000.0}) {
        signals::Stereo x{signals::white(1000, 1, 1), signals::white(1000, 1, 2)};
        const signals::Stereo dry = x;
        EffectRunner<LowPass>({LowPass::kOff}, rate).process(x, 120);
        EXPECT_EQ(x.left, dry.left);
        EXPECT_EQ(x.right, dry.right);
    }
}

}  // namespace
}  // namespace mixfarm
