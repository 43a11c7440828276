/// Efficient non-dominated sort: in lexicographic order a point can only be dominated by those
/// before it.
#include "host/rank/pareto.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace mixfarm {
namespace {

constexpr std::size_t kObjectives = std::tuple_size_v<ParetoPoint>;
constexpr std::size_t kBlock = 16;  // members compared side by side, in vector registers

/// The members of one layer, objective by objective; free places hold a value that is never good
/// enough.
class Layer {
public:
    void add(const ParetoPoint& p) {
        if (members_ % kBlock == 0) {
            Block& block = blocks_.emplace_back();
            for (auto& column : block) column.fill(std::numeric_limits<std::int32_t>::min());
        }
        for (std::size_t k = 1; k < kObjectives; ++k)
            blocks_.back()[k - 1][members_ % kBlock] = p[k];
        ++members_;
    }
    /// Does a member dominate p? Members come before p in falling lexicographic order and differ
    /// from it: so they are as good in objective 0, and better in one if they are as good in all.
    /// The latest are the nearest, hence the likeliest.
    bool dominates(const ParetoPoint& p) const {
        return std::any_of(blocks_.rbegin(), blocks_.rend(), [&](const Block& block) {
            std::array<std::int32_t, kBlock> as_good;
            as_good.fill(1);
            for (std::size_t k = 1; k < kObjectives; ++k)
                for (std::size_t i = 0; i < kBlock; ++i)
                    as_good[i] &= block[k - 1][i] >= p[k] ? 1 : 0;
            std::int32_t any = 0;
            for (std::size_t i = 0; i < kBlock; ++i) any |= as_good[i];
            return any != 0;
        });
    }

private:
    using Block = std::array<std::array<std::int32_t, kBlock>, kObjectives - 1>;
    std::vector<Block> blocks_;
    std::size_t members_ = 0;
};

}  // namespace

std::vector<int> pareto_layers(std::span<const ParetoPoint> points) {
    std::vector<std::size_t> order(points.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return points[a] > points[b]; });

    std::vector<int> result(points.size());
    std::vector<Layer> layers;
    for (std::size_t i = 0; i < order.size(); ++i) {
        const ParetoPoint& p = points[order[i]];
        if (i > 0 && points[order[i - 1]] ==
                         p) {  // twins do not dominate each other, and need be compared once
            result[order[i]] = result[order[i - 1]];
            continue;
        }
        // Who is dominated in one layer is dominated in all before it: the first free layer is
        // found by bisection.
        auto first = std::partition_point(layers.begin(), layers.end(),
                                          [&](const Layer& layer) { return layer.dominates(p); });
        result[order[i]] = static_cast<int>(first - layers.begin());
        if (first == layers.end()) first = layers.emplace(layers.end());
        first->add(p);
    }
    return result;
}

}  // namespace mixfarm
