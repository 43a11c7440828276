/// Runs one listed effect by itself, through the same step or run that the strip uses.
#pragma once

#include <cstdint>
#include <cstring>
#include <iterator>
#include <vector>

#include "kernels/console/strip.h"
#include "tests/support/signals.h"

namespace mixfarm {

template <class Effect>
inline constexpr int param_count = static_cast<int>(std::size(Effect::kParams));

template <class Effect>
std::vector<float> neutral() {
    std::vector<float> p;
    for (const ParamSpec& spec : Effect::kParams) p.push_back(spec.neutral);
    return p;
}

/// Calls visit.operator()<Effect>(name) for every line of effects.def.
template <class Visit>
void for_each_effect(Visit visit) {
#define MF_EFFECT(name, Type, pass) visit.template operator()<Type>(#name);
#include "kernels/effects/effects.def"
#undef MF_EFFECT
}

/// Copies coefficients into one lane; coefficients hold nothing but F members, so this is all it
/// takes.
template <class F, class Coefs, class One>
void put_in_lane(Coefs& lanes, int at, const One& one) {
    static_assert(sizeof(Coefs) == lane_count<F> * sizeof(One));
    const auto* from = reinterpret_cast<const char*>(&one);
    auto* to = reinterpret_cast<char*>(&lanes) + sizeof(float) * static_cast<std::size_t>(at);
    for (std::size_t i = 0; i < sizeof(One) / sizeof(float); ++i)
        std::memcpy(to + i * sizeof(F), from + i * sizeof(float), sizeof(float));
}

template <class Effect, class F = float>
struct EffectRunner {
    typename Effect::template Coefs<F> coefs;
    typename Effect::template State<F> state{};

    EffectRunner() = default;
    EffectRunner(const std::vector<float>& params, double rate) {
        for (int i = 0; i < lane_count<F>; ++i) set(i, params, rate);
    }
    void set(int lane_index, const std::vector<float>& params, double rate) {
        put_in_lane<F>(coefs, lane_index, Effect::design(params.data(), rate));
    }
    /// As the strip does: by the effect's own loop where it has one.
    void process(F* left, F* right, int frames) {
        if (!strip::run_alone<Effect>(coefs, state, left, right, frames))
            steps(left, right, frames);
    }
    void steps(F* left, F* right, int frames) {
        for (int n = 0; n < frames; ++n) Effect::step(coefs, state, left[n], right[n]);
    }
    void process(signals::Stereo& x, int tile) requires(lane_count<F> == 1) {
        const int frames = static_cast<int>(x.frames());
        for (int at = 0; at < frames; at += tile)
            process(x.left.data() + at, x.right.data() + at, std::min(tile, frames - at));
    }
};

/// Impulse response of the left channel; the right channel gets the impulse upside down and must
/// mirror it.
template <class Effect>
signals::Stereo impulse_response(const std::vector<float>& params, double rate,
                                 std::size_t frames) {
    signals::Stereo x{signals::Samples(frames), signals::Samples(frames)};
    x.left[0] = 1.f;
    x.right[0] = -1.f;
    EffectRunner<Effect>(params, rate).process(x, 120);
    return x;
}

}  // namespace mixfarm
