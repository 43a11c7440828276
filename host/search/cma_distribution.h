/// The normal distribution that CMA-ES draws from, and how it learns from a ranking.
#pragma once

#include <Eigen/Core>
#include <vector>

namespace mixfarm {

/// N. Hansen, "The CMA Evolution Strategy: A Tutorial", arXiv 1604.00772, with negative weights;
/// with a diagonal covariance, sep-CMA-ES of R. Ros and N. Hansen, PPSN X (2008), whose learning
/// rates are (n + 2) / 3 times as high.
class CmaDistribution {
public:
    CmaDistribution(Eigen::VectorXd mean, double step, bool full);

    /// The point that belongs to standard normal `z`: mean + step C^(1/2) z. [n]
    Eigen::VectorXd point(const Eigen::VectorXf& z) const;
    /// One generation: `z` best first, at least two.
    void learn(const std::vector<Eigen::VectorXf>& z);

    /// Nothing left to learn: too narrow for float coordinates, or the covariance is degenerate.
    bool converged() const;
    const Eigen::VectorXd& mean() const { return mean_; }
    double step() const { return step_; }
    double condition() const;  ///< largest over smallest variance
    static std::size_t default_population(Eigen::Index n);

private:
    /// All that follows from n and the size of the population.
    struct Rates {
        Eigen::VectorXd weights;  ///< [population], positive half sums to 1
        Eigen::Index parents = 0;
        double mass = 0;  ///< variance effective selection mass
        double path = 0, damping = 0, covariance_path = 0, rank_one = 0, rank_mu = 0;
    };
    Rates rates(Eigen::Index population) const;
    void decompose();

    bool full_;
    Eigen::VectorXd mean_, step_path_, covariance_path_;
    double step_;
    Eigen::MatrixXd covariance_, axes_;  ///< [n x n]; of a diagonal one, covariance_ is [n x 1]
    Eigen::VectorXd deviations_;         ///< [n] along axes_
    Rates rates_;
    double generation_ = 0, decomposed_ = 0;
};

}  // namespace mixfarm
