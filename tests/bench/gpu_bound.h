/// What a GPU can do at most, measured in the same run as everything else.
#pragma once

#include <optional>

namespace mixfarm::bench {

struct GpuBound {
    double flops;         ///< fused multiply-adds of all multiprocessors, two operations each
    double copied_bytes;  ///< a second, read and written, from device memory to device memory
};
/// Nothing where there is no such GPU.
std::optional<GpuBound> gpu_bound(int device);

}  // namespace mixfarm::bench
