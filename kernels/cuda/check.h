/// Turns every failure of the CUDA runtime and of cuFFT into a DeviceError that names the call, the
/// file and the line.
#pragma once

#include <cuda_runtime.h>
#include <cufft.h>

#include <string>

#include "kernels/engine.h"

namespace mixfarm::cuda {

/// The GPU's memory does not hold this batch; a smaller one may fit.
class OutOfDeviceMemory : public DeviceError {
    using DeviceError::DeviceError;
};

[[noreturn]] inline void fail(bool memory, const std::string& what, const char* call,
                              const char* file, int line) {
    const std::string message =
        what + " in " + call + " (" + file + ":" + std::to_string(line) + ")";
    if (memory) throw OutOfDeviceMemory(message);
    throw DeviceError(message);
}

inline void check(cudaError_t error, const char* call, const char* file, int line) {
    if (error == cudaSuccess) return;
    cudaGetLastError();  // what is not fatal to the context must not show up at the next call
    fail(error == cudaErrorMemoryAllocation, std::string("CUDA: ") + cudaGetErrorString(error),
         call, file, line);
}

inline void check(cufftResult result, const char* call, const char* file, int line) {
    if (result == CUFFT_SUCCESS) return;
    cudaGetLastError();
    fail(result == CUFFT_ALLOC_FAILED, "cuFFT: error " + std::to_string(static_cast<int>(result)),
         call, file, line);
}

}  // namespace mixfarm::cuda

#define MF_CUDA(call) ::mixfarm::cuda::check((call), #call, __FILE__, __LINE__)
