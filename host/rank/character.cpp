/// A mix's character from its measurements.
#include "host/rank/character.h"

#include <algorithm>
#include <cmath>

#include "kernels/core/check.h"

namespace mixfarm {
namespace {

constexpr std::size_t kHighFrom = 22, kLowBands = 8, kImageFrom = 9;  // 4 kHz, 125 Hz, 200 Hz
constexpr double kFaintDb = -40;                                      // nothing to speak of
constexpr double kLoudness = 0.3;  // Stevens's exponent of loudness over power
constexpr double kMonoDb = -30;

double level_db(double part, double whole) {
    return whole > 0 ? std::max(10 * std::log10(part / whole), kFaintDb) : std::nan("");
}

}  // namespace

std::vector<float> character_of(const Measurement& m, const StemMetrics& stems) {
    double high = 0, low = 0, all = 0, side = 0, middle = 0;
    for (std::size_t b = 0; b < kBands; ++b) {
        const double power = static_cast<double>(m.left_power[b]) + m.right_power[b];
        all += power;
        if (b >= kHighFrom) high += power;
        if (b < kLowBands) low += power;
        if (b < kImageFrom || !(power > 0)) continue;
        const double share = (power - 2.0 * m.cross_power[b]) / (2 * power),
                     weight = std::pow(power, kLoudness);
        side += weight * share;
        middle += weight * (1 - share);
    }
    const double width = middle > 0
                             ? std::max(10 * std::log10(std::max(side, 0.0) / middle), kMonoDb)
                             : std::nan("");
    const auto f = [](double x) { return static_cast<float>(x); };
    return {f(level_db(high, all)),
            f(level_db(low, all)),
            f(width),
            m.metric("microdynamics_lu"),
            stems.reverb_to_dry_lu,
            stems.lead_to_rest_lu,
            m.metric("loudness_range_lu") - stems.range_excess_lu};
}

std::vector<float> character_steps(std::span<const float> character) {
    MF_CHECK_EQ(character.size(), kCharacter.size());
    std::vector<float> steps;
    for (std::size_t a = 0; a < kCharacter.size(); ++a) {
        // max() would lose a NaN.
        const float x = character[a] < kCharacter[a].faint ? kCharacter[a].faint : character[a];
        steps.push_back(x / kCharacter[a].least_reach);
    }
    return steps;
}

}  // namespace mixfarm
