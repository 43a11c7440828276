/// Counter-based random numbers: value k of stream s is a pure function of (seed, s, k), on any
/// machine and thread.
#pragma once

#include <cstdint>

#include "kernels/core/qualifiers.h"

namespace mixfarm {

/// SplitMix64 finaliser (Steele, Lea, Flood 2014): a bijection of 64-bit words that mixes every bit
/// into every other.
MF_HD std::uint64_t mix_bits(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
}

/// One independent stream of random numbers, addressed by position.
class RandomStream {
public:
    MF_HD RandomStream(std::uint64_t seed, std::uint64_t stream)
        : key_(mix_bits(seed + 0x9e3779b97f4a7c15ull * (mix_bits(stream) | 1))) {}

    /// 64 random bits at position `k`.
    MF_HD std::uint64_t bits(std::uint64_t k) const {
        return mix_bits(key_ + 0x9e3779b97f4a7c15ull * (k + 1));
    }
    /// Uniform in [0, 1), 53 bits.
    MF_HD double uniform(std::uint64_t k) const {
        return static_cast<double>(bits(k) >> 11) * 0x1p-53;
    }
    /// The next value in order, for sequential use.
    MF_HD double next() { return uniform(position_++); }
    /// Integer in [0, n), n >= 1.
    MF_HD std::uint64_t below(std::uint64_t n) {
        return static_cast<std::uint64_t>(next() * static_cast<double>(n));
    }

private:
    std::uint64_t key_;
    std::uint64_t position_ = 0;
};

}  // namespace mixfarm
