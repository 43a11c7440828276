/// What follows the strips up to the mix: groups and returns through their chains, their sum, the
/// master's chain.
#pragma once

#include "kernels/cuda/channels.h"
#include "kernels/cuda/memory.h"
#include "kernels/meters/k_weighting.h"

namespace mixfarm::cuda {

/// What the listening pass hears of the unlimited mix, tile by tile. All pointers are the device's.
struct Listening {
    KSetup weighting;
    std::uint32_t* states;    ///< [words of ListenState][slots]
    int kept_from, kept_to;   ///< tiles of this segment that belong to whole bins of the stretch
    std::int64_t place;       ///< where tile kept_from goes in a slot's row
    std::int64_t row;         ///< whole tiles of all stretches
    float* energy = nullptr;  ///< [slots][row] K-weighted, of both sides; null: nobody listens
    float* peak = nullptr;    ///< [slots][row] largest sample
};
/// K-weighting of both sides of the unlimited mix.
struct ListenState {
    KState<float> left, right;
};

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
    Listening listening;
};

/// The returns beside the groups: each keeps a few warps busy, and waits for its own last sample.
using BusBranches = Branches<console::kReturns>;

/// `groups` times 32 slots. `active` [kBuses]: effects in play on every bus.
void run_buses(const BusesJob& job, const std::uint32_t* active, int groups, cudaStream_t stream,
               BusBranches& branches);

}  // namespace mixfarm::cuda
