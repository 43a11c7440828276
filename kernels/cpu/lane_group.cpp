/// Eight candidates side by side, compiled.
#include "kernels/cpu/lane_group.h"

namespace mixfarm {
template class LaneGroup<f8>;
}  // namespace mixfarm
