/// The channels of all candidates on the device, and a part of one of them in a thread's hands.
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

/// Effects [kBegin, kEnd) of one candidate's channel: their coefficients and states stay in
/// registers from load() to save(). `kGlides` false leaves out the code for knobs that move.
template <class Chain, bool kGlides, int kBegin, int kEnd>
class ThreadPart {
public:
    __device__ void load(const ChannelArrays& a, int channel, int slot) {
        const ChannelPlace place = a.places[channel];
        const std::size_t slots = static_cast<std::size_t>(a.slots);
        active_ = place.active;
        gliding_ = kGlides ? a.gliding[channel] & active_ : 0;
        rate_ = a.rate;
        stride_ = a.slots;
        memory_ = {a.memory + static_cast<std::size_t>(place.memory) * slots + slot, a.slots};
        saved_ = a.states + place.states * slots + slot;
        const std::size_t first = place.coefs * slots + static_cast<std::size_t>(a.columns[slot]);
        target_ = kGlides ? a.target + first : nullptr;
        for_each([&]<int I>() {
            load_words(item<I>(coefs_), a.coefs + first + coef_words<I>(), stride_);
            load_words(item<I>(state_), saved_ + state_words<I>(), stride_);
        });
    }
    __device__ void save() {
        for_each(
            [&]<int I>() { store_words(item<I>(state_), saved_ + state_words<I>(), stride_); });
    }
    __device__ void rest() {
        for_each([&]<int I>() { item<I>(state_) = {}; });
        const int cells = Chain::template memory_frames<kEnd>(active_, rate_);
        for (int i = Chain::template memory_frames<kBegin>(active_, rate_); i < cells; ++i)
            memory_[i] = 0.f;
    }
    /// A piece of a tile, in place.
    __device__ void run(Tile<float> piece, GlideSpan span, const KeyInput<float>& duck = {},
                        const KeyInput<float>& unmask = {}) {
        piece.rate = rate_;
        piece.memory = memory_;
        for_each([&]<int I>() {
            if ((active_ >> I & 1u) == 0) return;
            using Effect = typename Chain::template EffectAt<I>;
            const Tile<float> own =
                Chain::template tile_of<Effect, I>(piece, active_, duck, unmask);
            if constexpr (kGlides) {
                if (gliding_ >> I & 1u) {
                    // Only while it moves: where it goes to.
                    glide_effect<Effect>(item<I>(coefs_), target<I>(), item<I>(state_), own, span);
                    return;
                }
            }
            run_effect<Effect>(item<I>(coefs_), item<I>(state_), own);
        });
    }
    __device__ bool glides(int effect) const { return kGlides && (gliding_ >> effect & 1u) != 0; }
    /// Coefficients of effect I, now and (where it glides) at the end of the tile.
    template <int I>
    __device__ const auto& coefs() const {
        return item<I>(coefs_);
    }
    template <int I>
    __device__ auto target() const {
        typename Chain::template EffectAt<I>::template Coefs<float> words;
        load_words(words, target_ + coef_words<I>(), stride_);
        return words;
    }

private:
    using Coefs = typename Chain::template Coefs<float>;
    using State = typename Chain::template State<float>;

    template <class Visit>
    static __device__ void for_each(Visit visit) {
        [&]<int... I>(std::integer_sequence<int, I...>) {
            (visit.template operator()<kBegin + I>(), ...);
        }
        (std::make_integer_sequence<int, kEnd - kBegin>{});
    }
    template <int I>
    __device__ std::size_t coef_words() const {
        return static_cast<std::size_t>(item_offset<I, Coefs>()) *
               static_cast<std::size_t>(stride_);
    }
    template <int I>
    __device__ std::size_t state_words() const {
        return static_cast<std::size_t>(item_offset<I, State>()) *
               static_cast<std::size_t>(stride_);
    }

    Coefs coefs_;  ///< of the effects in the part only, as the states
    State state_;
    std::uint32_t active_, gliding_;
    std::uint32_t* saved_;
    const std::uint32_t* target_;
    Memory<float> memory_;
    int rate_, stride_;
};

}  // namespace mixfarm::cuda
