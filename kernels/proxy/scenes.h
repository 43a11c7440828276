/// A song cut into scenes: stretches in which the same stems play alike.
#pragma once

#include <vector>

#include "kernels/console/loaded_song.h"

namespace mixfarm {

/// Blocks of 0.4 s, as loudness is gated by, and which scene each belongs to.
struct Scenes {
    static constexpr double kBlockSeconds = 0.4;
    static constexpr int kMost = 48;

    int count = 0;
    int block = 0;             ///< frames
    std::vector<int> scene;    ///< [blocks], -1 where nothing plays
    std::vector<float> level;  ///< [blocks] power of all stems, each by its own mean, over that of
                               ///< the scene's mean block
    std::vector<std::vector<int>> members;    ///< [scenes] blocks
    std::vector<std::vector<double>> energy;  ///< [stems][blocks] K-weighted, both sides

    Scenes(const SongView& song, int threads);
};

}  // namespace mixfarm
