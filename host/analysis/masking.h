/// Who lies under whom: the masking matrix of a song from the stems' spectra and from when they
/// play.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "host/analysis/profile.h"
#include "kernels/foresight.h"

namespace mixfarm {

using BandPowers = std::array<double, kBands>;

/// Of a third octave, by Zwicker's and Terhardt's fit.
double width_in_bark(int band);
/// Power within one Bark about the middle of each third octave: what the ear compares. Low third
/// octaves are a fraction of a Bark wide, those about 2 kHz one and a half.
BandPowers power_per_bark(const BandPowers& power);

/// Power within one Bark about the middle of each third octave below which a sound vanishes beside
/// `masker`: the masker's spread over its neighbours (Schroeder, Atal, Hall 1979, renormalised as
/// Johnston 1988 does), 6 dB down, which lies between noise (5.5 dB) and tones (14.5 dB and more)
/// as maskers. Linear: the threshold of several sounds is the sum of theirs.
BandPowers masking_threshold(const BandPowers& masker);

/// 0 = nothing of `maskee` lies under `threshold`, 1 = all of it, by 20 dB or more. After Ronan,
/// Ma, Mc Namara, Gunes, Reiss (2018): the masker-to-signal ratio threshold / maskee in dB, of each
/// band in which it is positive, up to T_max = 20 dB and as a share of it; here as a mean over the
/// bands that are heard of the maskee alone (60 dB under its strongest and up), weighted by power
/// to 0.3 as loudness is and by width in Bark. The maskee's power is that of one Bark about each
/// band. Where the maskee is silent: 0.
double masking(const BandPowers& maskee, const BandPowers& threshold);

/// 0..1, how much of a lead comes through: the speech intelligibility index of ANSI S3.5-1997 in
/// third octaves from 160 Hz to 8 kHz. A band counts by its importance for speech, wholly where it
/// lies 15 dB over the spread masker, not at all 15 dB under it. Taken for every lead, sung or
/// played. The threshold is that of masking_threshold.
double audibility(const BandPowers& lead, const BandPowers& threshold);

/// The tables by which mixes are foretold: masking() and audibility() in the form that lanes can
/// follow.
void tell_masking(Listening& rule);

/// Is the stem heard in a 100 ms block: above -70 LUFS and above -30 LU re its own loudest block.
/// [blocks]
std::vector<char> active_blocks(const std::vector<float>& level_lufs);

/// [stems x stems]: masked_share of the level-matched spectra (equal K-weighted power), times the
/// share of the maskee's active blocks in which the masker is active too. 0 on the diagonal and
/// where either is silent.
std::vector<double> masking_matrix(const std::vector<StemProfile>& stems);

/// Power gain of K-weighting (BS.1770) at `hz`, from its analogue prototype.
double k_weighting_power(double hz);

}  // namespace mixfarm
