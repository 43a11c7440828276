/// Pattern search by a few walkers: from a good point along one macro or one knob at a time, with a
/// step of its own for each; what cannot be heard is not tried.
///
/// R. Hooke and T. Jeeves, "Direct search", J. ACM 8 (1961), for many answers at a time: all moves
/// that improved are tried together next.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "host/search/samplers.h"
#include "kernels/core/check.h"
#include "kernels/core/random.h"

namespace mixfarm {
namespace {

constexpr std::size_t kWalkers = 2;
constexpr float kFirstStep = 0.15f, kLeastStep = 1e-4f, kMostStep = 0.5f;
// Asked for more moves than there are directions before any answer, a walker feels along them
// again: the other way and nearer each time.
constexpr std::size_t kPasses = 8;
constexpr double kPass = -0.67;
constexpr double kGreed = 3;  // of the draw of the elite where a walker begins

/// Somebody who stands on a point and feels around it.
struct Walker {
    Elite at;                    ///< score 0: nowhere yet
    std::vector<float> steps;    ///< [macros, then axes], signed; 0 once too small to go on with
    std::vector<double> fallen;  ///< by how much the other sign of this step was worse; 0: untried
    /// Some of the directions, in the order in which they are tried.
    struct Round {
        std::vector<std::uint32_t> order;
        std::size_t next = 0, tried = 0;  ///< tried: since the last answers
    };
    Round macros, knobs;
    std::vector<std::vector<float>> together;  ///< points to try next: improvements combined
    std::uint64_t journeys = 0;
};

class Coordinate : public Sampler {
public:
    Coordinate(const Cube& cube, std::uint64_t seed, const Archive* archive)
        : cube_(cube), seed_(seed ^ 0xc00bdull), archive_(archive), walkers_(kWalkers) {
        restart();
    }

    std::string name() const override { return "coordinate"; }

    std::vector<Candidate> ask(std::span<const std::uint64_t> ids, double progress) override {
        std::vector<Candidate> made;
        for (const std::uint64_t id : ids) {
            const std::size_t w = turn_++ % walkers_.size();
            made.push_back(blank(id, name(), cube_.dimensions()));
            Move move = feel(walkers_[w], made.back(), progress);
            move.walker = w;
            open_.push_back(move);
        }
        return made;
    }

    void tell(std::span<const Candidate> candidates, std::span<const Outcome> outcomes) override {
        MF_CHECK_EQ(candidates.size(), open_.size());
        for (std::size_t w = 0; w < walkers_.size(); ++w) learn(w, candidates, outcomes);
        open_.clear();
        // One of them always stands on the best.
        if (archive_ && !archive_->empty() && better(archive_->ranked(0), walkers_[0].at)) {
            walkers_[0].at = archive_->ranked(0);
            walkers_[0].together.clear();
        }
    }

    void restart() override {
        open_.clear();
        for (std::size_t w = 0; w < walkers_.size(); ++w) depart(walkers_[w], w, w == 0);
    }

private:
    struct Move {
        std::size_t walker = 0;
        enum { begun, along, together } kind = begun;
        std::size_t direction = 0;
        bool first_pass = true;
    };

    std::size_t directions() const { return cube_.macros.size() + cube_.dimensions(); }

    /// To another point, with fresh steps and another order of trying.
    void depart(Walker& walker, std::size_t number, bool to_best) {
        RandomStream random(seed_ ^ (0xde9a47ull + number), walker.journeys++);
        walker.at = {};
        if (archive_ && !archive_->empty())
            walker.at = to_best ? archive_->ranked(0) : archive_->draw(random.next(), kGreed);
        walker.steps.resize(directions());
        walker.fallen.assign(directions(), 0.0);
        for (float& step : walker.steps) {
            const double size = kFirstStep * (0.5 + random.next());
            step = static_cast<float>(random.next() < 0.5 ? size : -size);
        }
        const auto macros = static_cast<std::ptrdiff_t>(cube_.macros.size());
        std::vector<std::uint32_t> all(directions());
        std::iota(all.begin(), all.end(), 0u);
        walker.macros = {{all.begin(), all.begin() + macros}};
        walker.knobs = {{all.begin() + macros, all.end()}};
        for (auto* order : {&walker.macros.order, &walker.knobs.order})
            for (std::size_t i = order->size(); i > 1; --i)
                std::swap((*order)[i - 1], (*order)[random.below(i)]);
        walker.together.clear();
    }

    /// Fills in the candidate; says what was done.
    Move feel(Walker& walker, Candidate& c, double progress) {
        RandomStream random(seed_, c.id);
        if (walker.at.outcome.score > 0) {
            c.parent_a = static_cast<std::int64_t>(walker.at.candidate.id);
            if (!walker.together.empty()) {
                c.unit = std::move(walker.together.back());
                walker.together.pop_back();
                return {0, Move::together};
            }
            c.unit = walker.at.candidate.unit;
            // Macros first, then knobs.
            const bool macro_first = random.next() < std::max(0.1, 1 - 1.5 * progress);
            for (const bool macro : {macro_first, !macro_first}) {
                Walker::Round& round = macro ? walker.macros : walker.knobs;
                const std::size_t count = round.order.size();
                while (round.tried < kPasses * count) {
                    const std::size_t pass = round.tried++ / count;
                    const std::size_t direction = round.order[round.next++ % count];
                    if (walker.steps[direction] == 0 || (pass > 0 && toggles(direction))) continue;
                    const double step =
                        walker.steps[direction] * std::pow(kPass, static_cast<double>(pass));
                    if (go(c.unit, direction, step)) return {0, Move::along, direction, pass == 0};
                }
            }
            c.parent_a = -1;
        }
        // No point yet, or nothing left to feel: the typical point first of all, then anywhere.
        if (turn_ > 1)
            for (float& x : c.unit) x = static_cast<float>(random.next());
        return {};
    }

    bool toggles(std::size_t direction) const {
        return direction >= cube_.macros.size() &&
               cube_.axes[direction - cube_.macros.size()].toggle;
    }

    /// Moves `unit` along a direction; false, and no move, where that cannot be heard.
    bool go(std::vector<float>& unit, std::size_t direction, double step) const {
        if (direction >= cube_.macros.size()) {
            const std::size_t d = direction - cube_.macros.size();
            const float before = unit[d], after = moved(cube_.axes[d], before, step);
            const bool heard = active(cube_, d, unit) && changes(cube_.axes[d], before, after);
            if (heard) unit[d] = after;
            return heard;
        }
        const auto& pull = cube_.macros[direction].pull;
        std::vector<float> before;
        bool heard = false;
        for (const auto& [axis, weight] : pull) {
            const auto d = static_cast<std::size_t>(axis);
            before.push_back(unit[d]);
            unit[d] = fold(unit[d] + weight * step);
        }
        for (std::size_t i = 0; i < pull.size() && !heard; ++i) {
            const auto d = static_cast<std::size_t>(pull[i].first);
            heard = active(cube_, d, unit) && changes(cube_.axes[d], before[i], unit[d]);
        }
        if (!heard)
            for (std::size_t i = pull.size(); i-- > 0;)
                unit[static_cast<std::size_t>(pull[i].first)] = before[i];
        return heard;
    }

    void learn(std::size_t w, std::span<const Candidate> candidates,
               std::span<const Outcome> outcomes) {
        Walker& walker = walkers_[w];
        std::vector<std::size_t> improved;  // moves, as indices
        std::size_t best = candidates.size();
        bool lost = false, felt = false;
        for (std::size_t i = 0; i < candidates.size(); ++i) {
            const Move& move = open_[i];
            if (move.walker != w) continue;
            const bool rise = outcomes[i].score > walker.at.outcome.score;
            if (rise && (best == candidates.size() || outcomes[i].score > outcomes[best].score))
                best = i;
            lost |= move.kind == Move::begun && walker.at.outcome.score > 0;
            if (move.kind != Move::along) continue;
            felt = true;
            if (move.first_pass)
                adapt(walker, move.direction, outcomes[i].score - walker.at.outcome.score);
            if (rise) improved.push_back(i);
        }
        walker.macros.tried = walker.knobs.tried = 0;
        const bool exhausted = lost && !felt;
        const std::vector<float> from = walker.at.candidate.unit;
        if (exhausted) depart(walker, w, false);
        if (best < candidates.size() && outcomes[best].score > walker.at.outcome.score)
            walker.at = {candidates[best], outcomes[best]};
        walker.together.clear();
        if (exhausted || improved.size() < 2) return;
        // The greatest improvements first; all of them, and the better half.
        std::stable_sort(improved.begin(), improved.end(), [&](std::size_t a, std::size_t b) {
            return outcomes[a].score > outcomes[b].score;
        });
        for (const std::size_t count : {improved.size() / 2, improved.size()}) {
            if (count < 2) continue;
            std::vector<double> sum(from.begin(), from.end());
            for (std::size_t i = 0; i < count; ++i) {
                const std::vector<float>& to = candidates[improved[i]].unit;
                for (std::size_t d = 0; d < sum.size(); ++d) sum[d] += double(to[d]) - from[d];
            }
            std::vector<float> unit(sum.size());
            for (std::size_t d = 0; d < sum.size(); ++d) unit[d] = fold(sum[d]);
            if (differ(cube_, unit, walker.at.candidate.unit))
                walker.together.push_back(std::move(unit));
        }
    }

    /// Onwards after a rise; after a fall the other way; after two falls to the top of the parabola
    /// through the three points.
    void adapt(Walker& walker, std::size_t direction, double rise) const {
        float& step = walker.steps[direction];
        double& fallen = walker.fallen[direction];
        const bool toggle = toggles(direction);
        if (rise > 0) {
            step = std::copysign(std::min(kMostStep, 1.6f * std::fabs(step)), step);
            fallen = 0;
        } else if (toggle) {
            step *= 0.25f;  // there is one move only; it is tried again once, from elsewhere
        } else if (fallen == 0) {
            step = -step;
            fallen = std::max(-rise, 1e-300);
        } else {
            const double top = 0.5 * (fallen + rise) / (fallen - rise);  // of the step, in +-0.5
            step *= static_cast<float>(std::copysign(std::clamp(std::fabs(top), 0.1, 0.5), top));
            fallen = 0;
        }
        if (std::fabs(step) < (toggle ? 0.01f : kLeastStep)) step = 0;
    }

    const Cube& cube_;
    std::uint64_t seed_;
    const Archive* archive_;
    std::vector<Walker> walkers_;
    std::vector<Move> open_;
    std::size_t turn_ = 0;
};

}  // namespace

SamplerPtr coordinate_moves(const Cube& cube, std::uint64_t seed, const Archive* archive) {
    return std::make_unique<Coordinate>(cube, seed, archive);
}

}  // namespace mixfarm
