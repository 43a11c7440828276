/// How many threads the host gives to a batch: designing its channels, finishing its measurements.
#pragma once

#include <algorithm>
#include <thread>

namespace mixfarm::cuda {

inline int host_threads() {
    return static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

}  // namespace mixfarm::cuda
