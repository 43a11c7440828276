/// Lanes: N candidates side by side in one SIMD register, with the few operations that the signal
/// processing needs.
///
/// A plain float is a lane type of width 1 (a CUDA thread, or the scalar engine of the tests);
/// Lanes<8> and Lanes<16> are the CPU's. Every operation is IEEE and lane-wise, so a candidate's
/// numbers do not depend on the width.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

#include "kernels/core/qualifiers.h"

#if !defined(__CUDACC__) && (defined(__AVX__) || defined(__AVX512F__))
#include <immintrin.h>
#endif

namespace mixfarm {

// ---- width 1: float
// -------------------------------------------------------------------------------------------- No
// NaN may reach min_ and max_: their answer for NaN differs between processors. Engines check for
// NaN at the end.

MF_HD float fma_(float a, float b, float c) {
#if defined(__CUDA_ARCH__)
    return __fmaf_rn(a, b, c);
#else
    return __builtin_fmaf(a, b, c);
#endif
}
MF_HD float min_(float a, float b) {
#if defined(__CUDA_ARCH__)
    return fminf(a, b);
#else
    return a < b ? a : b;
#endif
}
MF_HD float max_(float a, float b) {
#if defined(__CUDA_ARCH__)
    return fmaxf(a, b);
#else
    return a > b ? a : b;
#endif
}
MF_HD float abs_(float a) {
    return __builtin_fabsf(a);
}
MF_HD float where_less(float a, float b, float yes, float no) {
    return a < b ? yes : no;
}
/// Is a <= b in every lane?
MF_HD bool all_at_most(float a, float b) {
    return a <= b;
}
MF_HD std::uint32_t bits_of(float a) {
#if defined(__CUDA_ARCH__)
    return __float_as_uint(a);
#else
    return std::bit_cast<std::uint32_t>(a);
#endif
}
MF_HD float float_of(std::uint32_t a) {
#if defined(__CUDA_ARCH__)
    return __uint_as_float(a);
#else
    return std::bit_cast<float>(a);
#endif
}
/// Splits a positive normal x into exponent e and mantissa m in [sqrt(1/2), sqrt(2)), x = m * 2^e.
MF_HD float split_exponent(float x, float& mantissa) {
    const std::uint32_t shifted = bits_of(x) - 0x3f3504f3u;
    const std::int32_t e = static_cast<std::int32_t>(shifted) >> 23;
    mantissa = float_of((shifted & 0x007fffffu) + 0x3f3504f3u);
    return static_cast<float>(e);
}
/// x * 2^n for n held as an integer-valued float in [-126, 127].
MF_HD float scale_exponent(float x, float n) {
    return x * float_of(static_cast<std::uint32_t>(static_cast<std::int32_t>(n) + 127) << 23);
}

template <class F>
inline constexpr int lane_count = 1;

#if !defined(__CUDACC__)

// ---- width N: GCC/Clang vectors
// --------------------------------------------------------------------------------

template <int N>
struct VectorOf;
template <>
struct VectorOf<8> {
    typedef float Floats __attribute__((vector_size(32)));
    typedef std::int32_t Ints __attribute__((vector_size(32)));
};
template <>
struct VectorOf<16> {
    typedef float Floats __attribute__((vector_size(64)));
    typedef std::int32_t Ints __attribute__((vector_size(64)));
};

template <int N>
struct Lanes {
    using Vector = typename VectorOf<N>::Floats;
    using Ints = typename VectorOf<N>::Ints;
    Vector v;

    Lanes() = default;
    MF_HD Lanes(float x) : v(Vector{} + x) {}
    MF_HD explicit Lanes(Vector x) : v(x) {}
    MF_HD float operator[](int i) const { return v[i]; }
    MF_HD void set(int i, float x) { v[i] = x; }
};
using f8 = Lanes<8>;
using f16 = Lanes<16>;

template <int N>
inline constexpr int lane_count<Lanes<N>> = N;

template <int N>
MF_HD Lanes<N> operator+(Lanes<N> a, Lanes<N> b) {
    return Lanes<N>(a.v + b.v);
}
template <int N>
MF_HD Lanes<N> operator-(Lanes<N> a, Lanes<N> b) {
    return Lanes<N>(a.v - b.v);
}
template <int N>
MF_HD Lanes<N> operator*(Lanes<N> a, Lanes<N> b) {
    return Lanes<N>(a.v * b.v);
}
template <int N>
MF_HD Lanes<N> operator/(Lanes<N> a, Lanes<N> b) {
    return Lanes<N>(a.v / b.v);
}
template <int N>
MF_HD Lanes<N> operator-(Lanes<N> a) {
    return Lanes<N>(-a.v);
}
template <int N>
MF_HD Lanes<N>& operator+=(Lanes<N>& a, Lanes<N> b) {
    return a = a + b;
}
template <int N>
MF_HD Lanes<N> operator+(Lanes<N> a, float b) {
    return a + Lanes<N>(b);
}
template <int N>
MF_HD Lanes<N> operator-(Lanes<N> a, float b) {
    return a - Lanes<N>(b);
}
template <int N>
MF_HD Lanes<N> operator*(Lanes<N> a, float b) {
    return a * Lanes<N>(b);
}
template <int N>
MF_HD Lanes<N> operator+(float a, Lanes<N> b) {
    return Lanes<N>(a) + b;
}
template <int N>
MF_HD Lanes<N> operator-(float a, Lanes<N> b) {
    return Lanes<N>(a) - b;
}
template <int N>
MF_HD Lanes<N> operator*(float a, Lanes<N> b) {
    return Lanes<N>(a) * b;
}
template <int N>
MF_HD Lanes<N> operator/(float a, Lanes<N> b) {
    return Lanes<N>(a) / b;
}

template <int N>
MF_HD Lanes<N> fma_(Lanes<N> a, Lanes<N> b, Lanes<N> c) {
#if defined(__AVX512F__)
    if constexpr (N == 16) return Lanes<N>(_mm512_fmadd_ps(a.v, b.v, c.v));
#endif
#if defined(__FMA__)
    if constexpr (N == 8) return Lanes<N>(_mm256_fmadd_ps(a.v, b.v, c.v));
#endif
    Lanes<N> r;
    for (int i = 0; i < N; ++i) r.v[i] = __builtin_fmaf(a.v[i], b.v[i], c.v[i]);
    return r;
}
template <int N>
MF_HD Lanes<N> min_(Lanes<N> a, Lanes<N> b) {
#if defined(__AVX512F__)
    if constexpr (N == 16) return Lanes<N>(_mm512_maskz_min_ps(0xffff, a.v, b.v));
#endif
#if defined(__AVX__)
    if constexpr (N == 8) return Lanes<N>(_mm256_min_ps(a.v, b.v));
#endif
    return Lanes<N>(a.v < b.v ? a.v : b.v);
}
template <int N>
MF_HD Lanes<N> max_(Lanes<N> a, Lanes<N> b) {
#if defined(__AVX512F__)
    if constexpr (N == 16) return Lanes<N>(_mm512_maskz_max_ps(0xffff, a.v, b.v));
#endif
#if defined(__AVX__)
    if constexpr (N == 8) return Lanes<N>(_mm256_max_ps(a.v, b.v));
#endif
    return Lanes<N>(a.v > b.v ? a.v : b.v);
}
template <int N>
MF_HD Lanes<N> abs_(Lanes<N> a) {
    using Ints = typename Lanes<N>::Ints;
    return Lanes<N>((typename Lanes<N>::Vector)((Ints)a.v & 0x7fffffff));
}
template <int N>
MF_HD Lanes<N> where_less(Lanes<N> a, Lanes<N> b, Lanes<N> yes, Lanes<N> no) {
    return Lanes<N>(a.v < b.v ? yes.v : no.v);
}
template <int N>
MF_HD bool all_at_most(Lanes<N> a, Lanes<N> b) {
#if defined(__AVX512F__)
    if constexpr (N == 16) return _mm512_cmp_ps_mask(a.v, b.v, _CMP_LE_OQ) == 0xffff;
#endif
#if defined(__AVX__)
    if constexpr (N == 8) return _mm256_movemask_ps(_mm256_cmp_ps(a.v, b.v, _CMP_LE_OQ)) == 0xff;
#endif
    bool all = true;
    for (int i = 0; i < N; ++i) all = all && a.v[i] <= b.v[i];
    return all;
}
template <int N>
MF_HD Lanes<N> split_exponent(Lanes<N> x, Lanes<N>& mantissa) {
    using Ints = typename Lanes<N>::Ints;
    using Vector = typename Lanes<N>::Vector;
    const Ints shifted = (Ints)x.v - 0x3f3504f3;
    mantissa.v = (Vector)((shifted & 0x007fffff) + 0x3f3504f3);
    return Lanes<N>(__builtin_convertvector(shifted >> 23, Vector));
}
template <int N>
MF_HD Lanes<N> scale_exponent(Lanes<N> x, Lanes<N> n) {
    using Ints = typename Lanes<N>::Ints;
    using Vector = typename Lanes<N>::Vector;
    const Ints e = (__builtin_convertvector(n.v, Ints) + 127) << 23;
    return Lanes<N>(x.v * (Vector)e);
}

/// The lane type that suits the target: 16 where registers are 512 bits wide, else 8. Sanitizers
/// make do with 8, which saves them one more width of the whole console.
#if defined(__AVX512F__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
using CpuLanes = f16;
#else
using CpuLanes = f8;
#endif

#endif  // !__CUDACC__

/// One lane of a value; the same spelling for a float and for Lanes.
MF_HD float lane(float x, int) {
    return x;
}
MF_HD void set_lane(float& x, int, float value) {
    x = value;
}
#if !defined(__CUDACC__)
template <int N>
MF_HD float lane(const Lanes<N>& x, int i) {
    return x.v[i];
}
template <int N>
MF_HD void set_lane(Lanes<N>& x, int i, float value) {
    x.v[i] = value;
}
#endif

}  // namespace mixfarm
