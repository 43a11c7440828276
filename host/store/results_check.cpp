/// What has to fit together in results.h5.
#include "host/store/results_check.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "host/store/results_layout.h"
#include "host/store/tried_layout.h"

namespace mixfarm::layout {

void require(bool fits, const std::string& what) {
    if (!fits) throw std::logic_error("write_results: " + what);
}

namespace {

void require_consistent_search(const Results& r) {
    const std::size_t cells = r.archive.elite.size();
    const std::string wrong = misfit(r.tried, r.descriptors.size());
    require(wrong.empty(), "tried: " + wrong);
    require(r.archive.middles.size() == cells * r.descriptors.size(),
            "the archive's middles are not [C][D]");
    require(r.archive.score.size() == cells, "the archive's scores are not one a cell");
    for (std::size_t c = 0; c < cells; ++c)
        require(
            r.archive.elite[c] >= 0 || (r.archive.elite[c] == -1 && std::isnan(r.archive.score[c])),
            "an empty cell of the archive must have the elite -1 and the score NaN");
    const bool none = r.stage0_metrics.empty() && r.stage0_technical.empty();
    require(none || (r.stage0_metrics.size() == r.rows.size() &&
                     r.stage0_technical.size() == r.rows.size()),
            "stage0_metrics and stage0_technical must have one entry a row, or both none");
    for (const auto& row : r.stage0_metrics)
        require(row.size() == r.metrics.size(), "stage0_metrics is not [N][M]");
}

}  // namespace

void require_consistent(const Results& r) {
    const std::size_t n = r.rows.size();
    for (const Row& row : r.rows) {
        require(row.values.size() == r.knobs.size(), "a row's values are not one a knob");
        require(row.metrics.size() == r.metrics.size(),
                "a row's metrics are not one a metric name");
        require(row.stem_power.size() == r.stems.size(), "a row's stem_power is not one a stem");
        for (const auto& [path, power] : kBandPowers)
            require((row.*power).size() == r.band_centres_hz.size(),
                    std::string(path) + " of a row is not one a band");
    }
    require(r.stage2_metrics.size() == n && r.scores.size() == n && r.technical.size() == n &&
                r.stage2_technical.size() == n && r.rejected.size() == n,
            "stage2_metrics, scores, technical, stage2_technical and rejected must have one entry "
            "a row");
    require_consistent_search(r);
    for (const auto& row : r.stage2_metrics)
        require(row.size() == r.metrics.size(), "stage2_metrics is not [N][M]");
    for (const auto& row : r.scores) require(row.size() == r.terms.size(), "scores is not [N][T]");
    require(r.taste.empty() || r.taste.size() == r.rows.size(), "taste is not [N]");
    require(r.pareto.size() == r.order.size(), "pareto must have one entry for each of order");
    require(r.words.size() == r.picks.size(), "words must have one text a pick");
    require(r.wild_cards.size() == r.picks.size(), "wild_cards must have one text a pick");
    const auto taken = [](const auto& names, const std::string& name) {
        return name.empty() || name.find('/') != std::string::npos ||
               std::find(names.begin(), names.end(), name) != names.end();
    };
    for (const auto& [name, unit] : r.metrics)
        require(!taken(kNotMetrics, name), "no metric may be named " + name);
    for (const auto& term : r.terms)
        require(!taken(kNotTerms, term), "no term may be named " + term);
    for (const auto& [name, value] : r.attributes)
        require(!taken(kOwnAttributes, name), "no attribute may be named " + name);
}

}  // namespace mixfarm::layout
