/// What a taste adds to the technical score of a mix of one song.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "host/taste/taste.h"

namespace mixfarm {

/// Technical score that a logit of utility is worth: as much as it takes of a listener of whom
/// nothing is known (Taste::unknown(): half a logit for every 0.05).
inline constexpr float kLogitWorth = 0.1f;
/// What a taste says of mixes far from all that was ever heard is a guess: it counts for less and
/// less, and never for more than this; nor do steps beyond so many.
inline constexpr float kMostWorth = 0.3f, kMostSteps = 5;

/// Slopes and bends around the middle of a song, which counts 0. Bends upward are left out: that
/// both ends of an axis are liked better than its middle is more likely chance than taste.
class Liking {
public:
    /// Of nobody: nothing is added.
    Liking() = default;
    Liking(const Taste& taste, std::vector<float> middle);
    /// In technical score, between -kMostWorth and kMostWorth. What is not known of `place` adds
    /// nothing.
    float worth(std::span<const float> place) const;
    bool known() const { return taste_.has_value(); }

private:
    std::optional<Taste> taste_;
    std::vector<float> middle_;
};

/// The judge's scores, and what a taste adds to them.
Scores liked(const Judge& judge, const Liking& liking, const Measurement& mix,
             const StemMetrics& stems);

/// Axis by axis the median of what is known; NaN where nothing is.
std::vector<float> middle_of(std::span<const std::vector<float>> places);

}  // namespace mixfarm
