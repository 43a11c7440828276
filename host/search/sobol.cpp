/// Sobol points from Boost.Random, shifted so that every seed sees its own.
#include <boost/random/sobol.hpp>

#include "host/search/search.h"
#include "kernels/core/random.h"

namespace mixfarm {

std::vector<float> shifted_sobol(std::uint64_t count, int dimensions, std::uint64_t seed) {
    constexpr int kKnown = 3667;
    const int from_sobol = dimensions < kKnown ? dimensions : kKnown;
    std::vector<float> points(count * static_cast<std::uint64_t>(dimensions));
    if (points.empty()) return points;
    boost::random::sobol_engine<std::uint32_t, 32> sobol(static_cast<std::size_t>(from_sobol));
    const RandomStream shift(seed ^ 0x50b01ull, 0), rest(seed ^ 0x50b01ull, 1);
    for (std::uint64_t i = 0; i < count; ++i) {
        // Boost leaves out the sequence's first point, the origin; without it 2^m points are no
        // net.
        const bool origin = i == 0;
        float* point = points.data() + i * static_cast<std::uint64_t>(dimensions);
        for (int d = 0; d < dimensions; ++d) {
            const auto k = static_cast<std::uint64_t>(d);
            std::uint32_t bits;
            if (d < from_sobol)
                bits = (origin ? 0 : sobol()) ^ static_cast<std::uint32_t>(shift.bits(k));
            else
                bits = static_cast<std::uint32_t>(
                    rest.bits(i * static_cast<std::uint64_t>(dimensions) + k));
            point[d] = static_cast<float>(bits >> 8) * 0x1p-24f;
        }
    }
    return points;
}

}  // namespace mixfarm
