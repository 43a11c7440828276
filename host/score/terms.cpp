/// How far a mix may stray in tone, dynamics, stereo image and lead level before it costs
/// something.
#include "host/score/terms.h"

#include <algorithm>
#include <cmath>

namespace mixfarm {
namespace {

constexpr std::size_t kLevelBand = 6,
                      kLevelBands =
                          17;  // 100 Hz to 4 kHz: where curve and mix are brought to one level
constexpr std::size_t kLowBands = 7;  // 25 to 100 Hz: all whose upper edge lies below 120 Hz

// Units outside the comfortable range. Estimates, except for their asymmetry: too little
// compression beats too much (De Man, tested rules), so missing dynamics cost twice what excess
// ones cost.
constexpr double kPlrBelowDb = 1.5, kPlrAboveDb = 3;
constexpr double kLraBelowLu = 1.5, kLraAboveLu = 3;
// 1 to 3 dB of peak limiting is usual and 4 to 6 audible (survey of mastering practice); the
// loudness it takes is far less.
constexpr double kLimiterFreeLu = 1, kLimiterUnitLu = 1;
constexpr double kLeadUnitLu = 2;   // estimate; listeners fall into two clusters a few dB apart
constexpr double kWidthUnitDb = 3;  // estimate: half or twice the side energy
constexpr double kMonoWidth =
    1e-3;  // -30 dB of side signal: as good as mono, and all less counts the same
constexpr double kCorrelationUnit = 0.2, kLowCorrelationUnit = 0.2;  // estimates
constexpr double kLowCorrelation = 0.9;                              // "near +1" below 120 Hz
constexpr double kLowShare = 1e-4;  // below -40 dB of the whole there is no low end to judge
constexpr double kBalanceFreeDb = 1,
                 kBalanceUnitDb =
                     1.5;            // about one just noticeable level difference; unit estimated
constexpr double kBandFloor = 1e-8;  // -80 dB re the whole, for bands that hold nothing
constexpr double kNothing = 1e-30;   // keeps the logarithm of an empty mix finite

double square(double x) {
    return x * x;
}

double low_correlation(const Measurement& m) {
    double left = 0, right = 0, cross = 0, all = 0;
    for (std::size_t b = 0; b < kBands; ++b) {
        all += m.left_power[b] + m.right_power[b];
        if (b >= kLowBands) continue;
        left += m.left_power[b];
        right += m.right_power[b];
        cross += m.cross_power[b];
    }
    const bool both = left > 0 && right > 0 && left + right > kLowShare * all;
    return both ? cross / std::sqrt(left * right) : std::nan("");
}

}  // namespace

double fall_off(double miss_squared) {
    return 1 / (1 + miss_squared / 2);
}

double miss(double value, double low, double high, double unit_below, double unit_above) {
    if (value < low) return (low - value) / unit_below;
    if (value > high) return (value - high) / unit_above;
    return 0;
}

double tone_term(const Measurement& m, const Style& style) {
    double all = 0;
    for (std::size_t b = 0; b < kBands; ++b) all += m.left_power[b] + m.right_power[b];
    std::array<double, kBands> off{};
    double level = 0, trust = 0;
    for (std::size_t b = 0; b < kBands; ++b) {
        const double power =
            std::max({m.left_power[b] + m.right_power[b] + 0.0, kBandFloor * all, kNothing});
        off[b] = 10 * std::log10(power) - style.tone_db[b];
        if (b < kLevelBand || b >= kLevelBand + kLevelBands || std::isnan(off[b])) continue;
        const double weight = 1 / square(style.tone_tolerance_db[b]);
        level += weight * off[b];
        trust += weight;
    }
    if (trust > 0) level /= trust;
    double sum = 0;
    int judged = 0;
    for (std::size_t b = 0; b < kBands; ++b) {
        if (std::isnan(off[b])) continue;
        sum += square((off[b] - level) / style.tone_tolerance_db[b]);
        ++judged;
    }
    return judged ? fall_off(sum / judged) : 1;
}

double dynamics_term(const Measurement& m, const Style& style) {
    const double plr =
        miss(m.metric("plr_db"), style.plr_low_db, style.plr_high_db, kPlrBelowDb, kPlrAboveDb);
    const double lra = miss(m.metric("loudness_range_lu"), style.lra_low_lu, style.lra_high_lu,
                            kLraBelowLu, kLraAboveLu);
    const double limiter =
        miss(m.limiter_loss_lu, 0, kLimiterFreeLu, kLimiterUnitLu, kLimiterUnitLu);
    return fall_off(square(plr) + square(lra) + square(limiter));
}

double stereo_term(const Measurement& m, const Style& style) {
    const auto db = [](double ratio) { return 10 * std::log10(std::max(ratio, kMonoWidth)); };
    const double measured = m.metric("width");
    const double width = std::isnan(measured)
                             ? 0
                             : miss(db(measured), db(style.width_low), db(style.width_high),
                                    kWidthUnitDb, kWidthUnitDb);
    // The whole mix from 0 to +1: not below 0 for long (survey of mastering practice).
    const double whole = miss(m.metric("correlation"), 0, 1, kCorrelationUnit, kCorrelationUnit);
    const double low = miss(low_correlation(m), kLowCorrelation, 2, kLowCorrelationUnit, 1);
    const double balance = miss(m.metric("balance_db"), -kBalanceFreeDb, kBalanceFreeDb,
                                kBalanceUnitDb, kBalanceUnitDb);
    return fall_off(square(width) + square(whole) + square(low) + square(balance));
}

double lead_term(double lead_to_rest_lu, const Style& style) {
    return fall_off(square(
        miss(lead_to_rest_lu, style.lead_low_lu, style.lead_high_lu, kLeadUnitLu, kLeadUnitLu)));
}

}  // namespace mixfarm
