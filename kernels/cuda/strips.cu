/// Block = 32 candidates, lane = candidate; a strip is a line of four warps, each with a part of
/// the effects, through which the stem's sound passes chunk by chunk in shared memory.
///
/// A whole strip has 280 words of coefficients and states: more than one thread's registers. A
/// quarter of it stays there from the segment's first frame to its last. While one warp has a
/// chunk, the warp before it has the next; all wait for each other once a chunk, and what comes out
/// of the lines is added up, in stem order.
#include "kernels/cuda/launch.h"
#include "kernels/cuda/strips.h"

namespace mixfarm::cuda {
namespace {

constexpr int kReturns = console::kReturns, kGroups = console::kGroups;
/// Frames between two meetings of the warps.
constexpr int kChunk = 8;
constexpr int kStride = kLaneStride<kChunk>;
/// Chunks on their way: one a stage, and one that is being added up.
constexpr int kBelt = kStripStages + 1;
/// A stem's chunk: [left, right][32][kStride], then its sends' gains and their steps a frame,
/// [returns][gain, step][32].
constexpr int kSound = 2 * kWarp * kStride;
constexpr int kCarried = kSound + 2 * kReturns * kWarp;
constexpr std::size_t shared_bytes(int lines) {
    return sizeof(float) * static_cast<std::size_t>(kBelt * kCarried * lines);
}

/// Stage s has effects [kStageEnds[s - 1], kStageEnds[s]): each about a quarter of the words.
constexpr int kStageEnds[kStripStages] = {
    StripChain::index_of<Equalizer>(), StripChain::index_of<DynamicEq>(),
    StripChain::index_of<Saturator>(), StripChain::kEffects};

/// Chunk after chunk of the tiles at hand; behind the first round without tiles in which all its
/// stems sleep.
class Walk {
public:
    __device__ Walk(const StripsJob& j, const std::uint32_t* awake, bool all)
        : tile(j.from), awake_(awake), length_(j.tile), to_(j.to), all_(all) {
        skip();
    }
    __device__ bool done() const { return tile >= to_; }
    __device__ void next() {
        start += kChunk;
        if (start < length_) return;
        start = 0;
        ++tile;
        skip();
    }
    int tile, start = 0;

private:
    __device__ void skip() {
        while (!all_ && tile < to_ && awake_[tile + 1] == 0) ++tile;
    }
    const std::uint32_t* awake_;
    int length_, to_;
    bool all_;
};

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

/// Adds frame `k` of one side of a chunk to the buses; past the end of the song the sums begin, and
/// nothing is added.
__device__ void add_up(const StripsJob& j, const Round& round, const Walk& chunk,
                       const float* carried, int side, int k) {
    const int n = chunk.start + k;
    if (n >= j.tile) return;
    const bool add = chunk.tile * j.tile + n < j.frames;
    const float* sound = carried + (side * kWarp + round.lane) * kStride + k;
    const float* gains = carried + kSound + round.lane;
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

/// One round of one warp. `belt` counts the chunks of all rounds so far.
template <bool kGlides, int kStage>
__device__ void run_stage(const StripsJob& j, const Round& round, int warp, float* shared,
                          int& belt) {
    constexpr bool kFirst = kStage == 0, kLast = kStage == kStripStages - 1;
    constexpr int kBegin = kFirst ? 0 : kStageEnds[kFirst ? 0 : kStage - 1];
    const int line = warp / kStripStages, stem = round.number * j.lines + line;
    const bool mine = stem < j.stems;
    const std::size_t slots = static_cast<std::size_t>(j.channels.slots);
    const float* const audio =
        j.audio + static_cast<std::size_t>(2 * stem) * static_cast<std::size_t>(j.row);
    ThreadPart<StripChain, kGlides, kBegin, kStageEnds[kStage]> part;
    float* counted = nullptr;
    [[maybe_unused]] float energy = 0.f, tile_energy = 0.f, gain[kReturns] = {},
                           step[kReturns] = {};
    if (mine) {
        part.load(j.channels, stem, round.slot);
        if (kLast && j.stem_energy) {
            counted = j.stem_energy + static_cast<std::size_t>(stem) * slots + round.slot;
            energy = *counted;
        }
    }
    Walk own(j, round.awake, round.first()), sum = own;
    const auto place = [&](int chunk) { return shared + chunk % kBelt * j.lines * kCarried; };
    for (int pace = 0; !sum.done(); ++pace) {
        if (pace >= kStage && !own.done()) {
            const bool on = mine && (round.awake[own.tile + 1] >> line & 1u) != 0;
            const int first = own.tile * j.tile, inside = min(j.tile, j.frames - first);
            const int frames = min(kChunk, inside - own.start);
            if (on && own.start == 0) {
                // Who slept starts from rest.
                if ((round.awake[own.tile] >> line & 1u) == 0) part.rest();
                if constexpr (kLast) {
                    tile_energy = 0.f;
                    for (int r = 0; r < kReturns; ++r) {
                        gain[r] = part.template coefs<console::kSend>().gain[r];
                        step[r] = 0.f;
                    }
                    if (part.glides(console::kSend)) {
                        const auto target = part.template target<console::kSend>();
                        for (int r = 0; r < kReturns; ++r)
                            step[r] = (target.gain[r] - gain[r]) *
                                      (1.f / static_cast<float>(inside));
                    }
                }
            }
            if (on && frames > 0) {
                const int at = first + own.start;
                float* const carried = place(belt + pace - kStage) + line * kCarried;
                float* const left = carried + round.lane * kStride;
                float* const right = left + kWarp * kStride;
                if constexpr (kFirst) {
                    for (int n = 0; n < frames; ++n) {
                        left[n] = audio[at + n];
                        right[n] = audio[j.row + at + n];
                    }
                }
                part.run({left, right, frames}, {own.start, inside},
                         key_input(j, stem, 0, at, round.column),
                         key_input(j, stem, 1, at, round.column));
                if constexpr (kLast) {
                    for (int n = 0; n < frames; ++n)
                        tile_energy = fma_(left[n], left[n], fma_(right[n], right[n], tile_energy));
                    float* send = carried + kSound + round.lane;
                    for (int r = 0; r < kReturns; ++r) {
                        send[2 * r * kWarp] = gain[r];
                        send[(2 * r + 1) * kWarp] = step[r];
                        for (int n = 0; kGlides && n < frames; ++n) gain[r] = gain[r] + step[r];
                    }
                }
            }
            const int tile = own.tile;
            own.next();
            if (kLast && on && own.tile != tile && tile >= j.counted_from && tile < j.counted_to)
                energy = energy + tile_energy;
        }
        MF_MEET(j.lines * kStripStages * kWarp);
        if (pace < kStripStages - 1) continue;
        const float* const carried = place(belt + pace - (kStripStages - 1));
        // One warp a frame and side.
        for (int i = warp; i < 2 * kChunk; i += j.lines * kStripStages)
            add_up(j, round, sum, carried, i / kChunk, i % kChunk);
        sum.next();
        if (sum.done()) belt += pace + 1 - (kStripStages - 1);
    }
    if (!mine) return;
    part.save();
    if (counted) *counted = energy;
}

template <bool kGlides, int kStage>
__device__ void run_rounds(const StripsJob& j, int lane, int warp, int slot, int column,
                           float* shared) {
    int belt = 0;
    for (int number = 0; number * j.lines < j.stems; ++number) {
        const Round round{number,
                          j.awake + number * (j.tiles + 1),
                          j.takers + number * kInnerBuses,
                          lane,
                          slot,
                          column};
        run_stage<kGlides, kStage>(j, round, warp, shared, belt);
    }
}

template <bool kGlides>
__global__ void __launch_bounds__(kStripLines* kStripStages* kWarp, 1)
    strips_kernel(const StripsJob j) {
    MF_LAUNCH_SHARED(float, shared);
    const int lane = static_cast<int>(threadIdx.x) % kWarp,
              warp = static_cast<int>(threadIdx.x) / kWarp;
    const int slot = static_cast<int>(blockIdx.x) * kWarp + lane;
    const int column = j.channels.columns[slot];
    switch (warp % kStripStages) {
        case 0: run_rounds<kGlides, 0>(j, lane, warp, slot, column, shared); break;
        case 1: run_rounds<kGlides, 1>(j, lane, warp, slot, column, shared); break;
        case 2: run_rounds<kGlides, 2>(j, lane, warp, slot, column, shared); break;
        default: run_rounds<kGlides, 3>(j, lane, warp, slot, column, shared);
    }
}

}  // namespace

void run_strips(const StripsJob& job, int groups, cudaStream_t stream) {
    const Grid grid{static_cast<unsigned>(groups),
                    static_cast<unsigned>(job.lines * kStripStages * kWarp),
                    shared_bytes(job.lines)};
    launch(job.channels.gliding ? strips_kernel<true> : strips_kernel<false>, grid, stream, job);
}

bool strips_loadable() {
    cudaFuncAttributes attributes;
    return cudaFuncGetAttributes(&attributes, strips_kernel<false>) == cudaSuccess;
}

}  // namespace mixfarm::cuda
