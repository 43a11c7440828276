/// Expeditions without sound.
#include "host/scouting.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <unordered_map>
#include <unordered_set>

#include "host/rank/rank.h"

namespace mixfarm {
namespace {

constexpr std::size_t kFirstLook = 1024;
/// A look of a round takes about so long in terms of a first glance: some are closer.
constexpr double kRoundOverGlance = 2;
/// So many times those that will be heard are looked at more closely, and so many at least.
constexpr std::size_t kCloserEach = 6, kCloserLeast = 128;
constexpr std::uint64_t kSteps = 12;  // tells a round, at least
constexpr std::uint64_t kLeastStep = 64, kMostStep = 2048;
/// A mix far from all that was heard may be better than it looks: this share of the usual error
/// counts in favour of one that lies kFar noticeable steps away.
constexpr double kHope = 0.5, kFar = 12;
constexpr std::uint64_t kFew =
    4096;  // of so few every one may be heard, of more the best of each kind
constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15ull;  // far apart seeds

/// Technical score that is to be expected; 0 = rejected at this glance.
double guess(const Glimpse& glimpse) {
    return glimpse.scores.rejected == Reject::none
               ? std::max(static_cast<double>(glimpse.scores.total()), 1e-6)
               : 0;
}

double seconds_since(std::chrono::steady_clock::time_point begun) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

}  // namespace

Scouting::Scouting(const Studio& studio, NightParts& parts, std::string plan_hash, int threads)
    : studio_(studio),
      parts_(parts),
      plan_hash_(std::move(plan_hash)),
      lookout_(studio, threads),
      cube_(cube_of(studio.space)),
      archive_({}) {
    const SamplerPtr prior = prior_draws(cube_, studio.job.search.seed);
    const auto begun = std::chrono::steady_clock::now();
    const std::vector<Glimpse> seen =
        lookout_.glimpse(prior->ask(ids_from(0, kFirstLook), 0), Glance::levels);
    glance_s_ = seconds_since(begun) / kFirstLook;
    archive_ = Archive(archive_plan(seen, studio.job.search.seed));
}

double Scouting::glance_s() const {
    return beginnings_.empty() ? kRoundOverGlance * glance_s_
                               : seconds_ / static_cast<double>(tried_.size());
}

std::vector<Row> Scouting::explore(const Round& round) {
    Part part;
    if (const Part* const stored = parts_.find(round.number, 0, round.first_id)) {
        part = parts_.take(*stored);
    } else {
        const auto begun = std::chrono::steady_clock::now();
        part.plan_hash = plan_hash_;
        part.generation = round.number;
        part.first = round.first_id;
        scout(round, part);
        part.seconds = seconds_since(begun);
        parts_.publish(part);
    }
    seconds_ += part.seconds;
    closer_seconds_ += part.closer_seconds;
    closer_ += part.closer;
    followed_ += part.followed;
    beginnings_.push_back(round.first_id);
    tried_.append(part.tried);
    first_sampled_ = part.rows.size() - part.sampled;
    return std::move(part.rows);
}

Search Scouting::search_of(const Round& round, std::uint64_t first_id, std::uint64_t candidates,
                           std::uint64_t salt) const {
    SearchPlan plan;
    plan.cube = cube_;
    plan.seed = studio_.job.search.seed + kGolden * round.number + salt;
    plan.candidates = candidates;
    plan.first_id = first_id;
    plan.archive = archive_.plan();
    plan.typical = round.number == 1 && first_id == round.first_id;
    if (plan.typical) plan.starts = {studio_.space.unit_of(studio_.space.rule_based())};
    return Search(std::move(plan));
}

template <class Each>
void Scouting::expedition(Search& search, std::uint64_t count, Glance glance, Part& part,
                          Each each) {
    const std::uint64_t step = std::clamp(count / kSteps, kLeastStep, kMostStep);
    for (std::uint64_t done = 0; done < count;) {
        if (interrupted()) throw Interrupted{};
        std::vector<Candidate> asked =
            search.ask(static_cast<std::size_t>(std::min(step, count - done)));
        if (asked.empty()) break;
        std::vector<Glimpse> seen = look(asked, glance);
        std::vector<Outcome> outcomes;
        for (std::size_t i = 0; i < asked.size(); ++i) {
            const Candidate& c = asked[i];
            outcomes.push_back({guess(seen[i]), seen[i].character});
            part.tried.add(c.id, static_cast<std::uint8_t>(glance), c.origin, c.parent_a,
                           c.parent_b, outcomes.back().score, outcomes.back().character);
        }
        search.tell(outcomes);
        for (std::size_t i = 0; i < asked.size(); ++i)
            each(std::move(asked[i]), std::move(seen[i]));
        done += outcomes.size();
    }
}

void Scouting::scout(const Round& round, Part& part) {
    const std::uint64_t glanced = round.looked_at - round.followed;
    Search search = search_of(round, round.first_id, glanced, 0);
    if (!archive_.empty()) search.restart(archive_.elites(), glanced);

    const bool few = round.looked_at <= kFew;
    const double apart = static_cast<double>(glanced) / static_cast<double>(round.sampled);
    std::vector<Candidate> open, sample;
    std::uint64_t done = 0;
    expedition(search, glanced, Glance::levels, part, [&](Candidate&& c, const Glimpse&) {
        // The one in the middle of each stretch of the round.
        const double next = (static_cast<double>(sample.size()) + 0.5) * apart;
        if (sample.size() < round.sampled && static_cast<double>(++done) > next)
            sample.push_back(std::move(c));
        else if (few)
            open.push_back(std::move(c));
    });
    if (!few) {
        std::unordered_set<std::uint64_t> taken;
        for (const Candidate& c : sample) taken.insert(c.id);
        for (Elite& elite : search.archive().elites())
            if (elite.candidate.id >= round.first_id && !taken.count(elite.candidate.id))
                open.push_back(std::move(elite.candidate));
    }
    const auto begun = std::chrono::steady_clock::now();
    const std::size_t wanted = round.heard - sample.size();
    open = best_of(std::move(open), std::max(kCloserEach * wanted, kCloserLeast));
    std::vector<Seen> closer = follow(round, std::move(open), part);
    part.sampled = sample.size();
    part.rows = choose(round, std::move(closer), std::move(sample));
    part.closer_seconds = seconds_since(begun);
}

std::vector<Scouting::Seen> Scouting::follow(const Round& round, std::vector<Candidate> open,
                                             Part& part) {
    std::vector<Glimpse> glimpses = look(open, Glance::dynamics);
    part.closer = open.size() + round.followed;
    part.followed = round.followed;
    std::vector<Seen> seen;
    std::vector<Elite> seeds;
    std::unordered_map<std::uint64_t, std::size_t> place;
    const auto add = [&](Candidate&& c, Glimpse&& glimpse) {
        place[c.id] = seen.size();
        seen.push_back({std::move(c), std::move(glimpse)});
    };
    for (std::size_t i = 0; i < open.size(); ++i) {
        seeds.push_back({open[i], {guess(glimpses[i]), glimpses[i].character}});
        part.tried.reach(open[i].id - round.first_id, static_cast<std::uint8_t>(Glance::dynamics),
                         seeds.back().outcome.score, glimpses[i].character);
        add(std::move(open[i]), std::move(glimpses[i]));
    }
    if (round.followed == 0) return seen;
    Search search = search_of(round, round.first_id + round.looked_at - round.followed,
                              round.followed, kGolden / 2);
    search.restart(seeds, round.followed);
    expedition(search, round.followed, Glance::dynamics, part, add);
    std::vector<Seen> best;
    std::vector<bool> taken(seen.size(), false);
    for (const Elite& elite : search.archive().elites()) {
        const std::size_t i = place.at(elite.candidate.id);
        taken[i] = true;
        best.push_back(std::move(seen[i]));
    }
    // Where there are fewer kinds than mixes to hear, the best of any kind will do.
    std::vector<std::size_t> others;
    for (std::size_t i = 0; i < seen.size(); ++i)
        if (!taken[i] && seen[i].glimpse.scores.rejected == Reject::none) others.push_back(i);
    std::stable_sort(others.begin(), others.end(), [&](std::size_t a, std::size_t b) {
        return seen[a].glimpse.scores.total() > seen[b].glimpse.scores.total();
    });
    for (const std::size_t i : others)
        if (best.size() < round.heard) best.push_back(std::move(seen[i]));
    return best;
}

std::vector<Candidate> Scouting::best_of(std::vector<Candidate> open, std::size_t most) const {
    if (open.size() <= most) return open;
    const std::vector<Glimpse> glimpses = look(open, Glance::levels);
    std::vector<Contender> contenders;
    for (std::size_t i = 0; i < open.size(); ++i) {
        contenders.push_back({open[i].id, 0, glimpses[i].scores, glimpses[i].place});
    }
    std::vector<Candidate> best;
    for (const int i : promote(contenders, static_cast<int>(most)))
        best.push_back(std::move(open[static_cast<std::size_t>(i)]));
    return best;
}

std::vector<Row> Scouting::choose(const Round& round, std::vector<Seen> open,
                                  std::vector<Candidate> sample) const {
    const std::size_t wanted = round.heard - sample.size();
    const double error = guesses_ > 0 ? std::sqrt(errors_ / guesses_) : 0;
    std::vector<Contender> contenders;
    for (const Seen& seen : open) {
        Contender c{seen.candidate.id, 0, seen.glimpse.scores, seen.glimpse.place};
        double nearest = kFar;
        for (const std::vector<float>& place : heard_places_)
            nearest = std::min(nearest, heard_distance(place, c.place));
        if (c.scores.rejected == Reject::none)
            c.scores.taste += static_cast<float>(kHope * error * nearest / kFar);
        contenders.push_back(std::move(c));
    }
    // Half for what they promise, whatever they are like; half for being good and different.
    std::vector<std::size_t> order(contenders.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return contenders[a].scores.total() > contenders[b].scores.total();
    });
    std::vector<Seen> chosen;
    for (const std::size_t i : order) {
        if (chosen.size() >= wanted / 2 || contenders[i].scores.rejected != Reject::none) break;
        contenders[i].scores.rejected = Reject::silent;  // no contender any more
        chosen.push_back(std::move(open[i]));
    }
    for (const int i : promote(contenders, static_cast<int>(wanted - chosen.size())))
        chosen.push_back(std::move(open[static_cast<std::size_t>(i)]));
    std::vector<Glimpse> plain = look(sample, Glance::dynamics);
    for (std::size_t i = 0; i < sample.size(); ++i)
        chosen.push_back({std::move(sample[i]), std::move(plain[i])});
    return rows_of(chosen);
}

std::vector<Row> Scouting::rows_of(std::span<const Seen> chosen) const {
    std::vector<Candidate> candidates;
    for (const Seen& seen : chosen) candidates.push_back(seen.candidate);
    const std::vector<Glimpse> first = look(candidates, Glance::levels);
    const std::vector<Sighting> told[] = {lookout_.foretell(candidates, Glance::levels),
                                          lookout_.foretell(candidates, Glance::dynamics)};
    std::vector<Row> rows(chosen.size());
    tbb::parallel_for(std::size_t{0}, rows.size(), [&](std::size_t i) {
        const Candidate& c = candidates[i];
        Row& row = rows[i];
        row.id = c.id;
        row.origin = c.origin;
        row.parent_a = c.parent_a, row.parent_b = c.parent_b;
        row.unit = c.unit;
        row.values = studio_.space.values(c.unit);
        row.foretold_metrics = all_metrics(told[0][i].mix, told[0][i].stems);
        for (const auto& glance : told) {
            const auto terms = studio_.judge.score(glance[i].mix, glance[i].stems).terms;
            row.foretold_terms.insert(row.foretold_terms.end(), terms.begin(), terms.end());
        }
        row.guessed = {static_cast<float>(guess(first[i])),
                       static_cast<float>(guess(chosen[i].glimpse))};
    });
    return rows;
}

void Scouting::learn(std::span<const Heard> heard) {
    std::vector<Candidate> candidates;
    std::vector<Sighting> sightings;
    errors_ = guesses_ = 0;
    for (std::size_t i = 0; i < heard.size(); ++i) {
        const Heard& h = heard[i];
        heard_places_.push_back(h.place);
        const double score = h.scores.total();
        if (h.row.unit.empty()) {  // a baseline
            tried_.add(h.row.id, 0, h.row.origin, -1, -1, score, h.character);
            continue;
        }
        const Candidate candidate{h.row.id, h.row.origin, h.row.parent_a, h.row.parent_b,
                                  h.row.unit};
        archive_.insert(candidate, {score, h.character});
        if (h.scores.rejected != Reject::not_finite && h.scores.rejected != Reject::silent) {
            candidates.push_back(candidate);
            sightings.push_back({measurement_of(h.row), h.stems});
        }
        if (h.scores.rejected == Reject::none && h.row.guessed[1] > 0) {
            const double off = h.row.guessed[1] - score;
            errors_ += off * off, ++guesses_;
        }
        if (i < first_sampled_) continue;
        for (const std::size_t glance : {0u, 1u}) guessed_[glance].push_back(h.row.guessed[glance]);
        found_.push_back(score);
    }
    for (const Glance glance : {Glance::levels, Glance::dynamics}) {
        const std::vector<Sighting> foretold = lookout_.foretell(candidates, glance);
        // The best come first in a round, and are to be forgotten last.
        for (std::size_t i = foretold.size(); i-- > 0;)
            experience_[static_cast<std::size_t>(glance)].learn(foretold[i], sightings[i]);
    }
}

}  // namespace mixfarm
