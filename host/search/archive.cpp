/// Cells, who holds them, and how full the archive is.
#include "host/search/archive.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "host/search/samplers.h"
#include "kernels/core/check.h"

namespace mixfarm {
namespace {

// Cloud points a cell and rounds of k-means. The cloud is even already and so is its beginning,
// from which the cells start: few rounds do.
constexpr std::size_t kCloud = 8;
constexpr int kRounds = 8;
constexpr std::size_t kMostFitted = 4;  // dimensions: 1024 cells are 5.7 to each side

}  // namespace

Archive::Archive(ArchivePlan plan) : plan_(std::move(plan)), box_(plan_.axes) {
    if (plan_.axes.empty()) plan_.cells = 1;
    MF_CHECK(plan_.cells >= 1);
    cells_.resize(plan_.cells);
    tessellate();
}

/// Lloyd's k-means over a quasi-random cloud.
void Archive::tessellate() {
    const std::size_t n = box_.dimensions(), cells = plan_.cells, points = kCloud * cells;
    const std::vector<float> cloud = sobol_points(points, n, plan_.seed);
    middles_.resize(n * cells);
    for (std::size_t c = 0; c < cells; ++c)
        for (std::size_t k = 0; k < n; ++k) middles_[k * cells + c] = cloud[c * n + k];
    std::vector<std::size_t> owner(points);
    for (int round = 0; n > 0 && round < kRounds; ++round) {
        tbb::parallel_for(std::size_t{0}, points, [&](std::size_t i) {
            owner[i] = nearest({cloud.data() + i * n, n});
        });
        std::vector<double> sum(n * cells, 0.0);
        std::vector<int> owned(cells, 0);
        for (std::size_t i = 0; i < points; ++i) {
            ++owned[owner[i]];
            for (std::size_t k = 0; k < n; ++k) sum[k * cells + owner[i]] += cloud[i * n + k];
        }
        for (std::size_t k = 0; k < n; ++k)
            for (std::size_t c = 0; c < cells; ++c)
                if (owned[c] > 0)
                    middles_[k * cells + c] = static_cast<float>(sum[k * cells + c] / owned[c]);
    }
}

std::size_t Archive::nearest(std::span<const float> point) const {
    std::size_t best = 0;
    float least = std::numeric_limits<float>::infinity();
    constexpr std::size_t kStretch = 256;  // cells at a time, so that the distances stay in L1
    float distance2[kStretch];
    for (std::size_t from = 0; from < plan_.cells; from += kStretch) {
        const std::size_t count = std::min(kStretch, plan_.cells - from);
        std::fill_n(distance2, count, 0.0f);
        for (std::size_t k = 0; k < point.size(); ++k) {
            const float* middle = middles_.data() + k * plan_.cells + from;
            for (std::size_t c = 0; c < count; ++c)
                distance2[c] += (point[k] - middle[c]) * (point[k] - middle[c]);
        }
        for (std::size_t c = 0; c < count; ++c)
            if (distance2[c] < least) least = distance2[c], best = from + c;
    }
    return best;
}

std::size_t Archive::cell_of(std::span<const float> character) const {
    return nearest(box_.point(character));
}

std::vector<float> Archive::middle(std::size_t cell) const {
    std::vector<float> at;
    for (std::size_t k = 0; k < box_.dimensions(); ++k)
        at.push_back(middles_[k * plan_.cells + cell]);
    return box_.character(at);
}

Archive::Gain Archive::insert(const Candidate& candidate, const Outcome& outcome) {
    if (!(outcome.score > 0)) return {};
    const std::size_t cell = cell_of(outcome.character);
    Elite& held = cells_[cell];
    const double before = held.outcome.score;
    if (before > outcome.score || (before == outcome.score && held.candidate.id <= candidate.id))
        return {};
    const auto ahead = [&](std::size_t a, std::size_t b) { return better(cells_[a], cells_[b]); };
    if (before > 0) order_.erase(std::lower_bound(order_.begin(), order_.end(), cell, ahead));
    held = {candidate, outcome};
    order_.insert(std::lower_bound(order_.begin(), order_.end(), cell, ahead), cell);
    return {true, outcome.score - before};
}

void Archive::clear() {
    for (const std::size_t cell : order_) cells_[cell] = {};
    order_.clear();
}

void Archive::fit(std::span<const Elite> sample) {
    std::vector<std::vector<float>> seen;
    for (const Elite& e : sample)
        if (e.outcome.score > 0) seen.push_back(e.outcome.character);
    const std::vector<Elite> held = elites();
    clear();
    box_ = CharacterBox(plan_.axes, seen, kMostFitted);
    tessellate();
    for (const Elite& e : held) insert(e.candidate, e.outcome);
    for (const Elite& e : sample) insert(e.candidate, e.outcome);
}

const Elite& Archive::draw(double u, double greed) const {
    MF_CHECK(!empty());
    const auto rank = static_cast<std::size_t>(static_cast<double>(size()) * std::pow(u, greed));
    return ranked(std::min(rank, size() - 1));
}

std::vector<Elite> Archive::elites() const {
    std::vector<Elite> all;
    for (const std::size_t cell : order_) all.push_back(cells_[cell]);
    return all;
}

double Archive::coverage() const {
    return static_cast<double>(size()) / static_cast<double>(cells());
}

double Archive::qd_score() const {
    double sum = 0;
    for (const Elite& elite : cells_) sum += elite.outcome.score;
    return sum;
}

std::vector<Archive::Span> Archive::span() const {
    const float unknown = std::numeric_limits<float>::quiet_NaN();
    std::vector<Span> spans(plan_.axes.size(), {unknown, unknown});
    for (const std::size_t cell : order_)
        for (std::size_t a = 0; a < spans.size(); ++a) {
            const float x = cells_[cell].outcome.character[a];
            spans[a].low = std::fmin(spans[a].low, x);  // fmin leaves NaN out
            spans[a].high = std::fmax(spans[a].high, x);
        }
    return spans;
}

}  // namespace mixfarm
