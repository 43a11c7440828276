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
    Row<typename PrototypeOf<Effects, F>::Type...> prototypes;
    std::uint32_t active = 0;  ///< bit I: effect I is linear and acts in some lane
    F acts[Its::kEffects];     ///< 1 in the lanes where effect I does

    /// `knobs` [Its::kParams] in lanes; `acting` [lanes] as Chain::active has it.
    MF_HD void set(const F* knobs, const std::uint32_t* acting) {
        active = 0;
        Its::for_each([&]<class Effect, int I>(int first) {
            if constexpr (has_prototype<Effect>) {
                std::uint32_t somewhere = 0;
                for (int at = 0; at < lane_count<F>; ++at) {
                    set_lane(acts[I], at, static_cast<float>(acting[at] >> I & 1u));
                    somewhere |= acting[at];
                }
                if ((somewhere >> I & 1u) == 0) return;
                active |= 1u << I;
                item<I>(prototypes) = Effect::template prototype<F>(knobs + first);
            }
        });
    }
    MF_HD Path<F> at(F hz) const {
        Path<F> path;
        pass<0, Its::kEffects>(hz, path);
        return path;
    }
    /// Through effects kFrom to kTo, that one not included.
    template <int kFrom, int kTo>
    MF_HD void pass(F hz, Path<F>& path) const {
        Its::for_each([&]<class Effect, int I>(int) {
            if constexpr (has_prototype<Effect> && I >= kFrom && I < kTo) {
                if ((active >> I & 1u) == 0) return;
                Path<F> passed = path;
                Effect::pass(item<I>(prototypes), hz, passed);
                // What does not act leaves no trace, not even by rounding.
                path = choose(acts[I], path, passed);
            }
        });
    }
};

/// The knobs of a channel in lanes, [Chain::kParams] from place `first` of the strips or of the
/// buses; the last mix fills the lanes that are left, `neutral` stands for buses not set.
template <class Chain, class F>
void read_channel(std::span<const MixSettings> mixes, std::size_t first, bool of_buses,
                  const std::vector<float>& neutral, LinearChannel<Chain, F>& channel,
                  F (&knobs)[Chain::kParams]) {
    std::uint32_t acting[lane_count<F>];
    for (int at = 0; at < lane_count<F>; ++at) {
        const MixSettings& mix = mixes[std::min(static_cast<std::size_t>(at), mixes.size() - 1)];
        const std::vector<float>& buses = mix.buses.empty() ? neutral : mix.buses;
        const float* const row = (of_buses ? buses : mix.strips).data() + first;
        for (int k = 0; k < Chain::kParams; ++k) set_lane(knobs[k], at, row[k]);
        acting[at] = Chain::active(row);
    }
    channel.set(knobs, acting);
}

}  // namespace mixfarm
