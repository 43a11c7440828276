/// What follows the mix: the master gain, and the pass that limits and measures.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

#include "kernels/console/limiter.h"
#include "kernels/console/loaded_song.h"
#include "kernels/console/master_gain.h"
#include "kernels/cuda/words.h"
#include "kernels/meters/book.h"

namespace mixfarm::cuda {

/// All pointers here and below are the device's.
struct SolveJob {
    int slots, stretches;
    std::int64_t row, weights;   ///< tiles and bins a slot
    const float *energy, *peak;  ///< [slots][row]
    const int* bins;             ///< [stretches] whole bins
    float* weight;               ///< [slots][weights], scratch
    float *gain, *loudness;      ///< [slots]
};
/// One thread a candidate.
void run_solve(const SolveJob& job, const GainSetup& setup, int groups, cudaStream_t stream);

/// What the warps of the master's line carry from segment to segment; all zero at rest.
struct MasterState {
    peak_search::Window<float> left, right;
    GainRide<float> ride;
    meters::State<float> meters;
};
/// Floats of memory that the limiter needs beside it: the tile that is on its way through, and what
/// the ride looks back at.
inline std::size_t limiter_cells(const LoadedSong& song) {
    const LimiterSetup c = limiter::setup(song.view.rate, song.tile, 0);
    return static_cast<std::size_t>(2 * song.tile + GainRide<float>::memory_frames(c));
}

struct MasterJob {
    int slots, tile, tiles, tiles_per_bin;
    bool fresh;             ///< a stretch begins
    const float* mix;       ///< [tiles][left, right][tile][slots]
    const int* columns;     ///< [slots]: the column of `mix` that a slot reads
    const float* gains;     ///< [slots] linear
    std::uint32_t* states;  ///< [words of MasterState][slots]
    float* memory;          ///< [limiter_cells()][slots]
    int leaving;          ///< number, counted from the first measured one, of the tile that leaves
                          ///< the limiter while tile 0 of the segment enters; negative while
                          ///< warming up
    int warm_from;        ///< tiles of this segment before this one only fill the limiter
    int measured;         ///< tiles measured in the whole stretch
    std::int64_t frames;  ///< frames measured in the whole stretch
    std::int64_t first_bin, row;  ///< the stretch's first bin, bins a slot
    float* sums;                  ///< [slots][row][meters::kSums]
    int ring_start,
        ring_frames;  ///< where in the ring the first measured frame of this segment goes
    float* ring;      ///< [left, right][ring_frames][slots]: the finished sound
};
void run_master(const MasterJob& job, const LimiterSetup& limiter, const meters::Setup& meter,
                int groups, cudaStream_t stream);

}  // namespace mixfarm::cuda
