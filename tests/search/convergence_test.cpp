/// Does the portfolio find what is there? Against random search and a lone CMA-ES, at equal
/// evaluations.
#include <gtest/gtest.h>

#include <cstdio>

#include "tests/search/landscape.h"
#include "tests/support/effort.h"

namespace mixfarm {
namespace {

using namespace landscape;

constexpr std::uint64_t kSeeds = 5;

/// Losses left, geometric means over seeds.
struct Left {
    double portfolio = 1, chance = 1, cma = 1, worst_ratio = 0;
};

double searched(const SearchPlan& p, const Loss& loss, bool print = false) {
    Search search(p);
    double best = HUGE_VAL;
    whole_search(search, [&](const Candidate& c) {
        const double l = loss(c.unit);
        best = std::min(best, l);
        return outcome(l, c.unit);
    });
    if (print)
        for (const Search::Share& s : search.shares())
            std::printf("    %-12s asked %6lu kept %5lu, share now %.2f\n", s.name.c_str(),
                        static_cast<unsigned long>(s.asked), static_cast<unsigned long>(s.kept),
                        s.share);
    return best;
}

Left compare(const Cube& c, const std::function<Loss(std::uint64_t)>& make,
             std::uint64_t evaluations) {
    Left left;
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
        const Loss loss = make(100 + seed);
        SearchPlan alone = plan(c, evaluations, seed);
        alone.samplers = {"cma_es"};
        const double found = searched(plan(c, evaluations, seed), loss, seed == 1),
                     chance = by_chance(c, loss, evaluations, seed), cma = searched(alone, loss);
        left.portfolio *= std::pow(found, 1.0 / kSeeds);
        left.chance *= std::pow(chance, 1.0 / kSeeds);
        left.cma *= std::pow(cma, 1.0 / kSeeds);
        left.worst_ratio = std::max(left.worst_ratio, found / chance);
    }
    std::printf(
        "  %zu dimensions, %lu evaluations: left %.4g, random search %.4g, CMA-ES alone "
        "%.4g; worst seed %.2g of random search\n",
        c.dimensions(), static_cast<unsigned long>(evaluations), left.portfolio, left.chance,
        left.cma, left.worst_ratio);
    return left;
}

TEST(Convergence, OnASphereInSixtyDimensions) {
    const Left left = compare(
        cube(12, 5), [](std::uint64_t s) { return sphere(s, 60); }, 2000);
    EXPECT_LT(left.portfolio, left.chance / 5);
    EXPECT_LT(left.worst_ratio, 0.3);
}

TEST(Convergence, OnRippledStrips) {
    const Left left = compare(
        cube(12, 5), [](std::uint64_t s) { return rippled_strips(s, 12, 5); }, 2000);
    EXPECT_LT(left.portfolio, left.chance / 3);
    EXPECT_LT(left.worst_ratio, 0.5);
}

TEST(Convergence, OnAConsoleWithTogglesRestsAndGates) {
    const Left left = compare(
        console(12), [](std::uint64_t s) { return console_loss(s, 12); }, 4000);
    EXPECT_LT(left.portfolio, left.chance / 5);
}

TEST(Convergence, InSixHundredDimensions) {
    if (kSlowBuild) GTEST_SKIP() << "NOT TESTED here: as the other cubes, but half a minute";
    const Left left = compare(
        cube(30, 20), [](std::uint64_t s) { return sphere(s, 600); }, 20000);
    EXPECT_LT(left.portfolio, left.chance / 20);
}

TEST(Convergence, OnRosenbrockInTenDimensions) {
    const Left left = compare(
        cube(2, 5), [](std::uint64_t) { return Loss(rosenbrock); }, 10000);
    EXPECT_LT(left.portfolio, left.chance / 20);
}

}  // namespace
}  // namespace mixfarm
