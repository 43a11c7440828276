/// Compressor make-up gain that keeps a stem's loudness, so that its fader remains its level.
#pragma once

#include <vector>

namespace mixfarm {

/// Static estimate from the stem's own levels: every active 100 ms block of the level-matched stem
/// goes through the static curve (soft knee, Giannoulis et al. 2012); the gain restores the power
/// mean. Make-up by loudness beats make-up by mean gain reduction (Ma et al. 2015). Ballistics are
/// not in it: fast peaks are reduced less than this assumes.
class MakeUp {
public:
    MakeUp() = default;
    /// `level_lufs` per 100 ms block; `gain_db` = trim in front of the compressor. Only active
    /// blocks count.
    MakeUp(const std::vector<float>& level_lufs, double gain_db);
    /// dB; 0 for ratio 1.
    double gain_db(double threshold_db, double ratio, double knee_db) const;

private:
    static constexpr int kBins = 80;
    static constexpr double kLowest = -70;  ///< LUFS of bin 0, 1 dB a bin
    std::vector<float> blocks_;             ///< [kBins] active blocks a level
};

}  // namespace mixfarm
