/// The excerpts of a song on the grid of tiles, and the memory that a batch of candidates takes for
/// them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/cuda/console_layout.h"

namespace mixfarm::cuda {

/// What a batch spends memory on to be quicker.
struct BatchStyle {
    bool keep;  ///< the unlimited mix stays on the device from the listening pass to the master's
    bool few;   ///< candidates leave room: rounds of stems run side by side, strips ahead of buses
};

struct BatchPlan {
    BatchPlan(const LoadedSong& song, std::span<const Excerpt> excerpts);

    std::vector<Stretch> stretches;
    std::vector<int> whole_bins;             ///< of each stretch
    std::int64_t rendered = 0;               ///< tiles of all stretches, warm-up included
    std::int64_t whole_tiles = 0, bins = 0;  ///< measured
    std::int64_t frames = 0;                 ///< measured
    int segment_tiles = 0, ring_frames = 0;

    /// Device memory a candidate needs.
    std::size_t bytes_per_slot(const LoadedSong& song, const ConsoleLayout& layout,
                               BatchStyle style) const;
    /// Device memory that does not depend on the number of candidates.
    std::size_t fixed_bytes(const LoadedSong& song) const;
};

/// Elements of an array [a][b].
inline std::size_t product(std::int64_t a, std::int64_t b) {
    return static_cast<std::size_t>(a) * static_cast<std::size_t>(b);
}

}  // namespace mixfarm::cuda
