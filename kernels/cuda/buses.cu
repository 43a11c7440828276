/// Block = 32 candidates on one bus, lane = candidate; the frames at hand lie in shared memory.
#include "kernels/cuda/buses.h"
#include "kernels/cuda/launch.h"

namespace mixfarm::cuda {
namespace {

constexpr int kChunk = 32;
constexpr int kStride = kLaneStride<kChunk>;

__device__ float* bus_frame(const BusesJob& j, int bus, int tile, int frame, int slot) {
    return j.buses +
           static_cast<std::size_t>((j.place[bus] * j.tiles + tile) * 2 * j.tile + frame) *
               static_cast<std::size_t>(j.channels.slots) +
           slot;
}

__device__ float with_energy(const float* left, const float* right, int frames, float energy) {
    for (int n = 0; n < frames; ++n)
        energy = fma_(left[n], left[n], fma_(right[n], right[n], energy));
    return energy;
}

/// Bus first_bus + blockIdx.y.
template <class Chain, bool kGlides>
__global__ void __launch_bounds__(kWarp) bus_kernel(const BusesJob j, int first_bus) {
    MF_SHARED(float, sound, 2 * kWarp * kStride);
    const int bus = first_bus + static_cast<int>(blockIdx.y);
    if (j.place[bus] < 0) return;
    const int lane = static_cast<int>(threadIdx.x),
              slot = static_cast<int>(blockIdx.x) * kWarp + lane;
    const std::size_t slots = static_cast<std::size_t>(j.channels.slots);
    float* const left = sound + lane * kStride;
    float* const right = left + kWarp * kStride;
    ThreadPart<Chain, kGlides> channel;
    channel.load(j.channels, j.first_channel + bus, slot);
    if (channel.active() == 0) return;
    float *counted_in = nullptr, *counted_out = nullptr;
    if (j.group_energy && bus < console::kGroups) {
        counted_in = j.group_energy + static_cast<std::size_t>(bus) * slots + slot;
        counted_out = counted_in + console::kGroups * slots;
    }
    for (int tile = j.from; tile < j.to; ++tile) {
        if ((j.awake[tile + 1] >> bus & 1u) == 0) continue;
        if ((j.awake[tile] >> bus & 1u) == 0) channel.rest();
        float in = 0.f, out = 0.f;
        for (int start = 0; start < j.tile; start += kChunk) {
            const int frames = min(kChunk, j.tile - start);
            float* const from = bus_frame(j, bus, tile, start, slot);
            float* const from_right = bus_frame(j, bus, tile, j.tile + start, slot);
            for (int n = 0; n < frames; ++n) {
                left[n] = from[n * slots];
                right[n] = from_right[n * slots];
            }
            in = with_energy(left, right, frames, in);
            channel.run({left, right, frames}, {start, j.tile});
            out = with_energy(left, right, frames, out);
            for (int n = 0; n < frames; ++n) {
                from[n * slots] = left[n];
                from_right[n * slots] = right[n];
            }
        }
        if (counted_in && tile >= j.counted_from && tile < j.counted_to) {
            *counted_in = *counted_in + in;
            *counted_out = *counted_out + out;
        }
    }
    channel.save();
}

/// The sum of what is awake, groups first, through the master's chain.
template <bool kGlides>
__global__ void __launch_bounds__(kWarp) mix_kernel(const BusesJob j) {
    MF_SHARED(float, sound, 2 * kWarp * kStride);
    const int lane = static_cast<int>(threadIdx.x),
              slot = static_cast<int>(blockIdx.x) * kWarp + lane;
    const std::size_t slots = static_cast<std::size_t>(j.channels.slots);
    float* const left = sound + lane * kStride;
    float* const right = left + kWarp * kStride;
    ThreadPart<MasterChain, kGlides> master;
    master.load(j.channels, j.first_channel + kInnerBuses, slot);
    if (j.fresh) master.rest();
    for (int tile = j.from; tile < j.to; ++tile) {
        const std::uint32_t awake = j.awake[tile + 1];
        float* const mix = j.mix + static_cast<std::size_t>(2 * tile * j.tile) * slots + slot;
        for (int start = 0; start < j.tile; start += kChunk) {
            const int frames = min(kChunk, j.tile - start);
            for (int n = 0; n < frames; ++n) left[n] = right[n] = 0.f;
            for (int bus = 0; bus < kInnerBuses; ++bus) {
                if (j.place[bus] < 0 || (awake >> bus & 1u) == 0) continue;
                const float* const from = bus_frame(j, bus, tile, start, slot);
                const float* const from_right = bus_frame(j, bus, tile, j.tile + start, slot);
                for (int n = 0; n < frames; ++n) {
                    left[n] = left[n] + from[n * slots];
                    right[n] = right[n] + from_right[n * slots];
                }
            }
            master.run({left, right, frames}, {start, j.tile});
            for (int n = 0; n < frames; ++n) {
                mix[(start + n) * slots] = left[n];
                mix[(j.tile + start + n) * slots] = right[n];
            }
        }
    }
    master.save();
}

template <class Chain, bool kGlides>
void launch_bus(const BusesJob& job, int first_bus, int count, int groups, cudaStream_t stream) {
    const Grid grid{dim3(static_cast<unsigned>(groups), static_cast<unsigned>(count)), kWarp};
    launch(bus_kernel<Chain, kGlides>, grid, stream, job, first_bus);
}

template <bool kGlides>
void launch_all(const BusesJob& job, const std::uint32_t* active, int groups, cudaStream_t stream) {
    const auto runs = [&](int bus) { return job.place[bus] >= 0 && active[bus] != 0; };
    bool any_group = false;
    for (int g = 0; g < console::kGroups; ++g) any_group = any_group || runs(g);
    if (any_group) launch_bus<GroupChain, kGlides>(job, 0, console::kGroups, groups, stream);
    const int first = console::kGroups;
    if (runs(first)) launch_bus<PlateChain, kGlides>(job, first, 1, groups, stream);
    if (runs(first + 1)) launch_bus<HallChain, kGlides>(job, first + 1, 1, groups, stream);
    if (runs(first + 2)) launch_bus<EchoChain, kGlides>(job, first + 2, 1, groups, stream);
    launch(mix_kernel<kGlides>, {static_cast<unsigned>(groups), kWarp}, stream, job);
}

}  // namespace

void run_buses(const BusesJob& job, const std::uint32_t* active, int groups, cudaStream_t stream) {
    if (job.channels.gliding)
        launch_all<true>(job, active, groups, stream);
    else
        launch_all<false>(job, active, groups, stream);
}

}  // namespace mixfarm::cuda
