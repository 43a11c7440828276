/// Saturator: tanh with unit gain for small signals, blended with the dry signal.
#pragma once

#include "kernels/effects/effect.h"

namespace mixfarm {

struct Saturator {
    static constexpr ParamSpec kParams[] = {{"drive_db", "dB", -12.f, 24.f, 0.f, Scale::linear},
                                            {"mix", "", 0.f, 1.f, 0.f, Scale::linear}};
    template <class F>
    struct Coefs {
        F drive, undrive, mix;
    };
    template <class F>
    struct State {};

    static Coefs<float> design(const float* p, double) {
        const double drive = gain_of_db(p[0]);
        return {static_cast<float>(drive), static_cast<float>(1 / drive), p[1]};
    }
    template <class F>
    MF_HD static void step(const Coefs<F>& c, State<F>&, F& left, F& right) {
        F l = left * c.drive, r = right * c.drive;
        tanh_pair(l, r);
        left = fma_(c.mix, fma_(l, c.undrive, -left), left);
        right = fma_(c.mix, fma_(r, c.undrive, -right), right);
    }
    static double response_db(const Coefs<float>&, double, double) { return 0; }
};

}  // namespace mixfarm
