/// Sobol points from Boost.Random, scrambled so that every seed sees its own and every net stays
/// one.
#include <boost/random/sobol.hpp>
#include <memory>

#include "host/search/samplers.h"
#include "kernels/core/random.h"

namespace mixfarm {
namespace {

constexpr std::size_t kKnown = 3667;  // dimensions with direction numbers

std::uint32_t reversed(std::uint32_t x) {
    x = (x << 16) | (x >> 16);
    x = ((x & 0x00ff00ffu) << 8) | ((x >> 8) & 0x00ff00ffu);
    x = ((x & 0x0f0f0f0fu) << 4) | ((x >> 4) & 0x0f0f0f0fu);
    x = ((x & 0x33333333u) << 2) | ((x >> 2) & 0x33333333u);
    return ((x & 0x55555555u) << 1) | ((x >> 1) & 0x55555555u);
}

/// Owen's nested uniform scramble by a hash: every binary digit is flipped or not depending on the
/// digits before it, so points that share an elementary interval still do. In reversed digits that
/// is any hash whose carries run upwards only (Laine and Karras 2011); multipliers of B. Burley,
/// "Practical Hash-based Owen Scrambling", JCGT 9(4), 2020.
std::uint32_t scrambled(std::uint32_t x, std::uint32_t key) {
    x = reversed(x) + key;
    x ^= x * 0x6c50b47cu;
    x ^= x * 0xb82f1e52u;
    x ^= x * 0xc7afe638u;
    x ^= x * 0x8d22f6e6u;
    return reversed(x);
}

class Sequence {
public:
    Sequence(std::size_t dimensions, std::uint64_t seed)
        : sobol_(std::max<std::size_t>(1, std::min(dimensions, kKnown))),
          rest_(seed ^ 0x50b01ull, 1) {
        const RandomStream keys(seed ^ 0x50b01ull, 0);
        for (std::size_t d = 0; d < dimensions; ++d)
            keys_.push_back(static_cast<std::uint32_t>(keys.bits(d)));
    }

    /// The next point, [dimensions].
    void next(float* point) {
        const std::size_t n = keys_.size();
        for (std::size_t d = 0; d < n; ++d) {
            // Boost leaves out the sequence's first point, the origin; without it 2^m points are
            // no net.
            const std::uint32_t bits = d >= kKnown
                                           ? static_cast<std::uint32_t>(rest_.bits(made_ * n + d))
                                           : scrambled(made_ == 0 ? 0 : sobol_(), keys_[d]);
            point[d] = static_cast<float>(bits >> 8) * 0x1p-24f;
        }
        ++made_;
    }

private:
    boost::random::sobol_engine<std::uint32_t, 32> sobol_;
    RandomStream rest_;
    std::vector<std::uint32_t> keys_;  ///< [dimensions]
    std::uint64_t made_ = 0;
};

class SobolSampler : public Sampler {
public:
    SobolSampler(const Cube& cube, std::uint64_t seed, Reach reach)
        : cube_(cube), seed_(seed), reach_(reach), sequence_(cube.dimensions() + 1, seed) {}

    std::string name() const override { return "sobol"; }
    std::vector<Candidate> ask(std::span<const std::uint64_t> ids, double) override {
        std::vector<Candidate> made;
        for (const std::uint64_t id : ids) {
            Candidate c = blank(id, name(), cube_.dimensions() + 1);
            sequence_.next(c.unit.data());
            const double share = c.unit.back();
            c.unit.pop_back();
            if (reach_ == Reach::towards_typical) draw_in(c, share);
            made.push_back(std::move(c));
        }
        return made;
    }
    void tell(std::span<const Candidate>, std::span<const Outcome>) override {}
    void restart() override {}  // goes on: a point that was heard is not asked for again

private:
    /// All strips by the same share, and each by one of its own.
    void draw_in(Candidate& c, double share) const {
        const RandomStream strips(seed_ ^ 0x5ca1ab1eull, c.id);
        for (std::size_t d = 0; d < c.unit.size(); ++d) {
            const double strip =
                0.5 + 0.5 * strips.uniform(static_cast<std::uint64_t>(cube_.axes[d].block));
            c.unit[d] = static_cast<float>(0.5 + (0.45 + 0.55 * share) * strip * (c.unit[d] - 0.5));
        }
    }

    const Cube& cube_;
    std::uint64_t seed_;
    Reach reach_;
    Sequence sequence_;
};

}  // namespace

std::vector<float> sobol_points(std::uint64_t count, std::size_t dimensions, std::uint64_t seed) {
    std::vector<float> points(count * dimensions);
    Sequence sequence(dimensions, seed);
    for (std::uint64_t i = 0; i < count; ++i) sequence.next(points.data() + i * dimensions);
    return points;
}

SamplerPtr sobol_sequence(const Cube& cube, std::uint64_t seed, Reach reach) {
    return std::make_unique<SobolSampler>(cube, seed, reach);
}

}  // namespace mixfarm
