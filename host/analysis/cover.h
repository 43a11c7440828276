/// Which stems cover which, how much and where in the spectrum: the masking matrix as a list that
/// can be told.
#pragma once

#include <array>
#include <vector>

#include "host/analysis/profile.h"

namespace mixfarm {

/// One stem that lies under another while both are equally loud.
struct Cover {
    std::size_t stem, masker;  ///< index into Profile::stems
    double share;              ///< Profile::masked_by
    /// Edges of the stretch of the covered stem that is buried most, on third octaves; 0 where no
    /// band is buried by half.
    double low_hz = 0, high_hz = 0;
};

/// All pairs of which at least `least` is covered, most first, ties in the order of the song.
std::vector<Cover> covers(const Profile& profile, double least);

/// Mean square per third octave at a K-weighted power of 1, so that stems can be compared at equal
/// loudness; all 0 for a silent stem.
std::array<double, kBands> at_equal_loudness(const std::array<double, kBands>& band_power);

}  // namespace mixfarm
