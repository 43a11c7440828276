/// How a kernel is launched, and how it names the memory that its block shares.
///
/// Function calls and three macros in place of CUDA's own syntax, so that any C++ compiler reads
/// the kernels: the tests run them on a processor (tests/support/standin), which brings macros of
/// its own.
#pragma once

#include <utility>

#include "kernels/cuda/check.h"

#if !defined(MF_SHARED)
/// `name`: `count` (a constant) values of T that the threads of a block share.
#define MF_SHARED(T, name, count) __shared__ T name[count]
/// The same of as many bytes as the launch says; one a kernel.
#define MF_LAUNCH_SHARED(T, name) extern __shared__ T name[]
/// All `threads` threads of a block wait for each other, from wherever they are: unlike
/// __syncthreads(), warps with different work may each have a line of their own.
#define MF_MEET(threads) asm volatile("bar.sync 0, %0;" ::"r"(threads) : "memory")
#endif

namespace mixfarm::cuda {

/// What a kernel is spread over.
struct Grid {
    dim3 blocks, threads;
    std::size_t shared_bytes = 0;  ///< of MF_LAUNCH_SHARED
};

/// Queues kernel(arguments...).
template <class... Parameters, class... Arguments>
void launch(void (*kernel)(Parameters...), const Grid& grid, cudaStream_t stream,
            const Arguments&... arguments) {
    constexpr std::size_t kAlwaysThere = 48 << 10;
    if (grid.shared_bytes > kAlwaysThere)
        MF_CUDA(cudaFuncSetAttribute(reinterpret_cast<const void*>(kernel),
                                     cudaFuncAttributeMaxDynamicSharedMemorySize,
                                     static_cast<int>(grid.shared_bytes)));
    cudaLaunchConfig_t config{};
    config.gridDim = grid.blocks;
    config.blockDim = grid.threads;
    config.dynamicSmemBytes = grid.shared_bytes;
    config.stream = stream;
    MF_CUDA(cudaLaunchKernelEx(&config, kernel, arguments...));
}

}  // namespace mixfarm::cuda
