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
    if (c.ratio <= 1 || sound_.sample_db.empty()) return 0;
    const std::vector<float>& level = c.rms ? sound_.square_db : sound_.sample_db;
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
    const double own = c.threshold_db;
    if (gain_db(c) <= most_db) return own;
    // From fixed ends, so that the answer does not depend on where the threshold stood.
    double low = -120, high = 0;
    for (int i = 0; i < 11; ++i) {
        c.threshold_db = (low + high) / 2;
        (gain_db(c) > most_db ? low : high) = c.threshold_db;
    }
    return std::max(own, high);
}

}  // namespace mixfarm
