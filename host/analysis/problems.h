/// What an engineer would complain about in a stem before mixing it, in words with the numbers
/// behind them.
#pragma once

#include <string>
#include <vector>

#include "host/analysis/profile.h"
#include "host/analysis/stem_scan.h"

namespace mixfarm {

/// Faults of one stem on its own.
std::vector<std::string> stem_problems(const Stem& stem, const StemProfile& profile,
                                       const StemScan& scan);

/// Correlation of two stems below 150 Hz where both have power there; 0 when one of them has
/// nothing to speak of.
double low_correlation(const StemScan& a, const StemScan& b);

/// Adds "works against '<other>' below 150 Hz" to both stems of every pair whose low ends cancel.
void add_phase_problems(const Song& song, const std::vector<StemScan>& scans,
                        std::vector<StemProfile>& stems);

}  // namespace mixfarm
