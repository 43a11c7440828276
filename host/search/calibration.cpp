/// Least squares between two levels of the funnel.
#include "host/search/calibration.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "kernels/core/check.h"

namespace mixfarm {
namespace {

/// How much the first weights count, in pairs whose terms lie one standard deviation of a decent
/// night apart.
constexpr double kPriorPairs = 12, kTermSpread = 0.1;

/// Ranks with ties sharing their mean.
std::vector<double> ranks(const std::vector<double>& x) {
    std::vector<std::size_t> order(x.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return x[a] < x[b]; });
    std::vector<double> rank(x.size());
    for (std::size_t i = 0; i < order.size();) {
        std::size_t j = i;
        while (j < order.size() && x[order[j]] == x[order[i]]) ++j;
        for (std::size_t k = i; k < j; ++k) rank[order[k]] = (static_cast<double>(i + j) - 1) / 2;
        i = j;
    }
    return rank;
}

double spearman(const std::vector<double>& a, const std::vector<double>& b) {
    const std::vector<double> x = ranks(a), y = ranks(b);
    const double mean = (static_cast<double>(x.size()) - 1) / 2;
    double xy = 0, xx = 0, yy = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        xy += (x[i] - mean) * (y[i] - mean);
        xx += (x[i] - mean) * (x[i] - mean);
        yy += (y[i] - mean) * (y[i] - mean);
    }
    return xx > 0 && yy > 0 ? xy / std::sqrt(xx * yy) : std::nan("");
}

std::set<std::size_t> best(const std::vector<double>& x, double share) {
    std::vector<std::size_t> order(x.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return x[a] > x[b]; });
    const auto count = static_cast<std::size_t>(share * static_cast<double>(x.size()));
    order.resize(std::clamp<std::size_t>(count, 1, x.size()));
    return {order.begin(), order.end()};
}

}  // namespace

Calibration::Calibration(std::vector<double> weights) : prior_(std::move(weights)) {
    prior_.push_back(0);
    weights_ = prior_;
}

void Calibration::learn(std::span<const float> terms, double score) {
    MF_CHECK_EQ(terms.size() + 1, prior_.size());
    rows_.insert(rows_.end(), terms.begin(), terms.end());
    scores_.push_back(score);
}

double Calibration::guess(std::span<const float> terms) const {
    double sum = weights_.back();
    for (std::size_t t = 0; t < terms.size(); ++t) sum += weights_[t] * terms[t];
    return sum;
}

void Calibration::fit() {
    if (scores_.empty()) return;
    const auto terms = static_cast<Eigen::Index>(prior_.size()) - 1,
               pairs = static_cast<Eigen::Index>(scores_.size());
    using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const Eigen::Map<const Rows> all(rows_.data(), pairs, terms);
    const Eigen::Map<const Eigen::VectorXd> found(scores_.data(), pairs),
        prior(prior_.data(), terms);
    // About the means, so that the constant is free; the pull is toward the first weights.
    const Eigen::RowVectorXd middle = all.colwise().mean();
    const Rows x = all.rowwise() - middle;
    const Eigen::VectorXd y = (found.array() - found.mean()).matrix() - x * prior;
    Eigen::MatrixXd normal = x.transpose() * x;
    normal.diagonal().array() += kPriorPairs * kTermSpread * kTermSpread;
    const Eigen::VectorXd weights = prior + normal.ldlt().solve(x.transpose() * y);
    std::copy(weights.begin(), weights.end(), weights_.begin());
    weights_.back() = found.mean() - middle.dot(weights);
}

Agreement agreement(const std::vector<double>& guess, const std::vector<double>& truth) {
    MF_CHECK_EQ(guess.size(), truth.size());
    if (guess.size() < 3) return {std::nan(""), std::nan(""), guess.size()};
    return {spearman(guess, truth), recall_at(guess, truth, 0.05), guess.size()};
}

double recall_at(const std::vector<double>& guess, const std::vector<double>& truth, double kept) {
    if (guess.size() < 3) return std::nan("");
    const std::set<std::size_t> named = best(guess, kept), wanted = best(truth, 0.05);
    const auto both =
        std::count_if(wanted.begin(), wanted.end(), [&](auto i) { return named.count(i) > 0; });
    return static_cast<double>(both) / static_cast<double>(wanted.size());
}

}  // namespace mixfarm
