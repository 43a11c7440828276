/// Small kernels that use what the stand-in offers, each as it should be and with a fault.
#include <numeric>
#include <stdexcept>

#include "kernels/cuda/launch.h"
#include "kernels/cuda/memory.h"
#include "tests/support/standin/standin.h"

namespace mixfarm::standin {
namespace {

constexpr int kThreads = 64;
constexpr unsigned kAll = 0xffffffffu;

struct Probe {
    const float* in;
    float* out;
};
int thread() {
    return static_cast<int>(threadIdx.x);
}

template <bool kWaits>
__global__ void reverse(const Probe p) {
    MF_SHARED(float, kept, kThreads);
    kept[thread()] = p.in[thread()];
    if (kWaits) __syncthreads();
    p.out[thread()] = kept[kThreads - 1 - thread()];
}
__global__ void sum(const Probe p) {
    float x = p.in[thread()];
    for (int apart = 16; apart > 0; apart /= 2) x += __shfl_xor_sync(kAll, x, apart);
    const bool first_half = __any_sync(kAll, thread() == 0) != 0;
    p.out[thread()] = first_half ? x : -x;
}
template <bool kWaits>
__global__ void lockstep(const Probe p) {
    MF_SHARED(float, kept, kThreads);
    kept[thread()] = p.in[thread()];
    if (kWaits) __syncwarp();
    p.out[thread()] = kept[thread() ^ 1];
}
__global__ void one_too_far(const Probe p) {
    MF_SHARED(float, kept, kThreads);
    kept[thread() + 1] = p.in[thread()];
    __syncthreads();
    p.out[thread()] = kept[thread()];
}
__global__ void two_blocks(const Probe p) {
    p.out[thread()] = static_cast<float>(blockIdx.x);
}
__global__ void barrier_in_a_branch(const Probe p) {
    if (thread() < 32) __syncthreads();
    p.out[thread()] = p.in[thread()];
}
__global__ void left_early(const Probe p) {
    if (thread() == 5) return;
    __syncthreads();
    p.out[thread()] = p.in[thread()];
}
__global__ void two_barriers(const Probe p) {
    if (thread() < 32)
        __syncthreads();
    else
        __syncthreads();
    p.out[thread()] = p.in[thread()];
}
__global__ void absent_lanes(const Probe p) {
    float x = p.in[thread()];
    if (thread() % 32 < 16) x = __shfl_xor_sync(kAll, x, 1);
    p.out[thread()] = x;
}
__global__ void outside_the_mask(const Probe p) {
    float x = p.in[thread()];
    if (thread() % 32 < 16) x = __shfl_sync(0xffffu, x, 20);
    p.out[thread()] = x;
}

struct Named {
    const char* name;
    void (*kernel)(const Probe);
    unsigned blocks;
};
constexpr Named kProbes[] = {
    {"reverse", reverse<true>, 1},
    {"reverse without barrier", reverse<false>, 1},
    {"sum", sum, 1},
    {"lockstep", lockstep<true>, 1},
    {"lockstep without barrier", lockstep<false>, 1},
    {"one too far", one_too_far, 1},
    {"two blocks", two_blocks, 2},
    {"barrier in a branch", barrier_in_a_branch, 1},
    {"left early", left_early, 1},
    {"two barriers", two_barriers, 1},
    {"absent lanes", absent_lanes, 1},
    {"outside the mask", outside_the_mask, 1},
};

}  // namespace

std::vector<float> probe(const std::string& name) {
    for (const Named& named : kProbes) {
        if (name != named.name) continue;
        const cuda::Stream stream;
        std::vector<float> in(kThreads), out(kThreads);
        std::iota(in.begin(), in.end(), 0.f);
        cuda::DeviceBuffer<float> from(kThreads), to(kThreads);
        from.upload(in.data(), in.size(), stream);
        cuda::launch(named.kernel, {named.blocks, kThreads}, stream, Probe{from.data(), to.data()});
        MF_CUDA(cudaMemcpyAsync(out.data(), to.data(), to.bytes(), cudaMemcpyDeviceToHost, stream));
        return out;
    }
    throw std::invalid_argument("no probe is called " + name);
}

}  // namespace mixfarm::standin
