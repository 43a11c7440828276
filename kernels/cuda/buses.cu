/// Block = 32 candidates on one bus, lane = candidate; the bus is a line of warps.
#include "kernels/cuda/buses.h"
#include "kernels/cuda/line.h"

namespace mixfarm::cuda {
namespace {

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

template <class Chain>
using BusBelt = Belt<kStages<Chain>, kChunkSound>;

/// Bus first_bus + blockIdx.y, in place.
template <class Chain, bool kGlides>
__global__ void __launch_bounds__(kStages<Chain>* kWarp, 2)
    bus_kernel(const BusesJob j, int first_bus) {
    MF_SHARED(float, shared, BusBelt<Chain>::kPlaces* kChunkSound);
    const int bus = first_bus + static_cast<int>(blockIdx.y);
    if (j.place[bus] < 0 || j.channels.places[j.first_channel + bus].active == 0) return;
    const int lane = static_cast<int>(threadIdx.x) % kWarp,
              slot = static_cast<int>(blockIdx.x) * kWarp + lane;
    const std::size_t slots = static_cast<std::size_t>(j.channels.slots);
    as_stage<kStages<Chain>>(static_cast<int>(threadIdx.x) / kWarp, [&]<int kStage>() {
        constexpr bool kFirst = kStage == 0, kLast = kStage == kStages<Chain> - 1;
        StagePart<Chain, kGlides, kStage> part;
        part.load(j.channels, j.first_channel + bus, slot);
        // The first stage counts what comes in, the last what goes out.
        float* counted = nullptr;
        if ((kFirst || kLast) && j.group_energy && bus < console::kGroups)
            counted = j.group_energy +
                      static_cast<std::size_t>(bus + (kLast ? console::kGroups : 0)) * slots + slot;
        float energy = 0.f;
        BusBelt<Chain> belt{shared};
        belt.template run<kStage>(
            Walk(j.from, j.to, j.tile, j.awake, 1u << bus),
            [&](const Walk& at, float* place) {
                const int frames = min(kChunk, j.tile - at.start);
                float* const left = place + lane * kStride;
                float* const right = left + kWarp * kStride;
                float* const outside = bus_frame(j, bus, at.tile, at.start, slot);
                float* const outside_right = bus_frame(j, bus, at.tile, j.tile + at.start, slot);
                if (at.start == 0) {
                    if ((j.awake[at.tile] >> bus & 1u) == 0) part.rest();
                    energy = 0.f;
                }
                if constexpr (kFirst) {
                    for (int n = 0; n < frames; ++n) {
                        left[n] = outside[n * slots];
                        right[n] = outside_right[n * slots];
                    }
                    energy = with_energy(left, right, frames, energy);
                }
                part.run({left, right, frames}, {at.start, j.tile});
                if constexpr (kLast) {
                    energy = with_energy(left, right, frames, energy);
                    for (int n = 0; n < frames; ++n) {
                        outside[n * slots] = left[n];
                        outside_right[n * slots] = right[n];
                    }
                }
                if (counted && at.ends_tile() && at.tile >= j.counted_from &&
                    at.tile < j.counted_to)
                    *counted = *counted + energy;
            },
            [](const Walk&, float*) {});
        part.save();
    });
}

/// Behind the master's chain one more warp listens.
constexpr int kMixStages = kStages<MasterChain> + 1;
using MixBelt = Belt<kMixStages, kChunkSound>;

/// Adds what is awake, groups first.
__device__ void sum_buses(const BusesJob& j, const Walk& at, int slot, int frames, float* left,
                          float* right) {
    const std::size_t slots = static_cast<std::size_t>(j.channels.slots);
    for (int n = 0; n < frames; ++n) left[n] = right[n] = 0.f;
    for (int bus = 0; bus < kInnerBuses; ++bus) {
        if (j.place[bus] < 0 || (j.awake[at.tile + 1] >> bus & 1u) == 0) continue;
        const float* const from = bus_frame(j, bus, at.tile, at.start, slot);
        const float* const from_right = bus_frame(j, bus, at.tile, j.tile + at.start, slot);
        for (int n = 0; n < frames; ++n) {
            left[n] = left[n] + from[n * slots];
            right[n] = right[n] + from_right[n * slots];
        }
    }
}

/// Stage kStage of the master's chain.
template <bool kGlides, int kStage>
__device__ void master_chain(const BusesJob& j, const MixBelt& shared, int lane, int slot) {
    constexpr bool kFirst = kStage == 0, kLast = kStage == kStages<MasterChain> - 1;
    const std::size_t slots = static_cast<std::size_t>(j.channels.slots);
    StagePart<MasterChain, kGlides, kStage> part;
    part.load(j.channels, j.first_channel + kInnerBuses, slot);
    if (j.fresh) part.rest();
    MixBelt belt = shared;
    belt.template run<kStage>(
        Walk(j.from, j.to, j.tile),
        [&](const Walk& at, float* place) {
            const int frames = min(kChunk, j.tile - at.start);
            float* const left = place + lane * kStride;
            float* const right = left + kWarp * kStride;
            if constexpr (kFirst) sum_buses(j, at, slot, frames, left, right);
            part.run({left, right, frames}, {at.start, j.tile});
            if constexpr (kLast) {
                float* const mix =
                    j.mix + static_cast<std::size_t>(2 * at.tile * j.tile + at.start) * slots +
                    slot;
                for (int n = 0; n < frames; ++n) {
                    mix[n * slots] = left[n];
                    mix[(j.tile + n) * slots] = right[n];
                }
            }
        },
        [](const Walk&, float*) {});
    part.save();
}

__device__ void listen(const BusesJob& j, const MixBelt& shared, int lane, int slot) {
    const Listening& l = j.listening;
    const bool listens = l.energy != nullptr;
    ListenState state{};
    if (listens && !j.fresh) load_words(state, l.states + slot, j.channels.slots);
    float energy = 0.f, peak = 0.f;
    MixBelt belt = shared;
    belt.template run<kMixStages - 1>(
        Walk(j.from, j.to, j.tile),
        [&](const Walk& at, const float* place) {
            if (!listens) return;
            const float* const left = place + lane * kStride;
            const float* const right = left + kWarp * kStride;
            const int frames = min(kChunk, j.tile - at.start);
            for (int n = 0; n < frames; ++n) {
                const float a = k_weight(left[n], l.weighting, state.left),
                            b = k_weight(right[n], l.weighting, state.right);
                energy = fma_(a, a, fma_(b, b, energy));
                peak = max_(peak, max_(abs_(left[n]), abs_(right[n])));
            }
            if (!at.ends_tile()) return;
            if (at.tile >= l.kept_from && at.tile < l.kept_to) {
                const std::int64_t to = slot * l.row + l.place + (at.tile - l.kept_from);
                l.energy[to] = energy;
                l.peak[to] = peak;
            }
            energy = peak = 0.f;
        },
        [](const Walk&, float*) {});
    if (listens) store_words(state, l.states + slot, j.channels.slots);
}

/// The sum of what is awake, through the master's chain and before the listener.
template <bool kGlides>
__global__ void __launch_bounds__(kMixStages* kWarp, 2) mix_kernel(const BusesJob j) {
    MF_SHARED(float, shared, MixBelt::kPlaces* kChunkSound);
    const int lane = static_cast<int>(threadIdx.x) % kWarp,
              slot = static_cast<int>(blockIdx.x) * kWarp + lane;
    as_stage<kMixStages>(static_cast<int>(threadIdx.x) / kWarp, [&]<int kStage>() {
        if constexpr (kStage < kStages<MasterChain>)
            master_chain<kGlides, kStage>(j, {shared}, lane, slot);
        else
            listen(j, {shared}, lane, slot);
    });
}

template <class Chain, bool kGlides>
void launch_bus(const BusesJob& job, int first_bus, int count, int groups, cudaStream_t stream) {
    const Grid grid{dim3(static_cast<unsigned>(groups), static_cast<unsigned>(count)),
                    kStages<Chain> * kWarp};
    launch(bus_kernel<Chain, kGlides>, grid, stream, job, first_bus);
}

template <bool kGlides>
void launch_all(const BusesJob& job, const std::uint32_t* active, int groups, cudaStream_t stream,
                BusBranches& branches) {
    const auto runs = [&](int bus) { return job.place[bus] >= 0 && active[bus] != 0; };
    branches.fork(stream);
    const auto add_return = [&]<class Chain>(int bus) {
        if (runs(bus))
            branches.add([&](cudaStream_t beside) {
                launch_bus<Chain, kGlides>(job, bus, 1, groups, beside);
            });
    };
    const int first = console::kGroups;
    add_return.template operator()<PlateChain>(first);
    add_return.template operator()<HallChain>(first + 1);
    add_return.template operator()<EchoChain>(first + 2);
    bool any_group = false;
    for (int g = 0; g < console::kGroups; ++g) any_group = any_group || runs(g);
    if (any_group) launch_bus<GroupChain, kGlides>(job, 0, console::kGroups, groups, stream);
    branches.join(stream);
    launch(mix_kernel<kGlides>, {static_cast<unsigned>(groups), kMixStages * kWarp}, stream, job);
}

}  // namespace

void run_buses(const BusesJob& job, const std::uint32_t* active, int groups, cudaStream_t stream,
               BusBranches& branches) {
    if (job.channels.gliding)
        launch_all<true>(job, active, groups, stream, branches);
    else
        launch_all<false>(job, active, groups, stream, branches);
}

}  // namespace mixfarm::cuda
