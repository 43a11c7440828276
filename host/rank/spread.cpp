/// Thrust on the processor's cores (oneTBB): sorting, reducing and transforming tens of thousands
/// of contenders. Nothing is summed across elements, so neither the number of cores nor their
/// timing changes a choice.
#include "host/rank/spread.h"

#define THRUST_HOST_SYSTEM THRUST_HOST_SYSTEM_CPP
#define THRUST_DEVICE_SYSTEM THRUST_DEVICE_SYSTEM_TBB
#include <thrust/iterator/counting_iterator.h>
#include <thrust/sort.h>
#include <thrust/system/tbb/execution_policy.h>
#include <thrust/transform.h>
#include <thrust/transform_reduce.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

#include "kernels/core/check.h"

namespace mixfarm {
namespace {

constexpr double kStep = 1e-6;

/// What order depends on, smallest first; ids are unique, so no two are equal.
struct Key {
    bool excerpt, rejected;
    std::int64_t behind;
    std::uint64_t id;
    int index;
    bool operator<(const Key& b) const {
        return std::tie(excerpt, rejected, behind, id) <
               std::tie(b.excerpt, b.rejected, b.behind, b.id);
    }
};

auto from_to(std::size_t first, std::size_t last) {
    return std::pair(thrust::counting_iterator<std::size_t>(first),
                     thrust::counting_iterator<std::size_t>(last));
}

}  // namespace

std::int64_t score_steps(double score) {
    return std::isnan(score) ? 0 : std::llround(score / kStep);
}

std::vector<int> best_first(std::span<const Contender> all) {
    std::vector<Key> keys;
    keys.reserve(all.size());
    for (std::size_t i = 0; i < all.size(); ++i)
        keys.push_back({all[i].stage < kWholeSong, all[i].scores.rejected != Reject::none,
                        -score_steps(all[i].scores.total()), all[i].id, static_cast<int>(i)});
    thrust::sort(thrust::tbb::par, keys.begin(), keys.end());
    std::vector<int> order;
    order.reserve(keys.size());
    for (const Key& key : keys) order.push_back(key.index);
    return order;
}

Spread::Spread(std::span<const Contender> all, std::vector<int> pool,
               std::span<const double> nearest)
    : pool_(std::move(pool)), nearest_(pool_.size(), std::numeric_limits<double>::infinity()) {
    for (const int i : pool_) {
        const Contender& c = all[static_cast<std::size_t>(i)];
        if (scores_.empty()) axes_ = c.place.size();
        MF_CHECK_EQ(c.place.size(), axes_);
        places_.insert(places_.end(), c.place.begin(), c.place.end());
        scores_.push_back(c.scores.total());
        if (!nearest.empty()) nearest_[scores_.size() - 1] = nearest[static_cast<std::size_t>(i)];
    }
}

int Spread::next(double least) {
    struct Best {
        std::int64_t gain;
        std::size_t index;
    };
    const Best none{std::numeric_limits<std::int64_t>::min(), pool_.size()};
    const auto [first, last] = from_to(0, pool_.size());
    const Best best = thrust::transform_reduce(
        thrust::tbb::par, first, last,
        [&](std::size_t i) {
            if (nearest_[i] < std::max(least, 0.0)) return none;
            const double far = nearest_[i] / kHalfCloseDistance;
            return Best{score_steps(scores_[i] - kClosenessCost / (1 + far * far)), i};
        },
        none,
        [](const Best& a, const Best& b) {
            if (a.gain != b.gain) return a.gain > b.gain ? a : b;
            return a.index <= b.index ? a : b;
        });
    if (best.index == pool_.size()) return -1;
    const auto place = [&](std::size_t i) { return std::span(places_).subspan(i * axes_, axes_); };
    const auto [begin, end] = from_to(0, pool_.size());
    thrust::transform(thrust::tbb::par, begin, end, nearest_.begin(), [&](std::size_t i) {
        return std::min(nearest_[i], heard_distance(place(i), place(best.index)));
    });
    nearest_[best.index] = -1;
    return pool_[best.index];
}

}  // namespace mixfarm
