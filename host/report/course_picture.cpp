/// How the night went: scores in the order in which mixes were tried, and what excerpts were worth.
#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>

#include "host/report/pictures.h"
#include "host/report/plot.h"
#include "kernels/core/check.h"

namespace mixfarm::report {
namespace {

constexpr std::size_t kMostDots = 20000, kMostGenerations = 60;
constexpr double kLowTail = 0.1;  ///< share of mixes that may lie below the diagram

/// Score over the excerpts where it is known: the same for all.
double foretold(const Results& results, std::size_t row) {
    const double score =
        row < results.stage2_technical.size() ? results.stage2_technical[row] : std::nan("");
    return std::isfinite(score) ? score : results.technical[row];
}

/// From a little under the weakest tenth to a little over the best.
Axis score_axis(std::vector<double> scores) {
    if (scores.empty()) return number_axis(0, 1, 4, "");
    std::sort(scores.begin(), scores.end());
    const double
        low = scores[static_cast<std::size_t>(kLowTail * static_cast<double>(scores.size() - 1))],
        high = scores.back(), room = std::max(0.06 * (high - low), 0.01);
    return number_axis(std::max(low - room, 0.0), std::min(high + room, 1.0), 4, "");
}

}  // namespace

Markup course_of_the_night(const Results& results, std::span<const std::uint64_t> generations) {
    const std::size_t count = results.rows.size();
    std::vector<double> kept;
    Points dots, best;
    double record = -1;
    const std::size_t each = std::max<std::size_t>(1, (count + kMostDots - 1) / kMostDots);
    for (std::size_t i = 0; i < count; ++i) {
        if (results.rejected[i]) continue;
        const double score = foretold(results, i), at = static_cast<double>(results.rows[i].id);
        kept.push_back(score);
        if (i % each == 0) dots.emplace_back(at, score);
        if (score <= record) continue;
        if (record >= 0) best.emplace_back(at, record);
        record = score;
        best.emplace_back(at, record);
    }
    const double last = count > 0 ? static_cast<double>(results.rows.back().id) + 1 : 1;
    if (record >= 0) best.emplace_back(last, record);
    Plot plot(number_axis(0, last, 4, "mixes looked at"), score_axis(kept),
              "Score of every mix that was heard in the order of the night, and the best so far");
    const std::size_t skip = 1 + generations.size() / kMostGenerations;
    for (std::size_t g = 1; g < generations.size(); g += skip)
        plot.upright(static_cast<double>(generations[g]), "generation");
    plot.dots(dots, "dot s2");
    constexpr std::uint64_t kRules = 1;
    if (kRules < count && !results.rejected[row_at(results, kRules)])
        plot.level(foretold(results, row_at(results, kRules)), "rules");
    return plot.line(best, "best").finish("wide named");
}

Markup foretold_against_whole(const Results& results) {
    Points dots;
    std::vector<double> scores;
    for (std::size_t i = 0; i < results.rows.size(); ++i) {
        if (results.rows[i].stage != 3 || results.rejected[i]) continue;
        const double excerpts = results.stage2_technical[i], whole = results.technical[i];
        if (!std::isfinite(excerpts) || !std::isfinite(whole)) continue;
        dots.emplace_back(excerpts, whole);
        scores.push_back(excerpts);
        scores.push_back(whole);
    }
    const Axis score = score_axis(scores);
    Axis x = score;
    x.unit = "score over the excerpts";
    Plot plot(x, score, "Score over the whole song against score over the excerpts");
    plot.line({{score.low, score.low}, {score.high, score.high}}, "target");
    Markup words;
    words.leaf("span", "score over the whole song", {{"class", "uy0"}});
    return plot.over(words).dots(dots, "dot s4").finish("wide named");
}

double metric(const Results& results, std::span<const float> metrics, std::string_view name) {
    for (std::size_t m = 0; m < std::min(results.metrics.size(), metrics.size()); ++m)
        if (results.metrics[m].first == name) return metrics[m];
    return std::nan("");
}

std::size_t row_at(const Results& results, std::uint64_t id) {
    const auto at =
        std::lower_bound(results.rows.begin(), results.rows.end(), id,
                         [](const Row& row, std::uint64_t wanted) { return row.id < wanted; });
    MF_CHECK(at != results.rows.end() && at->id == id);
    return static_cast<std::size_t>(at - results.rows.begin());
}

}  // namespace mixfarm::report
