/// Effects one after the other: what the channels of a console are made of.
#pragma once

#include <cstring>
#include <tuple>
#include <type_traits>
#include <utility>

#include "kernels/effects/effect.h"

namespace mixfarm {

/// One value of each type, in order; std::tuple without its freedom of layout.
template <class... T>
struct OfEach;
template <class T>
struct OfEach<T> {
    T first;
};
template <class T, class U, class... More>
struct OfEach<T, U, More...> {
    T first;
    OfEach<U, More...> rest;
};
/// Words of four bytes in front of value I.
template <int I, class R>
constexpr int item_offset() {
    if constexpr (I == 0)
        return 0;
    else
        return static_cast<int>((sizeof(R::first) + 3) / 4) +
               item_offset<I - 1, decltype(R::rest)>();
}
template <int I, class R>
MF_HD auto& item(R& row) {
    if constexpr (I == 0)
        return row.first;
    else
        return item<I - 1>(row.rest);
}

/// Coefficients hold nothing but F, so a lane of them is every lane_count-th float.
template <class F, class Coefs, class One>
void set_lane_coefs(Coefs& lanes, int at, const One& one) {
    static_assert(sizeof(Coefs) == lane_count<F> * sizeof(One));
    const auto* from = reinterpret_cast<const char*>(&one);
    auto* to = reinterpret_cast<char*>(&lanes) + sizeof(float) * static_cast<std::size_t>(at);
    for (std::size_t i = 0; i < sizeof(One) / sizeof(float); ++i)
        std::memcpy(to + i * sizeof(F), from + i * sizeof(float), sizeof(float));
}

/// Where the frames at hand lie among those over which knobs glide; nothing said: they are all.
struct GlideSpan {
    int first = 0, frames = 0;
};

/// Runs an effect while its coefficients glide from `from` (before the span's first frame) to `to`
/// (at its last): in a straight line, or evenly in dB where they are gains.
template <class Effect, class F>
MF_HD_OUTLINED void glide_effect(const typename Effect::template Coefs<F>& from,
                                 const typename Effect::template Coefs<F>& to,
                                 typename Effect::template State<F>& state, const Tile<F>& tile,
                                 GlideSpan span) {
    using Coefs = typename Effect::template Coefs<F>;
    constexpr int kCount = static_cast<int>(sizeof(Coefs) / sizeof(F));
    Coefs now = from;
    F *const a = reinterpret_cast<F*>(&now), *const step_to = a;
    const F* const begin = reinterpret_cast<const F*>(&from);
    const F* const end = reinterpret_cast<const F*>(&to);
    const int frames = span.frames > 0 ? span.frames : tile.frames;
    [[maybe_unused]] F octaves[kCount];  // from begin to end; lanes that stand still go in the
                                         // straight line of none
    if constexpr (has_gains<Effect>())
        for (int i = 0; i < kCount; ++i) octaves[i] = log2_(abs_(end[i]) / abs_(begin[i]));
    for (int n = 0; n < tile.frames; ++n) {
        const F share = F(static_cast<float>(span.first + n + 1) / static_cast<float>(frames));
        for (int i = 0; i < kCount; ++i) {
            step_to[i] = fma_(share, end[i] - begin[i], begin[i]);
            if constexpr (has_gains<Effect>())
                step_to[i] = where_less(F(0.f), abs_(end[i] - begin[i]),
                                        begin[i] * exp2_(share * octaves[i]), step_to[i]);
        }
        run_effect<Effect>(now, state, tile.frame(n));
    }
}

struct EndOfChain;

/// Effects in signal order. Settings of a channel are one row of kParams floats.
template <class... Effects>
struct Chain {
    static constexpr int kEffects = sizeof...(Effects);
    static constexpr int kParams = (param_count<Effects> + ...);
    template <class F>
    using Coefs = OfEach<typename Effects::template Coefs<F>...>;
    template <class F>
    using State = OfEach<typename Effects::template State<F>...>;
    using Indices = std::make_integer_sequence<int, kEffects>;
    template <int I>
    using EffectAt = std::tuple_element_t<I, std::tuple<Effects...>>;

    /// visit.operator()<Effect, I>(first parameter of it) for every effect.
    template <class Visit>
    static void for_each(Visit visit) {
        int first = 0;
        [&]<int... I>(std::integer_sequence<int, I...>) {
            ((visit.template operator()<Effects, I>(first), first += param_count<Effects>), ...);
        }
        (Indices{});
    }

    static Coefs<float> design(const float* row, const Session& session) {
        Coefs<float> all;
        for_each([&]<class Effect, int I>(int first) {
            item<I>(all) = design_effect<Effect>(row + first, session);
        });
        return all;
    }
    /// Bit I: effect I acts at these settings.
    static std::uint32_t active(const float* row) {
        std::uint32_t bits = 0;
        for_each([&]<class Effect, int I>(int first) {
            bits |= static_cast<std::uint32_t>(acts<Effect>(row + first)) << I;
        });
        return bits;
    }
    /// Cells of delay memory that the effects in `active` need together, in signal order; of the
    /// first kCount of the chain.
    template <int kCount = kEffects>
    MF_HD static int memory_frames(std::uint32_t active, int rate) {
        int cells = 0, i = 0;
        ((cells += i < kCount && (active >> i & 1u) ? mixfarm::memory_frames<Effects>(rate) : 0,
          ++i),
         ...);
        return cells;
    }
    /// Place of the first effect of a type.
    template <class Effect>
    static constexpr int index_of() {
        int i = 0;
        bool found = false;
        ((found = found || std::is_same_v<Effects, Effect>, i += found ? 0 : 1), ...);
        return i;
    }
    /// Where the knobs of the first effect of a type begin in the channel's row.
    template <class Effect>
    static constexpr int first_param() {
        return param_place<index_of<Effect>()>();
    }
    /// Where the knobs of effect kPlace begin.
    template <int kPlace>
    static constexpr int param_place() {
        int first = 0, i = 0;
        ((first += i < kPlace ? param_count<Effects> : 0, ++i), ...);
        return first;
    }
    static double response_db(const Coefs<float>& coefs, double hz, double rate) {
        double db = 0;
        for_each([&]<class Effect, int I>(int) {
            db += mixfarm::response_db<Effect>(item<I>(coefs), hz, rate);
        });
        return db;
    }

    /// One tile in place through the effects of `active`; effects of `gliding` (part of `active`)
    /// go from `coefs` to `target`. `duck` and `unmask` are the stem's keys.
    template <class F>
    MF_HD static void run(const Coefs<F>& coefs, const Coefs<F>& target, State<F>& state,
                          std::uint32_t active, std::uint32_t gliding, const Tile<F>& tile,
                          const KeyInput<F>& duck, const KeyInput<F>& unmask) {
        [&]<int... I>(std::integer_sequence<int, I...>) {
            (run_one<Effects, I>(coefs, target, state, active, gliding,
                                 tile_of<Effects, I>(tile, active, duck, unmask)),
             ...);
        }
        (Indices{});
    }
    /// What effect I gets of the chain's tile: its own key, its own part of the memory.
    template <class Effect, int I, class F>
    MF_HD static Tile<F> tile_of(const Tile<F>& tile, std::uint32_t active, const KeyInput<F>& duck,
                                 const KeyInput<F>& unmask) {
        Tile<F> own = tile;
        own.memory = tile.memory.from(memory_frames<I>(active, tile.rate));
        if constexpr (key_of<Effect>() == Key::duck) own.key = duck;
        if constexpr (key_of<Effect>() == Key::unmask) own.key = unmask;
        return own;
    }

private:
    template <class Effect, int I, class F>
    MF_HD static void run_one(const Coefs<F>& coefs, const Coefs<F>& target, State<F>& state,
                              std::uint32_t active, std::uint32_t gliding, const Tile<F>& own) {
        if ((active >> I & 1u) == 0) return;
        if ((gliding >> I & 1u) == 0)
            run_effect<Effect>(item<I>(coefs), item<I>(state), own);
        else
            glide_effect<Effect>(item<I>(coefs), item<I>(target), item<I>(state), own, {});
    }
};

/// Chain<A, B, ...> from a list that ends in EndOfChain, as the lines of effects.def give it.
template <class List>
struct ChainOf;
template <class... T>
struct Types {};
template <class Done, class Rest>
struct Split;
template <class... Done>
struct Split<Types<Done...>, Types<EndOfChain>> {
    using Made = Chain<Done...>;
};
template <class... Done, class Next, class... Rest>
struct Split<Types<Done...>, Types<Next, Rest...>> {
    using Made = typename Split<Types<Done..., Next>, Types<Rest...>>::Made;
};
template <class... T>
struct ChainOf<Types<T...>> {
    using Made = typename Split<Types<>, Types<T...>>::Made;
};

}  // namespace mixfarm
