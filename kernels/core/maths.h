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

/// log2(x) for x > 0, flushed at 2^-100; absolute error below 2e-7. log2(1) is exactly 0.
template <class F>
MF_HD F log2_(F x) {
    x = max_(x, F(7.8886090e-31f));
    F m;
    const F e = split_exponent(x, m);
    const F f = m - F(1.f);
    F p = fma_(F(-0.145744532f), f, F(0.236890480f));
    p = fma_(p, f, F(-0.250069052f));
    p = fma_(p, f, F(0.286707431f));
    p = fma_(p, f, F(-0.360087216f));
    p = fma_(p, f, F(0.480939448f));
    p = fma_(p, f, F(-0.721357167f));
    p = fma_(p, f, F(1.44269478f));
    return fma_(p, f, e);
}

/// 2^x for x in [-126, 126], clamped outside; relative error below 1.2e-7. exp2(0) is exactly 1.
template <class F>
MF_HD F exp2_(F x) {
    x = min_(max_(x, F(-126.f)), F(126.f));
    const F magic = F(12582912.f);  // adding 1.5 * 2^23 rounds to the nearest integer
    const F n = (x + magic) - magic;
    const F f = x - n;
    F p = fma_(F(0.00133988750f), f, F(0.00961843692f));
    p = fma_(F(0.000153533620f), f * f, p);
    p = fma_(p, f, F(0.0555033237f));
    p = fma_(p, f, F(0.240226477f));
    p = fma_(p, f, F(0.693147182f));
    p = fma_(p, f, F(1.f));
    return scale_exponent(p, n);
}

/// tanh of two values with one division; relative error below 3e-6, |result| <= 1.
template <class F>
MF_HD void tanh_pair(F& a, F& b) {
    // tanh(x) = 1 - 2 / (e^2x + 1); both denominators are at most e^20 after clamping, their
    // product is finite.
    const F limit = F(10.f), two_log2e = F(2.88539008f);
    const F x = min_(max_(a, -limit), limit), y = min_(max_(b, -limit), limit);
    const F ex = exp2_(x * two_log2e) + F(1.f), ey = exp2_(y * two_log2e) + F(1.f);
    const F r = F(2.f) / (ex * ey);
    const F tx = max_(fma_(-r, ey, F(1.f)), F(-1.f)), ty = max_(fma_(-r, ex, F(1.f)), F(-1.f));
    // Near zero 1 - 2/(..) cancels: x - x^3/3 + 2x^5/15 is closer there.
    const F small = F(0.125f);
    const F x2 = x * x, y2 = y * y;
    const F sx =
        fma_(fma_(fma_(F(-0.0539682540f), x2, F(0.133333333f)), x2, F(-0.333333333f)), x2 * x, x);
    const F sy =
        fma_(fma_(fma_(F(-0.0539682540f), y2, F(0.133333333f)), y2, F(-0.333333333f)), y2 * y, y);
    a = where_less(abs_(x), small, sx, tx);
    b = where_less(abs_(y), small, sy, ty);
}

}  // namespace mixfarm
