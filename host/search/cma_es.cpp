/// CMA-ES over any directions through a point of the cube.
#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <optional>

#include "host/search/cma_distribution.h"
#include "host/search/normal.h"
#include "host/search/samplers.h"
#include "kernels/core/check.h"

namespace mixfarm {
namespace {

constexpr double kPull = 3;             // of the draw of the elite from which it begins
constexpr double kNear = 0.5;           // of the first step, where it begins from an elite
constexpr double kFlat = 1e-11;         // of the score: best outcomes that differ by less are alike
constexpr std::size_t kLargest = 2048;  // population after restarts

class CmaEs : public Sampler {
public:
    CmaEs(const Cube& cube, CmaPlan plan, const Archive* archive)
        : cube_(cube), plan_(std::move(plan)), archive_(archive) {
        MF_CHECK(!plan_.directions.empty());
        if (plan_.population == 0)
            plan_.population = CmaDistribution::default_population(dimensions());
        for (std::size_t k = 0; k < plan_.directions.size(); ++k)
            for (const auto& [axis, weight] : plan_.directions[k])
                pulls_.push_back(
                    {static_cast<Eigen::Index>(k), static_cast<std::size_t>(axis), weight});
        restart();
    }

    std::string name() const override { return plan_.name; }

    std::vector<Candidate> ask(std::span<const std::uint64_t> ids, double) override {
        std::vector<Candidate> made(ids.size());
        const std::size_t before = open_.size();
        open_.resize(before + ids.size());
        tbb::parallel_for(std::size_t{0}, ids.size(), [&](std::size_t i) {
            const RandomStream random(plan_.seed ^ 0xc3aull, ids[i]);
            Eigen::VectorXf& z = open_[before + i];
            z.resize(dimensions());
            for (Eigen::Index k = 0; k < z.size(); ++k)
                z[k] = normal(random, static_cast<std::uint64_t>(k));
            made[i] = blank(ids[i], name(), 0);
            made[i].parent_a = parent_;
            made[i].unit = lifted(distribution_->point(z));
        });
        return made;
    }

    void tell(std::span<const Candidate> candidates, std::span<const Outcome> outcomes) override {
        MF_CHECK_EQ(candidates.size(), open_.size());
        for (std::size_t i = 0; i < candidates.size(); ++i)
            told_.push_back({outcomes[i].score, candidates[i].id, std::move(open_[i])});
        open_.clear();
        if (told_.size() < population_) return;
        std::sort(told_.begin(), told_.end(), [](const Told& a, const Told& b) {
            return a.score != b.score ? a.score > b.score : a.id < b.id;
        });
        const double best = told_.front().score, worst = told_.back().score;
        if (best > worst) {
            std::vector<Eigen::VectorXf> z;
            for (Told& t : told_) z.push_back(std::move(t.z));
            distribution_->learn(z);
        }
        told_.clear();
        bests_.push_back(best);
        const std::size_t memory =
            10 + 30 * plan_.directions.size() / std::max(population_, candidates.size());
        if (bests_.size() > memory) bests_.pop_front();
        const auto [low, high] = std::minmax_element(bests_.begin(), bests_.end());
        const bool flat = bests_.size() == memory && *high - *low <= kFlat * std::abs(*high);
        if (flat || distribution_->converged()) {
            const std::size_t larger = std::min(2 * population_, kLargest);  // Auger, Hansen 2005
            population_ = std::max(population_, larger);
            begin(false);
        }
    }

    void restart() override {
        population_ = plan_.population;
        begin(true);
    }

private:
    struct Told {
        double score;
        std::uint64_t id;
        Eigen::VectorXf z;
    };

    Eigen::Index dimensions() const { return static_cast<Eigen::Index>(plan_.directions.size()); }

    /// From the best elite or any, or, without one, from the typical point first, then anywhere.
    void begin(bool from_best) {
        const RandomStream random(plan_.seed ^ 0xc3abe91ull, begun_++);
        base_.assign(cube_.dimensions(), 0.5f);
        parent_ = -1;
        if (archive_ && !archive_->empty()) {
            const Elite& from =
                from_best ? archive_->ranked(0) : archive_->draw(random.uniform(0), kPull);
            base_ = from.candidate.unit;
            parent_ = static_cast<std::int64_t>(from.candidate.id);
        } else if (begun_ > 1) {
            for (std::size_t d = 0; d < base_.size(); ++d)
                base_[d] = static_cast<float>(random.uniform(1 + d));
        }
        const double step = parent_ < 0 ? plan_.step : kNear * plan_.step;
        distribution_.emplace(Eigen::VectorXd::Zero(dimensions()), step,
                              dimensions() <= plan_.full_up_to);
        open_.clear();
        told_.clear();
        bests_.clear();
    }

    /// From coordinates along the directions to a point of the cube.
    std::vector<float> lifted(const Eigen::VectorXd& along) const {
        std::vector<double> at(base_.begin(), base_.end());
        for (const Pull& p : pulls_) at[p.axis] += p.weight * along[p.direction];
        std::vector<float> unit(at.size());
        for (std::size_t d = 0; d < at.size(); ++d) unit[d] = fold(at[d]);
        return unit;
    }

    struct Pull {
        Eigen::Index direction;
        std::size_t axis;
        float weight;
    };

    const Cube& cube_;
    CmaPlan plan_;
    std::vector<Pull> pulls_;  ///< of all directions
    const Archive* archive_;
    std::vector<float> base_;  ///< [axes of the cube] where all directions are 0
    std::int64_t parent_ = -1;
    std::optional<CmaDistribution> distribution_;
    std::vector<Eigen::VectorXf> open_;  ///< of the candidates that were asked for, in order
    std::vector<Told> told_;             ///< not yet enough of them to learn from
    std::deque<double> bests_;           ///< of the last generations
    std::size_t population_ = 0;
    std::uint64_t begun_ = 0;
};

}  // namespace

std::vector<Direction> along_macros(const Cube& cube) {
    std::vector<Direction> directions;
    for (const Macro& macro : cube.macros) directions.push_back(macro.pull);
    return directions;
}

std::vector<Direction> along_axes(const Cube& cube) {
    std::vector<Direction> directions;
    for (std::size_t d = 0; d < cube.dimensions(); ++d)
        directions.push_back({{static_cast<int>(d), 1.0f}});
    return directions;
}

SamplerPtr cma_es(const Cube& cube, CmaPlan plan, const Archive* archive) {
    return std::make_unique<CmaEs>(cube, std::move(plan), archive);
}

}  // namespace mixfarm
