/// What an effect is: a parameter table, coefficients designed from it, a state, and a step over
/// one stereo sample.
///
///     struct Name {
///         static constexpr ParamSpec kParams[] = {...};            // what a person can turn
///         template <class F> struct Coefs { F ...; };              // nothing but F members: lanes
///         are packed as floats template <class F> struct State { F ...; };              // nothing
///         but F members; all zero = at rest static Coefs<float> design(const float* p, double
///         rate); // p in the order of kParams template <class F> static void step(const Coefs<F>&,
///         State<F>&, F& left, F& right); static double response_db(const Coefs<float>&, double hz,
///         double rate);   // small-signal gain
///     };
///
/// An effect that is alone in its pass may bring `run(coefs, state, left, right, frames)` where the
/// order of loops matters. Rules the tests hold every listed effect to: neutral parameters are the
/// identity to the bit, silence stays silence, the tile size does not matter, and the output is
/// finite everywhere in the legal ranges.
#pragma once

#include <cmath>

#include "kernels/core/biquad.h"
#include "kernels/core/maths.h"
#include "kernels/core/param.h"

namespace mixfarm {

inline double gain_of_db(double db) {
    return std::pow(10.0, db / 20);
}

}  // namespace mixfarm
