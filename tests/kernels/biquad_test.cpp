/// The designs against the closed form of their analogue prototypes, and the recursion against its
/// difference equation in double.
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

TEST(Biquad, DesignsAreTheAnaloguePrototypes) {
    // From 200 Hz on, where the rounding of the coefficients to float is below the tolerance.
    double worst = 0;
    for (const double rate : {44100.0, 48000.0, 96000.0})
        for (const Shape shape : kShapes)
            for (const double corner : {200.0, 1000.0, 5000.0, 18000.0})
                for (const double db : {-18.0, -3.0, 6.0, 18.0})
                    for (const double q : {0.4, 0.7071, 4.0})
                        for (double hz = 20; hz < 0.48 * rate; hz *= 1.3) {
                            const auto c = designed(shape, corner, db, q, rate);
                            const double exact = oracle::filter_db(shape, corner, db, q, hz, rate);
                            if (exact < -70) continue;  // the skirts: float cancels there
                            worst = std::max(worst,
                                             std::fabs(design::response_db(c, hz, rate) - exact));
                        }
    std::printf("largest distance of a design from its prototype: %.5f dB\n", worst);
    EXPECT_LT(worst, 0.02);
}

TEST(Biquad, HasItsGainWhereTheCookbookSays) {
    const double rate = 48000;
    for (const double hz : {150.0, 1000.0, 9000.0})
        for (const double db : {-12.0, 4.5, 18.0}) {
            const auto bell = design::bell(hz, db, 2, rate);
            EXPECT_NEAR(design::response_db(bell, hz, rate), db, 2e-3);
            EXPECT_NEAR(design::response_db(bell, 0, rate), 0, 2e-2);
            EXPECT_NEAR(design::response_db(bell, rate / 2, rate), 0, 2e-3);
            const auto low = design::low_shelf(hz, db, 0.7071, rate);
            EXPECT_NEAR(design::response_db(low, 0, rate), db, 2e-2);
            EXPECT_NEAR(design::response_db(low, hz, rate), db / 2, 2e-3);
            EXPECT_NEAR(design::response_db(low, rate / 2, rate), 0, 2e-3);
            const auto high = design::high_shelf(hz, db, 0.7071, rate);
            EXPECT_NEAR(design::response_db(high, 0, rate), 0, 2e-2);
            EXPECT_NEAR(design::response_db(high, hz, rate), db / 2, 2e-3);
            EXPECT_NEAR(design::response_db(high, rate / 2, rate), db, 2e-3);
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

/// The cookbook's bell as a difference equation, all in double.
struct DoubleBell {
    double b0, b1, b2, a1, a2, x1 = 0, x2 = 0, y1 = 0, y2 = 0;
    DoubleBell(double hz, double db, double q, double rate) {
        const double a = std::pow(10.0, db / 40), w = 2 * std::numbers::pi * hz / rate;
        const double alpha = std::sin(w) / (2 * q), a0 = 1 + alpha / a;
        b0 = (1 + alpha * a) / a0, b2 = (1 - alpha * a) / a0, a2 = (1 - alpha / a) / a0;
        b1 = a1 = -2 * std::cos(w) / a0;
    }
    double operator()(double x) {
        const double y = b0 * x + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2;
        x2 = x1, x1 = x, y2 = y1, y1 = y;
        return y;
    }
};

TEST(Biquad, NullsAgainstDoublePrecision) {
    for (const double rate : {48000.0, 192000.0})
        for (const double hz : {20.0, 60.0, 200.0, 1000.0, 8000.0}) {
            const auto c = design::bell(hz, 9, 2, rate);
            DoubleBell exact(hz, 9, 2, rate);
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
