/// The low-pass measured: Butterworth, 12 and 24 dB an octave, -3.01 dB at its corner.
#include "kernels/effects/low_pass.h"

#include "tests/support/filter_cases.h"

namespace mixfarm {
namespace {

/// Butterworth of 2nd and 4th order: |H|^2 = 1 / (1 + v^(2 n)).
double analogue_db(double corner, bool steep, double hz) {
    const double v = hz / corner;
    return -10 * std::log10(1 + std::pow(v, steep ? 8 : 4));
}
double designed_db(double corner, bool steep, double hz, double rate) {
    const auto section = [&](double q) {
        return oracle::filter_db(oracle::Shape::low_pass, corner, 0, q, hz, rate);
    };
    return steep ? section(0.5 / std::cos(std::numbers::pi / 8)) +
                       section(0.5 / std::cos(3 * std::numbers::pi / 8))
                 : section(std::sqrt(0.5));
}

TEST(LowPass, MeasuresAsDesigned) {
    for (const bool steep : {false, true})
        for (const double rate : {44100.0, 48000.0, 96000.0, 192000.0})
            for (const double corner : {1000.0, 3500.0, 12000.0, 20000.0}) {
                const SlopeError off = slope_error<LowPass>(
                    corner, steep, rate, 20, 0.48 * rate, -60,
                    [&](double hz) { return designed_db(corner, steep, hz, rate); },
                    [&](double hz) { return analogue_db(corner, steep, hz); });
                EXPECT_LT(off.from_design, 0.05) << corner << " Hz at " << rate;
                EXPECT_LT(off.from_analogue, steep ? 0.6 : 0.3) << corner << " Hz at " << rate;
            }
}

TEST(LowPass, PassesDirectCurrentAtUnity) {
    signals::Stereo x{signals::Samples(9600, 0.5f), signals::Samples(9600, -0.25f)};
    EffectRunner<LowPass>({1000.f, 1}, 48000).process(x, 120);
    EXPECT_NEAR(x.left.back(), 0.5, 1e-4);
    EXPECT_NEAR(x.right.back(), -0.25, 1e-4);
}

TEST(LowPass, TakesThreeDecibelsAtItsCorner) {
    for (const float slope : {0.f, 1.f}) {
        const signals::Stereo h = impulse_response<LowPass>({4000.f, slope}, 48000, 4800);
        EXPECT_NEAR(oracle::db(std::abs(oracle::dft_at(h.left, 4000, 48000))), -3.0103, 0.02);
    }
}

TEST(LowPass, IsOffAtItsHighestCorner) {
    for (const double rate : {44100.0, 96000.0}) {
        const float slope = rate > 50000 ? 1.f : 0.f;
        signals::Stereo x{signals::white(1000, 1, 1), signals::white(1000, 1, 2)};
        const signals::Stereo dry = x;
        EffectRunner<LowPass>({LowPass::kOff, slope}, rate).process(x, 120);
        EXPECT_EQ(x.left, dry.left);
        EXPECT_EQ(x.right, dry.right);
    }
}

}  // namespace
}  // namespace mixfarm
