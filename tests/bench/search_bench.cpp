/// What the portfolio of samplers finds, against random search with as many first glances at the
/// same song and a single-objective CMA-ES for as long: how good, how many kinds, how far apart the
/// picks lie. Arguments are jobs; without any, the built-in song. --full looks at 200,000 mixes
/// instead of 30,000.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "host/lookout.h"
#include "host/rank/character.h"
#include "host/rank/rank.h"
#include "host/search/samplers.h"
#include "tests/bench/rows.h"

namespace {

using namespace mixfarm;
namespace fs = std::filesystem;
using bench::Json;

constexpr int kPicks = 12;
constexpr double kLeastSpan = 0.01;
constexpr std::size_t kStep = 512, kFirst = 1024;
constexpr std::uint64_t kSeed = 11;

struct Found {
    double seconds = 0, best = 0, coverage = 0, qd_score = 0;
    double median = 0;  ///< technical score of the picks
    /// [kCharacterAxes] of the picks, as a share of the archive's axis; NaN where unknown.
    std::vector<double> span;
};

double median(std::vector<double> x) {
    std::erase_if(x, [](double value) { return std::isnan(value); });
    if (x.empty()) return std::nan("");
    std::sort(x.begin(), x.end());
    return x[x.size() / 2];
}

class SongBench {
public:
    explicit SongBench(const fs::path& job)
        : studio_(read_job(job), "cpu", 0, progress_),
          lookout_(studio_, 0),
          cube_(cube_of(studio_.space)),
          archive_(
              archive_plan(lookout_.glimpse(prior_draws(cube_, kSeed)->ask(ids_from(0, kFirst), 0),
                                            Glance::levels),
                           kSeed)) {}

    /// Searches by the technical score at first glance. `crowd`: picks come from all that was seen
    /// last, as they do where nobody keeps an archive.
    Found search(std::vector<std::string> samplers, std::uint64_t candidates, bool crowd) const {
        SearchPlan plan;
        plan.cube = cube_;
        plan.seed = kSeed;
        plan.candidates = candidates;
        plan.archive = archive_;
        plan.samplers = std::move(samplers);
        Search search(plan);
        std::vector<Candidate> last;
        const auto begun = std::chrono::steady_clock::now();
        for (std::uint64_t done = 0; done < candidates;) {
            std::vector<Candidate> asked = search.ask(
                static_cast<std::size_t>(std::min<std::uint64_t>(kStep, candidates - done)));
            if (asked.empty()) break;
            std::vector<Outcome> outcomes;
            for (Glimpse& g : lookout_.glimpse(asked, Glance::levels))
                outcomes.push_back({g.scores.technical, std::move(g.character)});
            search.tell(outcomes);
            done += asked.size();
            last = std::move(asked);
        }
        Found found;
        found.seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
        found.coverage = search.archive().coverage();
        found.qd_score = search.archive().qd_score();
        if (!crowd) {
            last.clear();
            for (Elite& elite : search.archive().elites())
                last.push_back(std::move(elite.candidate));
        }
        if (!search.archive().empty()) found.best = search.archive().ranked(0).outcome.score;
        pick(last, found);
        return found;
    }
    std::string title() const { return studio_.job.title; }

private:
    void pick(std::span<const Candidate> from, Found& found) const {
        const std::vector<Glimpse> seen = lookout_.glimpse(from, Glance::levels);
        std::vector<Contender> contenders;
        for (std::size_t i = 0; i < seen.size(); ++i)
            contenders.push_back({i, kWholeSong, seen[i].scores, seen[i].place, false,
                                  character_steps(seen[i].character)});
        std::vector<double> scores;
        std::array<double, kCharacterAxes> low, high;
        low.fill(HUGE_VAL), high.fill(-HUGE_VAL);
        for (const std::uint64_t i : rank(contenders, kPicks).picks) {
            const Glimpse& g = seen[static_cast<std::size_t>(i)];
            scores.push_back(g.scores.technical);
            for (std::size_t a = 0; a < low.size(); ++a) {
                if (!std::isfinite(g.character[a])) continue;
                low[a] = std::min<double>(low[a], g.character[a]);
                high[a] = std::max<double>(high[a], g.character[a]);
            }
        }
        found.median = median(scores);
        for (std::size_t a = 0; a < low.size(); ++a)
            found.span.push_back(high[a] >= low[a] ? (high[a] - low[a]) / (archive_.axes[a].high -
                                                                           archive_.axes[a].low)
                                                   : std::nan(""));
    }

    Progress progress_;
    Studio studio_;
    Lookout lookout_;
    Cube cube_;
    ArchivePlan archive_;
};

/// Median over the axes of how much further the farm's picks spread; what spreads over less than a
/// hundredth of the archive's axis counts as that.
double span_ratio(const Found& farm, const Found& other) {
    std::vector<double> ratios;
    for (std::size_t a = 0; a < farm.span.size(); ++a)
        if (std::isfinite(farm.span[a]) && std::isfinite(other.span[a]))
            ratios.push_back(farm.span[a] / std::max(other.span[a], kLeastSpan));
    return median(ratios);
}

void measure(const fs::path& job, const bench::Words& words, Json& rows) {
    const SongBench song(job);
    const std::uint64_t looks = words.full ? 200'000 : 30'000;
    const Found farm = song.search({}, looks, false), random = song.search({"prior"}, looks, false);
    // CMA-ES gets the same time, not the same looks.
    const double faster = farm.seconds / song.search({"cma_es"}, looks, true).seconds;
    const auto as_long = static_cast<std::uint64_t>(faster * static_cast<double>(looks));
    const Found cma = song.search({"cma_es"}, as_long, true),
                kept = song.search({"cma_es"}, as_long, false);
    const auto row = [&](const std::string& name, double value, const std::string& unit,
                         const std::string& against, Json ratio) {
        rows.push_back(bench::row(name + " " + song.title(), value, unit, against, ratio, nullptr));
    };
    const auto text = [](double x) {
        char number[32];
        std::snprintf(number, sizeof number, "%.4g", x);
        return std::string(number);
    };
    row("best_glance", farm.best, "technical score at first glance, of " + std::to_string(looks),
        "random search " + text(random.best) + ", CMA-ES " + text(cma.best),
        (1 - random.best) / (1 - farm.best));
    row("coverage", farm.coverage, "of the archive's cells",
        "random search " + text(random.coverage) + ", CMA-ES " + text(cma.coverage),
        farm.coverage / random.coverage);
    row("qd_score", farm.qd_score, "sum of the elites' scores",
        "random search " + text(random.qd_score) + ", CMA-ES " + text(cma.qd_score),
        farm.qd_score / random.qd_score);
    row("qd_span_ratio", span_ratio(farm, cma), "median over descriptors, of the picks",
        "picks of the last CMA-ES generation, which span " + text(median(cma.span)) +
            " of the archive, ours " + text(median(farm.span)),
        span_ratio(farm, cma));
    row("qd_span_ratio_kept", span_ratio(farm, kept), "the same",
        "picks of the best of every kind that CMA-ES came by, which span " +
            text(median(kept.span)) + ", with a median score of " + text(kept.median),
        span_ratio(farm, kept));
    row("picks_median", farm.median, "technical score at first glance",
        "CMA-ES " + text(cma.median), farm.median / cma.median);
    row("looks_per_s", static_cast<double>(looks) / farm.seconds, "asked, judged and told",
        "CMA-ES " + text(static_cast<double>(as_long) / cma.seconds), nullptr);
}

}  // namespace

int main(int argc, char** argv) {
    return bench::run(argc, argv, [](const bench::Words& words, Json& rows) {
        bench::for_each_job(words, write_demo_song,
                            [&](const fs::path& job) { measure(job, words, rows); });
    });
}
