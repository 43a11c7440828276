/// Lane = candidate; the arrays a thread keeps lie in local memory, where the hardware puts the
/// lanes of a warp side by side.
#include "kernels/cuda/launch.h"
#include "kernels/cuda/master.h"

namespace mixfarm::cuda {
namespace {

__device__ int this_slot() {
    return static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
}

__global__ void __launch_bounds__(kWarp) listen_kernel(const ListenJob j, const KSetup k) {
    const int slot = this_slot();
    ListenState state{};
    if (!j.fresh) load_words(state, j.states + slot, j.slots);
    const std::size_t slots = static_cast<std::size_t>(j.slots);
    for (int tile = 0; tile < j.tiles; ++tile) {
        const float* left = j.mix + static_cast<std::size_t>(2 * tile * j.tile) * slots + slot;
        const float* right = left + static_cast<std::size_t>(j.tile) * slots;
        float energy = 0.f, peak = 0.f;
#pragma unroll 4
        for (int n = 0; n < j.tile; ++n) {
            const float x = left[n * slots], y = right[n * slots];
            const float l = k_weight(x, k, state.left), r = k_weight(y, k, state.right);
            energy = fma_(l, l, fma_(r, r, energy));
            peak = max_(peak, max_(abs_(x), abs_(y)));
        }
        if (tile >= j.kept_from && tile < j.kept_to) {
            const std::int64_t at = slot * j.row + j.place + (tile - j.kept_from);
            j.energy[at] = energy;
            j.peak[at] = peak;
        }
    }
    store_words(state, j.states + slot, j.slots);
}

__global__ void __launch_bounds__(kWarp) solve_kernel(const SolveJob j, const GainSetup setup) {
    const int slot = this_slot();
    const GainSolution<float> solved =
        solve_gain(setup, j.energy + slot * j.row, j.peak + slot * j.row, j.bins, j.stretches,
                   j.weight + slot * j.weights);
    j.gain[slot] = solved.gain;
    j.loudness[slot] = solved.loudness;
}

__global__ void __launch_bounds__(kWarp)
    master_kernel(const MasterJob j, const LimiterSetup limiter_setup,
                  const meters::Setup meter_setup) {
    const int slot = this_slot(), column = j.columns[slot];
    const std::size_t slots = static_cast<std::size_t>(j.slots);
    const float gain = j.gains[slot];
    LimiterState<float> limiter;
    meters::State<float> meter;
    load_words(limiter, j.limiters + slot, j.slots);
    load_words(meter, j.meters + slot, j.slots);
    if (j.fresh) {
        const float highest =
            meter.true_peak.highest;  // what a peak has to beat to matter holds for all stretches
        limiter = {};
        meter = {};
        meter.true_peak.highest = highest;
    }
    float left[kMaxTile], right[kMaxTile];
    int ring = j.ring_start;
    for (int tile = 0; tile < j.tiles; ++tile) {
        const float* mix = j.mix + static_cast<std::size_t>(2 * tile * j.tile) * slots + column;
        for (int n = 0; n < j.tile; ++n) {
            left[n] = mix[n * slots];
            right[n] = mix[(j.tile + n) * slots];
        }
        limit(limiter_setup, limiter, gain, left, right, j.tile);
        const int leaving = j.leaving + tile;
        if (leaving < 0) {
            if (tile >= j.warm_from) meters::warm_up(meter_setup, meter, left, right, j.tile);
            continue;
        }
        const std::int64_t rest = j.frames - std::int64_t{leaving} * j.tile;
        const int count = rest < j.tile ? static_cast<int>(rest) : j.tile;
        meters::run(meter_setup, meter, left, right, count);
        for (int n = 0; n < count; ++n) {
            j.ring[ring * slots + slot] = left[n];
            j.ring[(j.ring_frames + ring) * slots + slot] = right[n];
            if (++ring == j.ring_frames) ring = 0;
        }
        if ((leaving + 1) % j.tiles_per_bin == 0 || leaving + 1 == j.measured) {
            const std::int64_t bin = j.first_bin + leaving / j.tiles_per_bin;
            meters::end_bin(meter, j.sums + (slot * j.row + bin) * meters::kSums);
        }
    }
    store_words(limiter, j.limiters + slot, j.slots);
    store_words(meter, j.meters + slot, j.slots);
}

}  // namespace

void run_listen(const ListenJob& job, const KSetup& setup, int groups, cudaStream_t stream) {
    launch(listen_kernel, {static_cast<unsigned>(groups), kWarp}, stream, job, setup);
}

void run_solve(const SolveJob& job, const GainSetup& setup, int groups, cudaStream_t stream) {
    launch(solve_kernel, {static_cast<unsigned>(groups), kWarp}, stream, job, setup);
}

void run_master(const MasterJob& job, const LimiterSetup& limiter, const meters::Setup& meter,
                int groups, cudaStream_t stream) {
    launch(master_kernel, {static_cast<unsigned>(groups), kWarp}, stream, job, limiter, meter);
}

}  // namespace mixfarm::cuda
