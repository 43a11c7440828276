/// High-pass: 12 dB an octave Butterworth (RBJ, Q = 1/sqrt 2); off at its lowest corner.
#pragma once

#include "kernels/effects/effect.h"

namespace mixfarm {

struct HighPass {
    static constexpr float kOff = 10.f;
    static constexpr ParamSpec kParams[] = {{"high_pass_hz", "Hz", kOff, 2000.f, kOff, Scale::log}};
    template <class F>
    struct Coefs {
        BiquadCoefs<F> filter;
    };
    template <class F>
    struct State {
        BiquadState<F> left, right;
    };

    static Coefs<float> design(const float* p, double rate) {
        return {p[0] <= kOff ? design::identity() : design::high_pass(p[0], std::sqrt(0.5), rate)};
    }
    template <class F>
    MF_HD static void step(const Coefs<F>& c, State<F>& s, F& left, F& right) {
        left = biquad(left, c.filter, s.left);
        right = biquad(right, c.filter, s.right);
    }
    static double response_db(const Coefs<float>& c, double hz, double rate) {
        return design::response_db(c.filter, hz, rate);
    }
};

}  // namespace mixfarm
