/// A channel as a line of warps: each has some of the effects, and the sound goes from one to the
/// next chunk by chunk in shared memory.
///
/// A whole channel has more coefficients and states than a thread has registers; a part of it stays
/// in them from a segment's first frame to its last. While one warp has a chunk, the warp before it
/// has the next one. All warps of a block wait for each other once a chunk.
#pragma once

#include <iterator>

#include "kernels/cuda/channels.h"
#include "kernels/cuda/launch.h"

namespace mixfarm::cuda {

/// Frames between two meetings of the warps.
inline constexpr int kChunk = 8;
/// From candidate to candidate; odd, so that a warp reaches 32 different banks.
inline constexpr int kStride = kChunk | 1;
/// One chunk of 32 candidates: [left, right][32][kStride].
inline constexpr int kChunkSound = 2 * kWarp * kStride;

/// Where the stages of a channel end: stage s has effects [kEnds[s - 1], kEnds[s]).
template <class Chain>
struct Stages;
template <>
struct Stages<StripChain> {
    static constexpr int kEnds[] = {StripChain::index_of<Equalizer>(),
                                    StripChain::index_of<DynamicEq>(),
                                    StripChain::index_of<Saturator>(), StripChain::kEffects};
};
template <>
struct Stages<GroupChain> {
    static constexpr int kEnds[] = {GroupChain::index_of<Compressor>(), GroupChain::kEffects};
};
template <>
struct Stages<PlateChain> {
    static constexpr int kEnds[] = {PlateChain::index_of<HighPass>(), PlateChain::kEffects};
};
template <>
struct Stages<HallChain> {
    static constexpr int kEnds[] = {HallChain::index_of<HighPass>(), HallChain::kEffects};
};
template <>
struct Stages<EchoChain> {
    static constexpr int kEnds[] = {EchoChain::index_of<HighPass>(), EchoChain::kEffects};
};
template <>
struct Stages<MasterChain> {
    static constexpr int kEnds[] = {MasterChain::index_of<Multiband>(),
                                    MasterChain::index_of<Width>(), MasterChain::kEffects};
};
template <class Chain>
inline constexpr int kStages = static_cast<int>(std::size(Stages<Chain>::kEnds));

template <class Chain, int kStage>
constexpr int stage_begin() {
    if constexpr (kStage == 0)
        return 0;
    else
        return Stages<Chain>::kEnds[kStage - 1];
}
template <class Chain, bool kGlides, int kStage>
using StagePart =
    ThreadPart<Chain, kGlides, stage_begin<Chain, kStage>(), Stages<Chain>::kEnds[kStage]>;

/// visit.operator()<stage>(), of kCount: every stage is code of its own, with registers of its own.
template <int kCount, class Visit>
__device__ void as_stage(int stage, Visit visit) {
    [&]<int... S>(std::integer_sequence<int, S...>) {
        (void)((stage == S ? (visit.template operator()<S>(), true) : false) || ...);
    }
    (std::make_integer_sequence<int, kCount>{});
}

/// Chunk after chunk of tiles [from, to), each `length` frames long; with `awake` only of those
/// tiles t in which awake[t + 1] has a bit of `mask`.
class Walk {
public:
    __device__ Walk(int from, int to, int length, const std::uint32_t* awake = nullptr,
                    std::uint32_t mask = ~0u)
        : tile(from), length_(length), to_(to), awake_(awake), mask_(mask) {
        skip();
    }
    __device__ bool done() const { return tile >= to_; }
    __device__ bool ends_tile() const { return start + kChunk >= length_; }
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
        while (awake_ && tile < to_ && (awake_[tile + 1] & mask_) == 0) ++tile;
    }
    int length_, to_;
    const std::uint32_t* awake_;
    std::uint32_t mask_;
};

/// Chunks on their way through lines of kStages warps: one at every stage and one behind them.
template <int kStages, int kFloats>
struct Belt {
    static constexpr int kPlaces = kStages + 1;

    float* shared;  ///< [kPlaces][kFloats * lines]
    int lines = 1;
    int moved = 0;  ///< chunks that have passed so far

    __device__ float* place(int chunk) const { return shared + chunk % kPlaces * kFloats * lines; }
    /// The work of one warp of stage kStage: work(walk, place) on every chunk, and, when the chunk
    /// has left the lines, behind(walk, place), which all warps do at the same time.
    template <int kStage, class Work, class Behind>
    __device__ void run(const Walk& walk, Work work, Behind behind) {
        Walk own = walk, last = walk;
        int pace = 0;
        for (; !last.done(); ++pace) {
            if (pace >= kStage && !own.done()) {
                work(own, place(moved + pace - kStage));
                own.next();
            }
            MF_MEET(lines * kStages * kWarp);
            if (pace < kStages - 1) continue;
            behind(last, place(moved + pace - (kStages - 1)));
            last.next();
        }
        if (pace > 0) moved += pace - (kStages - 1);
    }
};

}  // namespace mixfarm::cuda
