/// log2, exp2 and tanh for lanes: the same polynomials on every engine, so that all engines agree
/// to the bit.
///
/// Minimax fits of our own (weighted least squares iterated to equal ripple); errors stated are
/// those of the polynomial in exact arithmetic, the tests measure the float result against double.
#pragma once

#include "kernels/core/lane.h"

namespace mixfarm {

inline constexpr float kDbPerLog2 = 6.02059991f;  // 20 log10(2)
inline constexpr float kLog2PerDb = 0.166096405f;

/// Adds the low bits of n, a small signed integer, to the exponent of x.
MF_HD float add_to_exponent(float x, float n) {
    return float_of(bits_of(x) + (bits_of(n) << 23));
}
#if !defined(__CUDACC__)
template <int N>
MF_HD Lanes<N> add_to_exponent(Lanes<N> x, Lanes<N> n) {
    using Ints = typename Lanes<N>::Ints;
    return Lanes<N>((typename Lanes<N>::Vector)((Ints)x.v + ((Ints)n.v << 23)));
}
#endif

/// log2(x) for x > 0, flushed at 2^-100; absolute error below 2.4e-6 (0.000015 dB). Exact at powers
/// of two.
template <class F>
MF_HD F log2_(F x) {
    x = max_(x, F(7.8886090e-31f));
    F m;
    const F e = split_exponent(x, m);
    const F f = m - F(1.f);
    F p = fma_(F(-0.206591859f), f, F(0.322154880f));
    p = fma_(p, f, F(-0.367489964f));
    p = fma_(p, f, F(0.479348004f));
    p = fma_(p, f, F(-0.721131861f));
    p = fma_(p, f, F(1.44271350f));
    return fma_(p, f, e);
}

/// 2^x for x in [-126, 126], clamped outside; relative error below 1.2e-7. Exact at integers.
template <class F>
MF_HD F exp2_(F x) {
    x = min_(max_(x, F(-126.f)), F(126.f));
    const F magic = F(12582912.f);  // adding 1.5 * 2^23 rounds to the nearest integer
    const F n = x + magic;          // and leaves it in the low bits
    const F f = x - (n - magic);
    F p = fma_(F(0.00132647273f), f, F(0.00967151299f));
    p = fma_(p, f, F(0.0555073358f));
    p = fma_(p, f, F(0.240222424f));
    p = fma_(p, f, F(0.693147004f));
    p = fma_(p, f, F(1.f));
    return add_to_exponent(p, n);
}

/// tanh(x) / kTanhUnit; the caller has a gain to put the unit into. An odd rational function of
/// degree 5 over 6, constant from 6.15 on: with the unit its relative error is below 1.4e-5 and it
/// stays under 1.
inline constexpr float kTanhUnit = 27.1520252f;
template <class F>
MF_HD F scaled_tanh(F x) {
    const F limit = F(6.15f);
    x = min_(max_(x, -limit), limit);
    const F t = x * x;
    const F over = x * fma_(t + F(76.55807f), t, F(668.3526f));
    return over / fma_(fma_(t + F(317.6369f), t, F(8126.715f)), t, F(18147.201f));
}
template <class F>
MF_HD F tanh_(F x) {
    return F(kTanhUnit) * scaled_tanh(x);
}
template <class F>
MF_HD void tanh_pair(F& a, F& b) {
    a = tanh_(a);
    b = tanh_(b);
}

}  // namespace mixfarm
