/// The linear part of a channel of the console, in lanes: the prototypes of its effects, one after
/// the other.
#pragma once

#include <algorithm>
#include <span>

#include "kernels/console/chain.h"
#include "kernels/core/path.h"
#include "kernels/engine.h"

namespace mixfarm {

struct NoPrototype {};
template <class Effect, class F, bool = has_prototype<Effect>>
struct PrototypeOf {
    using Type = typename Effect::template Prototype<F>;
};
template <class Effect, class F>
struct PrototypeOf<Effect, F, false> {
    using Type = NoPrototype;
};

template <class Chain, class F>
struct LinearChannel;

template <class... Effects, class F>
struct LinearChannel<Chain<Effects...>, F> {
    using Its = Chain<Effects...>;
    OfEach<typename PrototypeOf<Effects, F>::Type...> prototypes;
    std::uint32_t active = 0;  ///< bit I: effect I is linear and acts in some lane
    F acts[Its::kEffects];     ///< 1 in the lanes where effect I does

    /// `knobs` [Its::kParams] in lanes; `acting` [lanes] as Chain::active has it.
    MF_HD void set(const F* knobs, const std::uint32_t* acting) {
        active = 0;
        [&]<int... I>(std::integer_sequence<int, I...>) {
            (set_one<Effects, I>(knobs + Its::template param_place<I>(), acting), ...);
        }
        (typename Its::Indices{});
    }
    MF_HD Path<F> at(F hz) const {
        Path<F> path;
        pass<0, Its::kEffects>(hz, path);
        return path;
    }
    /// Through effects kFrom to kTo, that one not included.
    template <int kFrom, int kTo>
    MF_HD void pass(F hz, Path<F>& path) const {
        [&]<int... I>(std::integer_sequence<int, I...>) {
            (pass_one<Effects, I, (I >= kFrom && I < kTo)>(hz, path), ...);
        }
        (typename Its::Indices{});
    }

private:
    template <class Effect, int I>
    MF_HD void set_one(const F* knobs, const std::uint32_t* acting) {
        if constexpr (has_prototype<Effect>) {
            std::uint32_t somewhere = 0;
            for (int at = 0; at < lane_count<F>; ++at) {
                set_lane(acts[I], at, static_cast<float>(acting[at] >> I & 1u));
                somewhere |= acting[at];
            }
            if ((somewhere >> I & 1u) == 0) return;
            active |= 1u << I;
            item<I>(prototypes) = Effect::template prototype<F>(knobs);
        }
    }
    template <class Effect, int I, bool kIn>
    MF_HD void pass_one(F hz, Path<F>& path) const {
        if constexpr (has_prototype<Effect> && kIn) {
            if ((active >> I & 1u) == 0) return;
            Path<F> passed = path;
            Effect::pass(item<I>(prototypes), hz, passed);
            // What does not act leaves no trace, not even by rounding.
            path = choose(acts[I], path, passed);
        }
    }
};

/// A row of knobs in lanes, from place `first` of the strips or of the buses; the last mix fills
/// the lanes that are left, `neutral` stands for buses not set. `active(row)` is what acts there.
template <class F, class Active>
void read_row(std::span<const MixSettings> mixes, std::size_t first, bool of_buses, int params,
              const std::vector<float>& neutral, const Active& active, F* knobs,
              std::uint32_t* acting) {
    for (int at = 0; at < lane_count<F>; ++at) {
        const MixSettings& mix = mixes[std::min(static_cast<std::size_t>(at), mixes.size() - 1)];
        const std::vector<float>& buses = mix.buses.empty() ? neutral : mix.buses;
        const float* const row = (of_buses ? buses : mix.strips).data() + first;
        for (int k = 0; k < params; ++k) set_lane(knobs[k], at, row[k]);
        acting[at] = active(row);
    }
}

/// The same of a channel, made ready.
template <class Chain, class F>
void read_channel(std::span<const MixSettings> mixes, std::size_t first, bool of_buses,
                  const std::vector<float>& neutral, LinearChannel<Chain, F>& channel,
                  F (&knobs)[Chain::kParams]) {
    std::uint32_t acting[lane_count<F>];
    read_row(mixes, first, of_buses, Chain::kParams, neutral, Chain::active, knobs, acting);
    channel.set(knobs, acting);
}

}  // namespace mixfarm
