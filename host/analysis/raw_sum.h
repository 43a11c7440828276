/// All stems as delivered, summed and measured: the song before anyone mixes it.
#pragma once

#include <array>

#include "host/song/song.h"
#include "kernels/engine.h"

namespace mixfarm {

struct RawSum {
    Measurement measured;
    std::array<double, kBands> band_power{};  ///< (L^2 + R^2) / 2
    LoudnessSeries loudness;
};

/// Streams through the song; nothing of the sum is kept.
RawSum raw_sum(const Song& song);

}  // namespace mixfarm
