/// What stands out of a stem's spectrum: the low end of its range, and bumps over the line between
/// their neighbours.
#pragma once

#include <array>

#include "kernels/engine.h"

namespace mixfarm {

struct Excess {
    double hz = 0;  ///< centre of the strongest band of the region
    double db =
        0;  ///< mean of the region over the line through its neighbours; <= 0 or not comparable: 0
};

/// Bump in [low_hz, high_hz] over the straight line (dB over log frequency) through three third
/// octaves on either side, one band of distance left free. 0 when a side lies more than 18 dB below
/// the region: then it is the stem's own range.
Excess spectral_excess(const std::array<double, kBands>& band_power, double low_hz, double high_hz);
Excess boxiness(const std::array<double, kBands>& band_power);   ///< 250 to 500 Hz
Excess harshness(const std::array<double, kBands>& band_power);  ///< 2 to 5 kHz

/// Mean level of the bands within [low_hz, high_hz], dB re the strongest band; -120 when empty.
double region_level_db(const std::array<double, kBands>& band_power, double low_hz, double high_hz);
/// Frequency below which `share` of the power lies, on third-octave edges.
double power_edge_hz(const std::array<double, kBands>& band_power, double share);
/// Centre of the strongest band within [low_hz, high_hz].
double strongest_hz(const std::array<double, kBands>& band_power, double low_hz, double high_hz);

}  // namespace mixfarm
