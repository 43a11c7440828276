/// What follows the strips up to the mix: groups and returns through their chains, their sum, the
/// master's chain.
#pragma once

#include "kernels/cuda/channels.h"

namespace mixfarm::cuda {

/// All pointers are the device's.
struct BusesJob {
    ChannelArrays channels;
    int first_channel;           ///< of bus 0; the other buses follow
    int tile, tiles;             ///< frames a tile, tiles of the segment
    int from, to;                ///< tiles of it that are rendered now
    bool fresh;                  ///< a stretch begins with tile `from`: the master is at rest
    const std::uint32_t* awake;  ///< [1 + tiles]: bit b is bus b; first the tile before
    int place[kInnerBuses];      ///< of a bus in `buses`; -1: nothing goes there
    float* buses;                ///< [buses][tiles][left, right][tile][slots], worked on in place
    float* group_energy;  ///< [in, out][groups][slots] of groups in which anything acts, added to
                          ///< in tiles [counted_from, counted_to); null: not wanted
    int counted_from, counted_to;
    float* mix;  ///< [tiles][left, right][tile][slots]
};

/// `groups` times 32 slots. `active` [kBuses]: effects in play on every bus.
void run_buses(const BusesJob& job, const std::uint32_t* active, int groups, cudaStream_t stream);

}  // namespace mixfarm::cuda
