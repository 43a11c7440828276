/// A filter that may be modulated, and a level that stands still on a steady tone: what effects
/// with a moving band are made of (Zavalishin 2012, "The Art of VA Filter Design").
#pragma once

#include <cmath>
#include <numbers>

#include "kernels/core/lane.h"

namespace mixfarm {

/// Second-order state-variable filter with its corner put in place by prewarping. Each step adds to
/// the two integrators something linear in the coefficients: with g = tan(pi hz / rate), k = 1 / q
/// and d = 1 + g (g + k) they are a = g / d, b = g (g + k) / d, c = g^2 / d.
///
/// No input: |z| never grows, since the trapezoidal rule takes 4 g k band^2 from |z|^2 in each
/// step. The step's matrix is linear in (a, b, c) and the norm convex, so any mixture of legal
/// coefficients, changing every frame, is as safe as a fixed one.
namespace state_variable {

template <class F>
struct Coefs {
    F a, b, c;
};
template <class F>
struct State {
    F band, low;
};
/// s / (s^2 + k s + 1) and 1 / (s^2 + k s + 1); the high-pass is x - k band - low.
template <class F>
struct Out {
    F band, low;
};

inline Coefs<float> design(double hz, double k, double rate) {
    const double g = std::tan(std::numbers::pi * std::fmin(hz, 0.49 * rate) / rate);
    const double d = 1 + g * (g + k);
    return {static_cast<float>(g / d), static_cast<float>(g * (g + k) / d),
            static_cast<float>(g * g / d)};
}
template <class F>
MF_HD Out<F> filter(F x, const Coefs<F>& c, State<F>& s) {
    const F u = x - s.low;
    const F to_band = fma_(-c.b, s.band, c.a * u);
    const F to_low = fma_(c.a, s.band, c.c * u);
    const Out<F> out{s.band + to_band, s.low + to_low};
    s.band = fma_(F(2.f), to_band, s.band);
    s.low = fma_(F(2.f), to_low, s.low);
    return out;
}

}  // namespace state_variable

/// Peak level that stands for `hold` frames unless a higher one comes: with a hold of half a period
/// or more, a steady tone has a steady level, and gains that follow it do not ripple.
template <class F>
struct HeldPeak {
    F level, left;  ///< `left`: frames for which it still stands

    MF_HD F push(F x, F hold) {
        const F standing = where_less(F(0.f), left, level, F(0.f));
        left = where_less(x, standing, left - F(1.f), hold);
        level = max_(x, standing);
        return level;
    }
    /// Half a period of `hz`, and at least a millisecond: above 500 Hz single periods miss their
    /// peaks between the samples.
    static float frames(double hz, double rate) {
        return static_cast<float>(rate * std::fmax(0.5 / hz, 0.001) + 1);
    }
};

}  // namespace mixfarm
