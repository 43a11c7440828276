/// Block = 32 candidates, warp = one stem's strip, lane = candidate; the warps' outputs meet in
/// shared memory.
#include "kernels/cuda/memory.h"
#include "kernels/cuda/strips.h"

namespace mixfarm::cuda {
namespace {

/// Frames between two meetings of the warps; with a constant count the strip's loops unroll and the
/// tile stays in registers.
constexpr int kChunk = 8;
/// Shared memory: two buffers [left, right][kChunk][warps][32], so that one barrier a chunk is
/// enough.
constexpr int chunk_floats(int warps) {
    return 2 * kChunk * warps * kWarp;
}

template <int Frames>
MF_HD void strip_frames(const StripCoefs<float>& coefs, StripState<float>& state, const float* left,
                        const float* right, float* out, int warps, float& energy) {
    float l[Frames], r[Frames];
    strip::run(
        coefs, state, l, r, Frames, [&](int n, float& x, float& y) { x = left[n], y = right[n]; },
        [&](int n, float x, float y) {
            out[n * warps * kWarp] = x;
            out[(kChunk + n) * warps * kWarp] = y;
            energy = fma_(x, x, fma_(y, y, energy));
        });
}

__global__ void __launch_bounds__(kMaxStripWarps* kWarp, 1) strips_kernel(const StripsJob j) {
    extern __shared__ float contributions[];
    const int lane = static_cast<int>(threadIdx.x) % kWarp,
              warp = static_cast<int>(threadIdx.x) / kWarp;
    const int slot = static_cast<int>(blockIdx.x) * kWarp + lane;
    const int column = j.columns[slot];
    int buffer = 0;
    for (int round = 0; round * j.warps < j.stems; ++round) {
        const int stem = round * j.warps + warp;
        const bool mine = stem < j.stems;
        const std::uint32_t* awake = j.awake + round * (j.tiles + 1);
        const float* left =
            j.audio + static_cast<std::size_t>(2 * stem) * static_cast<std::size_t>(j.row);
        const float* right = left + j.row;
        std::uint32_t* saved = j.states +
                               static_cast<std::size_t>(stem) * kWords<StripState<float>> *
                                   static_cast<std::size_t>(j.slots) +
                               slot;
        StripCoefs<float> coefs{};
        StripState<float> state{};
        if (mine) {
            load_words(coefs,
                       j.coefs +
                           static_cast<std::size_t>(stem) * kWords<StripCoefs<float>> *
                               static_cast<std::size_t>(j.slots) +
                           column,
                       j.slots);
            load_words(state, saved, j.slots);
        }
        float energy =
            mine && j.stem_energy
                ? j.stem_energy[static_cast<std::size_t>(stem) * static_cast<std::size_t>(j.slots) +
                                slot]
                : 0.f;
        for (int tile = 0; tile < j.tiles; ++tile) {
            const std::uint32_t before = awake[tile], now = awake[tile + 1];
            const bool on = (now >> warp & 1u) != 0;
            if (on && (before >> warp & 1u) == 0) state = {};  // a stem that slept starts from rest
            if (now == 0 && round > 0) continue;
            const int first = tile * j.tile, inside = min(j.tile, j.frames - first);
            float* mix = j.mix +
                         static_cast<std::size_t>(2 * first) * static_cast<std::size_t>(j.slots) +
                         slot;
            float tile_energy = 0.f;
            for (int start = 0; start < j.tile; start += kChunk) {
                const int frames = min(kChunk, inside - start);
                float* chunk = contributions + buffer * chunk_floats(j.warps);
                if (on) {
                    float* out = chunk + warp * kWarp + lane;
                    const float *l = left + first + start, *r = right + first + start;
                    if (frames == kChunk) {
                        strip_frames<kChunk>(coefs, state, l, r, out, j.warps, tile_energy);
                    } else {
                        for (int n = 0; n < frames; ++n)
                            strip_frames<1>(coefs, state, l + n, r + n, out + n * j.warps * kWarp,
                                            j.warps, tile_energy);
                    }
                }
                __syncthreads();
                // One warp a frame and side; the stems are added one after the other, as on the
                // CPU.
                for (int place = warp; place < 2 * kChunk; place += j.warps) {
                    const int side = place / kChunk, n = start + place % kChunk;
                    if (n >= j.tile) continue;
                    float* out = mix + static_cast<std::size_t>(side * j.tile + n) *
                                           static_cast<std::size_t>(j.slots);
                    float sum = round == 0 ? 0.f : *out;
                    if (n < inside) {
                        const float* in = chunk + place * j.warps * kWarp + lane;
                        for (int w = 0; w < j.warps; ++w)
                            if (now >> w & 1u) sum = sum + in[w * kWarp];
                    }
                    *out = sum;
                }
                buffer ^= 1;
            }
            if (on && tile >= j.counted_from && tile < j.counted_to) energy = energy + tile_energy;
        }
        if (mine) {
            store_words(state, saved, j.slots);
            if (j.stem_energy)
                j.stem_energy[static_cast<std::size_t>(stem) * static_cast<std::size_t>(j.slots) +
                              slot] = energy;
        }
    }
}

}  // namespace

void run_strips(const StripsJob& job, int groups, cudaStream_t stream) {
    const std::size_t bytes = 2 * sizeof(float) * static_cast<std::size_t>(chunk_floats(job.warps));
    MF_CUDA(cudaFuncSetAttribute(strips_kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                 static_cast<int>(bytes)));
    strips_kernel<<<static_cast<unsigned>(groups), static_cast<unsigned>(job.warps * kWarp), bytes,
                    stream>>>(job);
    MF_CUDA(cudaGetLastError());
}

bool strips_loadable() {
    cudaFuncAttributes attributes;
    return cudaFuncGetAttributes(&attributes, strips_kernel) == cudaSuccess;
}

}  // namespace mixfarm::cuda
