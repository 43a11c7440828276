/// One candidate alone, compiled.
#include "kernels/cpu/lane_group.h"

namespace mixfarm {
template class LaneGroup<float>;
}  // namespace mixfarm
