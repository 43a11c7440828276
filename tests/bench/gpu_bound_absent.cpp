/// Stands in for gpu_bound.cu in a build without nvcc.
#include "tests/bench/gpu_bound.h"

namespace mixfarm::bench {

std::optional<GpuBound> gpu_bound(int) {
    return std::nullopt;
}

}  // namespace mixfarm::bench
