/// Expeditions without sound.
#include "host/scouting.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>
#include <unordered_set>

#include "host/rank/character.h"
#include "host/rank/rank.h"
#include "host/space/wiring.h"
#include "kernels/core/check.h"
#include "kernels/core/random.h"

namespace mixfarm {
namespace {

constexpr std::size_t kCells = 1024, kFirstLook = 1024;
/// So many times those that will be heard are looked at more closely, and so many at least.
constexpr std::size_t kCloserEach = 6, kCloserLeast = 128;
constexpr double kTail = 0.02;        // of the mixes seen, on either side of the archive
constexpr std::uint64_t kSteps = 12;  // tells a round, at least
constexpr std::uint64_t kLeastStep = 64, kMostStep = 2048;
/// How much of a parent's surprise its children can be expected to have.
constexpr float kInherited = 0.7f;
/// A mix far from all that was heard may be better than it looks: this share of the usual error
/// counts in favour of one that lies kFar noticeable steps away.
constexpr double kHope = 0.5, kFar = 12;
constexpr std::uint64_t kFew =
    4096;  // of so few every one may be heard, of more the best of each kind
constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15ull;  // far apart seeds

/// An archive over what mixes of this song are like: from the lowest to the highest of almost all
/// that was seen; `reach` about the middle where it is not known or hardly differs.
/// An archive over what mixes of this song are like: from the lowest to the highest of almost all
/// that were seen, and a least reach about the middle where that is not known or hardly differs.
ArchivePlan archive_plan(std::span<const Glimpse> seen, std::uint64_t seed) {
    ArchivePlan plan;
    plan.cells = kCells;
    plan.seed = seed;
    for (std::size_t a = 0; a < kCharacter.size(); ++a) {
        std::vector<float> known;
        for (const Glimpse& glimpse : seen)
            if (std::isfinite(glimpse.character[a])) known.push_back(glimpse.character[a]);
        if (known.empty()) known = {kCharacter[a].usual};
        std::sort(known.begin(), known.end());
        const auto at = [&](double share) {
            return known[static_cast<std::size_t>(share * static_cast<double>(known.size() - 1))];
        };
        const float middle = at(0.5), reach = kCharacter[a].least_reach;
        plan.axes.push_back({std::string(kCharacter[a].name), std::min(at(kTail), middle - reach),
                             std::max(at(1 - kTail), middle + reach)});
    }
    return plan;
}

/// The terms at one glance of a row's foretold_terms.
std::span<const float> terms_at(std::span<const float> foretold, Glance glance) {
    return foretold.subspan(glance == Glance::levels ? 0 : kTerms, kTerms);
}

/// A short row at the end of the table.
void note(TriedTable& table, const Candidate& c, const Outcome& outcome) {
    auto origin = std::find(table.origins.begin(), table.origins.end(), c.origin);
    if (origin == table.origins.end()) origin = table.origins.insert(table.origins.end(), c.origin);
    table.id.push_back(c.id);
    table.level.push_back(0);
    table.origin.push_back(static_cast<std::uint8_t>(origin - table.origins.begin()));
    table.parents.insert(table.parents.end(), {c.parent_a, c.parent_b});
    table.score.push_back(static_cast<float>(outcome.score));
    table.descriptors.insert(table.descriptors.end(), outcome.character.begin(),
                             outcome.character.end());
}

void append(TriedTable& all, const TriedTable& more) {
    std::vector<std::uint8_t> code;
    for (const std::string& name : more.origins) {
        auto origin = std::find(all.origins.begin(), all.origins.end(), name);
        if (origin == all.origins.end()) origin = all.origins.insert(all.origins.end(), name);
        code.push_back(static_cast<std::uint8_t>(origin - all.origins.begin()));
    }
    const auto add = [](auto& to, const auto& from) {
        to.insert(to.end(), from.begin(), from.end());
    };
    add(all.id, more.id);
    add(all.level, more.level);
    for (const std::uint8_t origin : more.origin) all.origin.push_back(code[origin]);
    add(all.parents, more.parents);
    add(all.score, more.score);
    add(all.descriptors, more.descriptors);
}

}  // namespace

Cube cube_of(const Space& space) {
    Cube cube;
    for (const Coordinate& c : space.axes()) {
        const bool rests = c.rest_low <= c.rest_high;
        cube.axes.push_back({space.knobs()[static_cast<std::size_t>(c.knob)].channel,
                             rests ? c.rest_low : 0, rests ? c.rest_high : 0, c.toggle, c.gate});
    }
    for (const MacroKnob& m : space.directions())
        cube.macros.push_back({m.name, m.channel, m.pull});
    return cube;
}

Scouting::Scouting(const Studio& studio, NightParts& parts, std::string plan_hash, int threads)
    : studio_(studio),
      parts_(parts),
      plan_hash_(std::move(plan_hash)),
      foresight_(wired_view(studio.song, studio.profile), studio.judge.listening(), threads,
                 Glance::dynamics, studio.engine.get()),
      cube_(cube_of(studio.space)),
      archive_({}),
      calibration_(studio.judge.weights()),
      closer_calibration_(studio.judge.weights()) {
    const SamplerPtr prior = prior_draws(cube_, studio.job.search.seed);
    const std::vector<Glimpse> seen = glimpse(prior->ask(ids_from(0, kFirstLook), 0));
    archive_ = Archive(archive_plan(seen, studio.job.search.seed));
}

std::vector<Glimpse> Scouting::glimpse(std::span<const Candidate> candidates, Glance glance) const {
    const std::size_t count = candidates.size();
    std::vector<MixSettings> mixes(count);
    std::vector<double> distance(count);
    tbb::parallel_for(std::size_t{0}, count, [&](std::size_t i) {
        // What follows from compressors matters where these are followed.
        std::vector<float> values(studio_.space.knobs().size());
        if (glance == Glance::levels)
            studio_.space.sketch(candidates[i].unit, values);
        else
            values = studio_.space.values(candidates[i].unit);
        distance[i] = studio_.space.prior_distance(values);
        mixes[i] = studio_.space.settings(values);
    });
    const std::vector<Foretold> told = foresight_.foretell(mixes, studio_.target, glance);
    std::vector<Glimpse> glimpses(count);
    tbb::parallel_for(std::size_t{0}, count, [&](std::size_t i) {
        const StemMetrics stems = studio_.judge.stem_metrics(told[i], mixes[i], distance[i]);
        const Measurement& mix = told[i].mix;
        glimpses[i] = {studio_.judge.score(mix, stems), all_metrics(mix, stems),
                       perceptual_place(mix, stems), character_of(mix, stems)};
    });
    return glimpses;
}

double Scouting::guess(const Candidate& candidate, const Glimpse& glimpse) const {
    if (glimpse.scores.rejected != Reject::none) return 0;
    return std::clamp(calibration_.guess(glimpse.scores.terms) + inherited(candidate), 1e-6, 1.0);
}

std::vector<double> Scouting::guesses(Glance glance) const {
    std::vector<double> all;
    for (const std::vector<float>& foretold : sampled_) {
        const std::span<const float> terms = terms_at(foretold, glance);
        const Calibration& c = glance == Glance::levels ? calibration_ : closer_calibration_;
        all.push_back(terms[0] > 0 ? c.guess(terms) : 0);
    }
    return all;
}

float Scouting::inherited(const Candidate& candidate) const {
    if (candidate.parent_a < 0) return 0;
    const auto parent = surprise_.find(static_cast<std::uint64_t>(candidate.parent_a));
    return parent == surprise_.end() ? 0 : kInherited * parent->second;
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
        part.seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
        parts_.publish(part);
    }
    seconds_ += part.seconds;
    closer_seconds_ += part.closer_seconds;
    closer_ += part.closer;
    beginnings_.push_back(round.first_id);
    append(tried_, part.tried);
    first_sampled_ = part.rows.size() - part.sampled;
    return std::move(part.rows);
}

void Scouting::scout(const Round& round, Part& part) {
    SearchPlan plan;
    plan.cube = cube_;
    plan.seed = studio_.job.search.seed + kGolden * round.number;
    plan.candidates = round.looked_at;
    plan.first_id = round.first_id;
    plan.archive = archive_.plan();
    Search search(std::move(plan));
    if (!archive_.empty()) search.restart(archive_.elites(), round.looked_at);

    const bool few = round.looked_at <= kFew;
    const double apart = static_cast<double>(round.looked_at) / static_cast<double>(round.sampled);
    std::vector<Candidate> open, sample;
    std::unordered_map<std::uint64_t, float> heirs;
    const std::uint64_t step = std::clamp(round.looked_at / kSteps, kLeastStep, kMostStep);
    for (std::uint64_t done = 0; done < round.looked_at;) {
        if (interrupted()) throw Interrupted{};
        std::vector<Candidate> asked =
            search.ask(static_cast<std::size_t>(std::min(step, round.looked_at - done)));
        if (asked.empty()) break;
        const std::vector<Glimpse> seen = glimpse(asked);
        std::vector<Outcome> outcomes;
        for (std::size_t i = 0; i < asked.size(); ++i) {
            outcomes.push_back({guess(asked[i], seen[i]), seen[i].character});
            note(part.tried, asked[i], outcomes.back());
            if (const float surprise = inherited(asked[i]); surprise != 0)
                heirs[asked[i].id] = surprise;
        }
        search.tell(outcomes);
        surprise_.insert(heirs.begin(), heirs.end());
        for (std::size_t i = 0; i < asked.size(); ++i) {
            // The one in the middle of each stretch of the round.
            const double next = (static_cast<double>(sample.size()) + 0.5) * apart;
            if (sample.size() < round.sampled && static_cast<double>(done + i + 1) > next)
                sample.push_back(std::move(asked[i]));
            else if (few)
                open.push_back(std::move(asked[i]));
        }
        done += outcomes.size();
    }
    if (!few) {
        std::unordered_set<std::uint64_t> taken;
        for (const Candidate& c : sample) taken.insert(c.id);
        for (Elite& elite : search.archive().elites())
            if (elite.candidate.id >= round.first_id && !taken.count(elite.candidate.id))
                open.push_back(std::move(elite.candidate));
    }
    part.rows = choose(round, std::move(open), std::move(sample), part);
    for (const auto& [id, surprise] : heirs) surprise_.erase(id);
}

std::vector<Candidate> Scouting::best_of(std::vector<Candidate> open, std::size_t most) const {
    if (open.size() <= most) return open;
    const std::vector<Glimpse> glimpses = glimpse(open);
    std::vector<Contender> contenders;
    for (std::size_t i = 0; i < open.size(); ++i) {
        contenders.push_back({open[i].id, 0, glimpses[i].scores, glimpses[i].place});
        contenders.back().scores.technical = static_cast<float>(guess(open[i], glimpses[i]));
    }
    std::vector<Candidate> best;
    for (const int i : promote(contenders, static_cast<int>(most)))
        best.push_back(std::move(open[static_cast<std::size_t>(i)]));
    return best;
}

std::vector<Row> Scouting::choose(const Round& round, std::vector<Candidate> open,
                                  std::vector<Candidate> sample, Part& part) {
    const std::size_t wanted = round.heard - sample.size();
    part.sampled = sample.size();
    open = best_of(std::move(open), std::max(kCloserEach * wanted, kCloserLeast));
    const auto begun = std::chrono::steady_clock::now();
    const std::vector<Glimpse> glimpses = glimpse(open, Glance::dynamics);
    std::vector<Contender> contenders;
    for (std::size_t i = 0; i < open.size(); ++i) {
        Contender c{open[i].id, 0, glimpses[i].scores, glimpses[i].place};
        double nearest = kFar;
        for (const std::vector<float>& place : heard_places_)
            nearest = std::min(nearest, heard_distance(place, c.place));
        const double hope = kHope * closer_calibration_.error() * nearest / kFar;
        if (c.scores.rejected == Reject::none)
            c.scores.technical =
                static_cast<float>(closer_calibration_.guess(glimpses[i].scores.terms) + hope);
        contenders.push_back(std::move(c));
    }
    // Half for what they promise, whatever they are like; half for being good and different.
    std::vector<std::size_t> order(contenders.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return contenders[a].scores.technical > contenders[b].scores.technical;
    });
    std::vector<Candidate> chosen;
    for (const std::size_t i : order) {
        if (chosen.size() >= wanted / 2 || contenders[i].scores.rejected != Reject::none) break;
        contenders[i].scores.rejected = Reject::silent;  // no contender any more
        chosen.push_back(open[i]);
    }
    for (const int i : promote(contenders, static_cast<int>(wanted - chosen.size())))
        chosen.push_back(std::move(open[static_cast<std::size_t>(i)]));
    std::move(sample.begin(), sample.end(), std::back_inserter(chosen));
    part.closer = contenders.size();
    part.closer_seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    return rows_of(chosen);
}

std::vector<Row> Scouting::rows_of(std::span<const Candidate> candidates) const {
    const std::vector<Glimpse> glimpses = glimpse(candidates),
                               closer = glimpse(candidates, Glance::dynamics);
    std::vector<Row> rows(candidates.size());
    tbb::parallel_for(std::size_t{0}, rows.size(), [&](std::size_t i) {
        const Candidate& c = candidates[i];
        Row& row = rows[i];
        row.id = c.id;
        row.origin = c.origin;
        row.parent_a = c.parent_a, row.parent_b = c.parent_b;
        row.unit = c.unit;
        row.values = studio_.space.values(c.unit);
        row.foretold_metrics = glimpses[i].metrics;
        for (const Glimpse* glance : {&glimpses[i], &closer[i]})
            row.foretold_terms.insert(row.foretold_terms.end(), glance->scores.terms.begin(),
                                      glance->scores.terms.end());
    });
    return rows;
}

void Scouting::learn(std::span<const Heard> heard) {
    for (std::size_t i = 0; i < heard.size(); ++i) {
        const Heard& h = heard[i];
        heard_places_.push_back(h.place);
        const double score = h.scores.technical;
        if (h.row.unit.empty()) {  // a baseline
            Candidate c;
            c.id = h.row.id, c.origin = h.row.origin;
            note(tried_, c, {score, h.character});
            continue;
        }
        if (i >= first_sampled_) {
            sampled_.push_back(h.row.foretold_terms);
            found_.push_back(score);
        }
        archive_.insert({h.row.id, h.row.origin, h.row.parent_a, h.row.parent_b, h.row.unit},
                        {score, h.character});
        if (h.scores.rejected != Reject::none) continue;
        for (const Glance glance : {Glance::levels, Glance::dynamics}) {
            const std::span<const float> terms = terms_at(h.row.foretold_terms, glance);
            if (terms[0] > 0)  // else rejected there
                (glance == Glance::levels ? calibration_ : closer_calibration_).learn(terms, score);
        }
        terms_[h.row.id] = h.row.foretold_terms;
    }
    calibration_.fit();
    closer_calibration_.fit();
    surprise_.clear();
    for (std::size_t rank = 0; rank < archive_.size(); ++rank) {
        const Elite& elite = archive_.ranked(rank);
        const auto terms = terms_.find(elite.candidate.id);
        if (terms == terms_.end()) continue;
        surprise_[elite.candidate.id] = static_cast<float>(
            elite.outcome.score - calibration_.guess(terms_at(terms->second, Glance::levels)));
    }
}

}  // namespace mixfarm
