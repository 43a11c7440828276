/// What a compressor's detector sees of a sound, beside how loud the sound is.
#pragma once

#include <array>
#include <span>
#include <utility>
#include <vector>

#include "host/song/song.h"

namespace mixfarm {

/// [steps] of kStepMs each. A detector without hold follows the wave itself, which is small most of
/// the time: what it sees of a step is taken at one moment of it, spread evenly over the steps.
struct Envelope {
    static constexpr double kStepMs = 0.25;
    static constexpr double kAverageMs = 10;  ///< time constant of the compressor's mean square
    /// High-pass filters of side-chains (12 dB an octave), 0 = none.
    static constexpr std::array<double, 5> kCutsHz = {0, 60, 100, 160, 300};
    struct Detector {
        std::vector<float> sample_db;  ///< the larger of both sides, dBFS, -120 at least
        std::vector<float> square_db;  ///< mean square of both sides (one pole of kAverageMs)
    };
    std::array<Detector, kCutsHz.size()> detectors;
    std::vector<float> k_power;  ///< K-weighted power of both sides, unfiltered
    /// The one whose filter is nearest to `cut_hz`.
    const Detector& detector(double cut_hz) const;
};

/// The loudest stretch of a sum of stems: `parts` are stems and the gain of each, dB;
/// `level_lufs` [100 ms blocks] is the sum's level, which decides where the stretch of at most
/// `seconds` lies. Empty when nothing sounds.
Envelope loudest_stretch(const Song& song, std::span<const std::pair<int, double>> parts,
                         const std::vector<float>& level_lufs, double seconds = 3);

}  // namespace mixfarm
