/// The strips of one segment of the song: every stem through its strip, added in stem order into
/// the mix.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

#include "kernels/console/strip.h"
#include "kernels/cuda/words.h"

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

/// All pointers are the device's; a slot is one candidate's column in every array.
struct StripsJob {
    int stems, warps, slots;
    int tile, tiles;     ///< frames a tile, tiles of the segment
    int frames;          ///< frames of the segment that lie inside the song
    int row;             ///< frames from one row of `audio` to the next
    const float* audio;  ///< [stems][left, right][row]
    const std::uint32_t*
        awake;  ///< [rounds][1 + tiles]: bit w is stem round * warps + w; first the tile before
    const int* columns;          ///< [slots]: whose coefficients a slot runs with
    const std::uint32_t* coefs;  ///< [stems][words of StripCoefs][slots]
    std::uint32_t* states;       ///< [stems][words of StripState][slots]
    float* stem_energy;  ///< [stems][slots], added to in tiles [counted_from, counted_to); null:
                         ///< not wanted
    int counted_from, counted_to;
    float* mix;  ///< [tiles][left, right][tile][slots]
};

/// `groups` blocks of 32 slots each.
void run_strips(const StripsJob& job, int groups, cudaStream_t stream);

/// Does the current device run what this build was compiled for?
bool strips_loadable();

}  // namespace mixfarm::cuda
