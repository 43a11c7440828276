/// What a linear channel does to sound of one frequency: the analogue prototypes of the filters, in
/// lanes.
///
/// The proxy needs magnitudes and phases in a few dozen bands, not coefficients: the prototypes
/// (RBJ's audio-EQ cookbook) take a handful of operations each, where a digital design takes powers
/// and tangents in double precision. The filters keep to their prototypes (core/biquad.h).
#pragma once

#include "kernels/core/maths.h"

namespace mixfarm {

/// A stereo channel at one frequency: both sides through one complex gain, then the side signal
/// against the middle, then a gain each.
template <class F>
struct Path {
    F re = F(1.f), im = F(0.f);
    F side = F(1.f);
    F left = F(1.f), right = F(1.f);

    MF_HD void gain(F g) { re = re * g, im = im * g; }
    MF_HD void turn(F r, F i) {
        const F a = fma_(re, r, -(im * i));
        im = fma_(re, i, im * r);
        re = a;
    }
    MF_HD F power() const { return fma_(re, re, im * im); }
};

/// In the lanes where `toggle` is 0 and 1.
template <class F>
MF_HD Path<F> choose(F toggle, const Path<F>& off, const Path<F>& on) {
    const F half = F(0.5f);
    return {where_less(toggle, half, off.re, on.re), where_less(toggle, half, off.im, on.im),
            where_less(toggle, half, off.side, on.side),
            where_less(toggle, half, off.left, on.left),
            where_less(toggle, half, off.right, on.right)};
}

namespace prototype {

inline constexpr float kLog2PerDbOf40 = 0.0830482024f;  ///< log2(10) / 40

/// (n0 + n1 s + n2 s^2) / (d0 + d1 s + d2 s^2), s = 1 at the corner.
template <class F>
struct Section {
    F inverse_hz;  ///< 1 / corner
    F n0, n1, n2, d0, d1, d2;

    MF_HD void pass(F hz, Path<F>& path) const {
        const F x = hz * inverse_hz, w = x * x;
        const F a = fma_(-n2, w, n0), b = n1 * x, c = fma_(-d2, w, d0), d = d1 * x;
        const F scale = F(1.f) / fma_(c, c, d * d);
        path.turn(scale * fma_(a, c, b * d), scale * fma_(b, c, -(a * d)));
    }
};

template <class F>
MF_HD F amplitude(F db) {
    return exp2_(db * F(kLog2PerDb));
}
/// 10^(db / 40), the cookbook's A.
template <class F>
MF_HD F half_amplitude(F db) {
    return exp2_(db * F(kLog2PerDbOf40));
}
template <class F>
MF_HD F root(F x) {  // of x > 0
    return exp2_(F(0.5f) * log2_(x));
}

template <class F>
MF_HD Section<F> bell(F hz, F db, F q) {
    const F a = half_amplitude(db), inverse_q = F(1.f) / q;
    return {F(1.f) / hz, F(1.f), a * inverse_q, F(1.f), F(1.f), inverse_q / a, F(1.f)};
}
template <class F>
MF_HD Section<F> low_shelf(F hz, F db, F q) {
    const F a = half_amplitude(db), r = root(a) / q;
    return {F(1.f) / hz, a * a, a * r, a, F(1.f), r, a};
}
template <class F>
MF_HD Section<F> high_shelf(F hz, F db, F q) {
    const F a = half_amplitude(db), r = root(a) / q;
    return {F(1.f) / hz, a, a * r, a * a, a, r, F(1.f)};
}
/// `on` 1, or 0 for the identity.
template <class F>
MF_HD Section<F> high_pass(F hz, F q, F on) {
    const F off = F(1.f) - on, d = F(1.f) / q;
    return {F(1.f) / hz, off, off * d, F(1.f), F(1.f), d, F(1.f)};
}
template <class F>
MF_HD Section<F> low_pass(F hz, F q, F on) {
    const F off = F(1.f) - on, d = F(1.f) / q;
    return {F(1.f) / hz, F(1.f), off * d, off, F(1.f), d, F(1.f)};
}
template <class F>
MF_HD F choose(F toggle, F off, F on) {
    return where_less(toggle, F(0.5f), off, on);
}
template <class F>
MF_HD Section<F> choose(F toggle, const Section<F>& off, const Section<F>& on) {
    return {choose(toggle, off.inverse_hz, on.inverse_hz),
            choose(toggle, off.n0, on.n0),
            choose(toggle, off.n1, on.n1),
            choose(toggle, off.n2, on.n2),
            choose(toggle, off.d0, on.d0),
            choose(toggle, off.d1, on.d1),
            choose(toggle, off.d2, on.d2)};
}

}  // namespace prototype

/// Does an effect have a prototype?
///
///     template <class F> struct Prototype { F ...; };
///     template <class F> static Prototype<F> prototype(const F* p);      // p in the order of
///     kParams template <class F> static void pass(const Prototype<F>&, F hz, Path<F>&);
///
/// An effect without one, such as a compressor, is taken for a piece of wire.
template <class Effect>
inline constexpr bool has_prototype = requires {
    typename Effect::template Prototype<float>;
};

}  // namespace mixfarm
