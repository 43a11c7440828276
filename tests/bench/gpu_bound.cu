/// Sixteen independent chains of fused multiply-adds a thread; a copy that no cache holds.
#include <algorithm>

#include "kernels/cuda/launch.h"
#include "kernels/cuda/memory.h"
#include "tests/bench/gpu_bound.h"

namespace mixfarm::bench {
namespace {

constexpr int kChains = 16, kRounds = 4096, kThreads = 256;

__global__ void fma_kernel(float* out, float a, float b) {
    float x[kChains];
    for (int i = 0; i < kChains; ++i) x[i] = static_cast<float>(threadIdx.x + i);
    for (int r = 0; r < kRounds; ++r) {
#pragma unroll
        for (int i = 0; i < kChains; ++i) x[i] = __fmaf_rn(x[i], a, b);
    }
    float sum = 0.f;
    for (int i = 0; i < kChains; ++i) sum += x[i];
    out[blockIdx.x * blockDim.x + threadIdx.x] = sum;
}
__global__ void copy_kernel(const float4* from, float4* to, std::size_t count) {
    for (std::size_t i = blockIdx.x * blockDim.x + threadIdx.x; i < count;
         i += static_cast<std::size_t>(gridDim.x) * blockDim.x)
        to[i] = from[i];
}

/// Best of nine, after one that does not count.
template <class Work>
double seconds(cudaStream_t stream, Work work) {
    cudaEvent_t begin, end;
    MF_CUDA(cudaEventCreate(&begin));
    MF_CUDA(cudaEventCreate(&end));
    float best = 1e30f;
    for (int take = 0; take < 10; ++take) {
        MF_CUDA(cudaEventRecord(begin, stream));
        work();
        MF_CUDA(cudaEventRecord(end, stream));
        MF_CUDA(cudaEventSynchronize(end));
        float ms = 0;
        MF_CUDA(cudaEventElapsedTime(&ms, begin, end));
        if (take > 0) best = std::min(best, ms);
    }
    MF_CUDA(cudaEventDestroy(begin));
    MF_CUDA(cudaEventDestroy(end));
    return 1e-3 * static_cast<double>(best);
}

}  // namespace

std::optional<GpuBound> gpu_bound(int device) {
    if (make_cuda_engine(device) == nullptr) return std::nullopt;
    MF_CUDA(cudaSetDevice(device));
    cudaDeviceProp properties{};
    MF_CUDA(cudaGetDeviceProperties(&properties, device));
    const cuda::Stream stream;
    const auto blocks = static_cast<unsigned>(properties.multiProcessorCount * 8);
    cuda::DeviceBuffer<float> out(static_cast<std::size_t>(blocks) * kThreads);
    const double fma = seconds(stream, [&] {
        cuda::launch(fma_kernel, {blocks, kThreads}, stream, out.data(), 0.999f, 1e-3f);
    });
    const std::size_t count = std::size_t{64} << 20;  // float4: 1 GiB
    cuda::DeviceBuffer<float4> from(count), to(count);
    from.clear(stream);
    const double copy = seconds(stream, [&] {
        cuda::launch(copy_kernel, {blocks, kThreads}, stream, from.data(), to.data(), count);
    });
    return GpuBound{2.0 * kChains * kRounds * kThreads * blocks / fma,
                    2.0 * static_cast<double>(from.bytes()) / copy};
}

}  // namespace mixfarm::bench
