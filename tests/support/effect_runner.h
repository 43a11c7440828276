/// Runs one listed effect by itself, through the same run that the channels use.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/console/console.h"
#include "tests/support/signals.h"

namespace mixfarm {

template <class Effect>
std::vector<float> neutral() {
    std::vector<float> p;
    for (const ParamSpec& spec : Effect::kParams) p.push_back(spec.neutral);
    return p;
}

/// Calls visit.operator()<Effect>(name) for every type of effects.def, once; the name is where it
/// stands first, "strip equalizer".
template <class Visit>
void for_each_effect(Visit visit) {
    std::vector<const ParamSpec*> seen;
    const auto once = [&]<class Effect>(const char* name) {
        const ParamSpec* table = Effect::kParams;
        for (const ParamSpec* known : seen)
            if (known == table) return;
        seen.push_back(table);
        visit.template operator()<Effect>(name);
    };
#define MF_STRIP(name, Type) once.template operator()<Type>("strip " #name);
#define MF_GROUP(name, Type) once.template operator()<Type>("group " #name);
#define MF_PLATE(name, Type) once.template operator()<Type>("plate " #name);
#define MF_HALL(name, Type) once.template operator()<Type>("hall " #name);
#define MF_ECHO(name, Type) once.template operator()<Type>("echo " #name);
#define MF_MASTER(name, Type) once.template operator()<Type>("master " #name);
#include "kernels/effects/effects.def"
}

/// One effect with its state and memory. Keyed effects hear `key`, already at the level the effect
/// sees; null is silence.
template <class Effect, class F = float>
struct EffectRunner {
    typename Effect::template Coefs<F> coefs;
    typename Effect::template State<F> state{};
    std::vector<F> memory;
    int rate = 48000;
    const signals::Stereo* key = nullptr;
    std::size_t at = 0;  ///< frames processed so far: where the key is read

    EffectRunner() = default;
    EffectRunner(const std::vector<float>& params, double sample_rate, double tempo_bpm = 120) {
        for (int i = 0; i < lane_count<F>; ++i) set(i, params, sample_rate, tempo_bpm);
    }
    void set(int lane_index, const std::vector<float>& params, double sample_rate,
             double tempo_bpm = 120) {
        rate = static_cast<int>(sample_rate);
        if (memory.empty())
            memory.assign(static_cast<std::size_t>(memory_frames<Effect>(rate)), F(0.f));
        set_lane_coefs<F>(coefs, lane_index,
                          design_effect<Effect>(params.data(), {sample_rate, tempo_bpm}));
    }
    void process(F* left, F* right, int frames) {
        Tile<F> tile{left, right, frames, rate};
        tile.memory.cells = memory.data();
        if (key) tile.key = {key->left.data() + at, key->right.data() + at, F(1.f)};
        run_effect<Effect>(coefs, state, tile);
        at += static_cast<std::size_t>(frames);
    }
    void process(signals::Stereo& x, int tile) requires(lane_count<F> == 1) {
        const int frames = static_cast<int>(x.frames());
        for (int done = 0; done < frames; done += tile)
            process(x.left.data() + done, x.right.data() + done, std::min(tile, frames - done));
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
