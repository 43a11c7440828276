/// CMA-ES by itself, on functions for which it is known how many evaluations it takes.
///
/// Figures of pycma 4.5.0 (its default population, the same functions, start and first step, mean
/// of three seeds): sphere 20-D 2188, ellipsoid 20-D 12008, Rosenbrock 10-D 4963, each to 1e-8;
/// diagonal, sphere 100-D 8982. One and a third of that is allowed.
#include <gtest/gtest.h>

#include <cstdio>
#include <set>

#include "host/search/cma_distribution.h"
#include "kernels/core/random.h"
#include "tests/search/landscape.h"

namespace mixfarm {
namespace {

using namespace landscape;

constexpr double kTarget = 1e-8, kAllowed = 4.0 / 3;

Descent descent(const Cube& c, const Loss& loss, std::uint64_t seed, int full_up_to = 100,
                std::uint64_t evaluations = 60000) {
    CmaPlan plan;
    plan.directions = along_axes(c);
    plan.seed = seed;
    plan.full_up_to = full_up_to;
    const std::size_t population =
        CmaDistribution::default_population(static_cast<Eigen::Index>(c.dimensions()));
    return descend(*cma_es(c, plan), loss, evaluations, population, kTarget);
}

/// Mean number of evaluations; fails where the target was missed.
double evaluations(const Cube& c, const std::function<Loss(std::uint64_t)>& make, const char* name,
                   int full_up_to = 100) {
    constexpr int kSeeds = 3;
    double mean = 0;
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
        const Loss loss = make(seed);
        const Descent d = descent(c, loss, seed, full_up_to);
        EXPECT_LE(d.best, kTarget) << name << ", seed " << seed;
        EXPECT_GT(by_chance(c, loss, d.evaluations, seed), 1e4 * kTarget) << name;
        mean += static_cast<double>(d.evaluations) / kSeeds;
    }
    std::printf("  %s to 1e-8: %.0f evaluations\n", name, mean);
    return mean;
}

TEST(CmaEs, Sphere) {
    const auto make = [](std::uint64_t s) { return sphere(s, 20); };
    EXPECT_LT(evaluations(cube(4, 5), make, "sphere 20-D"), kAllowed * 2188);
}

TEST(CmaEs, RotatedEllipsoidOfConditionAMillion) {
    const auto make = [](std::uint64_t s) { return rotated_ellipsoid(s, 20, 1e6); };
    EXPECT_LT(evaluations(cube(4, 5), make, "rotated ellipsoid 20-D"), kAllowed * 12008);
    // A diagonal covariance cannot turn: the same with it is hopeless.
    EXPECT_GT(descent(cube(4, 5), make(1), 1, 0, 15000).best, 1e-3);
}

TEST(CmaEs, Rosenbrock) {
    const auto make = [](std::uint64_t) { return Loss(rosenbrock); };
    EXPECT_LT(evaluations(cube(2, 5), make, "Rosenbrock 10-D"), kAllowed * 4963);
}

TEST(CmaEs, DiagonalBeyondAHundredDimensions) {
    const auto make = [](std::uint64_t s) { return sphere(s, 101); };
    EXPECT_LT(evaluations(cube(1, 101), make, "diagonal, sphere 101-D"), kAllowed * 8982);
}

TEST(CmaEs, DiagonalLearnsScalesFasterThanFull) {
    // An ellipsoid along the axes.
    const auto make = [](std::uint64_t s) -> Loss {
        return [at = bottom(s, 20)](const std::vector<float>& x) {
            double sum = 0;
            for (std::size_t d = 0; d < 20; ++d)
                sum += std::pow(1e6, static_cast<double>(d) / 19) * std::pow(x[d] - at[d], 2);
            return sum;
        };
    };
    const double full = evaluations(cube(4, 5), make, "ellipsoid along the axes, full"),
                 diagonal = evaluations(cube(4, 5), make, "the same, diagonal", 0);
    EXPECT_LT(diagonal, 0.7 * full);  // Ros and Hansen 2008, figure 1: about half
}

TEST(CmaEs, StaysInTheSubspaceOfItsDirections) {
    const Cube c = console(4);
    CmaPlan plan;
    plan.directions = along_macros(c);
    const SamplerPtr sampler = cma_es(c, plan);
    const auto asked = sampler->ask(ids_from(0, 50), 0);
    std::set<std::vector<float>> points;
    for (const Candidate& x : asked) {
        points.insert(x.unit);
        for (std::size_t s = 0; s < 4; ++s)  // no macro pulls the toggle or the fifth knob
            EXPECT_TRUE(x.unit[5 * s + 1] == 0.5f && x.unit[5 * s + 4] == 0.5f);
    }
    EXPECT_EQ(points.size(), 50u);
}

/// On a landscape with many bottoms (Rastrigin's) it begins anew, with larger populations, and goes
/// on finding.
TEST(CmaEs, BeginsAnewWhereItHasConverged) {
    int reached = 0, at_once = 0;
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        const Loss loss = [at = bottom(seed, 5)](const std::vector<float>& unit) {
            double sum = 0;
            for (std::size_t d = 0; d < 5; ++d) {
                const double x = 10.24 * (unit[d] - at[d]);
                sum += 10 + x * x - 10 * std::cos(2 * std::numbers::pi * x);
            }
            return sum;
        };
        const Descent d = descent(cube(1, 5), loss, seed, 100, 100000);
        std::printf("  Rastrigin 5-D: %.2g after %lu\n", d.best,
                    static_cast<unsigned long>(d.evaluations));
        reached += d.best <= kTarget;
        at_once += d.evaluations < 2000;
    }
    EXPECT_GE(reached, 3);
    EXPECT_EQ(at_once, 0) << "no bottom to begin anew from";
}

TEST(CmaDistribution, IsFittedToWhatItWasShown) {
    // Always told that two directions differ a hundredfold in how far good ones lie.
    CmaDistribution d(Eigen::VectorXd::Zero(4), 0.3, true);
    for (std::uint64_t g = 0; g < 400; ++g) {
        std::vector<std::pair<double, Eigen::VectorXf>> drawn;
        for (std::uint64_t i = 0; i < 12; ++i) {
            const RandomStream random(g, i);
            Eigen::VectorXf z(4);
            for (int k = 0; k < 4; ++k)
                z[k] = static_cast<float>(std::sqrt(12.0) *
                                          (random.uniform(static_cast<std::uint64_t>(k)) - 0.5));
            const Eigen::VectorXd x = d.point(z);
            drawn.emplace_back(x[0] * x[0] + 100 * (x[1] * x[1] + x[2] * x[2]) + 10 * x[3] * x[3],
                               z);
        }
        std::sort(drawn.begin(), drawn.end(),
                  [](const auto& a, const auto& b) { return a.first < b.first; });
        std::vector<Eigen::VectorXf> ranked;
        for (auto& [loss, z] : drawn) ranked.push_back(z);
        d.learn(ranked);
        if (d.converged()) break;
    }
    EXPECT_TRUE(d.converged());
    EXPECT_LT(d.mean().norm(), 1e-5);
    std::printf("  condition learned: %.0f of 100\n", d.condition());
    EXPECT_GT(d.condition(), 20);
    EXPECT_LT(d.condition(), 1000);
}

}  // namespace
}  // namespace mixfarm
