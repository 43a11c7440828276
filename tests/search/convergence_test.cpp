/// Does the search find what is there? Against Sobol points alone, at equal evaluations.
#include <gtest/gtest.h>

#include <cstdio>

#include "tests/search/landscape.h"

namespace mixfarm {
namespace {

using namespace landscape;

constexpr std::uint64_t kEvaluations = 2000, kSeeds = 5;

/// Losses left, geometric mean over seeds: by the search, by its own first generation stretched to
/// all evaluations (Sobol points drawn towards the typical mix), by Sobol points over the whole
/// cube.
struct Left {
    double search = 1, first_generation = 1, sobol = 1, worst_ratio = 0;
};

Left compare(const std::function<Loss(std::uint64_t)>& make) {
    Left left;
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
        const Loss loss = make(100 + seed);
        const double found = best_loss(
            whole_search(plan(kEvaluations, seed),
                         [&](const Candidate& c) { return outcome(loss(c.unit), c.unit); }),
            loss);
        Search wide(plan(5 * kEvaluations / 2, seed));
        EXPECT_EQ(wide.generation_size(0), kEvaluations);
        const double first = best_loss(wide.ask(), loss);
        const std::vector<float> points = shifted_sobol(kEvaluations, kDimensions, seed);
        double plain = HUGE_VAL;
        for (std::uint64_t i = 0; i < kEvaluations; ++i)
            plain =
                std::min(plain, loss({points.begin() + static_cast<long>(i * kDimensions),
                                      points.begin() + static_cast<long>((i + 1) * kDimensions)}));
        std::printf("  seed %lu: search %.4f, its first generation alone %.4f, Sobol %.4f\n",
                    static_cast<unsigned long>(seed), found, first, plain);
        left.search *= std::pow(found, 1.0 / kSeeds);
        left.first_generation *= std::pow(first, 1.0 / kSeeds);
        left.sobol *= std::pow(plain, 1.0 / kSeeds);
        left.worst_ratio = std::max(left.worst_ratio, found / std::min(first, plain));
    }
    std::printf(
        "  mean: search %.4f, %.2f times below its first generation, %.2f below Sobol; worst seed "
        "%.2f of the better one\n",
        left.search, left.first_generation / left.search, left.sobol / left.search,
        left.worst_ratio);
    return left;
}

TEST(Convergence, OnASphereInSixtyDimensions) {
    const Left left = compare(sphere);
    EXPECT_LT(left.search, left.first_generation / 2);
    EXPECT_LT(left.search, left.sobol / 2);
    EXPECT_LT(left.worst_ratio, 0.7);
}

TEST(Convergence, OnRippledStrips) {
    const Left left = compare(rippled_strips);
    EXPECT_LT(left.search, left.first_generation / 1.5);
    EXPECT_LT(left.search, left.sobol / 1.5);
    EXPECT_LT(left.worst_ratio, 0.85);
}

/// The bonus for distance costs no convergence but keeps several regions alive: the parents of the
/// last generation span more than one spot.
TEST(Convergence, KeepsParentsThatLieApart) {
    const Loss loss = sphere(7);
    const auto all = whole_search(
        plan(kEvaluations, 7), [&](const Candidate& c) { return outcome(loss(c.unit), c.unit); });
    std::vector<const Candidate*> parents;
    for (const Candidate& c : all)
        if (c.id + 128 >= 2 + kEvaluations)
            parents.push_back(&all[static_cast<std::size_t>(c.parent_a) - 2]);
    double apart = 0;
    for (const Candidate* a : parents)
        for (const Candidate* b : parents) {
            const Outcome x = outcome(0, a->unit), y = outcome(0, b->unit);
            double d2 = 0;
            for (std::size_t i = 0; i < x.place.size(); ++i)
                d2 += (x.place[i] - y.place[i]) * (x.place[i] - y.place[i]);
            apart += std::sqrt(d2);
        }
    apart /= static_cast<double>(parents.size() * parents.size());
    std::printf("  mean distance of two parents of the last generation: %.2f steps\n", apart);
    EXPECT_GT(apart, 1.0);
}

}  // namespace
}  // namespace mixfarm
