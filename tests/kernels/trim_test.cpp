/// The trim's gain is its setting in dB.
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
    EXPECT_NEAR(Trim::design(std::array{6.0205999f}.data(), 48000).gain, 2.f, 1e-6f);
}

}  // namespace
}  // namespace mixfarm
