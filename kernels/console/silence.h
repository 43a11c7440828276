/// Where a stem is asleep: after two seconds of silence its strip stops and its states return to
/// rest.
///
/// The rule depends on the stem alone, not on the candidates beside it, so it is part of the
/// definition of a mix and every engine follows it; a stem that is silent most of the time costs
/// almost nothing.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "kernels/engine.h"

namespace mixfarm {

inline constexpr double kSleepSeconds = 2;  ///< longer than any filter rings and than most releases
inline constexpr float kSilence = 1e-6f;    ///< -120 dBFS

/// awake[t] != 0: tile t of the stem has to be processed. [ceil(frames / tile)]
inline std::vector<std::uint8_t> awake_tiles(const StemView& stem, std::int64_t frames, int tile,
                                             int rate) {
    const std::int64_t tiles = (frames + tile - 1) / tile;
    const auto hold = static_cast<std::int64_t>(std::ceil(kSleepSeconds * rate / tile));
    std::vector<std::uint8_t> awake(static_cast<std::size_t>(tiles), 0);
    std::int64_t left = 0;
    for (std::int64_t t = 0; t < tiles; ++t) {
        const std::int64_t end = std::min(frames, (t + 1) * tile);
        for (std::int64_t n = t * tile; n < end; ++n) {
            if (std::fabs(stem.left[n]) >= kSilence || std::fabs(stem.right[n]) >= kSilence) {
                left = hold + 1;  // this tile and what rings after it
                break;
            }
        }
        if (left > 0) {
            awake[static_cast<std::size_t>(t)] = 1;
            --left;
        }
    }
    return awake;
}

/// A group is awake while one of its stems is, a return from where the first stem wakes on: an echo
/// may go round for minutes, and songs hardly rest as a whole. [groups and returns][tiles]
inline std::vector<std::vector<std::uint8_t>> awake_buses(
    const SongView& song, const std::vector<std::vector<std::uint8_t>>& stems, int groups,
    int returns) {
    const std::size_t tiles = stems.front().size();
    std::vector<std::vector<std::uint8_t>> buses(static_cast<std::size_t>(groups + returns),
                                                 std::vector<std::uint8_t>(tiles, 0));
    std::size_t first = tiles;
    for (std::size_t s = 0; s < stems.size(); ++s)
        for (std::size_t t = 0; t < tiles; ++t) {
            if (!stems[s][t]) continue;
            buses[static_cast<std::size_t>(song.stems[s].group)][t] = 1;
            first = std::min(first, t);
        }
    for (int r = 0; r < returns; ++r)
        for (std::size_t t = first; t < tiles; ++t)
            buses[static_cast<std::size_t>(groups + r)][t] = 1;
    return buses;
}

}  // namespace mixfarm
