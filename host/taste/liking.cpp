/// A taste applied to places.
#include "host/taste/liking.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace mixfarm {

Liking::Liking(const Taste& taste, std::vector<float> middle)
    : taste_(taste), middle_(std::move(middle)) {}

float Liking::worth(std::span<const float> place) const {
    if (!taste_) return 0;
    double logits = 0;
    for (std::size_t a = 0; a < kTasteAxes; ++a) {
        const float off = (place[a] - middle_[a]) / taste_axes()[a].step;
        if (!std::isfinite(off)) continue;
        const double steps = std::clamp(off, -kMostSteps, kMostSteps);
        logits +=
            taste_->slope[a].mean * steps + std::min(taste_->bend[a].mean, 0.0) * steps * steps;
    }
    return kMostWorth * std::tanh(kLogitWorth * static_cast<float>(logits) / kMostWorth);
}

Scores liked(const Judge& judge, const Liking& liking, const Measurement& mix,
             const StemMetrics& stems) {
    Scores scores = judge.score(mix, stems);
    if (liking.known() && scores.rejected == Reject::none)
        scores.taste = liking.worth(taste_place(mix, stems));
    return scores;
}

std::vector<float> middle_of(std::span<const std::vector<float>> places) {
    std::vector<float> middle(kTasteAxes, std::numeric_limits<float>::quiet_NaN());
    for (std::size_t a = 0; a < kTasteAxes; ++a) {
        std::vector<float> known;
        for (const std::vector<float>& place : places)
            if (std::isfinite(place[a])) known.push_back(place[a]);
        if (known.empty()) continue;
        const auto at = known.begin() + static_cast<std::ptrdiff_t>(known.size() / 2);
        std::nth_element(known.begin(), at, known.end());
        middle[a] = *at;
    }
    return middle;
}

}  // namespace mixfarm
