/// Second-order sections: uncramped designs in double, recursion in lanes.
///
/// Designs keep to the analogue prototypes of RBJ's audio-EQ cookbook (w3.org/TR/audio-eq-cookbook)
/// up to 3/8 of the rate, 18 kHz at 48 kHz, where the bilinear transform squeezes them against
/// Nyquist. They match power responses, as Orfanidis (JAES 45(6), 1997) and Vicanek ("Matched
/// second order digital filters", 2016) do, in a way of our own. A prototype's |H|^2 is a ratio of
/// quadratics in W, the square of the frequency in radians a sample; what the bilinear transform
/// gives is a ratio of quadratics in t, the square of tan(w / 2). A map W = k t / (1 + m t) turns
/// the one into the other, and with two numbers to choose it is exact at two frequencies (k = 4, m
/// = 0 would be the plain bilinear transform). |H|^2 stays positive for every t >= 0, so that its
/// factors exist in closed form, poles and zeros lie inside the circle, and a cut is the inverse of
/// its boost.
///
/// The recursion is the transposed direct form II of the delta operator (z - 1 in the place of z;
/// Middleton and Goodwin 1986): in float both coefficients and states stay exact where it matters,
/// near DC. It computes what the section adds to its input: bells null against double precision
/// below -130 dB, and a section whose numerator equals its denominator is the identity to the bit
/// and still has its own poles, so that a gain which glides to 0 dB leaves a ring that decays.
#pragma once

#include <cmath>
#include <complex>
#include <numbers>

#include "kernels/core/lane.h"

namespace mixfarm {

/// H = (b0 + d1 D + d2 D^2) / (1 + c1 D + c2 D^2) with D = 1 / (z - 1). From the usual coefficients
/// (normalised by a0): d1 = 2 b0 + b1, d2 = b0 + b1 + b2, c1 = 2 + a1, c2 = 1 + a1 + a2. It is the
/// identity where b0 = 1, d1 = c1, d2 = c2.
template <class F>
struct BiquadCoefs {
    F b0, d1, d2, c1, c2;
};
template <class F>
struct BiquadState {
    F s1, s2;
};

/// One step. The differences of coefficients do not change within a tile.
template <class F>
MF_HD F biquad(F x, const BiquadCoefs<F>& c, BiquadState<F>& s) {
    const F added = fma_(c.b0 - F(1.f), x, s.s1);
    s.s1 = s.s1 + fma_(-c.c1, added, fma_(c.d1 - c.c1, x, s.s2));
    s.s2 = fma_(-c.c2, added, fma_(c.d2 - c.c2, x, s.s2));
    return x + added;
}

/// Is it the identity in every lane?
template <class F>
MF_HD bool is_identity(const BiquadCoefs<F>& c) {
    const F off = max_(abs_(c.b0 - F(1.f)), max_(abs_(c.d1 - c.c1), abs_(c.d2 - c.c2)));
    return all_at_most(off, F(0.f));
}
template <class F>
MF_HD bool at_rest(const BiquadState<F>& s) {
    return all_at_most(max_(abs_(s.s1), abs_(s.s2)), F(0.f));
}

/// Sections one after the other over a stereo tile, in place. Two a pass, left and right together:
/// four recursions in flight hide each other's latency, and their coefficients and states fit the
/// registers. Sections that are the identity and at rest in all lanes cost nothing.
template <int N, class F>
MF_HD void run_sections(const BiquadCoefs<F> (&c)[N], BiquadState<F> (&left_states)[N],
                        BiquadState<F> (&right_states)[N], F* const left, F* const right,
                        const int frames) {
    static_assert(N % 2 == 0);
    MF_UNROLL
    for (int i = 0; i < N; i += 2) {
        const BiquadCoefs<F> c0 = c[i], c1 = c[i + 1];
        BiquadState<F> l0 = left_states[i], l1 = left_states[i + 1];
        BiquadState<F> r0 = right_states[i], r1 = right_states[i + 1];
        const bool idle0 = is_identity(c0) && at_rest(l0) && at_rest(r0);
        const bool idle1 = is_identity(c1) && at_rest(l1) && at_rest(r1);
        if (idle0 && idle1) continue;
        if (!kLanesApart && idle1) {
            for (int n = 0; n < frames; ++n) {
                left[n] = biquad(left[n], c0, l0);
                right[n] = biquad(right[n], c0, r0);
            }
        } else if (!kLanesApart && idle0) {
            for (int n = 0; n < frames; ++n) {
                left[n] = biquad(left[n], c1, l1);
                right[n] = biquad(right[n], c1, r1);
            }
        } else {
            for (int n = 0; n < frames; ++n) {
                left[n] = biquad(biquad(left[n], c0, l0), c1, l1);
                right[n] = biquad(biquad(right[n], c0, r0), c1, r1);
            }
        }
        left_states[i] = l0, left_states[i + 1] = l1;
        right_states[i] = r0, right_states[i + 1] = r1;
    }
}

namespace design {

inline BiquadCoefs<float> identity() {
    return {1.f, 2.f, 1.f, 2.f, 1.f};  // both poles at z = 0: gone after two samples
}

/// From the coefficients of numerator and denominator in powers of 1/z.
inline BiquadCoefs<float> normalised(double b0, double b1, double b2, double a0, double a1,
                                     double a2) {
    return {static_cast<float>(b0 / a0), static_cast<float>((2 * b0 + b1) / a0),
            static_cast<float>((b0 + b1 + b2) / a0), static_cast<float>((2 * a0 + a1) / a0),
            static_cast<float>((a0 + a1 + a2) / a0)};
}

/// p[0] + p[1] s + p[2] s^2 with s = 1 at the corner; nothing negative.
struct Quadratic {
    double p[3];
};

/// W = k t / (1 + m t), exact at the angles `low` and `high` (radians a sample, high below pi).
struct Warp {
    double k, m;
    Warp(double low, double high) {
        const auto ratio = [](double w) {  // W / t; 4 at w = 0
            const double t = std::tan(w / 2);
            return w * w / (t * t);
        };
        const double at_low = ratio(low);
        m = (at_low - ratio(high)) / (high * high - low * low);
        k = at_low + m * low * low;
    }
};

/// The quadratic in (z - 1) / (z + 1) whose power is that of `q` times (1 + m t)^2; corner at
/// `angle`.
inline Quadratic warped(const Quadratic& q, const Warp& warp, double angle) {
    const double k = warp.k / (angle * angle), m = warp.m;
    const double d = q.p[2] * k - q.p[0] * m, b = q.p[1] * q.p[1] * k;
    const double end = std::sqrt(d * d + b * m);
    // end - d without cancellation
    const double rest = d > 0 ? b * m / (end + d) : end - d;
    return {{q.p[0], std::sqrt(b + 2 * q.p[0] * rest), end}};
}

inline BiquadCoefs<float> matched(const Quadratic& numerator, const Quadratic& denominator,
                                  const Warp& warp, double angle) {
    const Quadratic n = warped(numerator, warp, angle), d = warped(denominator, warp, angle);
    const double sum = d.p[0] + d.p[1] + d.p[2];
    return {
        static_cast<float>((n.p[0] + n.p[1] + n.p[2]) / sum),
        static_cast<float>((4 * n.p[0] + 2 * n.p[1]) / sum), static_cast<float>(4 * n.p[0] / sum),
        static_cast<float>((4 * d.p[0] + 2 * d.p[1]) / sum), static_cast<float>(4 * d.p[0] / sum)};
}

inline double angle(double hz, double rate) {
    return 2 * std::numbers::pi * hz / rate;
}

// Where the maps are exact: the numbers below minimise the largest error up to 0.375 rate over the
// equaliser's legal ranges (random search). A bell wants its centre, as long as that is not too
// high for the skirts that its Q gives it; everything with a slope wants a softer limit, the lower
// the further gain `a` pulls its poles and zeros apart.
inline Warp bell_warp(double angle, double q) {
    const double pi = std::numbers::pi;
    return {std::fmin(angle, pi * std::fmin(0.728 * q / (q + 0.415), 0.692)), 0.712 * pi};
}
inline Warp slope_warp(double angle, double q, double a) {
    const double pi = std::numbers::pi;
    const double most = std::fmin(0.858 * q / (q + 0.456), 0.678);
    const double r = angle / (pi * most) * std::pow(std::fmax(a, 1 / a), 0.261 * q / (q + 0.930));
    return {angle / std::sqrt(std::sqrt(1 + r * r * r * r)), 0.698 * pi};
}

/// At 0 dB: the identity to the bit.
inline BiquadCoefs<float> bell(double hz, double db, double q, double rate) {
    const double a = std::pow(10.0, db / 40), w = angle(hz, rate);
    return matched({{1, a / q, 1}}, {{1, 1 / (a * q), 1}}, bell_warp(w, q), w);
}

inline BiquadCoefs<float> low_shelf(double hz, double db, double q, double rate) {
    const double a = std::pow(10.0, db / 40), r = std::sqrt(a) / q, w = angle(hz, rate);
    return matched({{a * a, a * r, a}}, {{1, r, a}}, slope_warp(w, q, a), w);
}

inline BiquadCoefs<float> high_shelf(double hz, double db, double q, double rate) {
    const double a = std::pow(10.0, db / 40), r = std::sqrt(a) / q, w = angle(hz, rate);
    return matched({{a, a * r, a * a}}, {{a, r, 1}}, slope_warp(w, q, a), w);
}

inline BiquadCoefs<float> high_pass(double hz, double q, double rate) {
    const double w = angle(hz, rate);
    return matched({{0, 0, 1}}, {{1, 1 / q, 1}}, slope_warp(w, q, 1), w);
}

inline BiquadCoefs<float> low_pass(double hz, double q, double rate) {
    const double w = angle(hz, rate);
    return matched({{1, 0, 0}}, {{1, 1 / q, 1}}, slope_warp(w, q, 1), w);
}

/// The identity with the poles of `c`: where a filter that is switched off begins and ends.
inline BiquadCoefs<float> off(const BiquadCoefs<float>& c) {
    return {1.f, c.c1, c.c2, c.c1, c.c2};
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
