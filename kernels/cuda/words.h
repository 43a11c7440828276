/// States between launches: structs of 32-bit words, word by word beside the same word of the other
/// candidates.
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>

#include "kernels/core/qualifiers.h"

namespace mixfarm::cuda {

inline constexpr int kWarp = 32;  ///< candidates that share a warp

template <class T>
inline constexpr int kWords = static_cast<int>(sizeof(T) / sizeof(std::uint32_t));

/// Small states live in registers, so the loops over them must unroll.
template <class T>
inline constexpr int kUnroll = kWords<T> == 0     ? 1
                               : kWords<T> <= 128 ? kWords<T>
                                                  : 4;

/// Word k of `to` comes from words[k * stride].
template <class T>
MF_HD void load_words(T& to, const std::uint32_t* words, int stride) {
    static_assert(std::is_empty_v<T> || sizeof(T) % sizeof(std::uint32_t) == 0);
#pragma unroll(kUnroll <T>)
    for (int k = 0; k < kWords<T>; ++k) {
        const std::uint32_t word =
            words[static_cast<std::size_t>(k) * static_cast<std::size_t>(stride)];
        memcpy(reinterpret_cast<char*>(&to) + 4 * k, &word, 4);
    }
}
template <class T>
MF_HD void store_words(const T& from, std::uint32_t* words, int stride) {
#pragma unroll(kUnroll <T>)
    for (int k = 0; k < kWords<T>; ++k) {
        std::uint32_t word;
        memcpy(&word, reinterpret_cast<const char*>(&from) + 4 * k, 4);
        words[static_cast<std::size_t>(k) * static_cast<std::size_t>(stride)] = word;
    }
}

}  // namespace mixfarm::cuda
