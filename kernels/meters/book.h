/// All meters of meters.def together: one state in lanes, one row of sums a bin, one row of metrics
/// at the end.
#pragma once

#include "kernels/meters/level.h"
#include "kernels/meters/loudness.h"
#include "kernels/meters/tone.h"
#include "kernels/meters/true_peak.h"

namespace mixfarm::meters {

inline constexpr int kSums = 0
#define MF_METER(name, Type) +Type::kSums
#include "kernels/meters/meters.def"
#undef MF_METER
    ;
inline constexpr int kMetrics = 0
#define MF_METER(name, Type) +static_cast<int>(sizeof(Type::kMetrics) / sizeof(MetricInfo))
#include "kernels/meters/meters.def"
#undef MF_METER
    ;

struct Setup {
#define MF_METER(name, Type) Type::Setup name;
#include "kernels/meters/meters.def"
#undef MF_METER
};

template <class F>
struct State {
#define MF_METER(name, Type) typename Type::template State<F> name;
#include "kernels/meters/meters.def"
#undef MF_METER
};

inline Setup setup(double rate) {
    Setup all;
#define MF_METER(name, Type) all.name = Type::setup(rate);
#include "kernels/meters/meters.def"
#undef MF_METER
    return all;
}

template <class F>
MF_HD void run(const Setup& c, State<F>& s, const F* left, const F* right, int frames) {
#define MF_METER(name, Type) Type::run(c.name, s.name, left, right, frames);
#include "kernels/meters/meters.def"
#undef MF_METER
}

/// Audio before the measured stretch.
template <class F>
MF_HD void warm_up(const Setup& c, State<F>& s, const F* left, const F* right, int frames) {
#define MF_METER(name, Type) Type::warm_up(c.name, s.name, left, right, frames);
#include "kernels/meters/meters.def"
#undef MF_METER
}

/// Writes kSums values and starts the next bin.
template <class F>
MF_HD void end_bin(State<F>& s, F* sums) {
#define MF_METER(name, Type)     \
    Type::end_bin(s.name, sums); \
    sums += Type::kSums;
#include "kernels/meters/meters.def"
#undef MF_METER
}

/// Adds a row of sums of another pair of channels, of the given weight in BS.1770, to a row.
inline void join(float* sums, const float* pair, float weight) {
#define MF_METER(name, Type)        \
    Type::join(sums, pair, weight); \
    sums += Type::kSums;            \
    pair += Type::kSums;
#include "kernels/meters/meters.def"
#undef MF_METER
}

/// The row of metrics of one candidate.
std::vector<float> finish(const MeterRecord& record);

}  // namespace mixfarm::meters
