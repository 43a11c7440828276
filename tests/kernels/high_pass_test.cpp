/// The high-pass measured: Butterworth, 12 and 24 dB an octave, -3.01 dB at its corner.
#include "kernels/effects/high_pass.h"

#include "tests/support/filter_cases.h"

namespace mixfarm {
namespace {

/// Butterworth of 2nd and 4th order: |H|^2 = 1 / (1 + v^(2 n)).
double analogue_db(double corner, bool steep, double hz) {
    const double v = corner / hz;
    return -10 * std::log10(1 + std::pow(v, steep ? 8 : 4));
}
double designed_db(double corner, bool steep, double hz, double rate) {
    const auto section = [&](double q) {
        return oracle::filter_db(oracle::Shape::high_pass, corner, 0, q, hz, rate);
    };
    return steep ? section(0.5 / std::cos(std::numbers::pi / 8)) +
                       section(0.5 / std::cos(3 * std::numbers::pi / 8))
                 : section(std::sqrt(0.5));
}

TEST(HighPass, MeasuresAsDesigned) {
    for (const bool steep : {false, true})
        for (const double rate : {44100.0, 48000.0, 96000.0, 192000.0})
            for (const double corner : {20.0, 45.0, 120.0, 500.0, 2000.0}) {
                const SlopeError off = slope_error<HighPass>(
                    corner, steep, rate, corner / (steep ? 3 : 8), 0.45 * rate, -48,
                    [&](double hz) { return designed_db(corner, steep, hz, rate); },
                    [&](double hz) { return analogue_db(corner, steep, hz); });
                EXPECT_LT(off.from_design, 0.05) << corner << " Hz at " << rate;
                EXPECT_LT(off.from_analogue, 0.05) << corner << " Hz at " << rate;
            }
}

TEST(HighPass, FallsTwelveDecibelsAnOctave) {
    const signals::Stereo h = impulse_response<HighPass>({1000.f, 0}, 48000, 4800);
    const auto db = [&](double hz) {
        return oracle::db(std::abs(oracle::dft_at(h.left, hz, 48000)));
    };
    EXPECT_NEAR(db(1000), -3.0103, 0.001);
    EXPECT_NEAR(db(100) - db(50), 12.04, 0.05);
    EXPECT_NEAR(db(20000), 0, 0.01);
}

TEST(HighPass, FallsTwentyFourDecibelsAnOctaveWhereAsked) {
    const signals::Stereo h = impulse_response<HighPass>({1000.f, 1}, 48000, 4800);
    const auto db = [&](double hz) {
        return oracle::db(std::abs(oracle::dft_at(h.left, hz, 48000)));
    };
    EXPECT_NEAR(db(1000), -3.0103, 0.001);
    EXPECT_NEAR(db(250) - db(125), 24.08, 0.05);
    EXPECT_NEAR(db(20000), 0, 0.01);
}

TEST(HighPass, BlocksDirectCurrent) {
    signals::Stereo x{signals::Samples(48000, 0.5f), signals::Samples(48000, 0.5f)};
    EffectRunner<HighPass>({30.f, 0}, 48000).process(x, 120);
    EXPECT_LT(std::fabs(x.left.back()), 1e-5f);
}

TEST(HighPass, IsOffAtItsLowestCorner) {
    signals::Stereo x{signals::white(1000, 1, 1), signals::white(1000, 1, 2)};
    const signals::Stereo dry = x;
    for (const float slope : {0.f, 1.f}) {
        EffectRunner<HighPass>({HighPass::kOff, slope}, 48000).process(x, 120);
        EXPECT_EQ(x.left, dry.left);
        EXPECT_EQ(x.right, dry.right);
    }
}

}  // namespace
}  // namespace mixfarm
