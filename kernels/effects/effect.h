/// What an effect is: a parameter table, coefficients designed from it, a state, and a step over
/// one stereo frame or a run over one tile.
///
///     struct Name {
///         static constexpr ParamSpec kParams[] = {...};       // what a person can turn
///         template <class F> struct Coefs { F ...; };         // nothing but F members
///         template <class F> struct State { F ...; };         // all zero = at rest; F or int
///         static Coefs<float> design(const float* p, double rate);    // p in the order of kParams
///         // one of these two:
///         static void step(const Coefs<F>&, State<F>&, F& left, F& right);
///         static void run(const Coefs<F>&, State<F>&, const Tile<F>&);
///         // where they apply:
///         static double response_db(const Coefs<float>&, double hz, double rate);  // small signal
///         static int memory_frames(int rate);     // delay memory in F, zero at rest, as
///         tile.memory static constexpr Key kKey = Key::duck;  // listens to another stem: tile.key
///         static constexpr bool kSource = true;   // replaces its input: what a return begins with
///         static constexpr bool kGains = true;    // coefficients are gains, none 0: they glide
///         evenly in dB
///     };
///
/// `design` may take the tempo in beats a minute as a third argument. Coefficients are such that
/// any mixture a + t (b - a) of two legal sets is stable and, held, sounds between them: automation
/// glides along it, frame by frame. (A filter that crosses octaves within milliseconds still pushes
/// its own memory up.) Integers in a state (places in memories) are the same for all lanes.
///
/// Rules the tests hold every listed effect to: neutral parameters are the identity to the bit,
/// silence stays silence, the tile size does not matter, and the output is finite and bounded
/// everywhere in the legal ranges.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/core/biquad.h"
#include "kernels/core/maths.h"
#include "kernels/core/param.h"

namespace mixfarm {

inline double gain_of_db(double db) {
    return std::pow(10.0, db / 20);
}

/// Which of a stem's two keys an effect listens to: the one that ducks it, or the one it makes room
/// for.
enum class Key { none, duck, unmask };

/// Delay memory of one effect; cell i + 1 lies `stride` behind cell i where a warp's lanes lie side
/// by side, else right behind it.
template <class F>
struct Memory {
    F* cells = nullptr;
    std::int64_t stride = 1;
    MF_HD F& operator[](int i) const {
        if constexpr (kLanesApart) return cells[i * stride];
        return cells[i];
    }
    MF_HD Memory from(int i) const {
        return {kLanesApart ? cells + i * stride : cells + i, stride};
    }
};

/// The dry stem that keys an effect, brought to the loudness of all stems by its own trim; the same
/// samples for all lanes. No stem: `left` is null and the key is silence.
template <class F>
struct KeyInput {
    const float* left = nullptr;
    const float* right = nullptr;
    F gain{};
    /// Left plus right, halved.
    MF_HD F mono(int n) const {
        if (!left) return F(0.f);
        return F(0.5f * (left[n] + right[n])) * gain;
    }
};

/// Some frames of one channel, worked on in place.
template <class F>
struct Tile {
    F* left;
    F* right;
    int frames;
    int rate = 48000;
    KeyInput<F> key{};
    Memory<F> memory{};

    /// Frame n alone.
    MF_HD Tile frame(int n) const {
        Tile one = *this;
        one.left += n, one.right += n, one.frames = 1;
        if (one.key.left) one.key.left += n, one.key.right += n;
        return one;
    }
};

/// What the design of an effect may depend on besides its knobs.
struct Session {
    double rate = 48000;
    double tempo_bpm = 120;
};

template <class Effect>
inline constexpr int param_count = static_cast<int>(sizeof(Effect::kParams) /
                                                    sizeof(Effect::kParams[0]));

template <class Effect>
consteval Key key_of() {
    if constexpr (requires { Effect::kKey; })
        return Effect::kKey;
    else
        return Key::none;
}
/// Does it replace what comes in, as a reverb on a return does?
template <class Effect>
consteval bool is_source() {
    if constexpr (requires { Effect::kSource; })
        return Effect::kSource;
    else
        return false;
}
template <class Effect>
consteval bool has_gains() {
    if constexpr (requires { Effect::kGains; })
        return Effect::kGains;
    else
        return false;
}
template <class Effect>
MF_HD int memory_frames(int rate) {
    if constexpr (requires { Effect::memory_frames(rate); })
        return Effect::memory_frames(rate);
    else
        return 0;
}
template <class Effect>
auto design_effect(const float* p, const Session& session) {
    if constexpr (requires { Effect::design(p, session.rate, session.tempo_bpm); })
        return Effect::design(p, session.rate, session.tempo_bpm);
    else
        return Effect::design(p, session.rate);
}
template <class Effect>
double response_db(const typename Effect::template Coefs<float>& c, double hz, double rate) {
    if constexpr (requires { Effect::response_db(c, hz, rate); })
        return Effect::response_db(c, hz, rate);
    else
        return 0;
}

/// Does the effect do anything at these settings? A source always does.
template <class Effect>
bool acts(const float* p) {
    if constexpr (is_source<Effect>()) {
        return true;
    } else {
        for (int i = 0; i < param_count<Effect>; ++i)
            if (!Effect::kParams[i].gate && p[i] != Effect::kParams[i].neutral) return true;
        return false;
    }
}

template <class Effect, class F>
MF_HD_OUTLINED void run_effect(const typename Effect::template Coefs<F>& coefs,
                               typename Effect::template State<F>& state, const Tile<F>& tile) {
    if constexpr (requires { Effect::run(coefs, state, tile); }) {
        Effect::run(coefs, state, tile);
    } else {
        // Local copies tell the compiler that nothing it writes changes them.
        const auto c = coefs;
        auto s = state;
        F* const left = tile.left;
        F* const right = tile.right;
        const int frames = tile.frames;
        for (int n = 0; n < frames; ++n) {
            F l = left[n], r = right[n];
            Effect::step(c, s, l, r);
            left[n] = l, right[n] = r;
        }
        state = s;
    }
}

}  // namespace mixfarm
