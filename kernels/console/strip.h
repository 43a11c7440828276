/// A channel strip: the effects of effects.def in order, run pass by pass over a tile.
#pragma once

#include <cstddef>

#include "kernels/effects/compressor.h"
#include "kernels/effects/equalizer.h"
#include "kernels/effects/fader.h"
#include "kernels/effects/high_pass.h"
#include "kernels/effects/low_pass.h"
#include "kernels/effects/pan.h"
#include "kernels/effects/saturator.h"
#include "kernels/effects/trim.h"

namespace mixfarm {

template <class F>
struct StripCoefs {
#define MF_EFFECT(name, Type, pass) typename Type::template Coefs<F> name;
#include "kernels/effects/effects.def"
#undef MF_EFFECT
};

/// All zero = at rest.
template <class F>
struct StripState {
#define MF_EFFECT(name, Type, pass) typename Type::template State<F> name;
#include "kernels/effects/effects.def"
#undef MF_EFFECT
};

namespace strip {

inline constexpr int kParamCount = 0
#define MF_EFFECT(name, Type, pass) +static_cast<int>(sizeof(Type::kParams) / sizeof(ParamSpec))
#include "kernels/effects/effects.def"
#undef MF_EFFECT
    ;

inline constexpr int kPasses = [] {
    int last = 0;
#define MF_EFFECT(name, Type, pass) last = pass > last ? pass : last;
#include "kernels/effects/effects.def"
#undef MF_EFFECT
    return last + 1;
}();

/// Designs every effect from a strip's row of kParamCount physical values.
inline StripCoefs<float> design(const float* row, double rate) {
    StripCoefs<float> coefs;
#define MF_EFFECT(name, Type, pass)       \
    coefs.name = Type::design(row, rate); \
    row += sizeof(Type::kParams) / sizeof(ParamSpec);
#include "kernels/effects/effects.def"
#undef MF_EFFECT
    return coefs;
}

/// Puts one candidate's coefficients into one lane.
template <class F>
void set_lane_coefs(StripCoefs<F>& lanes, int lane, const StripCoefs<float>& one) {
    static_assert(sizeof(StripCoefs<F>) == lane_count<F> * sizeof(StripCoefs<float>));
    constexpr std::size_t count = sizeof(StripCoefs<float>) / sizeof(float);
    const float* from = reinterpret_cast<const float*>(&one);
    float* to = reinterpret_cast<float*>(&lanes);
    for (std::size_t i = 0; i < count; ++i)
        to[i * lane_count<F> + static_cast<std::size_t>(lane)] = from[i];
}

/// One pass over `frames` frames: `load(n, left, right)` brings a frame, `store(n, left, right)`
/// takes it.
template <int Pass, class F, class Load, class Store>
MF_HD void run_pass(const StripCoefs<F>& coefs, StripState<F>& state, int frames, Load load,
                    Store store) {
    // Local copies tell the compiler that nothing it writes changes them; what this pass does not
    // use costs nothing.
#define MF_EFFECT(name, Type, pass)                        \
    [[maybe_unused]] const auto name##_coefs = coefs.name; \
    [[maybe_unused]] auto name##_state = state.name;
#include "kernels/effects/effects.def"
#undef MF_EFFECT
    for (int n = 0; n < frames; ++n) {
        F left, right;
        load(n, left, right);
#define MF_EFFECT(name, Type, pass) \
    if constexpr (pass == Pass) Type::step(name##_coefs, name##_state, left, right);
#include "kernels/effects/effects.def"
#undef MF_EFFECT
        store(n, left, right);
    }
#define MF_EFFECT(name, Type, pass) \
    if constexpr (pass == Pass) state.name = name##_state;
#include "kernels/effects/effects.def"
#undef MF_EFFECT
}

/// Runs an effect by its own loop when it has one; false when it has none.
template <class Effect, class Coefs, class State, class F>
MF_HD bool run_alone(const Coefs& coefs, State& state, F* left, F* right, int frames) {
    if constexpr (requires { Effect::run(coefs, state, left, right, frames); }) {
        Effect::run(coefs, state, left, right, frames);
        return true;
    }
    return false;
}

/// Passes from Pass on: the first loads, the last stores, those between work on the tile in place.
template <int Pass, class F, class Load, class Store>
MF_HD void run_from(const StripCoefs<F>& coefs, StripState<F>& state, F* left, F* right, int frames,
                    Load load, Store store) {
    const auto tile_load = [&](int n, F& l, F& r) { l = left[n], r = right[n]; };
    const auto tile_store = [&](int n, F l, F r) { left[n] = l, right[n] = r; };
    constexpr bool last = Pass + 1 == kPasses;
    bool done = false;
#define MF_EFFECT(name, Type, pass)                                                  \
    if constexpr (pass == Pass && Pass > 0 && !last) {                               \
        done = run_alone<Type>(coefs.name, state.name, left, right, frames) || done; \
    }
#include "kernels/effects/effects.def"
#undef MF_EFFECT
    if constexpr (last) {
        if constexpr (Pass == 0)
            run_pass<Pass>(coefs, state, frames, load, store);
        else
            run_pass<Pass>(coefs, state, frames, tile_load, store);
    } else {
        if (!done) {
            if constexpr (Pass == 0)
                run_pass<Pass>(coefs, state, frames, load, tile_store);
            else
                run_pass<Pass>(coefs, state, frames, tile_load, tile_store);
        }
        run_from<Pass + 1>(coefs, state, left, right, frames, load, store);
    }
}

/// The whole strip over one tile. `left` and `right` are scratch of at least `frames`.
template <class F, class Load, class Store>
MF_HD void run(const StripCoefs<F>& coefs, StripState<F>& state, F* left, F* right, int frames,
               Load load, Store store) {
    run_from<0>(coefs, state, left, right, frames, load, store);
}

}  // namespace strip
}  // namespace mixfarm
