/// Boxes along the descriptors and along their principal axes.
#include "host/search/character_box.h"

#include <algorithm>
#include <cmath>

#include "host/search/eigen_pairs.h"
#include "kernels/core/check.h"

namespace mixfarm {
namespace {

constexpr double kExplained = 0.95;
constexpr double kReach = 2.5;  // standard deviations to either side
constexpr double kLeastVariance = 1e-12;

}  // namespace

CharacterBox::CharacterBox(std::span<const ArchiveAxis> axes) : dimensions_(axes.size()) {
    in_.assign(dimensions_ * dimensions_, 0.0f);
    back_ = in_;
    for (std::size_t a = 0; a < axes.size(); ++a) {
        MF_CHECK(axes[a].low < axes[a].high);
        const float range = axes[a].high - axes[a].low;
        middle_.push_back(axes[a].low + 0.5f * range);
        in_[a * dimensions_ + a] = 1 / range;
        back_[a * dimensions_ + a] = range;
    }
}

CharacterBox::CharacterBox(std::span<const ArchiveAxis> axes,
                           std::span<const std::vector<float>> seen, std::size_t most)
    : CharacterBox(axes) {
    const auto count = static_cast<Eigen::Index>(seen.size()),
               n = static_cast<Eigen::Index>(axes.size());
    if (n == 0 || count < 2 * n) return;
    // Deviations from the mean of what is known; the unknown deviates by nothing.
    Eigen::MatrixXd deviations(count, n);
    Eigen::VectorXd mean(n);
    for (Eigen::Index a = 0; a < n; ++a) {
        const auto at = static_cast<std::size_t>(a);
        const double range = axes[at].high - axes[at].low;
        double sum = 0, known = 0;
        for (const std::vector<float>& character : seen)
            if (!std::isnan(character[at])) sum += character[at], ++known;
        mean[a] = known > 0 ? sum / known : middle_[at];
        for (Eigen::Index i = 0; i < count; ++i) {
            const double x = seen[static_cast<std::size_t>(i)][at];
            deviations(i, a) = std::isnan(x) ? 0 : (x - mean[a]) / range;
        }
    }
    const auto [variance, vectors] =
        eigen_pairs(deviations.transpose() * deviations / static_cast<double>(count));
    if (variance[n - 1] < kLeastVariance) return;

    dimensions_ = 0;
    in_.clear(), back_.clear();
    double explained = 0;
    for (Eigen::Index k = n - 1; k >= 0 && dimensions_ < most; --k) {
        if (explained >= kExplained * variance.sum() || variance[k] < kLeastVariance) break;
        explained += variance[k];
        ++dimensions_;
        const double width = 2 * kReach * std::sqrt(variance[k]);
        for (Eigen::Index a = 0; a < n; ++a) {
            const auto at = static_cast<std::size_t>(a);
            const double range = axes[at].high - axes[at].low, along = vectors(a, k);
            in_.push_back(static_cast<float>(along / (range * width)));
            back_.push_back(static_cast<float>(along * range * width));
        }
    }
    for (std::size_t a = 0; a < axes.size(); ++a)
        middle_[a] = static_cast<float>(mean[static_cast<Eigen::Index>(a)]);
}

std::vector<float> CharacterBox::point(std::span<const float> character) const {
    const std::size_t axes = middle_.size();
    MF_CHECK(character.size() >= axes);
    std::vector<float> at(dimensions_, 0.5f);
    for (std::size_t k = 0; k < dimensions_; ++k) {
        for (std::size_t a = 0; a < axes; ++a)
            if (!std::isnan(character[a])) at[k] += in_[k * axes + a] * (character[a] - middle_[a]);
        at[k] = std::clamp(at[k], 0.0f, 1.0f);
    }
    return at;
}

std::vector<float> CharacterBox::character(std::span<const float> point) const {
    std::vector<float> at = middle_;
    for (std::size_t k = 0; k < dimensions_; ++k)
        for (std::size_t a = 0; a < at.size(); ++a)
            at[a] += back_[k * at.size() + a] * (point[k] - 0.5f);
    return at;
}

}  // namespace mixfarm
