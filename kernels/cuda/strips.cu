/// Block = 32 candidates, warp = one stem's strip, lane = candidate; the warps' outputs meet in
/// shared memory.
#include "kernels/cuda/launch.h"
#include "kernels/cuda/strips.h"

namespace mixfarm::cuda {
namespace {

/// Frames between two meetings of the warps.
constexpr int kChunk = 8;
constexpr int kStride = kLaneStride<kChunk>;
constexpr int kReturns = console::kReturns, kGroups = console::kGroups;
/// What a warp brings to a meeting: [left, right][32][kStride], then its sends' gains and their
/// steps a frame, [returns][gain, step][32].
constexpr int kSound = 2 * kWarp * kStride;
constexpr int kBrought = kSound + 2 * kReturns * kWarp;
/// Shared memory: two meetings, so that one barrier a chunk is enough.
constexpr std::size_t shared_bytes(int warps) {
    return 2 * sizeof(float) * static_cast<std::size_t>(kBrought * warps);
}

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

/// Adds frame `n` of one side of everything in the meeting to the buses. `k`: its place in the
/// chunk; `add` false where the song has ended: the sums begin, and nothing is added.
__device__ void add_up(const StripsJob& j, const float* meeting, const std::uint32_t* takers,
                       std::uint32_t awake, int tile, int side, int n, int k, bool begin, bool add,
                       int lane, int slot) {
    const float* sound = meeting + (side * kWarp + lane) * kStride + k;
    const float* gains = meeting + kSound + lane;
    for (int b = 0; b < kInnerBuses; ++b) {
        if (j.place[b] < 0) continue;
        std::uint32_t here = awake & takers[b];
        if (here == 0 && !begin) continue;
        float* out =
            j.buses +
            static_cast<std::size_t>(((j.place[b] * j.tiles + tile) * 2 + side) * j.tile + n) *
                static_cast<std::size_t>(j.channels.slots) +
            slot;
        float sum = begin ? 0.f : *out;
        // The stems are added one after the other, as on the CPU.
        for (; here != 0 && add; here &= here - 1) {
            const int w = __ffs(static_cast<int>(here)) - 1;
            const float x = sound[w * kBrought];
            if (b < kGroups) {
                sum = sum + x;
                continue;
            }
            const float* send = gains + w * kBrought + 2 * (b - kGroups) * kWarp;
            float gain = send[0];
            const float step = send[kWarp];
            for (int i = 0; i <= k && step != 0.f; ++i) gain = gain + step;
            sum = fma_(gain, x, sum);
        }
        *out = sum;
    }
}

template <bool kGlides>
__global__ void __launch_bounds__(kMaxStripWarps* kWarp, 1) strips_kernel(const StripsJob j) {
    MF_LAUNCH_SHARED(float, meetings);
    const int lane = static_cast<int>(threadIdx.x) % kWarp,
              warp = static_cast<int>(threadIdx.x) / kWarp;
    const int slot = static_cast<int>(blockIdx.x) * kWarp + lane;
    const int column = j.channels.columns[slot];
    const std::size_t slots = static_cast<std::size_t>(j.channels.slots);
    int buffer = 0;
    for (int round = 0; round * j.warps < j.stems; ++round) {
        const int stem = round * j.warps + warp;
        const bool mine = stem < j.stems;
        const std::uint32_t* awake = j.awake + round * (j.tiles + 1);
        const std::uint32_t* takers = j.takers + round * kInnerBuses;
        const float* audio =
            j.audio + static_cast<std::size_t>(2 * stem) * static_cast<std::size_t>(j.row);
        ThreadChannel<StripChain, kGlides> strip;
        float* counted = nullptr;
        float energy = 0.f;
        if (mine) {
            strip.load(j.channels, stem, slot);
            if (j.stem_energy) {
                counted = j.stem_energy + static_cast<std::size_t>(stem) * slots + slot;
                energy = *counted;
            }
        }
        for (int tile = j.from; tile < j.to; ++tile) {
            const std::uint32_t before = awake[tile], now = awake[tile + 1];
            const bool on = (now >> warp & 1u) != 0;
            if (on && (before >> warp & 1u) == 0) strip.rest();  // who slept starts from rest
            if (now == 0 && round > 0) continue;
            const int first = tile * j.tile, inside = min(j.tile, j.frames - first);
            float tile_energy = 0.f, gain[kReturns] = {}, step[kReturns] = {};
            if (on) {
                for (int r = 0; r < kReturns; ++r) {
                    gain[r] = item<console::kSend>(strip.coefs).gain[r];
                    step[r] = 0.f;
                    if constexpr (kGlides) {
                        if (strip.gliding() >> console::kSend & 1u)
                            step[r] = (item<console::kSend>(strip.target).gain[r] - gain[r]) *
                                      (1.f / static_cast<float>(inside));
                    }
                }
            }
            for (int start = 0; start < j.tile; start += kChunk) {
                const int frames = min(kChunk, inside - start);
                float* meeting = meetings + buffer * kBrought * j.warps;
                if (on && frames > 0) {
                    const int at = first + start;
                    float* brought = meeting + warp * kBrought;
                    float* left = brought + lane * kStride;
                    float* right = left + kWarp * kStride;
                    for (int n = 0; n < frames; ++n) {
                        left[n] = audio[at + n];
                        right[n] = audio[j.row + at + n];
                    }
                    strip.run({left, right, frames}, {start, inside},
                              key_input(j, stem, 0, at, column), key_input(j, stem, 1, at, column));
                    for (int n = 0; n < frames; ++n)
                        tile_energy = fma_(left[n], left[n], fma_(right[n], right[n], tile_energy));
                    float* send = brought + kSound + lane;
                    for (int r = 0; r < kReturns; ++r) {
                        send[2 * r * kWarp] = gain[r];
                        send[(2 * r + 1) * kWarp] = step[r];
                        for (int n = 0; kGlides && n < frames; ++n) gain[r] = gain[r] + step[r];
                    }
                }
                __syncthreads();
                // One warp a frame and side.
                for (int place = warp; place < 2 * kChunk; place += j.warps) {
                    const int side = place / kChunk, k = place % kChunk, n = start + k;
                    if (n < j.tile)
                        add_up(j, meeting, takers, now, tile, side, n, k, round == 0, n < inside,
                               lane, slot);
                }
                buffer ^= 1;
            }
            if (on && tile >= j.counted_from && tile < j.counted_to) energy = energy + tile_energy;
        }
        if (mine) {
            strip.save();
            if (counted) *counted = energy;
        }
    }
}

}  // namespace

void run_strips(const StripsJob& job, int groups, cudaStream_t stream) {
    const Grid grid{static_cast<unsigned>(groups), static_cast<unsigned>(job.warps * kWarp),
                    shared_bytes(job.warps)};
    launch(job.channels.gliding ? strips_kernel<true> : strips_kernel<false>, grid, stream, job);
}

bool strips_loadable() {
    cudaFuncAttributes attributes;
    return cudaFuncGetAttributes(&attributes, strips_kernel<false>) == cudaSuccess;
}

}  // namespace mixfarm::cuda
