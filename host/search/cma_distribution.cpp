/// Mean, step size by cumulative path lengths, covariance by rank one and rank mu.
#include "host/search/cma_distribution.h"

#include <algorithm>
#include <cmath>

#include "host/search/eigen_pairs.h"
#include "kernels/core/check.h"

namespace mixfarm {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using Eigen::VectorXf;

namespace {

constexpr double kNarrowest = 1e-6;  // some spacings of floats near 1: below, rounding decides
constexpr double kWidest = 0.5;      // of a cube of side 1; beyond, reflection makes it uniform
constexpr double kWorstCondition = 1e14;

}  // namespace

CmaDistribution::CmaDistribution(VectorXd mean, double step, bool full)
    : full_(full), mean_(std::move(mean)), step_(step) {
    const Index n = mean_.size();
    MF_CHECK(n > 0 && step > 0);
    step_path_ = covariance_path_ = VectorXd::Zero(n);
    deviations_ = VectorXd::Ones(n);
    covariance_ = MatrixXd::Ones(n, 1);
    if (full) covariance_ = axes_ = MatrixXd::Identity(n, n);
}

std::size_t CmaDistribution::default_population(Index n) {
    return 4 + static_cast<std::size_t>(3 * std::log(static_cast<double>(n)));
}

/// Table 1 of the tutorial.
CmaDistribution::Rates CmaDistribution::rates(Index population) const {
    const double n = static_cast<double>(mean_.size());
    Rates r;
    r.parents = population / 2;
    r.weights.resize(population);
    for (Index i = 0; i < population; ++i)
        r.weights[i] = std::log(0.5 * (static_cast<double>(population) + 1)) -
                       std::log(static_cast<double>(i) + 1);
    const auto best = r.weights.head(r.parents);
    auto rest = r.weights.tail(population - r.parents);
    r.mass = best.sum() * best.sum() / best.squaredNorm();
    const double rest_mass = rest.sum() * rest.sum() / rest.squaredNorm();
    r.path = (r.mass + 2) / (n + r.mass + 5);
    r.damping = 1 + 2 * std::max(0.0, std::sqrt((r.mass - 1) / (n + 1)) - 1) + r.path;
    r.covariance_path = (4 + r.mass / n) / (n + 4 + 2 * r.mass / n);
    const double faster = full_ ? 1 : (n + 2) / 3;
    r.rank_one = std::min(0.5, faster * 2 / ((n + 1.3) * (n + 1.3) + r.mass));
    r.rank_mu = std::min(1 - r.rank_one, faster * 2 * (0.25 + r.mass + 1 / r.mass - 2) /
                                             ((n + 2) * (n + 2) + r.mass));
    // So much forgetting that the covariance stays positive.
    const double forget = std::min({1 + r.rank_one / r.rank_mu, 1 + 2 * rest_mass / (r.mass + 2),
                                    (1 - r.rank_one - r.rank_mu) / (n * r.rank_mu)});
    r.weights.head(r.parents) /= best.sum();
    rest *= std::max(0.0, forget) / rest.cwiseAbs().sum();
    return r;
}

VectorXd CmaDistribution::point(const VectorXf& z) const {
    const VectorXd scaled = deviations_.cwiseProduct(z.cast<double>());
    return full_ ? VectorXd(mean_ + step_ * (axes_ * scaled)) : VectorXd(mean_ + step_ * scaled);
}

void CmaDistribution::learn(const std::vector<VectorXf>& z) {
    const Index n = mean_.size(), population = static_cast<Index>(z.size());
    MF_CHECK(population >= 2);
    if (rates_.weights.size() != population) rates_ = rates(population);
    const Rates& r = rates_;
    ++generation_;

    MatrixXd steps(n, population);  // C^(1/2) z
    VectorXd mean_z = VectorXd::Zero(n);
    for (Index i = 0; i < population; ++i) {
        const VectorXd standard = z[static_cast<std::size_t>(i)].cast<double>();
        if (i < r.parents) mean_z += r.weights[i] * standard;
        steps.col(i) = deviations_.cwiseProduct(standard);
    }
    VectorXd mean_step = deviations_.cwiseProduct(mean_z);
    if (full_) {
        steps = axes_ * steps;
        mean_step = axes_ * mean_step;
        mean_z = axes_ * mean_z;
    }
    mean_ += step_ * mean_step;

    step_path_ = (1 - r.path) * step_path_ + std::sqrt(r.path * (2 - r.path) * r.mass) * mean_z;
    const double size = static_cast<double>(n);
    const double expected = std::sqrt(size) * (1 - 1 / (4 * size) + 1 / (21 * size * size));
    const double length = step_path_.norm() / expected;
    const bool steady =
        length / std::sqrt(1 - std::pow(1 - r.path, 2 * generation_)) < 1.4 + 2 / (size + 1);
    step_ *= std::exp(std::min(1.0, r.path / r.damping * (length - 1)));
    step_ = std::min(step_, kWidest / deviations_.maxCoeff());

    const double cc = r.covariance_path;
    covariance_path_ *= 1 - cc;
    if (steady) covariance_path_ += std::sqrt(cc * (2 - cc) * r.mass) * mean_step;
    VectorXd weights = r.weights;
    for (Index i = r.parents; i < population; ++i)
        if (weights[i] < 0) weights[i] *= size / z[static_cast<std::size_t>(i)].squaredNorm();
    const double kept =
        1 + (steady ? 0 : r.rank_one * cc * (2 - cc)) - r.rank_one - r.rank_mu * r.weights.sum();
    if (full_) {
        covariance_ = kept * covariance_ +
                      r.rank_one * covariance_path_ * covariance_path_.transpose() +
                      r.rank_mu * (steps * weights.asDiagonal() * steps.transpose());
    } else {
        covariance_ = kept * covariance_ + r.rank_one * covariance_path_.cwiseAbs2() +
                      r.rank_mu * (steps.cwiseAbs2() * weights);
    }
    // Decomposed so seldom that it costs no more than the updates.
    if (!full_ || generation_ - decomposed_ > 1 / (10 * size * (r.rank_one + r.rank_mu)))
        decompose();
}

void CmaDistribution::decompose() {
    decomposed_ = generation_;
    if (!full_) {
        deviations_ = covariance_.col(0).cwiseMax(1e-30).cwiseSqrt();
        return;
    }
    covariance_ = (0.5 * (covariance_ + covariance_.transpose())).eval();
    auto [variances, axes] = eigen_pairs(covariance_);
    axes_ = std::move(axes);
    deviations_ = variances.cwiseMax(1e-30).cwiseSqrt();
}

double CmaDistribution::condition() const {
    const double ratio = deviations_.maxCoeff() / deviations_.minCoeff();
    return ratio * ratio;
}

bool CmaDistribution::converged() const {
    return step_ * deviations_.maxCoeff() < kNarrowest || condition() > kWorstCondition;
}

}  // namespace mixfarm
