/// The fader's gain is its setting in dB, down to -60 and up to +12.
#include "kernels/effects/fader.h"

#include "tests/support/gain_cases.h"

namespace mixfarm {
namespace {

TEST(Fader, MultipliesByItsDecibels) {
    for (const double db : {-60.0, -12.0, -3.5, 0.0, 0.25, 12.0}) expect_gain_of_db<Fader>(db);
}

TEST(Fader, StepsOfADecibelAreEqual) {
    for (float db = -59; db <= 12; ++db) {
        const float before = db - 1;
        EXPECT_NEAR(Fader::design(&db, 48000).gain / Fader::design(&before, 48000).gain,
                    std::pow(10.0, 0.05), 1e-6);
    }
}

}  // namespace
}  // namespace mixfarm
