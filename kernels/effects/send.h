/// Send: how much of the stem, behind its fader, goes to each return. The strip's own sound stays
/// as it is; the console reads the gains.
#pragma once

#include "kernels/effects/effect.h"

namespace mixfarm {

struct Send {
    static constexpr float kOff = -60.f;
    static constexpr ParamSpec kParams[] = {{"plate_db", "dB", kOff, 6.f, kOff, Scale::linear},
                                            {"hall_db", "dB", kOff, 6.f, kOff, Scale::linear},
                                            {"echo_db", "dB", kOff, 6.f, kOff, Scale::linear}};
    static constexpr int kReturns = 3;
    template <class F>
    struct Coefs {
        F gain[kReturns];
    };
    template <class F>
    struct State {};

    static Coefs<float> design(const float* p, double) {
        Coefs<float> c;
        for (int i = 0; i < kReturns; ++i)
            c.gain[i] = p[i] <= kOff ? 0.f : static_cast<float>(gain_of_db(p[i]));
        return c;
    }
    template <class F>
    MF_HD static void run(const Coefs<F>&, State<F>&, const Tile<F>&) {}
};

}  // namespace mixfarm
