/// Where a knob that moves stands on average.
#pragma once

#include <span>

#include "host/space/space.h"

namespace mixfarm {

/// The mean of what is drawn, weighed by `power` [100 ms blocks]: gains in dB by their power, all
/// else straight on the knob's scale.
float mean_of(const Automation& drawn, const Knob& knob, std::span<const double> power);

}  // namespace mixfarm
