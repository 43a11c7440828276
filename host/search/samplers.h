/// The ways of choosing candidates, one file each.
///
/// Every sampler holds on to the cube, and to the archive where it takes one: both must outlive it.
/// Without an archive a sampler stands alone, as in textbooks, and begins anywhere in the cube.
#pragma once

#include <memory>

#include "host/search/archive.h"
#include "host/search/sampler.h"

namespace mixfarm {

using SamplerPtr = std::unique_ptr<Sampler>;

/// A list of points, in their order, then no more: "typical" where all is 0.5, else "start".
SamplerPtr fixed_points(std::vector<std::vector<float>> points);

/// "prior": independent uniform draws, which the cube's axes make draws from the role's priors.
/// Alone it is random search, the baseline of all others.
SamplerPtr prior_draws(const Cube& cube, std::uint64_t seed);

enum class Reach { whole, towards_typical };
/// "sobol": a scrambled Sobol sequence, over the whole cube, or drawn towards 0.5 by a share that
/// is a further coordinate of the sequence: some stay close to what engineers do, some go all the
/// way.
SamplerPtr sobol_sequence(const Cube& cube, std::uint64_t seed, Reach reach = Reach::whole);

/// Points of the scrambled Sobol sequence itself, [count x dimensions] in [0, 1).
/// Dimensions beyond the direction numbers known to Boost (3667) are plain random numbers.
std::vector<float> sobol_points(std::uint64_t count, std::size_t dimensions, std::uint64_t seed);

/// What a unit step along a direction adds to which coordinates, as Macro::pull.
using Direction = std::vector<std::pair<int, float>>;
std::vector<Direction> along_macros(const Cube& cube);
std::vector<Direction> along_axes(const Cube& cube);

struct CmaPlan {
    std::string name = "cma_es";
    std::vector<Direction> directions;  ///< they span the subspace that is searched
    std::uint64_t seed = 1;
    double step = 0.2;           ///< first standard deviation along every direction
    int full_up_to = 100;        ///< dimensions; beyond, the covariance is a diagonal
    std::size_t population = 0;  ///< least number of outcomes to learn from; 0 = 4 + 3 ln n
};
/// Covariance matrix adaptation. It learns whenever it was told at least a population, from all of
/// it at once; where it has converged it begins anew from an elite with twice the population.
SamplerPtr cma_es(const Cube& cube, CmaPlan plan, const Archive* archive = nullptr);

/// "differential": differential evolution with success-history adaptation.
SamplerPtr differential_evolution(const Cube& cube, std::uint64_t seed,
                                  const Archive* archive = nullptr, std::size_t population = 100);

/// "coordinate": pattern search, one macro or one knob at a time, only where it can be heard.
SamplerPtr coordinate_moves(const Cube& cube, std::uint64_t seed, const Archive* archive = nullptr);

/// "elites": variation of the archive's elites by strips, lines, macros and knobs (MAP-Elites).
SamplerPtr elite_variation(const Cube& cube, std::uint64_t seed, const Archive& archive);

}  // namespace mixfarm
