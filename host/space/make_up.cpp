/// Make-up gain from an envelope.
#include "host/space/make_up.h"

#include <algorithm>
#include <cmath>

namespace mixfarm {
namespace {

float reduction_db(float over, float slope, float knee) {
    if (2 * over >= knee) return slope * over;
    if (2 * over <= -knee) return 0;
    return slope * (over + knee / 2) * (over + knee / 2) / (2 * knee);
}

/// Share of the way that a one-pole covers in a step of the envelope.
float share(double ms) {
    return static_cast<float>(-std::expm1(-Envelope::kStepMs / ms));
}

}  // namespace

double MakeUp::gain_db(const Compression& c) const {
    if (c.ratio <= 1 || sound_.k_power.empty()) return 0;
    const Envelope::Detector& heard = sound_.detector(c.sidechain_hz);
    const std::vector<float>& level = c.rms ? heard.square_db : heard.sample_db;
    const auto threshold = static_cast<float>(c.threshold_db), knee = static_cast<float>(c.knee_db);
    const auto slope = static_cast<float>(1 - 1 / c.ratio);
    const float attack = share(c.attack_ms), release = share(c.release_ms);
    const float to_log2_power = static_cast<float>(-std::log2(10.0) / 10);
    float reduction = 0;
    double before = 0, after = 0;
    for (std::size_t i = 0; i < level.size(); ++i) {
        const float wanted = reduction_db(level[i] - threshold, slope, knee);
        reduction += (wanted > reduction ? attack : release) * (wanted - reduction);
        before += sound_.k_power[i];
        after += sound_.k_power[i] * std::exp2(to_log2_power * reduction);
    }
    return after > 0 ? 10 * std::log10(before / after) : 0;
}

double MakeUp::threshold_db(Compression c, double most_db) const {
    constexpr double kNear = 0.05;  // dB: the search ends so close, and begins a little earlier
    const double own = c.threshold_db;
    if (gain_db(c) < most_db - 2 * kNear) return own;
    // False position after Illinois, from fixed ends: the answer does not depend on where the
    // threshold stood, so that it never comes down while that goes up.
    const auto over = [&](double threshold) {
        c.threshold_db = threshold;
        return gain_db(c) - most_db;
    };
    double low = -60, high = 0, at_low = over(low), at_high = over(high);
    if (at_low <= 0) return own;
    double middle = high;
    for (int i = 0; i < 20 && at_high < 0; ++i) {
        middle = low + (high - low) * at_low / (at_low - at_high);
        const double value = over(middle);
        if (std::fabs(value) < kNear) break;
        if (value > 0)
            low = middle, at_low = value, at_high /= 2;
        else
            high = middle, at_high = value, at_low /= 2;
    }
    return std::max(own, middle);
}

}  // namespace mixfarm
