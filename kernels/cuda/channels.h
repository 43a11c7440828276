/// The channels of all candidates on the device, and one of them in a thread's hands.
#pragma once

#include <cuda_runtime.h>

#include "kernels/cuda/console_layout.h"
#include "kernels/cuda/words.h"

namespace mixfarm::cuda {

/// All pointers are the device's; a slot is one candidate's column in every array.
struct ChannelArrays {
    int slots, rate;
    const int* columns;            ///< [slots]: whose coefficients a slot runs with
    const ChannelPlace* places;    ///< [channels]
    const std::uint32_t* gliding;  ///< [channels] effects that move in this tile; null: none at all
    const std::uint32_t* coefs;    ///< [layout.coef_rows][slots] by column
    const std::uint32_t* target;   ///< the same, as at the end of a tile in which knobs move
    std::uint32_t* states;         ///< [layout.state_rows][slots]
    float* memory;                 ///< [layout.cells][slots]
};

/// Frames that a thread works on in shared memory, one candidate's behind the other. The odd
/// distance from candidate to candidate lets a warp reach 32 different banks.
template <int kFrames>
inline constexpr int kLaneStride = kFrames | 1;

/// One candidate's channel. `kGlides` false leaves out the code for knobs that move.
template <class Chain, bool kGlides>
class ThreadChannel {
public:
    __device__ void load(const ChannelArrays& a, int channel, int slot) {
        const ChannelPlace place = a.places[channel];
        const std::size_t slots = static_cast<std::size_t>(a.slots);
        active_ = place.active;
        gliding_ = kGlides ? a.gliding[channel] & active_ : 0;
        cells_ = place.cells;
        rate_ = a.rate;
        stride_ = a.slots;
        memory_ = {a.memory + static_cast<std::size_t>(place.memory) * slots + slot, a.slots};
        saved_ = a.states + place.states * slots + slot;
        load_words(state_, saved_, stride_);
        const std::size_t first = place.coefs * slots + static_cast<std::size_t>(a.columns[slot]);
        load_words(coefs, a.coefs + first, stride_);
        if constexpr (kGlides) load_words(target, a.target + first, stride_);
    }
    __device__ void save() { store_words(state_, saved_, stride_); }
    __device__ void rest() {
        state_ = {};
        for (int i = 0; i < cells_; ++i) memory_[i] = 0.f;
    }
    /// A piece of a tile, in place.
    __device__ void run(Tile<float> piece, GlideSpan span, const KeyInput<float>& duck = {},
                        const KeyInput<float>& unmask = {}) {
        piece.rate = rate_;
        piece.memory = memory_;
        if constexpr (kGlides)
            Chain::run(coefs, target, state_, active_, gliding_, piece, duck, unmask, span);
        else
            Chain::run(coefs, coefs, state_, active_, 0u, piece, duck, unmask, span);
    }
    __device__ std::uint32_t active() const { return active_; }
    __device__ std::uint32_t gliding() const { return gliding_; }

    typename Chain::template Coefs<float> coefs;
    typename Chain::template Coefs<float> target;  ///< only where something glides

private:
    typename Chain::template State<float> state_;
    std::uint32_t active_, gliding_;
    std::uint32_t* saved_;
    Memory<float> memory_;
    int cells_, rate_, stride_;
};

}  // namespace mixfarm::cuda
