/// The designs against their analogue prototypes and the curve they are designed to, and the
/// recursion against its difference equation in double.
#include "kernels/core/biquad.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "tests/support/effort.h"
#include "tests/support/filter_oracle.h"
#include "tests/support/signals.h"

namespace mixfarm {
namespace {

using oracle::Shape;

BiquadCoefs<float> designed(Shape shape, double hz, double db, double q, double rate) {
    switch (shape) {
        case Shape::bell:
            return design::bell(hz, db, q, rate);
        case Shape::low_shelf:
            return design::low_shelf(hz, db, q, rate);
        case Shape::high_shelf:
            return design::high_shelf(hz, db, q, rate);
        case Shape::high_pass:
            return design::high_pass(hz, q, rate);
        case Shape::low_pass:
            return design::low_pass(hz, q, rate);
    }
    return design::identity();
}
constexpr Shape kShapes[] = {Shape::bell, Shape::low_shelf, Shape::high_shelf, Shape::high_pass,
                             Shape::low_pass};

TEST(Biquad, CoefficientsAreTheDesignedCurve) {
    // From 200 Hz on, where the rounding of the coefficients to float is below the tolerance.
    double worst = 0;
    for (const double rate : {44100.0, 48000.0, 96000.0})
        for (const Shape shape : kShapes)
            for (const double corner : {200.0, 1000.0, 5000.0, 18000.0})
                for (const double db : {-18.0, -3.0, 6.0, 18.0})
                    for (const double q : {0.4, 0.7071, 4.0})
                        for (double hz = 20; hz < 0.499 * rate; hz *= 1.3) {
                            const auto c = designed(shape, corner, db, q, rate);
                            const double exact = oracle::filter_db(shape, corner, db, q, hz, rate);
                            if (exact < -70) continue;  // the skirts: float cancels there
                            worst = std::max(worst,
                                             std::fabs(design::response_db(c, hz, rate) - exact));
                        }
    std::printf("largest distance of a design from its curve: %.5f dB\n", worst);
    EXPECT_LT(worst, 0.02);
}

struct Range {
    Shape shape;
    double low_hz, high_hz, low_q, high_q;
};
const Range kLegal[] = {
    {Shape::bell, 20, 16000, 0.3, 8},           {Shape::bell, 16000, 18000, 0.3, 4},
    {Shape::low_shelf, 20, 500, 0.3, 4},        {Shape::high_shelf, 1500, 18000, 0.3, 4},
    {Shape::high_pass, 10, 2000, 0.541, 1.307}, {Shape::low_pass, 1000, 22000, 0.541, 1.307}};

TEST(Biquad, DesignsAreNotCrampedNearNyquist) {
    // Everything that the equaliser and the filters may ask for, up to 3/8 of the rate: 18 kHz at
    // 48 kHz. Slopes are compared down to -40 dB.
    for (const Range& range : kLegal) {
        double worst = 0, usual = 0, corner_of_worst = 0, hz_of_worst = 0;
        const double step = std::pow(range.high_hz / range.low_hz, 1.0 / effort(40, 8));
        for (const double rate : {44100.0, 48000.0, 96000.0, 192000.0})
            for (double corner = range.low_hz; corner < range.high_hz * 1.01; corner *= step)
                for (const double db : {-18.0, -6.0, 6.0, 18.0})
                    for (double q = range.low_q; q < range.high_q * 1.01; q *= 1.2) {
                        const auto c = designed(range.shape, corner, db, q, rate);
                        const auto compare = [&](double hz) {
                            if (hz > 0.375 * rate || hz > 20000) return;
                            const double exact =
                                oracle::analogue_db(range.shape, corner, db, q, hz);
                            if (exact < -40) return;
                            const double off = std::fabs(design::response_db(c, hz, rate) - exact);
                            if (off > worst)
                                worst = off, corner_of_worst = corner, hz_of_worst = hz;
                            if (q <= 1.5 && std::fabs(db) <= 6) usual = std::max(usual, off);
                        };
                        for (double hz = 40; hz < 20000; hz *= 1.3) compare(hz);
                        for (const double near : {0.9, 0.97, 1.0, 1.03, 1.1})
                            compare(corner * near);
                        compare(0.375 * rate);
                    }
        std::printf(
            "shape %d: %.3f dB from the analogue curve at most (corner %.0f Hz, at %.0f Hz), %.3f "
            "dB up to 6 dB and Q 1.5\n",
            int(range.shape), worst, corner_of_worst, hz_of_worst, usual);
        EXPECT_LT(worst, 0.5) << int(range.shape);
    }
}

TEST(Biquad, HasItsGainWhereTheCookbookSays) {
    const double rate = 48000;
    for (const double hz : {150.0, 1000.0, 9000.0})
        for (const double db : {-12.0, 4.5, 18.0}) {
            const auto bell = design::bell(hz, db, 2, rate);
            EXPECT_NEAR(design::response_db(bell, hz, rate), db, 2e-3);
            EXPECT_NEAR(design::response_db(bell, 0, rate), 0, 2e-2);
            const auto low = design::low_shelf(hz, db, 0.7071, rate);
            EXPECT_NEAR(design::response_db(low, 0, rate), db, 2e-2);
            const auto high = design::high_shelf(hz, db, 0.7071, rate);
            EXPECT_NEAR(design::response_db(high, 0, rate), 0, 2e-2);
            // Half of it at the corner; the softened pin leaves hundredths near Nyquist.
            EXPECT_NEAR(design::response_db(low, hz, rate), db / 2, hz > 5000 ? 0.1 : 5e-3);
            EXPECT_NEAR(design::response_db(high, hz, rate), db / 2, hz > 5000 ? 0.1 : 5e-3);
        }
    for (const double q : {0.5, 0.7071, 3.0}) {
        EXPECT_NEAR(design::response_db(design::high_pass(500, q, rate), 500, rate),
                    20 * std::log10(q), 2e-3);
        EXPECT_NEAR(design::response_db(design::low_pass(500, q, rate), 500, rate),
                    20 * std::log10(q), 2e-3);
    }
}

TEST(Biquad, ZeroDecibelIsTheIdentityToTheBit) {
    for (const Shape shape : {Shape::bell, Shape::low_shelf, Shape::high_shelf}) {
        const auto c = designed(shape, 777, 0, 1, 44100);
        BiquadState<float> s{};
        for (const float x : signals::white(2000, 1, 4)) ASSERT_EQ(biquad(x, c, s), x);
    }
}

TEST(Biquad, ACutIsTheInverseOfItsBoost) {
    for (const Shape shape : {Shape::bell, Shape::low_shelf, Shape::high_shelf})
        for (const double corner : {300.0, 3000.0, 17000.0})
            for (double hz = 20; hz < 24000; hz *= 1.5) {
                const double boost =
                    design::response_db(designed(shape, corner, 11, 0.8, 48000), hz, 48000);
                const double cut =
                    design::response_db(designed(shape, corner, -11, 0.8, 48000), hz, 48000);
                ASSERT_NEAR(boost, -cut, 5e-3) << corner << " Hz, at " << hz;
            }
}

TEST(Biquad, AGainThatGlidesToZeroLeavesARingThatDecays) {
    // Where the identity has no poles of its own, what is in the states stays there and drifts.
    const auto from = design::bell(200, 12, 1, 48000), to = design::bell(200, 0, 1, 48000);
    BiquadState<float> s{};
    const signals::Samples x = signals::white(48000, 1, 3);
    double late = 0;
    for (std::size_t n = 0; n < x.size(); ++n) {
        const float t = std::min(1.f, static_cast<float>(n) / 4800);
        const BiquadCoefs<float> c{from.b0 + t * (to.b0 - from.b0), from.d1 + t * (to.d1 - from.d1),
                                   from.d2 + t * (to.d2 - from.d2), from.c1 + t * (to.c1 - from.c1),
                                   from.c2 + t * (to.c2 - from.c2)};
        const float y = biquad(x[n], c, s);
        if (n > 24000) late = std::max(late, std::fabs(double(y) - x[n]));
    }
    std::printf("0.4 s after the glide the bell adds %.1e\n", late);
    EXPECT_EQ(late, 0);
}

TEST(Biquad, NullsAgainstDoublePrecision) {
    for (const double rate : {48000.0, 192000.0})
        for (const double hz : {20.0, 60.0, 200.0, 1000.0, 8000.0}) {
            const auto c = design::bell(hz, 9, 2, rate);
            oracle::Filter exact(Shape::bell, hz, 9, 2, rate);
            BiquadState<float> s{};
            double error = 0, power = 0;
            for (const float x : signals::white(effort<std::size_t>(200000, 30000), 1, 8)) {
                const double y = exact(x);
                error += std::pow(biquad(x, c, s) - y, 2);
                power += y * y;
            }
            const double db = 10 * std::log10(error / power);
            std::printf("%5.0f Hz bell at %6.0f: float against double %.1f dB\n", hz, rate, db);
            EXPECT_LT(db, -110) << hz << " Hz at " << rate;
        }
}

TEST(Biquad, RingsOutAtEveryCorner) {
    // Stable for every corner, gain and quality an effect may ask for: after 25 time constants of
    // the slowest pole there is nothing left of an impulse.
    double worst = 0;
    for (const double rate : {44100.0, 192000.0})
        for (const Shape shape : kShapes)
            for (const double corner : {20.0, 333.0, 12000.0})
                for (const double db : {-18.0, 18.0})
                    for (const double q : {0.3, 4.0}) {
                        const auto c = designed(shape, corner, db, q, rate);
                        BiquadState<float> s{};
                        const double slow = 2.9 * std::max(q, 1 / q) / (3.14 * corner);
                        const int frames = 4000 + static_cast<int>(rate * 25 * slow);
                        float y = biquad(1.f, c, s);
                        for (int n = 1; n < std::min(frames, 4'000'000); ++n) y = biquad(0.f, c, s);
                        worst = std::max(worst, std::fabs(double(y)));
                        ASSERT_LT(std::fabs(y), 1e-6f)
                            << corner << " Hz, " << db << " dB, q " << q << " at " << rate;
                    }
    std::printf("largest remainder of an impulse: %.1e\n", worst);
}

}  // namespace
}  // namespace mixfarm
