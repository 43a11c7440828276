/// K-weighting of ITU-R BS.1770-5 at any rate: a shelf and the 38 Hz high-pass, both in forms that
/// float can carry.
///
/// Coefficients follow the analogue prototypes published by De Man ("Evaluation of implementations
/// of the EBU R128 loudness measurement", AES 145, 2018), which reproduce the standard's 48 kHz
/// table. The high-pass poles lie at 0.995: a state-variable filter in topology-preserving form
/// (Zavalishin) keeps the accuracy that a direct form would lose in float.
#pragma once

#include <cmath>
#include <numbers>

#include "kernels/core/biquad.h"

namespace mixfarm {

struct KSetup {
    BiquadCoefs<float> shelf;
    float g, k, a1, gain;  ///< state-variable filter: tan(pi f / rate), 1/Q, 1/(1 + g (g + k)),
                           ///< undivided numerator
};

template <class F>
struct KState {
    BiquadState<F> shelf;
    F ic1, ic2;
};

inline KSetup k_setup(double rate) {
    const double pi = std::numbers::pi;
    const double f0 = 1681.974450955533, db = 3.999843853973347, q0 = 0.7071752369554196;
    const double t = std::tan(pi * f0 / rate), vh = std::pow(10.0, db / 20),
                 vb = std::pow(vh, 0.4996667741545416);
    const double a0 = 1 + t / q0 + t * t;
    const double f1 = 38.13547087602444, q1 = 0.5003270373238773;
    const double g = std::tan(pi * f1 / rate), k = 1 / q1;
    const double norm = 1 + g * (g + k);
    return {design::normalised(vh + vb * t / q0 + t * t, 2 * (t * t - vh), vh - vb * t / q0 + t * t,
                               a0, 2 * (t * t - 1), 1 - t / q0 + t * t),
            static_cast<float>(g), static_cast<float>(k), static_cast<float>(1 / norm),
            static_cast<float>(norm)};  // the standard's numerator 1, -2, 1 is not divided by a0
}

template <class F>
MF_HD F k_weight(F x, const KSetup& c, KState<F>& s) {
    const BiquadCoefs<F> shelf{F(c.shelf.b0), F(c.shelf.d1), F(c.shelf.d2), F(c.shelf.c1),
                               F(c.shelf.c2)};
    const F v = biquad(x, shelf, s.shelf);
    const F g = F(c.g);
    const F high = (v - fma_(F(c.g + c.k), s.ic1, s.ic2)) * F(c.a1);
    const F band = fma_(g, high, s.ic1);
    const F low = fma_(g, band, s.ic2);
    s.ic1 = fma_(g, high, band);
    s.ic2 = fma_(g, band, low);
    return high * F(c.gain);
}

/// Magnitude in dB of the exact (double precision) weighting at `hz`.
inline double k_gain_db(double hz, double rate) {
    const KSetup c = k_setup(rate);
    const double pi = std::numbers::pi, g = std::tan(pi * 38.13547087602444 / rate),
                 k = 1 / 0.5003270373238773;
    const std::complex<double> z = std::polar(1.0, -2 * pi * hz / rate);
    const double norm = 1 + g * (g + k);
    const std::complex<double> high =
        (1.0 - 2.0 * z + z * z) /
        (1.0 + 2 * (g * g - 1) / norm * z + (1 - k * g + g * g) / norm * z * z);
    return design::response_db(c.shelf, hz, rate) + 20 * std::log10(std::abs(high) + 1e-30);
}

}  // namespace mixfarm
