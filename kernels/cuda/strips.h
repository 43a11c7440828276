/// The strips of one segment of the song: every stem through its strip, added in stem order into
/// its group and into the returns that it is sent to.
#pragma once

#include "kernels/cuda/channels.h"

namespace mixfarm::cuda {

/// Warps of a block at most: stems that run side by side. 512 threads leave 128 registers to each.
inline constexpr int kMaxStripWarps = 16;

/// Stems side by side in a block; more stems take turns in rounds of this many, in stem order.
inline int strip_warps(int stems) {
    return stems < kMaxStripWarps ? stems : kMaxStripWarps;
}
inline int strip_rounds(int stems) {
    return (stems + strip_warps(stems) - 1) / strip_warps(stems);
}

/// What a stem listens to: rows of `audio`, -1 for silence.
struct StemKeys {
    int duck, unmask;
};

/// Strip s is channel s. All pointers are the device's.
struct StripsJob {
    ChannelArrays channels;
    int stems, warps;
    int tile, tiles;     ///< frames a tile, tiles of the segment
    int from, to;        ///< tiles of it that are rendered now
    int frames;          ///< frames of the segment that lie inside the song
    int row;             ///< frames from one row of `audio` to the next
    const float* audio;  ///< [stems, then keys][left, right][row]
    const std::uint32_t*
        awake;  ///< [rounds][1 + tiles]: bit w is stem round * warps + w; first the tile before
    const std::uint32_t* takers;  ///< [rounds][groups, returns]: which of a round's stems go there
    const StemKeys* keys;         ///< [stems]
    const float* key_gains;       ///< [stems][duck, unmask][slots] by column: the key stem's trim
    float* stem_energy;  ///< [stems][slots], added to in tiles [counted_from, counted_to); null:
                         ///< not wanted
    int counted_from, counted_to;
    int place[kInnerBuses];  ///< of a bus in `buses`; -1: nothing goes there
    float* buses;            ///< [buses][tiles][left, right][tile][slots]
};

/// `groups` blocks of 32 slots each.
void run_strips(const StripsJob& job, int groups, cudaStream_t stream);

/// Does the current device run what this build was compiled for?
bool strips_loadable();

}  // namespace mixfarm::cuda
