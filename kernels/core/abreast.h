/// Several frames abreast: overlaps the long chains of operations inside log2 and exp2 where only a
/// short recurrence ties one frame to the next.
///
/// A polynomial is a chain of operations that wait for each other. A processor overlaps the chains
/// of several frames best where they lie side by side in the program, operation by operation. The
/// numbers are those of each frame alone.
#pragma once

#include <type_traits>

#include "kernels/core/maths.h"

namespace mixfarm {

/// Two values abreast; Two<Two<F>> are four.
template <class F>
struct Two {
    F a, b;
    Two() = default;
    MF_HD Two(F first, F second) : a(first), b(second) {}
    /// The same value twice: an F, or what an F can be made from.
    template <class T>
    requires(!std::is_same_v<T, Two>) MF_HD explicit Two(T same) : a(F(same)), b(F(same)) {}
};
template <class F>
inline constexpr int abreast = 1;
template <class F>
inline constexpr int abreast<Two<F>> = 2 * abreast<F>;

template <class F>
MF_HD Two<F> operator+(Two<F> x, Two<F> y) {
    return {x.a + y.a, x.b + y.b};
}
template <class F>
MF_HD Two<F> operator-(Two<F> x, Two<F> y) {
    return {x.a - y.a, x.b - y.b};
}
template <class F>
MF_HD Two<F> operator*(Two<F> x, Two<F> y) {
    return {x.a * y.a, x.b * y.b};
}
template <class F>
MF_HD Two<F> operator-(Two<F> x) {
    return {-x.a, -x.b};
}
template <class F>
MF_HD Two<F> fma_(Two<F> x, Two<F> y, Two<F> z) {
    return {fma_(x.a, y.a, z.a), fma_(x.b, y.b, z.b)};
}
template <class F>
MF_HD Two<F> min_(Two<F> x, Two<F> y) {
    return {min_(x.a, y.a), min_(x.b, y.b)};
}
template <class F>
MF_HD Two<F> max_(Two<F> x, Two<F> y) {
    return {max_(x.a, y.a), max_(x.b, y.b)};
}
template <class F>
MF_HD Two<F> split_exponent(Two<F> x, Two<F>& mantissa) {
    const F a = split_exponent(x.a, mantissa.a);
    return {a, split_exponent(x.b, mantissa.b)};
}
template <class F>
MF_HD Two<F> add_to_exponent(Two<F> x, Two<F> n) {
    return {add_to_exponent(x.a, n.a), add_to_exponent(x.b, n.b)};
}

/// visit(value, n) for the values abreast, one after the other; n counts up from `first`.
template <class F, class Visit>
MF_HD void in_turn(F& x, int first, const Visit& visit) {
    visit(x, first);
}
template <class F, class Visit>
MF_HD void in_turn(Two<F>& x, int first, const Visit& visit) {
    in_turn(x.a, first, visit);
    in_turn(x.b, first + abreast<F>, visit);
}

/// Runs groups of abreast<G> frames from frame n on while they fit; returns the first frame left.
template <class G, class Before, class Step, class After>
MF_HD int run_abreast(int n, int frames, const Before& before, const Step& step,
                      const After& after) {
    if (n + abreast < G >> frames) return n;
    G next = before.template operator()<G>(n);
    for (; n + 2 * abreast<G> <= frames; n += abreast<G>) {
        G now = next;
        in_turn(now, n, step);
        // Work for the time in which the steps wait for each other.
        next = before.template operator()<G>(n + abreast<G>);
        after(now, n);
    }
    in_turn(next, n, step);
    after(next, n);
    return n + abreast<G>;
}

/// For every frame: x = before<G>(n) for G = F or several F abreast, without looking at what the
/// others write; step(x, n) frame by frame in order; after(x, n) for G again. A thread of a GPU
/// takes one frame at a time: its neighbours fill the waits.
template <class F, class Before, class Step, class After>
MF_HD void each_frame(int frames, const Before& before, const Step& step, const After& after) {
    int n = 0;
    if constexpr (!kLanesApart) n = run_abreast<Two<Two<F>>>(n, frames, before, step, after);
    run_abreast<F>(n, frames, before, step, after);
}

}  // namespace mixfarm
