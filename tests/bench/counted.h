/// A lane type of width 1 that counts its floating point operations: what the share of the
/// machine's peak is made of.
#pragma once

#include <cstdint>

#include "kernels/core/lane.h"

namespace mixfarm {

/// Additions, multiplications, divisions, comparisons and selects count one, fused multiply-adds
/// two; moves and integer work count nothing.
struct Counted {
    float v;
    static inline std::uint64_t operations = 0;
    Counted() = default;
    Counted(float x) : v(x) {}
};
static_assert(sizeof(Counted) == sizeof(float));

inline Counted counted(float x, int operations) {
    Counted::operations += static_cast<std::uint64_t>(operations);
    return Counted(x);
}
inline Counted operator+(Counted a, Counted b) {
    return counted(a.v + b.v, 1);
}
inline Counted operator-(Counted a, Counted b) {
    return counted(a.v - b.v, 1);
}
inline Counted operator*(Counted a, Counted b) {
    return counted(a.v * b.v, 1);
}
inline Counted operator/(Counted a, Counted b) {
    return counted(a.v / b.v, 1);
}
inline Counted operator-(Counted a) {
    return Counted(-a.v);
}
inline Counted& operator+=(Counted& a, Counted b) {
    return a = a + b;
}
inline Counted fma_(Counted a, Counted b, Counted c) {
    return counted(fma_(a.v, b.v, c.v), 2);
}
inline Counted min_(Counted a, Counted b) {
    return counted(min_(a.v, b.v), 1);
}
inline Counted max_(Counted a, Counted b) {
    return counted(max_(a.v, b.v), 1);
}
inline Counted abs_(Counted a) {
    return Counted(abs_(a.v));
}
inline Counted where_less(Counted a, Counted b, Counted yes, Counted no) {
    return counted(where_less(a.v, b.v, yes.v, no.v), 1);
}
inline bool all_at_most(Counted a, Counted b) {
    return a.v <= b.v;
}
inline Counted split_exponent(Counted x, Counted& mantissa) {
    return Counted(split_exponent(x.v, mantissa.v));
}
inline Counted scale_exponent(Counted x, Counted n) {
    return counted(scale_exponent(x.v, n.v), 1);
}
inline Counted add_to_exponent(Counted x, Counted n) {
    return Counted(float_of(bits_of(x.v) + (bits_of(n.v) << 23)));
}
inline float lane(Counted x, int) {
    return x.v;
}
inline void set_lane(Counted& x, int, float value) {
    x.v = value;
}

}  // namespace mixfarm
