/// How what a pass of the master left of one candidate becomes its Measurement, and the next gain
/// where it missed the target.
#pragma once

#include <optional>
#include <span>

#include "kernels/engine.h"
#include "kernels/meters/meter.h"

namespace mixfarm {

/// How far the integrated loudness of a finished mix may lie from its target before the gain is
/// corrected.
inline constexpr double kLoudnessTolerance = 0.15;
inline constexpr int kMaxCorrections = 4;

/// Integrated loudness in front of gain and limiter, LUFS, from the K-weighted energies of the
/// listening pass: tiles of all stretches in order, `bins` whole bins a stretch.
double unlimited_lufs(std::span<const float> tile_energy, std::span<const int> bins,
                      int tiles_per_bin, double rate);

/// `gain` linear, `stem_energy` the sums of left^2 + right^2 of every stem over the measured
/// frames.
Measurement measure_mix(const MeterRecord& record, float gain, double unlimited,
                        std::span<const float> stem_energy);

/// The walk of one candidate's gain to the target: along the slope of the model behind
/// solve_gain() at first, then along the line through the last two passes (secant method).
class GainSearch {
public:
    /// The gain for another pass of the master; nothing when the loudness is reached or out of
    /// reach. `gain` (linear) is what `measured` was made with, `heard_log2` the loudness that
    /// solve_gain() found.
    std::optional<float> next(const Measurement& measured, float gain, float heard_log2,
                              const MasterTarget& target);

private:
    double gain_db_ = 0, lufs_ = 0;  ///< of the pass before
    bool walked_ = false;
};

}  // namespace mixfarm
