/// Children of the archive's elites: strips crossed whole with another or with a plain draw, points
/// along a line, macros, knobs.
#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>

#include "host/search/normal.h"
#include "host/search/samplers.h"
#include "kernels/core/check.h"
#include "kernels/core/random.h"

namespace mixfarm {
namespace {

constexpr double kFirstMove = 0.18, kLastMove = 0.03;  // standard deviation of a knob's move
// Isotropic and directional deviation of a line, V. Vassiliades and J.-B. Mouret, "Discovering the
// Elite Hypervolume by Leveraging Interspecies Correlation", GECCO 2018, arXiv 1804.03906.
constexpr double kIso = 0.01, kLine = 0.2;
// So many of the children take strips from a plain draw: that is what leads to where there is no
// elite yet, and half of it is good already.
constexpr double kAbroad = 0.6;
constexpr double kGreedy = 6;        // of every other parent's draw from the ranking
constexpr double kTouched = 0.5;     // of the knobs of a strip that moves
constexpr double kFlipped = 0.1;     // of its touched toggles
constexpr double kDifference = 0.6;  // of two elites' distance, where a strip follows it

class Elites : public Sampler {
public:
    Elites(const Cube& cube, std::uint64_t seed, const Archive& archive)
        : cube_(cube),
          blocks_(static_cast<std::uint64_t>(cube.blocks())),
          seed_(seed ^ 0xe117e5ull),
          archive_(archive) {}

    std::string name() const override { return "elites"; }

    std::vector<Candidate> ask(std::span<const std::uint64_t> ids, double progress) override {
        std::vector<Candidate> made(ids.size());
        tbb::parallel_for(std::size_t{0}, ids.size(),
                          [&](std::size_t i) { made[i] = child(ids[i], progress); });
        return made;
    }
    void tell(std::span<const Candidate>, std::span<const Outcome>) override {}
    void restart() override {}

private:
    /// Cells of a sparse archive have seen no contest yet: the emptier it is, the more rank counts.
    const Elite& parent(RandomStream& random) const {
        const double greed = random.next() < 0.5 ? kGreedy : 2 - archive_.coverage();
        return archive_.draw(random.next(), greed);
    }

    Candidate child(std::uint64_t id, double progress) const {
        RandomStream random(seed_, id);
        Candidate c = blank(id, name(), cube_.dimensions());
        if (archive_.empty()) {
            for (float& x : c.unit) x = static_cast<float>(random.next());
            return c;
        }
        const Elite &a = parent(random), &b = parent(random);
        c.unit = a.candidate.unit;
        c.parent_a = static_cast<std::int64_t>(a.candidate.id);
        const bool apart = a.candidate.id != b.candidate.id;
        const double step = kFirstMove * std::pow(kLastMove / kFirstMove, progress);
        const double macros = cube_.macros.empty() ? 0 : 0.5 - 0.4 * progress;
        const double kind = random.next();
        if (random.next() < kAbroad) {
            cross(c, fresh(id), random);
        } else if (kind < macros) {
            pull(c, step, random);
        } else if (kind < macros + (1 - macros) * 0.15 && apart) {
            c.parent_b = static_cast<std::int64_t>(b.candidate.id);
            line(c, b.candidate.unit, random);
        } else {
            const bool crossed = apart && random.next() < 0.6;
            if (crossed) {
                c.parent_b = static_cast<std::int64_t>(b.candidate.id);
                cross(c, b.candidate.unit, random);
            }
            move_strips(c, crossed ? 0.15 : 0.35, step, random);
        }
        settle(c, a.candidate.unit, apart ? &b.candidate.unit : nullptr, step, random);
        return c;
    }

    /// One to three macros.
    void pull(Candidate& c, double step, RandomStream& random) const {
        for (std::uint64_t count = 1 + random.below(3); count > 0; --count) {
            const Macro& macro = cube_.macros[random.below(cube_.macros.size())];
            const double t = 2 * step * normal(random, 1000 + count);
            for (const auto& [axis, weight] : macro.pull) {
                float& x = c.unit[static_cast<std::size_t>(axis)];
                x = fold(x + t * weight);
            }
        }
    }

    /// On and around the line through both parents.
    void line(Candidate& c, const std::vector<float>& other, RandomStream& random) const {
        const double t = kLine * normal(random, 1000);
        const RandomStream noise(seed_ ^ 0x150ull, c.id);
        for (std::size_t d = 0; d < c.unit.size(); ++d)
            c.unit[d] =
                fold(c.unit[d] + t * (double(other[d]) - c.unit[d]) + kIso * normal(noise, d));
    }

    /// A plain draw.
    std::vector<float> fresh(std::uint64_t id) const {
        const RandomStream random(seed_ ^ 0xf4e54ull, id);
        std::vector<float> unit(cube_.dimensions());
        for (std::size_t d = 0; d < unit.size(); ++d)
            unit[d] = static_cast<float>(random.uniform(d));
        return unit;
    }

    /// Every strip whole from either parent.
    void cross(Candidate& c, const std::vector<float>& other, RandomStream& random) const {
        const RandomStream strips(seed_ ^ 0x57a1bull, c.id);
        const double share = random.next() < 0.5 ? 0.5 : 1.5 / static_cast<double>(blocks_);
        for (std::size_t d = 0; d < c.unit.size(); ++d)
            if (strips.uniform(static_cast<std::uint64_t>(cube_.axes[d].block)) < share)
                c.unit[d] = other[d];
    }

    /// Some strips: knobs jump, or follow the difference between two elites.
    void move_strips(Candidate& c, double share, double step, RandomStream& random) const {
        const Elite &from = archive_.draw(random.next(), 2), &to = archive_.draw(random.next(), 2);
        const std::uint64_t sure = share > 0.3 ? random.below(blocks_) : blocks_;
        if (random.next() < 0.5) share *= 0.25;
        const RandomStream strips(seed_ ^ 0xfa7eull, c.id), knobs(seed_ ^ 0x30f5ull, c.id);
        for (std::size_t d = 0; d < c.unit.size(); ++d) {
            const auto strip = static_cast<std::uint64_t>(cube_.axes[d].block);
            if (strip != sure && strips.uniform(2 * strip) >= share) continue;
            const bool follows = strips.uniform(2 * strip + 1) < 0.3;
            const double luck = knobs.uniform(2 * d) / kTouched;
            double delta =
                follows ? kDifference * (double(to.candidate.unit[d]) - from.candidate.unit[d]) : 0;
            if (cube_.axes[d].toggle) {
                if (luck < kFlipped) c.unit[d] = moved(cube_.axes[d], c.unit[d], 1);
                continue;
            }
            if (luck < 1) delta += step * normal(knobs, 2 * d + 1);
            if (delta != 0) c.unit[d] = moved(cube_.axes[d], c.unit[d], delta);
        }
    }

    /// A child that sounds like a parent moves a knob after all.
    void settle(Candidate& c, const std::vector<float>& a, const std::vector<float>* b, double step,
                RandomStream& random) const {
        const auto repeats = [&] {
            return !differ(cube_, c.unit, a) || (b && !differ(cube_, c.unit, *b));
        };
        for (std::uint64_t attempt = 0; attempt < 32 && repeats(); ++attempt) {
            const std::size_t d = random.below(c.unit.size());
            c.unit[d] = moved(cube_.axes[d], c.unit[d], step * normal(random, 2000 + attempt));
        }
    }

    const Cube& cube_;
    std::uint64_t blocks_;
    std::uint64_t seed_;
    const Archive& archive_;
};

}  // namespace

SamplerPtr elite_variation(const Cube& cube, std::uint64_t seed, const Archive& archive) {
    return std::make_unique<Elites>(cube, seed, archive);
}

}  // namespace mixfarm
