/// The strips of many candidates over a song: their coefficients and states on the device, and the
/// song that feeds them.
#pragma once

#include <algorithm>
#include <span>
#include <thread>
#include <vector>

#include "kernels/cuda/song_feed.h"

namespace mixfarm::cuda {

/// Frames of one launch, about: long enough to hide what a launch costs, short enough for thousands
/// of candidates.
inline constexpr int kSegmentFrames = 2048;
inline int segment_tiles(const LoadedSong& song) {
    return kSegmentFrames > song.tile ? kSegmentFrames / song.tile : 1;
}

/// Threads for what the host does for a batch: designing its strips, finishing its measurements.
inline int host_threads() {
    return static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

/// Which measured tiles add to which sums of left^2 + right^2.
struct StemEnergy {
    float* sums = nullptr;  ///< [stems][slots]; null: not wanted
    int from = 0, to = 0;   ///< tiles of the segment
};

class StripBank {
public:
    /// `stems` of the song for every mix; `slots` at least the mixes, a multiple of 32: those left
    /// over repeat the first mix.
    StripBank(const LoadedSong& song, std::vector<int> stems, std::span<const MixSettings> mixes,
              int slots, cudaStream_t stream);

    /// Queues tiles [first, first + tiles) of `groups` times 32 slots; `columns` says whose
    /// coefficients a slot runs with, `mix` receives [tiles][left, right][tile][slots]. `fresh`:
    /// every strip starts at rest.
    void run(std::int64_t first, int tiles, bool fresh, const int* columns, int groups, float* mix,
             const StemEnergy& energy);

    /// Device bytes a slot.
    static std::size_t bytes_per_slot(std::size_t stems) {
        return stems * (sizeof(StripCoefs<float>) + sizeof(StripState<float>));
    }

private:
    int slots_;
    cudaStream_t stream_;
    SongFeed feed_;
    DeviceBuffer<std::uint32_t> coefs_, states_;
};

}  // namespace mixfarm::cuda
