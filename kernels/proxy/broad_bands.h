/// The broad bands in which the proxy follows dynamics.
#pragma once

#include <array>
#include <cmath>

#include "kernels/engine.h"

namespace mixfarm::broad {

inline constexpr int kBands = 8;
inline constexpr std::array<double, kBands - 1> kEdgesHz = {60, 120, 250, 500, 1000, 2500, 6000};

/// Share of a tone's power that counts as band b's: bands are the differences of second-order
/// Butterworth low-passes at their edges, whose |H|^2 = 1 / (1 + (f / edge)^4), so that together
/// they hold all of it.
inline double share(int b, double hz) {
    const auto below = [hz](int edge) {
        if (edge < 0) return 0.0;
        if (edge + 1 >= kBands) return 1.0;
        return 1 / (1 + std::pow(hz / kEdgesHz[static_cast<std::size_t>(edge)], 4));
    };
    return below(b) - below(b - 1);
}

/// Of the middles of the third octaves.
struct Shares {
    float hz[mixfarm::kBands];
    float belongs[kBands][mixfarm::kBands];  ///< share()
    /// Part of a broad band that lies in a third octave, where all third octaves are equally loud.
    float flat[kBands][mixfarm::kBands];

    Shares() {
        for (int t = 0; t < mixfarm::kBands; ++t) hz[t] = static_cast<float>(band_centre_hz(t));
        for (int b = 0; b < kBands; ++b) {
            double sum = 0;
            for (int t = 0; t < mixfarm::kBands; ++t) sum += share(b, band_centre_hz(t));
            for (int t = 0; t < mixfarm::kBands; ++t) {
                belongs[b][t] = static_cast<float>(share(b, band_centre_hz(t)));
                flat[b][t] = static_cast<float>(share(b, band_centre_hz(t)) / sum);
            }
        }
    }
};

}  // namespace mixfarm::broad
