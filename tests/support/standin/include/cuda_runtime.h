/// Stands in for CUDA's header of this name in tests: as much of the runtime as the CUDA engine
/// uses, on the processor (tests/support/standin/standin.h).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <tuple>

#include "tests/support/standin/block.h"

#define __global__
#define __device__
#define __host__
#define __launch_bounds__(...)
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define __forceinline__ inline
#else
#define __forceinline__ inline __attribute__((always_inline))
#endif

// ---- inside kernels ----

namespace mixfarm::standin {
template <Dim Place::*which, unsigned Dim::*axis>
struct Coordinate {
    operator unsigned() const { return place().*which.*axis; }
};
template <Dim Place::*which>
struct Coordinates {
    Coordinate<which, &Dim::x> x;
    Coordinate<which, &Dim::y> y;
    Coordinate<which, &Dim::z> z;
};
}  // namespace mixfarm::standin
inline constexpr mixfarm::standin::Coordinates<&mixfarm::standin::Place::thread> threadIdx{};
inline constexpr mixfarm::standin::Coordinates<&mixfarm::standin::Place::block> blockIdx{};
inline constexpr mixfarm::standin::Coordinates<&mixfarm::standin::Place::threads> blockDim{};
inline constexpr mixfarm::standin::Coordinates<&mixfarm::standin::Place::blocks> gridDim{};

#define MF_SHARED(T, name, count) \
    static char name##_identity;  \
    T* const name =               \
        static_cast<T*>(::mixfarm::standin::shared(&name##_identity, sizeof(T) * (count)))
#define MF_LAUNCH_SHARED(T, name) \
    T* const name = static_cast<T*>(::mixfarm::standin::launch_shared())

#define MF_MEET(threads) ::mixfarm::standin::meeting(threads, __LINE__)

using dim3 = mixfarm::standin::Dim;

inline void __syncthreads(int line = __builtin_LINE()) {
    mixfarm::standin::barrier(line);
}
inline void __syncwarp(unsigned mask = 0xffffffffu, int line = __builtin_LINE()) {
    mixfarm::standin::warp_barrier(mask, line);
}
namespace mixfarm::standin {
template <class T>
T exchange(unsigned mask, T value, int from, int line) {
    static_assert(sizeof(T) <= sizeof(std::uint64_t));
    std::uint64_t word = 0;
    std::memcpy(&word, &value, sizeof value);
    word = shuffle(mask, word, from, line);
    std::memcpy(&value, &word, sizeof value);
    return value;
}
}  // namespace mixfarm::standin
template <class T>
T __shfl_sync(unsigned mask, T value, int from, int = 32, int line = __builtin_LINE()) {
    return mixfarm::standin::exchange(mask, value, from & 31, line);
}
template <class T>
T __shfl_xor_sync(unsigned mask, T value, int other, int = 32, int line = __builtin_LINE()) {
    return mixfarm::standin::exchange(mask, value, mixfarm::standin::lane() ^ other, line);
}
inline int __any_sync(unsigned mask, int yes, int line = __builtin_LINE()) {
    return mixfarm::standin::ballot(mask, yes != 0, line) != 0;
}
inline int __ffs(int x) {
    return __builtin_ffs(x);
}
using std::max;
using std::min;

// ---- on the host ----

enum cudaError_t {
    cudaSuccess = 0,
    cudaErrorInvalidValue = 1,
    cudaErrorMemoryAllocation = 2,
    cudaErrorInvalidDevice = 101,
};
enum cudaMemcpyKind { cudaMemcpyHostToDevice = 1, cudaMemcpyDeviceToHost = 2 };
enum cudaFuncAttribute { cudaFuncAttributeMaxDynamicSharedMemorySize = 8 };
inline constexpr unsigned cudaStreamNonBlocking = 1, cudaEventDisableTiming = 2;

using cudaStream_t = mixfarm::standin::Stream*;
using cudaEvent_t = mixfarm::standin::Event*;

struct cudaDeviceProp {
    char name[256];
    int major, minor, multiProcessorCount;
    std::size_t totalGlobalMem, sharedMemPerBlockOptin;
};
struct cudaFuncAttributes {};
struct cudaLaunchConfig_t {
    dim3 gridDim, blockDim;
    std::size_t dynamicSmemBytes = 0;
    cudaStream_t stream = nullptr;
};

const char* cudaGetErrorString(cudaError_t error);
cudaError_t cudaGetLastError();
cudaError_t cudaGetDeviceCount(int* count);
cudaError_t cudaSetDevice(int device);
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device);
cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* all);
cudaError_t cudaMalloc(void** memory, std::size_t bytes);
cudaError_t cudaFree(void* memory);
cudaError_t cudaMallocHost(void** memory, std::size_t bytes);
cudaError_t cudaFreeHost(void* memory);
cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream);
cudaError_t cudaMemsetAsync(void* memory, int byte, std::size_t bytes, cudaStream_t stream);
cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags);
cudaError_t cudaStreamDestroy(cudaStream_t stream);
cudaError_t cudaStreamSynchronize(cudaStream_t stream);
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned flags);
cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned flags);
cudaError_t cudaEventDestroy(cudaEvent_t event);
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream);
cudaError_t cudaEventSynchronize(cudaEvent_t event);
cudaError_t cudaFuncSetAttribute(const void* kernel, cudaFuncAttribute attribute, int value);
template <class Kernel>
cudaError_t cudaFuncGetAttributes(cudaFuncAttributes*, Kernel*) {
    return cudaSuccess;
}
template <class... Parameters, class... Arguments>
cudaError_t cudaLaunchKernelEx(const cudaLaunchConfig_t* config, void (*kernel)(Parameters...),
                               const Arguments&... arguments) {
    std::tuple<Parameters...> copies(arguments...);
    return mixfarm::standin::enqueue_kernel(
               config->stream, reinterpret_cast<const void*>(kernel),
               {config->gridDim, config->blockDim, config->dynamicSmemBytes},
               [kernel, copies] { std::apply(kernel, copies); })
               ? cudaSuccess
               : cudaErrorInvalidValue;
}
