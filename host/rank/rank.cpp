/// Order, Pareto layers and promotion of judged mixes.
#include "host/rank/rank.h"

#include <algorithm>

#include "host/rank/pareto.h"
#include "host/rank/picks.h"
#include "host/rank/spread.h"

namespace mixfarm {
namespace {

constexpr double kPromotedApart = 1.25 * kMinPickDistance;
static_assert(std::tuple_size_v<ParetoPoint> == kTerms);

bool accepted(const Contender& c) {
    return c.scores.rejected == Reject::none;
}

/// Layers in the order of `order`.
std::vector<int> layers(std::span<const Contender> all, const std::vector<int>& order) {
    std::vector<ParetoPoint> points;
    for (const int i : order) {
        const Contender& c = all[static_cast<std::size_t>(i)];
        if (!accepted(c)) continue;
        ParetoPoint& point = points.emplace_back();
        for (std::size_t t = 0; t < kTerms; ++t)
            point[t] = static_cast<std::int32_t>(score_steps(c.scores.terms[t]));
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
    const std::vector<int> order = best_first(contenders);
    Ranking ranking;
    ranking.pareto = layers(contenders, order);

    std::vector<PickCandidate> pool;
    for (std::size_t at = 0; at < order.size(); ++at) {
        const Contender& c = contenders[static_cast<std::size_t>(order[at])];
        ranking.order.push_back(c.id);
        if (c.stage >= kWholeSong && accepted(c) && !c.baseline)
            pool.push_back({order[at], ranking.pareto[at]});
    }
    const Picks chosen = choose_picks(contenders, pool, picks);
    for (const int i : chosen.indices)
        ranking.picks.push_back(contenders[static_cast<std::size_t>(i)].id);
    ranking.wild_card = chosen.wild_card;
    return ranking;
}

std::vector<int> promote(std::span<const Contender> contenders, int count,
                         std::span<const double> nearest) {
    std::vector<int> pool;
    for (const int i : best_first(contenders)) {
        const Contender& c = contenders[static_cast<std::size_t>(i)];
        if (c.stage < kWholeSong && accepted(c)) pool.push_back(i);
    }
    Spread spread(contenders, std::move(pool), nearest);
    std::vector<int> chosen;
    while (static_cast<int>(chosen.size()) < count) {
        // Every other one has to be apart from all before it: excerpts place a mix a little wrong,
        // and a field of near copies would leave nothing to pick from.
        int i = chosen.size() % 2 ? spread.next(kPromotedApart) : -1;
        if (i < 0) i = spread.next(0);
        if (i < 0) break;
        chosen.push_back(i);
    }
    return chosen;
}

}  // namespace mixfarm
