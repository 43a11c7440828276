/// The portfolio: who gets how many candidates, and what everybody learns from them.
#include "host/search/search.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "kernels/core/check.h"

namespace mixfarm {
namespace {

constexpr std::uint64_t kMaxSampled = 4096;  // more first samples bring less than more generations
constexpr double kSampledShare = 0.2;
/// Of a generation behind the first: few enough to learn from often, enough of them for a GPU in a
/// night with many candidates.
constexpr std::uint64_t kGenerations = 128, kMostInGeneration = 4096;

constexpr double kFloor = 0.02;  // share that every sampler keeps, whatever its luck
/// Variation of all elites alike is what fills the archive, which success does not count.
constexpr double kElitesFloor = 0.3;
constexpr double kRecall = 0.9;     // weight of what happened before, a tell
constexpr double kNewBest = 50;     // a rise of the best of all counts as so many of a cell
constexpr double kPriorTrials = 5;  // as if so many had been tried, with the success of all

bool samples_only(const std::string& name) {
    return name == "sobol" || name == "prior";
}

}  // namespace

Search::Search(SearchPlan plan)
    : plan_(std::move(plan)),
      cube_(std::make_unique<const Cube>(std::move(plan_.cube))),
      archive_(std::make_unique<Archive>(plan_.archive)) {
    cube_->check();
    anneal_over_ =
        plan_.anneal_over ? plan_.anneal_over : std::max<std::uint64_t>(1, plan_.candidates);
    std::vector<std::vector<float>> first;
    if (plan_.typical) first.emplace_back(cube_->dimensions(), 0.5f);
    for (std::vector<float>& start : plan_.starts) {
        MF_CHECK_EQ(start.size(), cube_->dimensions());
        first.push_back(std::move(start));
    }
    fixed_ = fixed_points(std::move(first));
    if (cube_->dimensions() > 0) invite();
    set_out();
}

void Search::invite() {
    const Cube& cube = *cube_;
    const std::uint64_t seed = plan_.seed;
    CmaPlan knobs, macros;
    knobs.directions = along_axes(cube), knobs.seed = seed;
    macros.directions = along_macros(cube), macros.seed = seed ^ 0x3ac705ull;
    macros.name = "cma_macros";
    std::vector<SamplerPtr> all;
    all.push_back(sobol_sequence(cube, seed, Reach::towards_typical));
    all.push_back(prior_draws(cube, seed));
    if (!cube.macros.empty()) all.push_back(cma_es(cube, macros, archive_.get()));
    all.push_back(cma_es(cube, knobs, archive_.get()));
    all.push_back(differential_evolution(cube, seed, archive_.get()));
    all.push_back(coordinate_moves(cube, seed, archive_.get()));
    all.push_back(elite_variation(cube, seed, *archive_));
    const auto& chosen = plan_.samplers;
    for (SamplerPtr& sampler : all) {
        if (!chosen.empty() &&
            std::find(chosen.begin(), chosen.end(), sampler->name()) == chosen.end())
            continue;
        shares_.push_back({sampler->name(), 0, 0, 0});
        samplers_.push_back(std::move(sampler));
    }
    MF_CHECK(!samplers_.empty());
    if (!chosen.empty()) MF_CHECK_EQ(samplers_.size(), chosen.size());
    for (auto* each : {&due_, &success_, &trials_}) each->assign(samplers_.size(), 0.0);
}

/// Shares of the candidates to come: a floor each, the rest by recent success.
void Search::settle_shares() {
    double sum = 0;
    const double all = (std::accumulate(success_.begin(), success_.end(), 0.0) + 1e-9) /
                       (std::accumulate(trials_.begin(), trials_.end(), 0.0) + 1);
    for (std::size_t s = 0; s < shares_.size(); ++s) {
        Share& share = shares_[s];
        share.share = (success_[s] + all * kPriorTrials) / (trials_[s] + kPriorTrials);
        if (sampling_) share.share = share.name == "sobol" ? 3 : share.name == "prior" ? 1 : 0;
        sum += share.share;
    }
    const auto floor = [&](const Share& share) {
        return sampling_ ? 0 : share.name == "elites" ? kElitesFloor : kFloor;
    };
    double floors = 0;
    for (const Share& share : shares_) floors += floor(share);
    for (Share& share : shares_) share.share = floor(share) + (1 - floors) * share.share / sum;
}

double Search::progress() const {
    return std::min(
        1.0, static_cast<double>(told_ - expedition_from_) / static_cast<double>(anneal_over_));
}

std::uint64_t Search::generation_size(std::uint32_t g) const {
    const std::uint64_t over = plan_.anneal_over ? plan_.anneal_over : plan_.candidates;
    const auto share =
        static_cast<std::uint64_t>(std::ceil(kSampledShare * static_cast<double>(over)));
    const std::uint64_t first = std::min({plan_.candidates, share, kMaxSampled});
    if (g == 0) return first;
    const std::uint64_t least =
        std::max<std::uint64_t>(plan_.candidates < 1024 ? 32 : 64, plan_.least_generation);
    const std::uint64_t size = std::max(least, std::min(over / kGenerations, kMostInGeneration));
    const std::uint64_t before = first + size * (g - 1);
    return before >= plan_.candidates ? 0 : std::min(size, plan_.candidates - before);
}

std::vector<Candidate> Search::ask(std::size_t count) {
    const std::size_t before = open_.size();
    const std::vector<std::uint64_t> ids = ids_from(plan_.first_id + asked_, count);
    asked_ += count;
    open_.resize(before + count);
    makers_.resize(before + count, -1);

    std::size_t i = 0;
    for (Candidate& c : fixed_->ask(ids, 0)) open_[before + i++] = std::move(c);
    // Whoever is owed most comes next.
    std::vector<std::vector<std::uint64_t>> theirs(samplers_.size());
    for (; i < count; ++i) {
        if (samplers_.empty()) {  // nothing to search: the only mix there is
            open_[before + i] = blank(ids[i], "typical", 0);
            continue;
        }
        for (std::size_t s = 0; s < samplers_.size(); ++s) due_[s] += shares_[s].share;
        const auto most =
            static_cast<std::size_t>(std::max_element(due_.begin(), due_.end()) - due_.begin());
        due_[most] -= 1;
        makers_[before + i] = static_cast<int>(most);
        theirs[most].push_back(ids[i]);
    }
    for (std::size_t s = 0; s < samplers_.size(); ++s) {
        if (theirs[s].empty()) continue;
        shares_[s].asked += theirs[s].size();
        for (Candidate& c : samplers_[s]->ask(theirs[s], progress())) {
            const auto at = static_cast<std::size_t>(c.id - ids.front());
            open_[before + at] = std::move(c);
        }
    }
    return {open_.begin() + static_cast<std::ptrdiff_t>(before), open_.end()};
}

void Search::tell(std::span<const Outcome> outcomes) {
    MF_CHECK_EQ(outcomes.size(), open_.size());
    std::vector<std::vector<Candidate>> candidates(samplers_.size());
    std::vector<std::vector<Outcome>> theirs(samplers_.size());
    // Only what is as good as the best eighth of the archive: merely to be different is no success.
    const double good =
        archive_->empty() ? 0 : archive_->ranked(archive_->size() / 8).outcome.score;
    for (double& s : success_) s *= kRecall;
    for (double& t : trials_) t *= kRecall;
    for (std::size_t i = 0; i < open_.size(); ++i) {
        Outcome outcome = outcomes[i];
        if (std::isnan(outcome.score)) outcome.score = 0;
        const double best = archive_->empty() ? 0 : archive_->ranked(0).outcome.score;
        const Archive::Gain gain = archive_->insert(open_[i], outcome);
        if (sampling_ && plan_.fit_archive && samples_.size() < kMaxSampled)
            samples_.push_back({open_[i], outcome});
        if (makers_[i] < 0) continue;
        const auto s = static_cast<std::size_t>(makers_[i]);
        trials_[s] += 1;
        const double before = outcome.score - gain.score;  // of its cell
        if (gain.kept)
            success_[s] += std::max(0.0, outcome.score - std::max(before, good)) +
                           kNewBest * std::max(0.0, outcome.score - best);
        shares_[s].kept += gain.kept;
        candidates[s].push_back(std::move(open_[i]));
        theirs[s].push_back(std::move(outcome));
    }
    told_ += open_.size();
    open_.clear();
    makers_.clear();
    ++generation_;
    for (std::size_t s = 0; s < samplers_.size(); ++s) samplers_[s]->tell(candidates[s], theirs[s]);
    if (sampling_ && told_ - expedition_from_ >= generation_size(0) && !archive_->empty()) {
        if (plan_.fit_archive) archive_->fit(samples_);
        plan_.fit_archive = false;
        samples_ = {};
        set_out();
    } else {
        settle_shares();
    }
}

/// Everybody begins anew from the archive; while that is empty, there are only samples.
void Search::set_out() {
    sampling_ =
        archive_->empty() && std::any_of(shares_.begin(), shares_.end(),
                                         [](const Share& s) { return samples_only(s.name); });
    for (SamplerPtr& sampler : samplers_) sampler->restart();
    for (auto* each : {&due_, &success_, &trials_}) each->assign(samplers_.size(), 0.0);
    settle_shares();
}

void Search::restart(std::span<const Elite> seeds, std::uint64_t candidates) {
    MF_CHECK(open_.empty());
    archive_->clear();
    for (const Elite& seed : seeds) archive_->insert(seed.candidate, seed.outcome);
    expedition_from_ = told_;
    if (candidates > 0) anneal_over_ = candidates;
    set_out();
}

}  // namespace mixfarm
