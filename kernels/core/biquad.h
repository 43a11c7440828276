/// Second-order sections: designs in double (RBJ audio-EQ cookbook, w3.org/TR/audio-eq-cookbook),
/// recursion in lanes.
///
/// The recursion is the transposed direct form II of the delta operator (z - 1 in the place of z;
/// Middleton and Goodwin 1986): one addition more than the plain form, but in float both
/// coefficients and states stay exact where it matters, near DC. A 80 Hz bell at 48 kHz nulls
/// against double precision at about -125 dB, the plain form at -88 dB.
#pragma once

#include <cmath>
#include <complex>
#include <numbers>

#include "kernels/core/lane.h"

namespace mixfarm {

/// H = (b0 + d1 D + d2 D^2) / (1 + c1 D + c2 D^2) with D = 1 / (z - 1). From the usual coefficients
/// (normalised by a0): d1 = 2 b0 + b1, d2 = b0 + b1 + b2, c1 = 2 + a1, c2 = 1 + a1 + a2. The
/// identity is {1, 0, 0, 0, 0}.
template <class F>
struct BiquadCoefs {
    F b0, d1, d2, c1, c2;
};
template <class F>
struct BiquadState {
    F s1, s2;
};

/// One step.
template <class F>
MF_HD F biquad(F x, const BiquadCoefs<F>& c, BiquadState<F>& s) {
    const F y = fma_(c.b0, x, s.s1);
    s.s1 = s.s1 + fma_(-c.c1, y, fma_(c.d1, x, s.s2));
    s.s2 = fma_(-c.c2, y, fma_(c.d2, x, s.s2));
    return y;
}

namespace design {

inline BiquadCoefs<float> identity() {
    return {1.f, 0.f, 0.f, 0.f, 0.f};
}

/// From the coefficients of numerator and denominator in powers of 1/z.
inline BiquadCoefs<float> normalised(double b0, double b1, double b2, double a0, double a1,
                                     double a2) {
    return {static_cast<float>(b0 / a0), static_cast<float>((2 * b0 + b1) / a0),
            static_cast<float>((b0 + b1 + b2) / a0), static_cast<float>((2 * a0 + a1) / a0),
            static_cast<float>((a0 + a1 + a2) / a0)};
}

/// Keeps a corner inside (0, 0.49 rate): cookbook designs are undefined at Nyquist.
inline double angle(double hz, double rate) {
    return 2 * std::numbers::pi * std::fmin(hz, 0.49 * rate) / rate;
}

inline BiquadCoefs<float> bell(double hz, double db, double q, double rate) {
    if (db == 0) return identity();
    const double a = std::pow(10.0, db / 40), w = angle(hz, rate), c = std::cos(w),
                 al = std::sin(w) / (2 * q);
    return normalised(1 + al * a, -2 * c, 1 - al * a, 1 + al / a, -2 * c, 1 - al / a);
}

inline BiquadCoefs<float> low_shelf(double hz, double db, double q, double rate) {
    if (db == 0) return identity();
    const double a = std::pow(10.0, db / 40), w = angle(hz, rate), c = std::cos(w),
                 r = 2 * std::sqrt(a) * std::sin(w) / (2 * q);
    return normalised(a * ((a + 1) - (a - 1) * c + r), 2 * a * ((a - 1) - (a + 1) * c),
                      a * ((a + 1) - (a - 1) * c - r), (a + 1) + (a - 1) * c + r,
                      -2 * ((a - 1) + (a + 1) * c), (a + 1) + (a - 1) * c - r);
}

inline BiquadCoefs<float> high_shelf(double hz, double db, double q, double rate) {
    if (db == 0) return identity();
    const double a = std::pow(10.0, db / 40), w = angle(hz, rate), c = std::cos(w),
                 r = 2 * std::sqrt(a) * std::sin(w) / (2 * q);
    return normalised(a * ((a + 1) + (a - 1) * c + r), -2 * a * ((a - 1) + (a + 1) * c),
                      a * ((a + 1) + (a - 1) * c - r), (a + 1) - (a - 1) * c + r,
                      2 * ((a - 1) - (a + 1) * c), (a + 1) - (a - 1) * c - r);
}

inline BiquadCoefs<float> high_pass(double hz, double q, double rate) {
    const double w = angle(hz, rate), c = std::cos(w), al = std::sin(w) / (2 * q);
    return normalised((1 + c) / 2, -(1 + c), (1 + c) / 2, 1 + al, -2 * c, 1 - al);
}

inline BiquadCoefs<float> low_pass(double hz, double q, double rate) {
    const double w = angle(hz, rate), c = std::cos(w), al = std::sin(w) / (2 * q);
    return normalised((1 - c) / 2, 1 - c, (1 - c) / 2, 1 + al, -2 * c, 1 - al);
}

/// Magnitude at `hz`, dB, of the coefficients as they are (float rounding included).
inline double response_db(const BiquadCoefs<float>& c, double hz, double rate) {
    const std::complex<double> z = std::polar(1.0, 2 * std::numbers::pi * hz / rate), d = z - 1.0;
    const std::complex<double> h = (double(c.b0) * d * d + double(c.d1) * d + double(c.d2)) /
                                   (d * d + double(c.c1) * d + double(c.c2));
    return 20 * std::log10(std::abs(h) + 1e-30);
}

}  // namespace design
}  // namespace mixfarm
