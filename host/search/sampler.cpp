/// The samplers that learn nothing: a fixed list, and draws from the priors.
#include "host/search/sampler.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <numeric>

#include "host/search/samplers.h"
#include "kernels/core/check.h"
#include "kernels/core/random.h"

namespace mixfarm {
namespace {

class FixedPoints : public Sampler {
public:
    explicit FixedPoints(std::vector<std::vector<float>> points) : points_(std::move(points)) {}

    std::string name() const override { return "start"; }
    std::vector<Candidate> ask(std::span<const std::uint64_t> ids, double) override {
        std::vector<Candidate> made;
        for (const std::uint64_t id : ids) {
            if (next_ == points_.size()) break;
            Candidate c = blank(id, name(), 0);
            c.unit = points_[next_++];
            if (std::all_of(c.unit.begin(), c.unit.end(), [](float x) { return x == 0.5f; }))
                c.origin = "typical";
            made.push_back(std::move(c));
        }
        return made;
    }
    void tell(std::span<const Candidate>, std::span<const Outcome>) override {}
    void restart() override {}

private:
    std::vector<std::vector<float>> points_;
    std::size_t next_ = 0;
};

class PriorDraws : public Sampler {
public:
    PriorDraws(const Cube& cube, std::uint64_t seed) : cube_(cube), seed_(seed ^ 0x9a105ull) {}

    std::string name() const override { return "prior"; }
    std::vector<Candidate> ask(std::span<const std::uint64_t> ids, double) override {
        std::vector<Candidate> made(ids.size());
        tbb::parallel_for(std::size_t{0}, ids.size(), [&](std::size_t i) {
            made[i] = blank(ids[i], name(), cube_.dimensions());
            const RandomStream random(seed_, ids[i]);
            for (std::size_t d = 0; d < made[i].unit.size(); ++d)
                made[i].unit[d] = static_cast<float>(random.uniform(d));
        });
        return made;
    }
    void tell(std::span<const Candidate>, std::span<const Outcome>) override {}
    void restart() override {}

private:
    const Cube& cube_;
    std::uint64_t seed_;
};

}  // namespace

Candidate blank(std::uint64_t id, const std::string& origin, std::size_t dimensions) {
    Candidate c;
    c.id = id;
    c.origin = origin;
    c.unit.assign(dimensions, 0.5f);
    return c;
}

std::vector<std::uint64_t> ids_from(std::uint64_t first, std::size_t count) {
    std::vector<std::uint64_t> ids(count);
    std::iota(ids.begin(), ids.end(), first);
    return ids;
}

SamplerPtr fixed_points(std::vector<std::vector<float>> points) {
    return std::make_unique<FixedPoints>(std::move(points));
}

SamplerPtr prior_draws(const Cube& cube, std::uint64_t seed) {
    return std::make_unique<PriorDraws>(cube, seed);
}

}  // namespace mixfarm
