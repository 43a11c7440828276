/// A stored row as the measurement that it is.
#pragma once

#include "host/store/results.h"
#include "kernels/engine.h"

namespace mixfarm {

Measurement measurement_of(const Row& row);

}  // namespace mixfarm
