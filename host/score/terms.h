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

double tone_term(const Measurement& m, const Style& style);
double dynamics_term(const Measurement& m, const Style& style);
double masking_term(double masking);
double stereo_term(const Measurement& m, const Style& style);
double lead_term(const StemMetrics& stems, const Style& style);
double depth_term(double reverb_to_dry_lu, double reverb_s);
double economy_term(double effects, double undone_db);

}  // namespace mixfarm
