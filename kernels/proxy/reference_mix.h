/// The sum of all stems, each by its own loudness: the mix from which the proxy learns how waves
/// meet.
///
/// Where a mix peaks is decided by a few moments of each frame: those in which the waves of this
/// sum are largest. Mixes of other balance peak at one of them too: the largest of four, a
/// millisecond apart at least, falls 0.05 dB short of a frame's true peak on average (standard
/// deviation 0.17 and 0.26 dB in the loudest tenth of two songs, levels drawn from the prior),
/// where the stems' own peaks, added as powers, stray by 1.2 dB.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "kernels/proxy/scenes.h"

namespace mixfarm {

struct ReferenceMix {
    static constexpr int kMoments = 4;
    struct Moment {
        std::int16_t frame;  ///< of the song, within the 10 ms
        bool right;          ///< else left
    };

    std::vector<float> gain;  ///< [stems]
    /// [10 ms frames] K-weighted mean square, mean of both sides; the moments, the largest first.
    std::vector<float> power;
    std::vector<std::array<Moment, kMoments>> moments;

    ReferenceMix(const SongView& song, const Scenes& scenes, int threads);
};

}  // namespace mixfarm
