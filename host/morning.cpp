/// From heard candidates to results and their ranking.
#include "host/morning.h"

#include <spdlog/fmt/chrono.h>
#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <limits>
#include <map>
#include <numeric>
#include <optional>

#include "host/job/input_error.h"
#include "host/rank/character.h"
#include "host/rank/rank.h"
#include "kernels/core/check.h"

namespace mixfarm {
namespace {

constexpr float kUnheard = std::numeric_limits<float>::quiet_NaN();
constexpr int kWordsPerPick = 3, kMostWordsPerPick = 8;

void describe_song(Results& results, const Studio& studio) {
    for (const Stem& s : studio.song.stems) {
        results.stems.push_back({s.name, std::string(role_name(s.role.role)), s.file.string(),
                                 s.sha256, s.channels, s.source_rate, s.source_frames});
    }
    for (const Section& s : studio.song.sections)
        results.sections.push_back({s.name, s.start_s, s.end_s});
    for (const Knob& k : studio.space.knobs()) {
        const char* scale = k.scale == Scale::log      ? "log"
                            : k.scale == Scale::toggle ? "toggle"
                                                       : "linear";
        results.knobs.push_back({k.name, k.unit, k.name.substr(0, k.name.rfind('/')), k.effect,
                                 scale, k.low, k.high, k.neutral});
    }
    results.moves = studio.space.moves();
    for (Move& move : results.moves)
        for (MoveLayer& layer : move.layers) layer.make = nullptr;  // the song may go before these
    for (const Automation& drawn : studio.space.automation())
        for (const Automation::Point& p : drawn.points)
            results.automation.push_back(
                {results.knobs[static_cast<std::size_t>(drawn.knob)].name, p.seconds, p.value});
}

float weighted(const std::vector<double>& weights, std::span<const float> terms) {
    return static_cast<float>(std::inner_product(terms.begin(), terms.end(), weights.begin(), 0.0));
}

/// As the night's archive divides mixes into kinds; nullopt for nights of earlier versions.
std::optional<Archive> kinds_of(const Results& results) {
    if (results.descriptors.size() != kCharacter.size()) return std::nullopt;
    ArchivePlan plan;
    for (const DescriptorAxis& axis : results.descriptors)
        plan.axes.push_back({axis.name, axis.low, axis.high});
    plan.cells = results.archive.elite.size();
    plan.seed = results.seed;
    return Archive(plan);
}

/// The best mix of every kind, of all that were heard.
void record_archive(Results& results, const ArchivePlan& plan) {
    Archive archive(plan);
    for (std::size_t i = 0; i < results.rows.size(); ++i) {
        const Row& row = results.rows[i];
        Candidate c;
        c.id = row.id;
        archive.insert(
            c, {results.total(i), character_of(measurement_of(row), stem_metrics_of(row.metrics))});
    }
    for (std::size_t a = 0; a < kCharacter.size(); ++a)
        results.descriptors.push_back({std::string(kCharacter[a].name),
                                       std::string(kCharacter[a].unit), plan.axes[a].low,
                                       plan.axes[a].high});
    results.archive.elite.assign(archive.cells(), -1);
    results.archive.score.assign(archive.cells(), kUnheard);
    for (std::size_t cell = 0; cell < archive.cells(); ++cell) {
        const std::vector<float> middle = archive.middle(cell);
        results.archive.middles.insert(results.archive.middles.end(), middle.begin(), middle.end());
    }
    for (const Elite& elite : archive.elites()) {
        const std::size_t cell = archive.cell_of(elite.outcome.character);
        results.archive.elite[cell] = static_cast<std::int64_t>(elite.candidate.id);
        results.archive.score[cell] = static_cast<float>(elite.outcome.score);
    }
}

/// `excerpt_score`, `song_score`: of the whole songs that were taken by chance, since those taken
/// for their promise tell nothing of what was missed. `songs`: how many there are of both.
void record_funnel(Results& results, const Scouting& scouting, const Hearing& hearing,
                   std::size_t songs, const std::vector<double>& excerpt_score,
                   const std::vector<double>& song_score) {
    const auto share = [](std::size_t part, std::size_t whole) {
        return whole ? static_cast<double>(part) / static_cast<double>(whole) : 0.0;
    };
    const std::uint64_t glanced = scouting.looked_at() - scouting.followed();
    const double looked = share(scouting.closer() - scouting.followed(), glanced),
                 heard = share(results.rows.size() - kFirstSearched - scouting.sampled(),
                               scouting.closer()),
                 whole = share(songs - kFirstSearched - song_score.size(), results.rows.size());
    const Agreement glance = scouting.agreement(Glance::levels),
                    closer = scouting.agreement(Glance::dynamics),
                    excerpt = agreement(excerpt_score, song_score);
    const double none = std::nan("");
    results.funnel = {{0, glanced, scouting.seconds() - scouting.closer_seconds(), glance.spearman,
                       glance.recall_top5, looked, scouting.recall(Glance::levels, looked)},
                      {1, scouting.closer(), scouting.closer_seconds(), closer.spearman,
                       closer.recall_top5, heard, scouting.recall(Glance::dynamics, heard)},
                      {2, results.rows.size(), hearing.seconds(2), excerpt.spearman,
                       excerpt.recall_top5, whole, recall_at(excerpt_score, song_score, whole)},
                      {3, songs, hearing.seconds(3), none, none, none, none}};
}

/// What became of those that were heard, into the short rows.
void record_levels(Results& results) {
    TriedTable& tried = results.tried;
    std::map<std::uint64_t, std::size_t> heard;
    for (std::size_t i = 0; i < results.rows.size(); ++i) heard[results.rows[i].id] = i;
    for (std::size_t t = 0; t < tried.size(); ++t) {
        const auto row = heard.find(tried.id[t]);
        if (row == heard.end()) continue;
        const Row& heard_row = results.rows[row->second];
        tried.reach(t, heard_row.stage, results.total(row->second),
                    character_of(measurement_of(heard_row), stem_metrics_of(heard_row.metrics)));
    }
}

}  // namespace

std::size_t row_of(const Results& results, std::uint64_t id) {
    const auto at =
        std::lower_bound(results.rows.begin(), results.rows.end(), id,
                         [](const Row& row, std::uint64_t wanted) { return row.id < wanted; });
    if (at == results.rows.end() || at->id != id) {
        const auto& tried = results.tried.id;
        throw InputError("ID " + std::to_string(id),
                         std::binary_search(tried.begin(), tried.end(), id)
                             ? "was only looked at, not heard: its settings are not kept; "
                               "`mixfarm top` names mixes that were"
                             : "this night has no such mix; `mixfarm top` names some");
    }
    return static_cast<std::size_t>(at - results.rows.begin());
}

Results gather(const Studio& studio, const Plan& plan, std::vector<Heard> excerpts,
               std::vector<Heard> songs, Scouting& scouting, const Hearing& hearing) {
    Results results;
    results.seed = studio.job.search.seed;
    const DeviceInfo device = studio.engine->info();
    const std::string yaml = write_job(studio.job, {});
    results.attributes = {
        {"job_yaml", yaml},
        {"job_sha256", sha256_hex(yaml)},
        {"engine", device.name},
        {"device", device.description},
        {"version", MIXFARM_VERSION},
        {"plan_sha256", plan.hash},
        {"created_utc", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)))},
        {"style", studio.style.name},
        {"style_sources", sources_in_words(studio.style)},
        {"min_pick_distance", fmt::format("{}", kMinPickDistance)}};
    describe_song(results, studio);
    for (const MetricInfo& m : all_metrics()) results.metrics.emplace_back(m.name, m.unit);
    for (int b = 0; b < kBands; ++b) results.band_centres_hz.push_back(band_centre_hz(b));
    // The last term, nearness to references of the song, says nothing where there is none.
    const std::size_t terms = studio.style.models.empty() ? kTerms - 1 : kTerms;
    results.terms.assign(kTermNames.begin(),
                         kTermNames.begin() + static_cast<std::ptrdiff_t>(terms));
    const auto told = [terms](const Scores& scores) {
        return std::vector<float>(scores.terms.begin(),
                                  scores.terms.begin() + static_cast<std::ptrdiff_t>(terms));
    };

    std::sort(excerpts.begin(), excerpts.end(),
              [](const Heard& a, const Heard& b) { return a.row.id < b.row.id; });
    const std::vector<float> unknown(results.metrics.size(), kUnheard);
    for (Heard& h : excerpts) {
        const std::vector<float>& foretold = h.row.foretold_metrics;
        results.stage0_metrics.push_back(foretold.empty() ? unknown : foretold);
        results.stage0_technical.push_back(
            foretold.empty()
                ? kUnheard
                : weighted(studio.judge.weights(), std::span(h.row.foretold_terms).first(kTerms)));
        results.stage2_metrics.push_back(all_metrics(measurement_of(h.row), h.stems));
        results.stage2_technical.push_back(h.scores.technical);
        h.row.metrics = results.stage2_metrics.back();
        results.scores.push_back(told(h.scores));
        results.technical.push_back(h.scores.technical);
        if (studio.liking.known()) results.taste.push_back(h.scores.taste);
        results.rejected.push_back(static_cast<std::uint8_t>(h.scores.rejected));
        results.rows.push_back(std::move(h.row));
    }
    std::vector<double> excerpt_score, song_score;
    for (Heard& h : songs) {
        const std::size_t at = row_of(results, h.row.id);
        if (h.plain) {
            excerpt_score.push_back(results.stage2_technical[at]);
            song_score.push_back(h.scores.technical);
        }
        h.row.metrics = all_metrics(measurement_of(h.row), h.stems);
        results.scores[at] = told(h.scores);
        results.technical[at] = h.scores.technical;
        if (studio.liking.known()) results.taste[at] = h.scores.taste;
        results.rejected[at] = static_cast<std::uint8_t>(h.scores.rejected);
        results.rows[at] = std::move(h.row);
    }
    record_archive(results, scouting.archive().plan());
    record_funnel(results, scouting, hearing, songs.size(), excerpt_score, song_score);
    results.tried = std::move(scouting).tried();
    record_levels(results);
    return results;
}

void rank_and_describe(Results& results, const Studio& studio) {
    std::vector<Contender> contenders;
    const std::optional<Archive> kinds = kinds_of(results);
    for (std::size_t i = 0; i < results.rows.size(); ++i) {
        const Row& row = results.rows[i];
        Scores scores;
        scores.rejected = static_cast<Reject>(results.rejected[i]);
        std::copy(results.scores[i].begin(), results.scores[i].end(), scores.terms.begin());
        scores.technical = results.technical[i];
        if (!results.taste.empty()) scores.taste = results.taste[i];
        const StemMetrics stems = stem_metrics_of(row.metrics);
        const std::vector<float> character = character_of(measurement_of(row), stems);
        contenders.push_back({row.id, row.stage, scores,
                              perceptual_place(measurement_of(row), stems),
                              row.id == kStaticBalance, character_steps(character),
                              kinds ? static_cast<int>(kinds->cell_of(character)) : -1});
    }
    const Ranking ranking = rank(contenders, studio.job.search.picks);
    results.order = ranking.order;
    results.picks = ranking.picks;
    results.pareto.assign(ranking.pareto.begin(), ranking.pareto.end());
    results.wild_cards.assign(results.picks.size(), "");
    if (!ranking.wild_card.empty()) results.wild_cards.back() = ranking.wild_card;
    const Row& rules = results.rows[row_of(results, kRuleBased)];
    results.words.clear();
    for (const std::uint64_t id : results.picks) {
        const Row& row = results.rows[row_of(results, id)];
        std::string words;
        // What two picks share is not told alone: words are added until the later one has some of
        // its own.
        const auto known = [&] {
            return std::find(results.words.begin(), results.words.end(), words) !=
                   results.words.end();
        };
        for (int most = kWordsPerPick; words.empty() || (known() && most <= kMostWordsPerPick);
             ++most) {
            words.clear();
            for (const std::string& w :
                 describe(studio.space, studio.song, row.values, measurement_of(row), rules.values,
                          measurement_of(rules), most)) {
                words += (words.empty() ? "" : ", ") + w;
            }
            if (words.empty()) break;
        }
        if (words.empty())
            words = studio.space.searched().empty() ? "the mix that was kept"
                    : id == kRuleBased              ? "the rule-based mix itself"
                                                    : "like the rule-based mix";
        results.words.push_back(words);
    }
}

}  // namespace mixfarm
