/// What the filters of a strip take and give in every third octave, cheaply: by their analogue
/// prototypes.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "kernels/engine.h"

namespace mixfarm {

/// kBands, and neutral ones to a multiple of what a register holds.
inline constexpr std::size_t kPaddedBands = 32;
static_assert(kPaddedBands >= kBands);
using BandRatios = std::array<float, kPaddedBands>;

/// High-pass, low-pass and equaliser. A prototype's power is a ratio of quadratics in the square of
/// the frequency: no angle is taken and nothing designed. The filters that sound keep within 0.5 dB
/// of it up to 3/8 of the rate (kernels/effects/equalizer.h); what lies above has little weight in
/// loudness.
class FilterPower {
public:
    FilterPower();
    /// Power ratio of each band at its centre. `strip` [strip params]. False, and `ratio` left as
    /// it is, where no filter acts.
    bool operator()(std::span<const float> strip, BandRatios& ratio) const;

private:
    struct Pass {
        std::size_t hz, steep;  ///< places in the row
        float off;              ///< corner at which it is off
        bool high;
    };
    struct Band {
        std::size_t hz, db, q, bell;  ///< bell: 0 where it always is one
        bool low;
    };
    std::vector<Pass> passes_;
    std::vector<Band> bands_;
    BandRatios hz2_;  ///< centres, squared
};

}  // namespace mixfarm
