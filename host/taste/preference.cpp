/// Laplace's method over the mixes.
#include "host/taste/preference.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "host/search/normal.h"
#include "kernels/core/check.h"
#include "kernels/core/random.h"

namespace mixfarm {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using Index = Eigen::Index;

constexpr double kTechnicalUnit = 0.05;
/// The smooth part: its standard deviation, and over what share of the median squared distance of
/// two mixes it fades (by the simulated listeners of scripts/bench taste).
constexpr double kSmoothSd = 1.5, kSmoothReach = 0.5;
constexpr double kScales[] = {0.5, 1, 2, 4};  ///< of the standard deviations, to choose from
constexpr std::size_t kScaleFrom = 6;         ///< answers
constexpr double kJitter = 1e-6, kConverged = 1e-6;
constexpr int kNewtonSteps = 50;
constexpr std::size_t kSamples = 256;
/// Logits of a pick that is of the best: what came true = kModesty + kEase x the model's own.
constexpr double kModesty = 0.5, kEase = 0.62;
/// What an answer adds to the logit of the confidence, before there were any, and how many answers
/// that counts as.
constexpr double kUsualRise = 0.15, kRiseWeight = 6;

double logit(double p) {
    return std::log(p / (1 - p));
}

/// Probabilities [items, can't tell, none good] of an answer where the mixes have utilities u.
VectorXd chances(const VectorXd& u) {
    const Index k = u.size();
    VectorXd logits(k + 2);
    logits << u, u.mean() + Preference::kTieLogit, Preference::kNoneGoodLogit;
    VectorXd p = (logits.array() - logits.maxCoeff()).exp();
    return p / p.sum();
}

Index option(const Answer& answer) {
    const auto k = static_cast<Index>(answer.items.size());
    return answer.best == Answer::kCannotTell ? k
           : answer.best == Answer::kNoneGood ? k + 1
                                              : answer.best;
}

double with_lapses(double p, Index options) {
    return (1 - Preference::kLapse) * p + Preference::kLapse / static_cast<double>(options);
}

VectorXd taken(const VectorXd& from, const std::vector<std::size_t>& items) {
    VectorXd some(static_cast<Index>(items.size()));
    for (std::size_t i = 0; i < items.size(); ++i)
        some[static_cast<Index>(i)] = from[static_cast<Index>(items[i])];
    return some;
}

/// Log likelihood of all answers, its gradient, and a square root of what Fisher has for its
/// negative curvature, [mixes x options]: where an answer may be a lapse, as far as it is none.
struct Curve {
    double value = 0;
    VectorXd gradient;
    MatrixXd root;
};
Curve curve_of(std::span<const Answer> answers, const VectorXd& utility) {
    Index options = 0;
    for (const Answer& a : answers) options += static_cast<Index>(a.items.size()) + 2;
    Curve c{0, VectorXd::Zero(utility.size()), MatrixXd::Zero(utility.size(), options)};
    Index column = 0;
    for (const Answer& a : answers) {
        const auto k = static_cast<Index>(a.items.size());
        const VectorXd p = chances(taken(utility, a.items));
        const double given = with_lapses(p[option(a)], k + 2);
        const double meant = (1 - Preference::kLapse) * p[option(a)] / given;
        c.value += std::log(given);
        // Logits over utilities.
        MatrixXd jacobian = MatrixXd::Zero(k + 2, k);
        jacobian.topRows(k).setIdentity();
        jacobian.row(k).setConstant(1.0 / static_cast<double>(k));
        VectorXd error = -p;
        error[option(a)] += 1;
        const VectorXd gradient = meant * (jacobian.transpose() * error);
        // diag(p) - p p' = A A' for A = diag(sqrt p) - p sqrt(p)'.
        const VectorXd half = p.cwiseSqrt();
        MatrixXd a_root = -p * half.transpose();
        a_root.diagonal() += half;
        const MatrixXd root = std::sqrt(meant) * (jacobian.transpose() * a_root);
        for (Index i = 0; i < k; ++i) {
            const auto mix = static_cast<Index>(a.items[static_cast<std::size_t>(i)]);
            c.gradient[mix] += gradient[i];
            c.root.block(mix, column, 1, k + 2) += root.row(i);
        }
        column += k + 2;
    }
    return c;
}

/// Posterior under one prior.
struct Fit {
    VectorXd mean;           ///< [mixes] utilities
    VectorXd alpha;          ///< prior covariance^-1 (mean - prior mean)
    MatrixXd root;           ///< [mixes x options] of the curvature
    Eigen::LLT<MatrixXd> b;  ///< 1 + root' K root
    double evidence = 0;     ///< log, Laplace's
};

Fit fit_to(std::span<const Answer> answers, const VectorXd& prior_mean, const MatrixXd& k) {
    Fit fit;
    VectorXd f = VectorXd::Zero(prior_mean.size()), alpha = f;
    const auto objective = [&](const VectorXd& at, const VectorXd& its_alpha) {
        return curve_of(answers, prior_mean + at).value - 0.5 * at.dot(its_alpha);
    };
    double reached = objective(f, alpha);
    for (int step = 0; step < kNewtonSteps; ++step) {
        const Curve c = curve_of(answers, prior_mean + f);
        const MatrixXd kv = k * c.root;
        const Eigen::LLT<MatrixXd> b(MatrixXd::Identity(c.root.cols(), c.root.cols()) +
                                     c.root.transpose() * kv);
        const VectorXd a = c.root * (c.root.transpose() * f) + c.gradient;
        const VectorXd next_alpha = a - c.root * b.solve(kv.transpose() * a);
        // Fisher's curvature is no bound where lapses are likely: shorter steps until it rises.
        double share = 1, value = 0;
        VectorXd to, to_alpha;
        for (; share > 1e-4; share *= 0.5) {
            to_alpha = alpha + share * (next_alpha - alpha);
            to = k * to_alpha;
            value = objective(to, to_alpha);
            if (value >= reached - 1e-12) break;
        }
        if (value < reached - 1e-12) break;  // as good as it gets
        const double moved = (to - f).cwiseAbs().maxCoeff();
        f = to, alpha = to_alpha, reached = value;
        if (moved < kConverged) break;
    }
    const Curve c = curve_of(answers, prior_mean + f);
    fit.mean = prior_mean + f, fit.alpha = alpha, fit.root = c.root;
    fit.b.compute(MatrixXd::Identity(c.root.cols(), c.root.cols()) +
                  c.root.transpose() * k * c.root);
    const double log_det = 2 * fit.b.matrixLLT().diagonal().array().log().sum();
    fit.evidence = c.value - 0.5 * f.dot(alpha) - 0.5 * log_det;
    return fit;
}

}  // namespace

struct Preference::Impl {
    Taste before;
    MatrixXd features;            ///< [mixes x features] technical, slopes, bends
    VectorXd weights, deviation;  ///< [features] belief before any answer
    VectorXd prior_mean;          ///< [mixes]
    MatrixXd smooth;              ///< [mixes x mixes]
    std::vector<Answer> answers;
    double scale = 1;
    Fit fit;
    MatrixXd covariance;  ///< [mixes x mixes] posterior
    std::vector<double> mean;

    /// Of the weights, where the scale widens all but the technical score's.
    VectorXd deviations(double by) const {
        VectorXd wide = deviation * by;
        wide[0] = deviation[0];
        return wide;
    }
    MatrixXd prior_covariance(double by) const {
        const MatrixXd spread = features * deviations(by).asDiagonal();
        MatrixXd k = spread * spread.transpose() + by * by * smooth;
        k.diagonal().array() += kJitter;
        return k;
    }
};

Preference::Preference(std::span<const std::vector<float>> places, std::span<const float> technical,
                       const Taste& before)
    : impl_(std::make_unique<Impl>()) {
    MF_CHECK_EQ(places.size(), technical.size());
    MF_CHECK(!places.empty());
    const auto mixes = static_cast<Index>(places.size());
    Impl& my = *impl_;
    my.before = before;
    my.features = MatrixXd::Zero(mixes, 1 + 2 * kTasteAxes);
    my.weights = my.deviation = VectorXd::Zero(1 + 2 * kTasteAxes);
    const auto believe = [&](Index feature, const Belief& belief) {
        my.weights[feature] = belief.mean, my.deviation[feature] = belief.sd;
    };
    for (Index i = 0; i < mixes; ++i)
        my.features(i, 0) = technical[static_cast<std::size_t>(i)] / kTechnicalUnit;
    believe(0, before.technical);
    for (int axis = 0; axis < kTasteAxes; ++axis) {
        const auto a = static_cast<std::size_t>(axis);
        std::vector<float> known;
        for (const auto& place : places)
            if (std::isfinite(place[a])) known.push_back(place[a]);
        if (!known.empty()) {
            const auto middle = known.begin() + static_cast<std::ptrdiff_t>(known.size() / 2);
            std::nth_element(known.begin(), middle, known.end());
            for (Index i = 0; i < mixes; ++i) {
                const float x = places[static_cast<std::size_t>(i)][a];
                const double steps = std::isfinite(x) ? (x - *middle) / taste_axes()[a].step : 0;
                my.features(i, 1 + axis) = steps;
                my.features(i, 1 + kTasteAxes + axis) = steps * steps;
            }
        }
        believe(1 + axis, before.slope[a]);
        believe(1 + kTasteAxes + axis, before.bend[a]);
    }
    const auto steps = my.features.middleCols(1, kTasteAxes);
    my.smooth = MatrixXd(mixes, mixes);
    std::vector<double> apart;
    for (Index i = 0; i < mixes; ++i)
        for (Index j = 0; j < mixes; ++j) {
            my.smooth(i, j) = (steps.row(i) - steps.row(j)).squaredNorm();
            if (i < j) apart.push_back(my.smooth(i, j));
        }
    double reach = 1;
    if (!apart.empty()) {
        const auto middle = apart.begin() + static_cast<std::ptrdiff_t>(apart.size() / 2);
        std::nth_element(apart.begin(), middle, apart.end());
        reach = std::max(kSmoothReach * *middle, 1e-6);
    }
    my.smooth = kSmoothSd * kSmoothSd * (-my.smooth.array() / reach).exp();
    // Utility counts from the mean of all mixes.
    my.features.rowwise() -= my.features.colwise().mean().eval();
    my.prior_mean = my.features * my.weights;
    learn({});
}
Preference::~Preference() = default;
Preference::Preference(const Preference& other) : impl_(std::make_unique<Impl>(*other.impl_)) {}

void Preference::learn(std::span<const Answer> answers) {
    Impl& my = *impl_;
    my.answers.assign(answers.begin(), answers.end());
    for (const Answer& a : my.answers) {
        MF_CHECK(a.items.size() >= 2 && a.best < static_cast<int>(a.items.size()) &&
                 a.best >= Answer::kNoneGood);
        for (const std::size_t i : a.items)
            MF_CHECK(i < static_cast<std::size_t>(my.features.rows()));
    }
    my.scale = 1;
    my.fit = fit_to(my.answers, my.prior_mean, my.prior_covariance(1));
    if (answers.size() >= kScaleFrom)
        for (const double scale : kScales) {
            if (scale == 1) continue;
            Fit other = fit_to(my.answers, my.prior_mean, my.prior_covariance(scale));
            if (other.evidence > my.fit.evidence) my.fit = std::move(other), my.scale = scale;
        }
    const MatrixXd k = my.prior_covariance(my.scale), kv = k * my.fit.root;
    my.covariance = k - kv * my.fit.b.solve(kv.transpose());
    my.mean.assign(my.fit.mean.begin(), my.fit.mean.end());
}

const std::vector<double>& Preference::mean() const {
    return impl_->mean;
}

double Preference::covariance(std::size_t a, std::size_t b) const {
    return impl_->covariance(static_cast<Index>(a), static_cast<Index>(b));
}

namespace {

/// Draws [items x samples] of a normal distribution.
MatrixXd draws(const VectorXd& mean, const MatrixXd& covariance, std::uint64_t seed) {
    const Index n = mean.size();
    MatrixXd lifted = covariance;
    lifted.diagonal().array() += 1e-5 * covariance.trace() / static_cast<double>(n) + kJitter;
    const MatrixXd root = Eigen::LLT<MatrixXd>(lifted).matrixL();
    MatrixXd z(n, static_cast<Index>(kSamples));
    for (Index s = 0; s < z.cols(); ++s) {
        const RandomStream random(seed, static_cast<std::uint64_t>(s));
        for (Index i = 0; i < n; ++i) z(i, s) = normal(random, static_cast<std::uint64_t>(i));
    }
    return (root * z).colwise() + mean;
}

}  // namespace

double Preference::chance(const Answer& answer) const {
    const auto k = static_cast<Index>(answer.items.size());
    MatrixXd covariance(k, k);
    for (Index i = 0; i < k; ++i)
        for (Index j = 0; j < k; ++j)
            covariance(i, j) =
                impl_->covariance(static_cast<Index>(answer.items[static_cast<std::size_t>(i)]),
                                  static_cast<Index>(answer.items[static_cast<std::size_t>(j)]));
    const MatrixXd utilities = draws(taken(impl_->fit.mean, answer.items), covariance, 1);
    double sum = 0;
    for (Index s = 0; s < utilities.cols(); ++s)
        sum += with_lapses(chances(utilities.col(s))[option(answer)], k + 2);
    return sum / static_cast<double>(utilities.cols());
}

std::vector<std::size_t> Preference::ask(std::size_t count, std::uint64_t seed,
                                         std::span<const std::size_t> among) const {
    std::vector<std::size_t> all;
    if (among.empty()) {
        all.resize(impl_->mean.size());
        std::iota(all.begin(), all.end(), std::size_t{0});
        among = all;
    }
    count = std::min(count, among.size());
    const MatrixXd utilities = draws(impl_->fit.mean, impl_->covariance, seed);
    const auto row = [&](std::size_t mix) { return utilities.row(static_cast<Index>(mix)); };
    std::vector<std::size_t> items = {*std::max_element(
        among.begin(), among.end(),
        [&](std::size_t a, std::size_t b) { return impl_->mean[a] < impl_->mean[b]; })};
    Eigen::RowVectorXd best = row(items.front());
    while (items.size() < count) {
        double most = -HUGE_VAL;
        std::size_t next = 0;
        for (const std::size_t mix : among) {
            if (std::find(items.begin(), items.end(), mix) != items.end()) continue;
            const double worth = row(mix).cwiseMax(best).sum();
            if (worth > most) most = worth, next = mix;
        }
        items.push_back(next);
        best = best.cwiseMax(row(next));
    }
    return items;
}

double Preference::among_best(std::size_t mix, double share) const {
    const MatrixXd utilities = draws(impl_->fit.mean, impl_->covariance, 2);
    const auto best = static_cast<Index>(
        std::max(1.0, std::round(share * static_cast<double>(utilities.rows()))));
    const auto own = utilities.row(static_cast<Index>(mix));
    Index often = 0;
    for (Index s = 0; s < utilities.cols(); ++s)
        often += (utilities.col(s).array() > own[s]).count() < best;
    return static_cast<double>(often) / static_cast<double>(utilities.cols());
}

double Preference::confidence(std::size_t pick, double share) const {
    // Half a draw at least is left on both sides, so that the logit stays finite.
    constexpr double kLeast = 0.5 / kSamples;
    const double own = std::clamp(among_best(pick, share), kLeast, 1 - kLeast);
    return 1 / (1 + std::exp(-(kModesty + kEase * logit(own))));
}

int answers_until(double wanted, std::span<const double> confidence) {
    MF_CHECK(!confidence.empty());
    if (confidence.back() >= wanted) return 0;
    // Slope through the first one, drawn to the usual; where it stands now, over the last three.
    double along = kUsualRise * kRiseWeight * kRiseWeight, square = kRiseWeight * kRiseWeight;
    for (std::size_t k = 1; k < confidence.size(); ++k) {
        const double steps = static_cast<double>(k);
        along += steps * (logit(confidence[k]) - logit(confidence.front()));
        square += steps * steps;
    }
    const auto last = confidence.last(std::min<std::size_t>(3, confidence.size()));
    double now = 0;
    for (const double c : last) now += logit(c) / static_cast<double>(last.size());
    const double rise = std::max(along / square, kUsualRise / 4);
    return std::max(1, static_cast<int>(std::ceil((logit(wanted) - now) / rise)));
}

Taste Preference::after() const {
    const Impl& my = *impl_;
    // Weights given the utilities, and what the answers leave of their spread; what the smooth
    // part explains stays with this song.
    const MatrixXd spread =
        my.features * my.deviations(my.scale).cwiseAbs2().asDiagonal();  // [mixes x features]
    const VectorXd weights = my.weights + spread.transpose() * my.fit.alpha;
    const MatrixXd known = my.fit.b.matrixL().solve(my.fit.root.transpose() * spread);
    Taste taste = my.before;
    const auto belief = [&](Index f) {
        const double wide = my.deviations(my.scale)[f];
        const double left = std::sqrt(std::max(wide * wide - known.col(f).squaredNorm(), 1e-6));
        // The scale is this song's: of what no answer told, as much is believed as before.
        return Belief{weights[f], std::min(left / std::min(my.scale, 1.0), my.deviation[f])};
    };
    taste.technical = belief(0);
    for (int a = 0; a < kTasteAxes; ++a) {
        taste.slope[static_cast<std::size_t>(a)] = belief(1 + a);
        taste.bend[static_cast<std::size_t>(a)] = belief(1 + kTasteAxes + a);
    }
    taste.answers += static_cast<int>(my.answers.size());
    taste.songs += my.answers.empty() ? 0 : 1;
    return taste;
}

}  // namespace mixfarm
