/// Block = 32 candidates, one tile of one bus; lane = candidate, warp = some chunks of one side.
/// Bound by memory: nothing here waits for the frame before.
#include "kernels/cuda/stem_sum.h"

namespace mixfarm::cuda {
namespace {

constexpr int kSumWarps = 8;

/// A stem's way into a return, through a tile.
struct SendGain {
    float gain = 1.f, step = 0.f;  ///< in front of the tile's first frame; a frame
};

__device__ SendGain send_gain(const StripsJob& j, int stem, int which, int inside, int column) {
    using Coefs = StripChain::Coefs<float>;
    const ChannelArrays& a = j.channels;
    const std::size_t slots = static_cast<std::size_t>(a.slots);
    const std::size_t first =
        (a.places[stem].coefs + static_cast<std::size_t>(item_offset<console::kSend, Coefs>())) *
            slots +
        static_cast<std::size_t>(column);
    Send::Coefs<float> now, then;
    load_words(now, a.coefs + first, a.slots);
    SendGain send{now.gain[which], 0.f};
    if (a.gliding && (a.gliding[stem] & a.places[stem].active) >> console::kSend & 1u) {
        load_words(then, a.target + first, a.slots);
        send.step = (then.gain[which] - send.gain) * (1.f / static_cast<float>(inside));
    }
    return send;
}

__global__ void __launch_bounds__(kSumWarps* kWarp) sum_kernel(const StripsJob j) {
    const int lane = static_cast<int>(threadIdx.x) % kWarp,
              slot = static_cast<int>(blockIdx.x) * kWarp + lane, column = j.channels.columns[slot];
    const int tile = j.from + static_cast<int>(blockIdx.y), bus = static_cast<int>(blockIdx.z);
    if (j.place[bus] < 0) return;
    const std::size_t slots = static_cast<std::size_t>(j.channels.slots);
    const int inside = min(j.tile, j.frames - tile * j.tile),
              chunks = (j.tile + kChunk - 1) / kChunk;
    for (int piece = static_cast<int>(threadIdx.x) / kWarp; piece < 2 * chunks;
         piece += kSumWarps) {
        const int side = piece % 2, start = piece / 2 * kChunk;
        float sum[kChunk] = {};
        for (int stem = 0; stem < j.stems; ++stem) {
            const int round = stem / j.lines;
            const std::uint32_t here =
                j.awake[round * (j.tiles + 1) + tile + 1] & j.takers[round * kInnerBuses + bus];
            if ((here >> stem % j.lines & 1u) == 0) continue;
            SendGain send;
            if (bus >= console::kGroups) {
                send = send_gain(j, stem, bus - console::kGroups, inside, column);
                for (int n = 0; n < start && send.step != 0.f; ++n) send.gain += send.step;
            }
            const float* const sound = stem_frame(j, stem, tile, side, start, slot);
#pragma unroll
            for (int k = 0; k < kChunk; ++k) {
                if (start + k >= inside) continue;
                send.gain += send.step;
                const float x = sound[k * slots];
                sum[k] = bus < console::kGroups ? sum[k] + x : fma_(send.gain, x, sum[k]);
            }
        }
        float* const out = j.buses +
                           static_cast<std::size_t>(
                               ((j.place[bus] * j.tiles + tile) * 2 + side) * j.tile + start) *
                               slots +
                           slot;
#pragma unroll
        for (int k = 0; k < kChunk; ++k)
            if (start + k < j.tile) out[k * slots] = sum[k];
    }
}

}  // namespace

void sum_stems(const StripsJob& job, int groups, cudaStream_t stream) {
    launch(sum_kernel,
           {dim3(static_cast<unsigned>(groups), static_cast<unsigned>(job.to - job.from),
                 static_cast<unsigned>(kInnerBuses)),
            kSumWarps * kWarp},
           stream, job);
}

}  // namespace mixfarm::cuda
