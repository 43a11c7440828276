/// Differential evolution that remembers which of its rates succeeded.
///
/// R. Tanabe and A. Fukunaga, "Success-History Based Parameter Adaptation for Differential
/// Evolution" (SHADE, CEC 2013), after JADE of J. Zhang and A. Sanderson (2009):
/// current-to-pbest/1 with an archive of the replaced. Ours: every other trial crosses whole
/// strips.
#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "host/search/normal.h"
#include "host/search/samplers.h"
#include "kernels/core/check.h"

namespace mixfarm {
namespace {

constexpr std::size_t kMemory = 10;  // pairs of rates
constexpr double kMostGreedy = 0.2;  // share of the population that counts as best, at most

class Differential : public Sampler {
public:
    Differential(const Cube& cube, std::uint64_t seed, const Archive* archive,
                 std::size_t population)
        : cube_(cube),
          blocks_(static_cast<std::size_t>(cube.blocks())),
          seed_(seed ^ 0xd1ffull),
          archive_(archive),
          members_(population) {
        MF_CHECK(population >= 4);
        restart();
    }

    std::string name() const override { return "differential"; }

    std::vector<Candidate> ask(std::span<const std::uint64_t> ids, double) override {
        const std::size_t before = open_.size();
        open_.resize(before + ids.size());
        std::vector<Candidate> made(ids.size());
        const std::size_t first = turn_;
        turn_ += ids.size();
        tbb::parallel_for(std::size_t{0}, ids.size(), [&](std::size_t i) {
            open_[before + i].target = (first + i) % members_.size();
            made[i] = trial(ids[i], open_[before + i]);
        });
        return made;
    }

    void tell(std::span<const Candidate> candidates, std::span<const Outcome> outcomes) override {
        MF_CHECK_EQ(candidates.size(), open_.size());
        for (std::size_t i = 0; i < candidates.size(); ++i) {
            const Trial& trial = open_[i];
            Elite& target = members_[trial.target];
            const double rise = outcomes[i].score - target.outcome.score;
            if (rise < 0 || (rise == 0 && target.outcome.score > 0 && !trial.differs)) continue;
            if (outcomes[i].score <= 0) continue;
            if (rise > 0 && target.outcome.score > 0) {
                successes_.push_back({trial.difference, trial.crossing, rise});
                retire(target.candidate.unit, candidates[i].id);
            }
            target.candidate = candidates[i];
            target.outcome.score = outcomes[i].score;
        }
        since_ += open_.size();
        open_.clear();
        rank();
        if (since_ >= members_.size()) remember();
    }

    void restart() override {
        members_.assign(members_.size(), {});
        retired_.clear();
        open_.clear();
        successes_.clear();
        differences_.assign(kMemory, 0.5);
        crossings_.assign(kMemory, 0.5);
        since_ = slot_ = 0;
        for (std::size_t i = 0; archive_ && i < std::min(members_.size(), archive_->size()); ++i)
            members_[i] = archive_->ranked(i);
        rank();
    }

private:
    struct Trial {
        std::size_t target = 0;
        double difference = 0, crossing = 0;  ///< the rates F and CR
        bool differs = true;
    };
    struct Success {
        double difference, crossing, rise;
    };

    /// Those that were heard, best first.
    void rank() {
        ranked_.clear();
        for (std::size_t i = 0; i < members_.size(); ++i)
            if (members_[i].outcome.score > 0) ranked_.push_back(i);
        std::sort(ranked_.begin(), ranked_.end(),
                  [&](std::size_t a, std::size_t b) { return better(members_[a], members_[b]); });
    }

    Candidate trial(std::uint64_t id, Trial& trial) const {
        RandomStream random(seed_, id);
        Candidate c = blank(id, name(), cube_.dimensions());
        const Elite& target = members_[trial.target];
        if (target.outcome.score <= 0 || ranked_.size() < 4) {  // still to be filled
            for (float& x : c.unit) x = static_cast<float>(random.next());
            return c;
        }
        const std::size_t memory = random.below(kMemory);
        trial.crossing = std::clamp(crossings_[memory] + 0.1 * normal(random, 1u << 30), 0.0, 1.0);
        do {  // Cauchy around the remembered rate
            trial.difference =
                differences_[memory] + 0.1 * std::tan(std::numbers::pi * (random.next() - 0.5));
        } while (trial.difference <= 0);
        trial.difference = std::min(trial.difference, 1.0);

        const double known = static_cast<double>(ranked_.size());
        const double greedy = 2 / known + (kMostGreedy - 2 / known) * random.next();
        const auto top = std::max<std::uint64_t>(2, static_cast<std::uint64_t>(greedy * known));
        const Elite& best = members_[ranked_[random.below(top)]];
        const std::size_t a = ranked_[random.below(ranked_.size())];
        const std::size_t b = random.below(ranked_.size() + retired_.size());
        const std::vector<float>& plus = members_[a].candidate.unit;
        const std::vector<float>& minus =
            b < ranked_.size() ? members_[ranked_[b]].candidate.unit : retired_[b - ranked_.size()];
        c.parent_a = static_cast<std::int64_t>(target.candidate.id);
        c.parent_b = static_cast<std::int64_t>(best.candidate.id);
        const std::vector<float>& from = target.candidate.unit;
        const bool by_strips = random.next() < 0.5;
        const std::uint64_t parts = by_strips ? blocks_ : cube_.dimensions();
        const std::uint64_t sure = random.below(parts);
        const RandomStream crossed(seed_ ^ 0xc705ull, id);
        for (std::size_t d = 0; d < from.size(); ++d) {
            const std::uint64_t part =
                by_strips ? static_cast<std::uint64_t>(cube_.axes[d].block) : d;
            const bool taken = part == sure || crossed.uniform(part) < trial.crossing;
            c.unit[d] = taken ? fold(from[d] + trial.difference * (double(best.candidate.unit[d]) -
                                                                   from[d] + plus[d] - minus[d]))
                              : from[d];
        }
        trial.differs = differ(cube_, c.unit, from);
        if (!trial.differs) step_aside(c, random);
        return c;
    }

    /// Where all differences vanish, one knob moves after all.
    void step_aside(Candidate& c, RandomStream& random) const {
        const std::vector<float> from = c.unit;
        for (int attempt = 0; attempt < 16 && !differ(cube_, c.unit, from); ++attempt) {
            const std::size_t d = random.below(c.unit.size());
            c.unit[d] = moved(cube_.axes[d], c.unit[d], 0.2 * (random.next() - 0.5));
        }
    }

    void retire(std::vector<float> unit, std::uint64_t id) {
        if (retired_.size() < members_.size()) return retired_.push_back(std::move(unit));
        RandomStream random(seed_ ^ 0x4e71ull, id);
        retired_[random.below(retired_.size())] = std::move(unit);
    }

    /// Means over a population's worth of trials, weighted by what they gained; Lehmer's for F.
    void remember() {
        since_ = 0;
        if (successes_.empty()) return;
        double sum = 0, difference = 0, difference2 = 0, crossing = 0;
        for (const Success& s : successes_) {
            sum += s.rise;
            difference += s.rise * s.difference;
            difference2 += s.rise * s.difference * s.difference;
            crossing += s.rise * s.crossing;
        }
        differences_[slot_] = difference2 / difference;
        crossings_[slot_] = crossing / sum;
        slot_ = (slot_ + 1) % kMemory;
        successes_.clear();
    }

    const Cube& cube_;
    std::size_t blocks_;
    std::uint64_t seed_;
    const Archive* archive_;
    std::vector<Elite> members_;  ///< score 0: not yet heard
    std::vector<std::size_t> ranked_;
    std::vector<std::vector<float>> retired_;
    std::vector<Trial> open_;
    std::vector<Success> successes_;
    std::vector<double> differences_, crossings_;  ///< [kMemory]
    std::size_t turn_ = 0, since_ = 0, slot_ = 0;
};

}  // namespace

SamplerPtr differential_evolution(const Cube& cube, std::uint64_t seed, const Archive* archive,
                                  std::size_t population) {
    return std::make_unique<Differential>(cube, seed, archive, population);
}

}  // namespace mixfarm
