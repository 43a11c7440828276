/// Order, Pareto layers, picks and promotion of judged mixes.
#include "host/rank/rank.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "host/rank/pareto.h"
#include "kernels/core/check.h"

namespace mixfarm {
namespace {

constexpr int kWholeSong = 3;  // Contender::stage
constexpr double kStep = 1e-6;
constexpr double kPromotedApart = 1.25 * kMinPickDistance;
static_assert(std::tuple_size_v<ParetoPoint> == kTerms);

std::int64_t steps(double score) {
    return std::isnan(score) ? 0 : std::llround(score / kStep);
}
bool accepted(const Contender& c) {
    return c.scores.rejected == Reject::none;
}

/// Greedy choice of what is good and far from everything chosen before. Feed it candidates in order
/// of rank: then neither the caller's order nor chance decides ties, since the first of equals
/// wins.
class Spread {
public:
    Spread(std::span<const Contender> all, std::vector<int> pool)
        : all_(all),
          pool_(std::move(pool)),
          free_(pool_.size(), true),
          nearest_(pool_.size(), std::numeric_limits<double>::infinity()) {}

    /// The best of the pool's first `count` with no chosen one nearer than `least`; -1 when there
    /// is none.
    int next(std::size_t count, double least) {
        std::size_t best = pool_.size();
        std::int64_t best_gain = 0;
        for (std::size_t i = 0; i < count; ++i) {
            if (!free_[i] || nearest_[i] < least) continue;
            const double far = nearest_[i] / kHalfCloseDistance;
            const std::int64_t gain = steps(score(i) - kClosenessCost / (1 + far * far));
            if (best == pool_.size() || gain > best_gain) {
                best = i;
                best_gain = gain;
            }
        }
        if (best == pool_.size()) return -1;
        free_[best] = false;
        for (std::size_t i = 0; i < pool_.size(); ++i)
            nearest_[i] =
                std::min(nearest_[i], heard_distance(contender(i).place, contender(best).place));
        return pool_[best];
    }
    /// How many of the pool lie within `band` below its best score.
    std::size_t within(double band) const {
        std::size_t n = 0;
        while (n < pool_.size() && steps(score(0)) - steps(score(n)) <= steps(band)) ++n;
        return n;
    }
    std::size_t size() const { return pool_.size(); }

private:
    const Contender& contender(std::size_t i) const {
        return all_[static_cast<std::size_t>(pool_[i])];
    }
    double score(std::size_t i) const { return contender(i).scores.technical; }

    std::span<const Contender> all_;
    std::vector<int> pool_;
    std::vector<bool> free_;
    std::vector<double> nearest_;
};

/// Indices in the order of Ranking::order.
std::vector<int> ranked(std::span<const Contender> all) {
    std::vector<int> order(all.size());
    std::iota(order.begin(), order.end(), 0);
    const auto key = [&](int i) {
        const Contender& c = all[static_cast<std::size_t>(i)];
        return std::tuple(c.stage < kWholeSong, !accepted(c), -steps(c.scores.technical), c.id);
    };
    std::sort(order.begin(), order.end(), [&](int a, int b) { return key(a) < key(b); });
    return order;
}

/// Layers in the order of `order`.
std::vector<int> layers(std::span<const Contender> all, const std::vector<int>& order) {
    std::vector<ParetoPoint> points;
    for (const int i : order) {
        const Contender& c = all[static_cast<std::size_t>(i)];
        if (!accepted(c)) continue;
        ParetoPoint& point = points.emplace_back();
        for (std::size_t t = 0; t < kTerms; ++t)
            point[t] = static_cast<std::int32_t>(steps(c.scores.terms[t]));
    }
    const std::vector<int> found = pareto_layers(points);
    const int last = found.empty() ? 0 : *std::max_element(found.begin(), found.end()) + 1;
    std::vector<int> result;
    result.reserve(order.size());
    auto next = found.begin();
    for (const int i : order)
        result.push_back(accepted(all[static_cast<std::size_t>(i)]) ? *next++ : last);
    return result;
}

}  // namespace

Ranking rank(std::span<const Contender> contenders, int picks) {
    const std::vector<int> order = ranked(contenders);
    Ranking ranking;
    ranking.pareto = layers(contenders, order);

    std::vector<int> pool;
    for (const int i : order) {
        const Contender& c = contenders[static_cast<std::size_t>(i)];
        ranking.order.push_back(c.id);
        if (c.stage >= kWholeSong && accepted(c) && !c.baseline) pool.push_back(i);
    }
    Spread spread(contenders, pool);
    std::vector<int> chosen;
    double band = kGoodBand;
    while (static_cast<int>(chosen.size()) < picks) {
        const std::size_t good = spread.within(band);
        const int pick = spread.next(good, kMinPickDistance);
        if (pick >= 0)
            chosen.push_back(pick);
        else if (good == spread.size())
            break;
        else
            band *= 2;
    }
    for (const int i : pool)  // best first
        if (std::find(chosen.begin(), chosen.end(), i) != chosen.end())
            ranking.picks.push_back(contenders[static_cast<std::size_t>(i)].id);
    return ranking;
}

std::vector<int> promote(std::span<const Contender> contenders, int count) {
    std::vector<int> pool;
    for (const int i : ranked(contenders)) {
        const Contender& c = contenders[static_cast<std::size_t>(i)];
        if (c.stage < kWholeSong && accepted(c)) pool.push_back(i);
    }
    Spread spread(contenders, std::move(pool));
    std::vector<int> chosen;
    while (static_cast<int>(chosen.size()) < count) {
        // Every other one has to be apart from all before it: excerpts place a mix a little wrong,
        // and a field of near copies would leave nothing to pick from.
        int i = chosen.size() % 2 ? spread.next(spread.size(), kPromotedApart) : -1;
        if (i < 0) i = spread.next(spread.size(), 0);
        if (i < 0) break;
        chosen.push_back(i);
    }
    return chosen;
}

}  // namespace mixfarm
