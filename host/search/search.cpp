/// Generations: how many, how large, and how a generation is bred from the ones before it.
#include "host/search/search.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "kernels/core/check.h"
#include "kernels/core/random.h"

namespace mixfarm {
namespace {

constexpr std::uint64_t kMaxSobol = 2048;  // more seeds bring less than more generations
constexpr double kSobolShare = 0.4;
/// Of a generation behind the first: few enough to learn from often, enough of them for a GPU in a
/// night with many candidates.
constexpr std::uint64_t kGenerations = 32, kMostInGeneration = 4096;
constexpr int kParents = 48;
constexpr double kReach = 8,
                 kBonus =
                     0.1;  // a parent eight steps away from the others is worth 0.1 of score more
constexpr double kFirstStep = 0.18,
                 kLastStep = 0.04;  // standard deviation of a move, in the unit cube

double reflect(double x) {
    x = std::fabs(std::fmod(x, 2.0));
    return x > 1 ? 2 - x : x;
}

/// Standard normal by Box and Muller.
double normal(RandomStream& random) {
    const double u = 1 - random.next(), v = random.next();
    return std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v);
}

double distance2(const std::vector<float>& a, const std::vector<float>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double d = double(a[i]) - b[i];
        if (!std::isnan(d)) sum += d * d;
    }
    return sum;
}

}  // namespace

std::vector<int> spread_choice(std::span<const Outcome> outcomes, int count, double reach,
                               double bonus) {
    const std::size_t n = outcomes.size();
    std::vector<double> nearest(n, reach * reach);
    std::vector<bool> taken(n, false);
    std::vector<int> chosen;
    while (static_cast<int>(chosen.size()) < count && chosen.size() < n) {
        int best = -1;
        double best_value = -1;
        for (std::size_t i = 0; i < n; ++i) {
            if (taken[i]) continue;
            const double apart = chosen.empty() ? 0 : std::sqrt(nearest[i]) / reach;
            const double value = outcomes[i].score > 0 ? outcomes[i].score + bonus * apart : 0;
            if (value > best_value) best_value = value, best = static_cast<int>(i);
        }
        taken[static_cast<std::size_t>(best)] = true;
        chosen.push_back(best);
        for (std::size_t i = 0; i < n; ++i) {
            if (!taken[i])
                nearest[i] = std::min(
                    nearest[i],
                    distance2(outcomes[i].place, outcomes[static_cast<std::size_t>(best)].place));
        }
    }
    return chosen;
}

Search::Search(SearchPlan plan) : plan_(std::move(plan)) {
    MF_CHECK_EQ(plan_.block.size(), static_cast<std::size_t>(plan_.dimensions));
    if (plan_.anneal_over == 0) plan_.anneal_over = std::max<std::uint64_t>(1, plan_.candidates);
    sobol_ = shifted_sobol(generation_size(0), plan_.dimensions + 1, plan_.seed);
}

std::uint64_t Search::generation_size(std::uint32_t g) const {
    const auto share =
        static_cast<std::uint64_t>(std::ceil(kSobolShare * static_cast<double>(plan_.anneal_over)));
    const std::uint64_t seeds = std::min({plan_.candidates, share, kMaxSobol});
    if (g == 0) return seeds;
    const std::uint64_t least =
        std::max<std::uint64_t>(plan_.candidates < 1024 ? 64 : 128, plan_.least_generation);
    const std::uint64_t size =
        std::max(least, std::min(plan_.anneal_over / kGenerations, kMostInGeneration));
    const std::uint64_t before = seeds + size * (g - 1);
    return before >= plan_.candidates ? 0 : std::min(size, plan_.candidates - before);
}

Candidate Search::sobol_point(std::uint64_t index) const {
    // Points beyond the prepared ones are only asked for while everything was rejected.
    const auto width = static_cast<std::uint64_t>(plan_.dimensions + 1);
    const bool prepared = (index + 1) * width <= sobol_.size();
    const RandomStream beyond(plan_.seed ^ 0xbe40dull, index);
    const auto x = [&](int d) {
        const auto k = static_cast<std::uint64_t>(d);
        return prepared ? static_cast<double>(sobol_[index * width + k]) : beyond.uniform(k);
    };
    Candidate c;
    c.origin = index == 0 ? "typical" : "sobol";
    c.unit.assign(static_cast<std::size_t>(plan_.dimensions), 0.5f);
    if (index == 0) return c;
    // A share of the cube around the typical mix: some candidates stay close to what engineers do,
    // some go all the way.
    const double whole = 0.45 + 0.55 * x(plan_.dimensions);
    const RandomStream strengths(plan_.seed ^ 0x5ca1ab1eull, index);
    for (int d = 0; d < plan_.dimensions; ++d) {
        const double strip = 0.5 + 0.5 * strengths.uniform(static_cast<std::uint64_t>(
                                             plan_.block[static_cast<std::size_t>(d)]));
        c.unit[static_cast<std::size_t>(d)] =
            static_cast<float>(0.5 + whole * strip * (x(d) - 0.5));
    }
    return c;
}

Candidate Search::offspring(std::uint64_t id, double step) const {
    RandomStream random(plan_.seed ^ 0xeb01ull, id);
    const auto pick = [&]() -> const Member& {
        // The better of two: parents are sorted best first.
        const std::uint64_t a = random.below(parents_.size()), b = random.below(parents_.size());
        return parents_[std::min(a, b)];
    };
    const Member& a = pick();
    const Member& b = pick();
    const Member& from = parents_[random.below(parents_.size())];
    const Member& to = parents_[random.below(parents_.size())];
    Candidate child;
    child.unit = a.candidate.unit;
    child.parent_a = static_cast<std::int64_t>(a.candidate.id);
    const int blocks =
        plan_.dimensions ? *std::max_element(plan_.block.begin(), plan_.block.end()) + 1 : 0;
    const bool crossed = a.candidate.id != b.candidate.id && random.next() < 0.6;
    child.origin = crossed ? "crossed" : "moved";
    if (crossed) child.parent_b = static_cast<std::int64_t>(b.candidate.id);
    struct Fate {
        bool other, moved, differential;
    };
    std::vector<Fate> fates(static_cast<std::size_t>(blocks));
    const double share = crossed ? 0.15 : 0.35;  // of the strips that move
    for (Fate& f : fates)
        f = {crossed && random.next() < 0.5, random.next() < share, random.next() < 0.3};
    if (!crossed && blocks > 0)
        fates[random.below(static_cast<std::uint64_t>(blocks))].moved = true;
    for (std::size_t d = 0; d < child.unit.size(); ++d) {
        const Fate& f = fates[static_cast<std::size_t>(plan_.block[d])];
        double x = f.other ? b.candidate.unit[d] : child.unit[d];
        const bool touched = random.next() < 0.5;
        const double jump = normal(random) * step;
        if (f.moved && f.differential) x += 0.6 * (to.candidate.unit[d] - from.candidate.unit[d]);
        if (f.moved && touched) x += jump;
        child.unit[d] = static_cast<float>(reflect(x));
    }
    if (blocks > 0 && (child.unit == a.candidate.unit || child.unit == b.candidate.unit)) {
        // Heard already: one strip moves after all.
        const auto strip = static_cast<int>(random.below(static_cast<std::uint64_t>(blocks)));
        for (std::size_t d = 0; d < child.unit.size(); ++d)
            if (plan_.block[d] == strip)
                child.unit[d] = static_cast<float>(reflect(child.unit[d] + normal(random) * step));
    }
    return child;
}

std::vector<Candidate> Search::ask() {
    MF_CHECK(open_.empty());
    const std::uint64_t size = generation_size(generation_);
    const double progress =
        std::min(1.0, static_cast<double>(asked_) / static_cast<double>(plan_.anneal_over));
    const double step = kFirstStep * std::pow(kLastStep / kFirstStep, progress);
    for (std::uint64_t i = 0; i < size; ++i) {
        const std::uint64_t id = plan_.first_id + asked_ + i;
        Candidate c =
            generation_ == 0 || parents_.empty() ? sobol_point(asked_ + i) : offspring(id, step);
        c.id = id;
        open_.push_back(std::move(c));
    }
    asked_ += size;
    return open_;
}

void Search::tell(std::span<const Outcome> outcomes) {
    MF_CHECK_EQ(outcomes.size(), open_.size());
    for (std::size_t i = 0; i < open_.size(); ++i) {
        if (outcomes[i].score > 0) parents_.push_back({std::move(open_[i]), outcomes[i]});
    }
    open_.clear();
    ++generation_;
    std::stable_sort(parents_.begin(), parents_.end(), [](const Member& a, const Member& b) {
        return a.outcome.score != b.outcome.score ? a.outcome.score > b.outcome.score
                                                  : a.candidate.id < b.candidate.id;
    });
    std::vector<Outcome> all;
    for (const Member& m : parents_) all.push_back(m.outcome);
    std::vector<int> kept = spread_choice(all, kParents, kReach, kBonus);
    std::sort(kept.begin(), kept.end());
    std::vector<Member> next;
    for (const int i : kept) next.push_back(std::move(parents_[static_cast<std::size_t>(i)]));
    parents_ = std::move(next);
}

}  // namespace mixfarm
