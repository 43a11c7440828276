/// The high-pass measured: Butterworth, 12 dB an octave, -3.01 dB at its corner.
#include "kernels/effects/high_pass.h"

#include "tests/support/filter_cases.h"

namespace mixfarm {
namespace {

TEST(HighPass, MeasuresAsDesigned) {
    for (const double rate : {44100.0, 48000.0, 96000.0, 192000.0})
        for (const double corner : {20.0, 45.0, 120.0, 500.0, 2000.0}) {
            double at = 0;
            const double worst = worst_response_db<HighPass>(
                {static_cast<float>(corner)}, rate, ring_frames(corner, 0.71, rate), corner / 8,
                0.45 * rate, effort(60, 12), -48,
                [&](double hz) {
                    return oracle::filter_db(oracle::Shape::high_pass, corner, 0, std::sqrt(0.5),
                                             hz, rate);
                },
                &at);
            std::printf("%6.0f Hz corner at %6.0f: off by at most %.4f dB (at %.0f Hz)\n", corner,
                        rate, worst, at);
            EXPECT_LT(worst, 0.05) << corner << " Hz at " << rate;
        }
}

TEST(HighPass, FallsTwelveDecibelsAnOctave) {
    const signals::Stereo h = impulse_response<HighPass>({1000.f}, 48000, 4800);
    const auto db = [&](double hz) {
        return oracle::db(std::abs(oracle::dft_at(h.left, hz, 48000)));
    };
    EXPECT_NEAR(db(1000), -3.0103, 0.001);
    EXPECT_NEAR(db(100) - db(50), 12.04, 0.05);
    EXPECT_NEAR(db(20000), 0, 0.01);
}

TEST(HighPass, BlocksDirectCurrent) {
    signals::Stereo x{signals::Samples(48000, 0.5f), signals::Samples(48000, 0.5f)};
    EffectRunner<HighPass>({30.f}, 48000).process(x, 120);
    EXPECT_LT(std::fabs(x.left.back()), 1e-5f);
}

TEST(HighPass, IsOffAtItsLowestCorner) {
    signals::Stereo x{signals::white(1000, 1, 1), signals::white(1000, 1, 2)};
    const signals::Stereo dry = x;
    EffectRunner<HighPass>({HighPass::kOff}, 48000).process(x, 120);
    EXPECT_EQ(x.left, dry.left);
    EXPECT_EQ(x.right, dry.right);
}

}  // namespace
}  // namespace mixfarm
