/// Width: the side signal turned up or down against the middle, and taken out of the bass.
///
/// Middle and side are (L + R) / 2 and (L - R) / 2 (Blumlein 1931). Below `mono_below_hz` the side
/// falls by 12 dB an octave (Butterworth high-pass), so that bass stays in the middle, where it
/// costs least headroom and survives vinyl and mono loudspeakers. The middle passes untouched: what
/// sums to mono does not depend on either knob.
#pragma once

#include "kernels/core/path.h"
#include "kernels/effects/effect.h"

namespace mixfarm {

struct Width {
    static constexpr float kOff = 20.f;
    static constexpr ParamSpec kParams[] = {
        {"width", "", 0.f, 2.f, 1.f, Scale::linear},
        {"mono_below_hz", "Hz", kOff, 500.f, kOff, Scale::log},
    };
    template <class F>
    struct Coefs {
        F width;
        BiquadCoefs<F> high_pass;
    };
    template <class F>
    struct State {
        BiquadState<F> side;
    };

    static Coefs<float> design(const float* p, double rate) {
        const auto filter = design::high_pass(p[1], std::sqrt(0.5), rate);
        return {p[0], p[1] > kOff ? filter : design::off(filter)};
    }
    /// Adds to both sides what the new side signal has more than the old: nothing at all where
    /// nothing is turned.
    template <class F>
    MF_HD static void step(const Coefs<F>& c, State<F>& s, F& left, F& right) {
        const F side = F(0.5f) * (left - right);
        const F more = fma_(c.width, biquad(side, c.high_pass, s.side), -side);
        left = left + more;
        right = right - more;
    }

    template <class F>
    struct Prototype {
        F width;
        prototype::Section<F> high_pass;
    };
    template <class F>
    MF_HD static Prototype<F> prototype(const F* p) {
        const F on = where_less(F(kOff), p[1], F(1.f), F(0.f));
        return {p[0], prototype::high_pass(p[1], F(0.707106781f), on)};
    }
    /// The phase of the side against the middle is left out.
    template <class F>
    MF_HD static void pass(const Prototype<F>& t, F hz, Path<F>& path) {
        Path<F> side;
        t.high_pass.pass(hz, side);
        path.side = path.side * t.width * prototype::root(side.power());
    }
};

}  // namespace mixfarm
