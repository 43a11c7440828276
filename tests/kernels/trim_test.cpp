/// The trim's gain is its setting in dB, its sign the polarity.
#include "kernels/effects/trim.h"

#include <array>

#include "tests/support/gain_cases.h"

namespace mixfarm {
namespace {

TEST(Trim, MultipliesByItsDecibels) {
    for (const double db : {-60.0, -20.0, -6.0206, 0.0, 0.1, 3.0, 20.0, 60.0})
        expect_gain_of_db<Trim>(db);
}

TEST(Trim, SixDecibelsDouble) {
    EXPECT_NEAR(Trim::design(std::array{6.0205999f, 0.f}.data(), 48000).gain, 2.f, 1e-6f);
}

TEST(Trim, InvertTurnsThePolarityOverAndNothingElse) {
    for (const float db : {0.f, -7.f, 12.f}) {
        signals::Stereo plain{signals::white(500, 1, 1), signals::white(500, 1, 2)}, turned = plain;
        EffectRunner<Trim>({db, 0}, 48000).process(plain, 120);
        EffectRunner<Trim> invert({db, 1}, 48000);
        invert.process(turned, 120);
        for (std::size_t n = 0; n < plain.frames(); ++n) {
            ASSERT_EQ(turned.left[n], -plain.left[n]);
            ASSERT_EQ(turned.right[n], -plain.right[n]);
        }
        EXPECT_NEAR(Trim::response_db(invert.coefs, 1000, 48000), db, 1e-5);
    }
}

}  // namespace
}  // namespace mixfarm
