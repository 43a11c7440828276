/// Who lies under whom: the masking matrix of a song from the stems' spectra and from when they
/// play.
#pragma once

#include <vector>

#include "host/analysis/profile.h"

namespace mixfarm {

/// Is the stem heard in a 100 ms block: above -50 LUFS and above -30 LU re its own loudest block.
/// [blocks]
std::vector<char> active_blocks(const std::vector<float>& level_lufs);

/// [stems x stems]: masked_share of the level-matched spectra (equal K-weighted power), times the
/// share of the maskee's active blocks in which the masker is active too. 0 on the diagonal and
/// where either is silent.
std::vector<double> masking_matrix(const std::vector<StemProfile>& stems);

/// Power gain of K-weighting (BS.1770) at `hz`, from its analogue prototype.
double k_weighting_power(double hz);

}  // namespace mixfarm
