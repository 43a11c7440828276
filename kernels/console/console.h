/// The console: which channels there are, of which effects they are made, and how what they give
/// comes together.
///
///     stem -> strip -> group -------------------> mix -> master -> gain -> limiter
///                \-> sends -> plate, hall, echo --/
///
/// A strip's group is fixed by the stem's role; sends leave behind the fader; returns go straight
/// into the mix. Everything is added in a fixed order: stems into groups in stem order, then the
/// groups, then the returns.
#pragma once

#include "generated/all_effects.h"
#include "kernels/console/chain.h"
#include "kernels/engine.h"

namespace mixfarm {

#define MF_NEXT(name, Type) Type,
#define MF_STRIP MF_NEXT
using StripChain = ChainOf<Types<
#include "kernels/effects/effects.def"
    EndOfChain>>::Made;
#define MF_GROUP MF_NEXT
using GroupChain = ChainOf<Types<
#include "kernels/effects/effects.def"
    EndOfChain>>::Made;
#define MF_PLATE MF_NEXT
using PlateChain = ChainOf<Types<
#include "kernels/effects/effects.def"
    EndOfChain>>::Made;
#define MF_HALL MF_NEXT
using HallChain = ChainOf<Types<
#include "kernels/effects/effects.def"
    EndOfChain>>::Made;
#define MF_ECHO MF_NEXT
using EchoChain = ChainOf<Types<
#include "kernels/effects/effects.def"
    EndOfChain>>::Made;
#define MF_MASTER MF_NEXT
using MasterChain = ChainOf<Types<
#include "kernels/effects/effects.def"
    EndOfChain>>::Made;
#undef MF_NEXT

namespace console {

inline constexpr int kGroups = 5;
inline constexpr int kReturns = Send::kReturns;
static_assert(kGroups + kReturns + 1 == kBuses);

/// Place of Send among the strip's effects: the last one.
inline constexpr int kSend = StripChain::kEffects - 1;

/// visit.operator()<Chain>() with the chain that bus `bus` is made of.
template <class Visit>
auto with_bus_chain(int bus, Visit visit) {
    switch (bus - kGroups) {
        case 0:
            return visit.template operator()<PlateChain>();
        case 1:
            return visit.template operator()<HallChain>();
        case 2:
            return visit.template operator()<EchoChain>();
        case 3:
            return visit.template operator()<MasterChain>();
        default:
            return visit.template operator()<GroupChain>();
    }
}

}  // namespace console
}  // namespace mixfarm
