/// Block = 32 candidates, lane = candidate; limiter and meters are a line of four warps: peaks
/// between the samples left, right, the gain, the meters.
#include <cstddef>

#include "kernels/cuda/line.h"
#include "kernels/cuda/master.h"

namespace mixfarm::cuda {
namespace {

__global__ void __launch_bounds__(kWarp) solve_kernel(const SolveJob j, const GainSetup setup) {
    const int slot = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
    const GainSolution<float> solved =
        solve_gain(setup, j.energy + slot * j.row, j.peak + slot * j.row, j.bins, j.stretches,
                   j.weight + slot * j.weights);
    j.gain[slot] = solved.gain;
    j.loudness[slot] = solved.loudness;
}

constexpr int kMasterStages = 4, kRide = 2;
/// A chunk: what the two sides rise to, which becomes the reduction; then the limited sound.
constexpr int kReductions = kWarp * kStride;
using MasterBelt = Belt<kMasterStages, kReductions + kChunkSound>;

/// One candidate's place in the line.
struct Seat {
    int lane, slot, column;
    float gain;
};

/// Where a slot's words of a MasterState begin, `offset` bytes into it.
__device__ std::uint32_t* words_at(const MasterJob& j, std::size_t offset, int slot) {
    return j.states + offset / sizeof(std::uint32_t) * static_cast<std::size_t>(j.slots) + slot;
}

/// work(first frame, frames) on a whole chunk, whose length is then known to the compiler, or frame
/// by frame.
template <class Work>
__device__ void in_pieces(int frames, Work work) {
    if (frames == kChunk)
        work(0, std::integral_constant<int, kChunk>{});
    else
        for (int n = 0; n < frames; ++n) work(n, std::integral_constant<int, 1>{});
}

/// How high one side rises between its samples; the second side makes a wish of it.
template <int kSide>
__device__ void search_side(const MasterJob& j, const LimiterSetup& setup, MasterBelt belt,
                            const Seat& seat) {
    static_assert(kChunk == peak_search::Window<float>::kPiece);
    const std::size_t slots = static_cast<std::size_t>(j.slots);
    std::uint32_t* const saved = words_at(
        j, kSide == 0 ? offsetof(MasterState, left) : offsetof(MasterState, right), seat.slot);
    peak_search::Window<float> window{};
    if (!j.fresh) load_words(window, saved, j.slots);
    belt.run<kSide>(
        Walk(0, j.tiles, j.tile),
        [&](const Walk& at, float* place) {
            float* const highest = place + seat.lane * kStride;
            const float* const mix =
                j.mix +
                static_cast<std::size_t>((2 * at.tile + kSide) * j.tile + at.start) * slots +
                seat.column;
            window.begin_piece();
            in_pieces(min(kChunk, j.tile - at.start), [&](int first, auto count) {
                float sound[count], own[count];
                for (int n = 0; n < count; ++n) {
                    sound[n] = mix[(first + n) * slots] * seat.gain;
                    own[n] = kSide == 0 ? setup.ceiling : highest[first + n];
                }
                window.template advance<count>(sound, own, [&](float bound) {
                    return __any_sync(0xffffffffu, !limiter::quiet(setup, bound)) != 0;
                });
                for (int n = 0; n < count; ++n)
                    highest[first + n] =
                        kSide == 0 ? own[n] : limiter::wanted_reduction(setup, own[n]);
            });
        },
        [](const Walk&, float*) {});
    store_words(window, saved, j.slots);
}

/// Turns the sound down by what the frames one tile later want.
__device__ void ride(const MasterJob& j, const LimiterSetup& setup, MasterBelt belt,
                     const Seat& seat) {
    const std::size_t slots = static_cast<std::size_t>(j.slots);
    std::uint32_t* const saved = words_at(j, offsetof(MasterState, ride), seat.slot);
    const Memory<float> waiting{j.memory + seat.slot, j.slots}, memory = waiting.from(2 * j.tile);
    GainRide<float> state{};
    if (j.fresh)
        for (int i = 0; i < GainRide<float>::memory_frames(setup); ++i) memory[i] = 0.f;
    else
        load_words(state, saved, j.slots);
    int ring = j.ring_start;
    belt.run<kRide>(
        Walk(0, j.tiles, j.tile),
        [&](const Walk& at, float* place) {
            const int frames = min(kChunk, j.tile - at.start);
            float* const wanted = place + seat.lane * kStride;
            float highest = 0.f;
            for (int n = 0; n < frames; ++n) highest = max_(highest, wanted[n]);
            const bool acts = state.run(setup, memory, wanted, frames, all_at_most(highest, 0.f));
            const std::int64_t left_over =
                j.frames - std::int64_t{j.leaving + at.tile} * j.tile - at.start;
            for (int side = 0; side < 2; ++side) {
                float* const out = place + kReductions + (side * kWarp + seat.lane) * kStride;
                const float* const entering =
                    j.mix +
                    static_cast<std::size_t>((2 * at.tile + side) * j.tile + at.start) * slots +
                    seat.column;
                const float* const leaving =
                    entering - static_cast<std::size_t>(2 * j.tile) * slots;
                const Memory<float> between = waiting.from(side * j.tile + at.start);
                for (int n = 0; n < frames; ++n) {
                    const float x = at.tile > 0 ? leaving[n * slots] * seat.gain
                                    : j.fresh   ? 0.f
                                                : between[n];
                    if (at.tile == j.tiles - 1) between[n] = entering[n * slots] * seat.gain;
                    out[n] = acts ? x * (1.f - wanted[n]) : x;
                }
                if (j.leaving + at.tile < 0) continue;
                float* to =
                    j.ring + static_cast<std::size_t>(side * j.ring_frames) * slots + seat.slot;
                for (int n = 0, i = ring; n < frames && n < left_over; ++n) {
                    to[i * slots] = out[n];
                    if (++i == j.ring_frames) i = 0;
                }
            }
            if (j.leaving + at.tile < 0) return;
            ring += frames;
            if (ring >= j.ring_frames) ring -= j.ring_frames;
        },
        [](const Walk&, float*) {});
    store_words(state, saved, j.slots);
}

__device__ void measure(const MasterJob& j, const meters::Setup& setup, MasterBelt belt,
                        const Seat& seat) {
    std::uint32_t* const saved = words_at(j, offsetof(MasterState, meters), seat.slot);
    meters::State<float> state;
    load_words(state, saved, j.slots);
    if (j.fresh) {
        const float highest =
            state.true_peak.highest;  // what a peak has to beat to matter holds for all stretches
        state = {};
        state.true_peak.highest = highest;
    }
    belt.run<kMasterStages - 1>(
        Walk(0, j.tiles, j.tile),
        [&](const Walk& at, const float* place) {
            const float* const left = place + kReductions + seat.lane * kStride;
            const float* const right = left + kWarp * kStride;
            const int leaving = j.leaving + at.tile, frames = min(kChunk, j.tile - at.start);
            if (leaving < 0) {
                if (at.tile < j.warm_from) return;
                in_pieces(frames, [&](int first, auto count) {
                    meters::warm_up(setup, state, left + first, right + first, count);
                });
                return;
            }
            const std::int64_t rest = j.frames - std::int64_t{leaving} * j.tile - at.start;
            in_pieces(rest < frames ? static_cast<int>(rest) : frames, [&](int first, auto count) {
                meters::run(setup, state, left + first, right + first, count);
            });
            if (at.ends_tile() &&
                ((leaving + 1) % j.tiles_per_bin == 0 || leaving + 1 == j.measured)) {
                const std::int64_t bin = j.first_bin + leaving / j.tiles_per_bin;
                meters::end_bin(state, j.sums + (seat.slot * j.row + bin) * meters::kSums);
            }
        },
        [](const Walk&, float*) {});
    store_words(state, saved, j.slots);
}

__global__ void __launch_bounds__(kMasterStages* kWarp, 3)
    master_kernel(const MasterJob j, const LimiterSetup limiter, const meters::Setup meter) {
    MF_SHARED(float, shared, MasterBelt::kPlaces*(kReductions + kChunkSound));
    Seat seat;
    seat.lane = static_cast<int>(threadIdx.x) % kWarp;
    seat.slot = static_cast<int>(blockIdx.x) * kWarp + seat.lane;
    seat.column = j.columns[seat.slot];
    seat.gain = j.gains[seat.slot];
    as_stage<kMasterStages>(static_cast<int>(threadIdx.x) / kWarp, [&]<int kStage>() {
        if constexpr (kStage < kRide)
            search_side<kStage>(j, limiter, {shared}, seat);
        else if constexpr (kStage == kRide)
            ride(j, limiter, {shared}, seat);
        else
            measure(j, meter, {shared}, seat);
    });
}

}  // namespace

void run_solve(const SolveJob& job, const GainSetup& setup, int groups, cudaStream_t stream) {
    launch(solve_kernel, {static_cast<unsigned>(groups), kWarp}, stream, job, setup);
}

void run_master(const MasterJob& job, const LimiterSetup& limiter, const meters::Setup& meter,
                int groups, cudaStream_t stream) {
    launch(master_kernel, {static_cast<unsigned>(groups), kMasterStages * kWarp}, stream, job,
           limiter, meter);
}

}  // namespace mixfarm::cuda
