/// What the lanes of a first glance cost alone: operations, bytes, processor time of one core.
#pragma once

#include <span>

#include "kernels/foresight.h"

namespace mixfarm::bench {

struct LaneCost {
    double per_second;  ///< mixes a second of one core
    double operations;  ///< floating point, a mix
    double bytes;       ///< of the song's tables that a mix goes through, its share of a register
};
LaneCost lane_cost(const SongView& song, const Listening& listening,
                   std::span<const MixSettings> mixes, int threads);

/// Floating point operations of one mix at a glance.
double glance_operations(const SongView& song, const Listening& listening, const MixSettings& mix,
                         Glance glance);

}  // namespace mixfarm::bench
