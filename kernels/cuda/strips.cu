/// Block = 32 candidates, lane = candidate; some stems side by side, each a line of warps, and what
/// comes out of the lines is added up in stem order: here, or, where the rounds are blocks of their
/// own, by stem_sum.cu.
#include "kernels/cuda/line.h"
#include "kernels/cuda/stem_sum.h"
#include "kernels/cuda/strips.h"

namespace mixfarm::cuda {
namespace {

constexpr int kReturns = console::kReturns, kGroups = console::kGroups;
/// What a stem brings to the sum: its chunk, then its sends' gains and their steps a frame,
/// [returns][gain, step][32].
constexpr int kCarried = kChunkSound + 2 * kReturns * kWarp;
using StripBelt = Belt<kStripStages, kCarried>;

/// What all warps of a round know.
struct Round {
    int number;
    const std::uint32_t *awake, *takers;
    int lane, slot, column;
    __device__ bool first() const { return number == 0; }
};

__device__ KeyInput<float> key_input(const StripsJob& j, int stem, int which, int at, int column) {
    const int from = which == 0 ? j.keys[stem].duck : j.keys[stem].unmask;
    if (from < 0) return {};
    const float* left =
        j.audio + static_cast<std::size_t>(2 * from) * static_cast<std::size_t>(j.row) + at;
    return {left, left + j.row,
            j.key_gains[static_cast<std::size_t>(2 * stem + which) *
                            static_cast<std::size_t>(j.channels.slots) +
                        column]};
}

/// Layer `l` over the stem's own sound, as on the CPU.
__device__ void add_layer(const StripsJob& j, int l, int at, int column, int frames, float* left,
                          float* right) {
    const StripLayer layer = j.layers[l];
    const float gain =
        j.layer_gains[static_cast<std::size_t>(l) * static_cast<std::size_t>(j.channels.slots) +
                      column];
    const float* const sound =
        j.audio + static_cast<std::size_t>(2 * layer.sound) * static_cast<std::size_t>(j.row) + at;
    for (int n = 0; n < frames; ++n) {
        const float x = sound[n], y = sound[j.row + n];
        left[n] = fma_(gain, layer.instead ? x - left[n] : x, left[n]);
        right[n] = fma_(gain, layer.instead ? y - right[n] : y, right[n]);
    }
}

/// Adds frame `k` of one side of a chunk to the buses; past the end of the song the sums begin, and
/// nothing is added.
__device__ void add_up(const StripsJob& j, const Round& round, const Walk& chunk,
                       const float* carried, int side, int k) {
    const int n = chunk.start + k;
    if (n >= j.tile) return;
    const bool add = chunk.tile * j.tile + n < j.frames;
    const float* sound = carried + (side * kWarp + round.lane) * kStride + k;
    const float* gains = carried + kChunkSound + round.lane;
    for (int b = 0; b < kInnerBuses; ++b) {
        if (j.place[b] < 0) continue;
        std::uint32_t here = round.awake[chunk.tile + 1] & round.takers[b];
        if (here == 0 && !round.first()) continue;
        float* out = j.buses +
                     static_cast<std::size_t>(
                         ((j.place[b] * j.tiles + chunk.tile) * 2 + side) * j.tile + n) *
                         static_cast<std::size_t>(j.channels.slots) +
                     round.slot;
        float sum = round.first() ? 0.f : *out;
        // The stems are added one after the other, as on the CPU.
        for (; here != 0 && add; here &= here - 1) {
            const int i = __ffs(static_cast<int>(here)) - 1;
            const float x = sound[i * kCarried];
            if (b < kGroups) {
                sum = sum + x;
                continue;
            }
            const float* send = gains + i * kCarried + 2 * (b - kGroups) * kWarp;
            float gain = send[0];
            const float step = send[kWarp];
            for (int i_step = 0; i_step <= k && step != 0.f; ++i_step) gain = gain + step;
            sum = fma_(gain, x, sum);
        }
        *out = sum;
    }
}

/// One round of one warp.
template <bool kGlides, int kStage>
__device__ void run_round(const StripsJob& j, const Round& round, int warp, StripBelt& belt) {
    constexpr bool kFirst = kStage == 0, kLast = kStage == kStripStages - 1;
    const int line = warp / kStripStages, stem = round.number * j.lines + line;
    const bool mine = stem < j.stems;
    const std::size_t slots = static_cast<std::size_t>(j.channels.slots);
    const float* const audio =
        j.audio + static_cast<std::size_t>(2 * stem) * static_cast<std::size_t>(j.row);
    StagePart<StripChain, kGlides, kStage> part;
    float* counted = nullptr;
    [[maybe_unused]] float energy = 0.f, tile_energy = 0.f, gain[kReturns] = {},
                           step[kReturns] = {};
    StemLayers layers{0, 0};
    if (mine) {
        if (kFirst) layers = j.stem_layers[stem];
        part.load(j.channels, stem, round.slot);
        if (kLast && j.stem_energy) {
            counted = j.stem_energy + static_cast<std::size_t>(stem) * slots + round.slot;
            energy = *counted;
        }
    }
    const auto work = [&](const Walk& at, float* place) {
        if (!mine || (round.awake[at.tile + 1] >> line & 1u) == 0) return;
        const int first = at.tile * j.tile, inside = min(j.tile, j.frames - first);
        const int frames = min(kChunk, inside - at.start);
        if (at.start == 0) {
            // Who slept starts from rest.
            if ((round.awake[at.tile] >> line & 1u) == 0) part.rest();
            if constexpr (kLast) {
                tile_energy = 0.f;
                for (int r = 0; r < kReturns; ++r) {
                    gain[r] = part.template coefs<console::kSend>().gain[r];
                    step[r] = 0.f;
                }
                if (part.glides(console::kSend)) {
                    const auto target = part.template target<console::kSend>();
                    for (int r = 0; r < kReturns; ++r)
                        step[r] = (target.gain[r] - gain[r]) * (1.f / static_cast<float>(inside));
                }
            }
        }
        if (frames > 0) {
            const int now = first + at.start;
            float* const carried = place + line * kCarried;
            float* const left = carried + round.lane * kStride;
            float* const right = left + kWarp * kStride;
            if constexpr (kFirst) {
                for (int n = 0; n < frames; ++n) {
                    left[n] = audio[now + n];
                    right[n] = audio[j.row + now + n];
                }
                for (int l = layers.first; l < layers.end; ++l)
                    add_layer(j, l, now, round.column, frames, left, right);
            }
            part.run({left, right, frames}, {at.start, inside},
                     key_input(j, stem, 0, now, round.column),
                     key_input(j, stem, 1, now, round.column));
            if constexpr (kLast) {
                for (int n = 0; n < frames; ++n)
                    tile_energy = fma_(left[n], left[n], fma_(right[n], right[n], tile_energy));
                if (j.sound) {
                    float* const out = stem_frame(j, stem, at.tile, 0, at.start, round.slot);
                    float* const out_right = stem_frame(j, stem, at.tile, 1, at.start, round.slot);
                    for (int n = 0; n < frames; ++n) {
                        out[n * slots] = left[n];
                        out_right[n * slots] = right[n];
                    }
                }
                float* send = carried + kChunkSound + round.lane;
                for (int r = 0; r < kReturns; ++r) {
                    send[2 * r * kWarp] = gain[r];
                    send[(2 * r + 1) * kWarp] = step[r];
                    for (int n = 0; kGlides && n < frames; ++n) gain[r] = gain[r] + step[r];
                }
            }
        }
        if (kLast && at.ends_tile() && at.tile >= j.counted_from && at.tile < j.counted_to)
            energy = energy + tile_energy;
    };
    belt.template run<kStage>(Walk(j.from, j.to, j.tile, round.first() ? nullptr : round.awake),
                              work, [&](const Walk& at, const float* place) {
                                  if (j.sound) return;
                                  // One warp a frame and side.
                                  for (int i = warp; i < 2 * kChunk; i += j.lines * kStripStages)
                                      add_up(j, round, at, place, i / kChunk, i % kChunk);
                              });
    if (!mine) return;
    part.save();
    if (counted) *counted = energy;
}

template <bool kGlides>
__global__ void __launch_bounds__(kStripLines* kStripStages* kWarp, 1)
    strips_kernel(const StripsJob j) {
    MF_LAUNCH_SHARED(float, shared);
    const int lane = static_cast<int>(threadIdx.x) % kWarp,
              warp = static_cast<int>(threadIdx.x) / kWarp;
    const int slot = static_cast<int>(blockIdx.x) * kWarp + lane;
    const int column = j.channels.columns[slot];
    as_stage<kStripStages>(warp % kStripStages, [&]<int kStage>() {
        StripBelt belt{shared, j.lines};
        for (int number = static_cast<int>(blockIdx.y); number * j.lines < j.stems;
             number += static_cast<int>(gridDim.y)) {
            const Round round{number,
                              j.awake + number * (j.tiles + 1),
                              j.takers + number * kInnerBuses,
                              lane,
                              slot,
                              column};
            run_round<kGlides, kStage>(j, round, warp, belt);
        }
    });
}

}  // namespace

void run_strips(const StripsJob& job, int groups, cudaStream_t stream) {
    const int side_by_side = job.sound ? strip_rounds(job.stems) : 1;
    const Grid grid{
        dim3(static_cast<unsigned>(groups), static_cast<unsigned>(side_by_side)),
        static_cast<unsigned>(job.lines * kStripStages * kWarp),
        sizeof(float) * static_cast<std::size_t>(StripBelt::kPlaces * kCarried * job.lines)};
    launch(job.channels.gliding ? strips_kernel<true> : strips_kernel<false>, grid, stream, job);
    if (job.sound) sum_stems(job, groups, stream);
}

bool strips_loadable() {
    cudaFuncAttributes attributes;
    return cudaFuncGetAttributes(&attributes, strips_kernel<false>) == cudaSuccess;
}

}  // namespace mixfarm::cuda
