/// Structs and arrays of F in a lane's working memory, cell by cell.
#pragma once

#include "kernels/effects/effect.h"

namespace mixfarm {

/// Cells that a struct of nothing but F takes.
template <template <class> class T>
inline constexpr int kCells = static_cast<int>(sizeof(T<float>) / sizeof(float));

/// Its values from number kFirst on.
template <int kFirst = 0, class T, class F>
MF_HD void put(const T& from, Memory<F> cells) {
    const F* const values = reinterpret_cast<const F*>(&from);
    MF_UNROLL
    for (int i = kFirst; i < static_cast<int>(sizeof(T) / sizeof(F)); ++i) cells[i] = values[i];
}
template <class T, class F>
MF_HD T taken(Memory<F> cells) {
    T all;
    F* const values = reinterpret_cast<F*>(&all);
    MF_UNROLL
    for (int i = 0; i < static_cast<int>(sizeof(T) / sizeof(F)); ++i) values[i] = cells[i];
    return all;
}

/// What follows a level over time begins with 1 in the lanes where it acts and ends with
/// T::kStates states, 0 at rest.
template <class F>
MF_HD bool acts(Memory<F> cells) {
    return !all_at_most(cells[0], F(0.f));
}
/// work(it), whose states are kept.
template <class T, class F, class Work>
MF_HD void with(Memory<F> cells, const Work& work) {
    T it = taken<T>(cells);
    work(it);
    put<static_cast<int>(sizeof(T) / sizeof(F)) - T::kStates>(it, cells);
}
template <class T, class F>
MF_HD void rest(Memory<F> cells) {
    constexpr int kAll = static_cast<int>(sizeof(T) / sizeof(F));
    if (!acts(cells)) return;
    MF_UNROLL
    for (int i = kAll - T::kStates; i < kAll; ++i) cells[i] = F(0.f);
}
template <class F>
MF_HD void clear(Memory<F> cells, int count) {
    for (int i = 0; i < count; ++i) cells[i] = F(0.f);
}

/// Sum of weighted broad bands, given as floats or as cells.
template <int kCount, class F, class Power>
MF_HD F weigh(Memory<F> weights, const Power& power) {
    F sum = weights[0] * F(power[0]);
    MF_UNROLL
    for (int b = 1; b < kCount; ++b) sum = fma_(weights[b], F(power[b]), sum);
    return sum;
}

}  // namespace mixfarm
