/// The terms of a score that need nothing but what was measured and the style: pure functions, 0 to
/// 1, never quite 0.
#pragma once

#include "host/score/score.h"

namespace mixfarm {

/// 1 at no miss, 0.67 at one unit, 0.33 at two, then like 2 / miss^2: about a bell near the top
/// (mix features show an inverted U: Croghan 2012, Wilson and Fazenda 2016), but a mix that is far
/// off still feels which way is better.
double fall_off(double miss_squared);
/// How many `unit`s a value lies outside [low, high]; 0 inside, and 0 for NaN (not measured).
double miss(double value, double low, double high, double unit_below, double unit_above);

/// How far a mix lies from the style's curve, both at one level: the mean from 100 Hz to 4 kHz,
/// each band by its tolerance. [bands] dB; NaN where the style wants nothing.
struct ToneMiss {
    double level_db = 0;  ///< what brings the curve to the power of both sides of the mix
    std::array<double, kBands> off_db{};
    int worst = -1;  ///< band that is furthest off in units of its tolerance; -1 without a curve
};
ToneMiss tone_miss(const Measurement& m, const Style& style);
double tone_term(const Measurement& m, const Style& style);
/// `range_excess_lu`: StemMetrics has it.
double dynamics_term(const Measurement& m, const Style& style, double range_excess_lu);
double masking_term(double masking);
double stereo_term(const Measurement& m, const Style& style);
double lead_term(const StemMetrics& stems, const Style& style);
double depth_term(double reverb_to_dry_lu, double reverb_s);
double distortion_term(double distortion_db);
double economy_term(double effects, double undone_db);
/// Of all models, each by its amount; 1 without any. A model's part of it is
/// 1 / (1 + sqrt(d / 0.02)), where d is close to the published audio-feature loss of whole mixes
/// (FeatureLoss in kernels/engine.h) at equal loudness: 0.1 times the mean squared difference of
/// the magnitudes' logarithms, third octave by third octave by their widths in Bark, of middle and
/// sides; that of side over middle and of the balance of both sides; 0.001 times that of PLR, where
/// it is known. `stage` as in Judge::stem_metrics: over the telling seconds a mix is compared with
/// the same seconds of a model that has them.
double reference_term(const Measurement& m, const Style& style, int stage);

}  // namespace mixfarm
