/// A song with everything that does not depend on the candidate: tiles, where its stems sleep, the
/// tables of the spectrum.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "kernels/engine.h"
#include "kernels/meters/spectrum.h"

namespace mixfarm {

inline constexpr int kMaxTile = 640;  ///< frames; 192 kHz has 480, 176.4 kHz 588

struct LoadedSong {
    SongView view;
    int tile = 0, tiles_per_bin = 0;
    std::int64_t tiles = 0;
    std::vector<std::vector<std::uint8_t>> awake;      ///< [stems][tiles]
    std::vector<std::vector<std::uint8_t>> bus_awake;  ///< [groups, then returns][tiles]
    std::unique_ptr<BandMap> bands;
    std::unique_ptr<LaneFft> fft;

    explicit LoadedSong(const SongView& song);
};

/// One excerpt on the grid of tiles.
struct Stretch {
    std::int64_t warm, first,
        last;             ///< tiles: rendering starts, measuring starts, measuring ends (exclusive)
    std::int64_t frames;  ///< measured frames, the song's end respected
    int bins,
        whole_bins;  ///< measured bins of 10 ms; those of full length: loudness counts no others

    /// Rendered tiles: warm-up, measured, and one more that the limiter's look-ahead needs.
    std::int64_t rendered() const { return last + 1 - warm; }
};
/// The excerpts in order; every start is a multiple of 10 ms inside the song.
std::vector<Stretch> plan_stretches(const LoadedSong& song, std::span<const Excerpt> excerpts);

}  // namespace mixfarm
