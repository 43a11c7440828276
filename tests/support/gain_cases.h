/// The two effects that are nothing but a gain in dB, measured the same way.
#pragma once

#include <gtest/gtest.h>

#include "tests/support/effect_runner.h"

namespace mixfarm {

/// A gain of `db` multiplies every sample of both sides by 10^(db / 20), to float accuracy.
template <class Effect>
void expect_gain_of_db(double db) {
    signals::Stereo x{signals::white(500, 1, 1), signals::white(500, 1, 2)};
    const signals::Stereo dry = x;
    std::vector<float> p = neutral<Effect>();
    p[0] = static_cast<float>(db);
    EffectRunner<Effect> effect(p, 48000);
    effect.process(x, 120);
    const double gain = std::pow(10.0, db / 20);
    for (std::size_t n = 0; n < x.frames(); ++n) {
        ASSERT_NEAR(x.left[n], gain * dry.left[n], 2e-7 * gain) << db << " dB";
        ASSERT_NEAR(x.right[n], gain * dry.right[n], 2e-7 * gain) << db << " dB";
    }
    EXPECT_NEAR(Effect::response_db(effect.coefs, 1000, 48000), db, 1e-5);
}

}  // namespace mixfarm
