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
// A broad peak or hole is heard for its height, not for its share of the spectrum: the worst octave
// counts beside the mean over all bands. Its weight is an estimate: one octave that is off by its
// tolerance costs as much as all that is off by 0.7 of it.
constexpr double kWorstOctave = 0.5;
constexpr std::size_t kLowBands = 7;  // 25 to 100 Hz: all whose upper edge lies below 120 Hz

// Units outside the comfortable range. Estimates, except for their asymmetry: too little
// compression beats too much (De Man, tested rules), so missing dynamics cost twice what excess
// ones cost.
constexpr double kPlrBelowDb = 1.5, kPlrAboveDb = 3;
constexpr double kLraBelowLu = 3, kLraAboveLu = 6;
// Micro-dynamics: decent mixes of two songs have 2.6 to 3.9 LU, crushed ones 1.5 to 2.1 (scripts/
// bench faults). The limiter evens out PLR and crest of all mixes, so that this tells most.
constexpr double kMicroLowLu = 2.5, kMicroHighLu = 6, kMicroBelowLu = 0.5, kMicroAboveLu = 1;
// 1 to 3 dB of peak limiting is usual and 4 to 6 audible (survey of mastering practice). In static
// balances of two songs, limited in double precision, 3 dB in the busiest 5 % of the time took 0.7
// LU, 4 dB 1 LU and 6 dB 2 LU.
constexpr double kLimiterFreeLu = 1, kLimiterUnitLu = 1;
constexpr double kLeadUnitLu = 3;  // estimate; listeners fall into two clusters a few dB apart
// Nothing is free, so that less masking is always better. Unit: estimate.
constexpr double kMaskedUnit = 0.2;
// Speech is poorly understood below an index of 0.45 (ANSI S3.5-1997), well from 0.75; who
// listens to a song forgives more. Unit: estimate, 6 dB over all bands.
constexpr double kAudible = 0.5, kAudibleUnit = 0.2;
constexpr double kWidthUnitDb = 3;  // estimate: half or twice the side energy
constexpr double kMonoWidth =
    1e-3;  // -30 dB of side signal: as good as mono, and all less counts the same
constexpr std::size_t kImageFrom = 9;  // 200 Hz: below, the image is the middle (De Man: higher is
                                       // wider between 50 and 400 Hz, then flat)
constexpr double kLoudness = 0.3;      // Stevens's exponent of loudness over power
// Sides that cancel, mean over the bands: none in a mix that holds together; estimates.
constexpr double kAgainstFree = 0.02, kAgainstUnit = 0.1;
constexpr double kCorrelationUnit = 0.2, kLowCorrelationUnit = 0.2;  // estimates
constexpr double kLowCorrelation = 0.9;                              // "near +1" below 120 Hz
constexpr double kLowShare = 1e-4;  // below -40 dB of the whole there is no low end to judge
constexpr double kBalanceFreeDb = 1,
                 kBalanceUnitDb =
                     1.5;  // about one just noticeable level difference; unit estimated
// De Man, McNally, Reiss (JAES 65, 2017), over many mixes: log-odds of "too much reverb" = 6.78 +
// 0.487 * reverb re dry in LU + 2.56 * log10(early decay time in s); the base is not stated, 10 is
// the milder reading. -14 LU at 1 s is neutral, and -9 LU, 2.4 higher, was always too much: two
// units.
constexpr double kWetOdds = 6.78, kWetOddsPerLu = 0.487, kWetOddsPerDecade = 2.56;
constexpr double kWetUnit = 1.2, kShortestReverb = 0.2;
// The same study finds no cost of dryness, and stems may bring their room with them: bone dry costs
// a third of a unit, so that reverb alone does not make a ranking. Total reverb lies at -18 LU at
// least in practice (estimate).
constexpr double kDryLu = -20, kDriestLu = -40, kDryUnitLu = 60;
// Distortion products 30 dB down, 3 %, pass for colour; at 20 dB, 10 %, they are heard on anything
// (estimates).
constexpr double kColourDb = -30, kColourUnitDb = 10;
// Of MixologyDB's tracks 53 to 87 % have an equaliser, 19 to 53 % a high-pass, 31 to 77 % a
// compressor, few anything else: two in play on a stem. Pruned consoles sound the same with a third
// of their processors (grafx-prune, arXiv 2509.15948), also two or three a channel. Three are
// free; what a unit is: estimate.
constexpr double kFreeEffects = 3, kEffectsUnit = 2, kUndoneUnitDb = 3;
// Weights of the published loss, see FeatureLoss in kernels/engine.h; PLR stands for the crest
// factor.
constexpr double kLossOfBands = 0.1, kLossOfPeaks = 0.001;
constexpr double kHalfNear = 0.02;   // at this loss a mix is half as good as the model itself
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

/// The image above the low end, as the ear takes it: band by band, each by its loudness, so that
/// more or less bass does not make a mix narrower or wider. NaN where there is nothing.
struct Image {
    double side = 0, middle = 0;  ///< shares of a band's power, summed
    double against = 0;           ///< share of the bands in which the sides cancel, and how far
};
Image image_of(const Measurement& m) {
    Image image;
    double weights = 0;
    for (std::size_t b = kImageFrom; b < kBands; ++b) {
        const double both = m.left_power[b] + m.right_power[b], cross = 2.0 * m.cross_power[b];
        if (!(both > 0)) continue;
        const double weight = std::pow(both, kLoudness), side = (both - cross) / (2 * both);
        image.side += weight * side;
        image.middle += weight * (1 - side);
        image.against += weight * std::max(0.0, 2 * side - 1);
        weights += weight;
    }
    image.against = weights > 0 ? image.against / weights : std::nan("");
    return image;
}

/// Middle and sides of one band, as left + right and left - right have it.
struct MidSide {
    double mid, side;
};
template <class Mix>
MidSide mid_side(const Mix& m, std::size_t b) {
    const double both = static_cast<double>(m.left_power[b]) + m.right_power[b],
                 cross = 2.0 * m.cross_power[b];
    return {both + cross, both - cross};
}

/// What the published loss takes from the spectrum as a whole.
struct Whole {
    double left = 0, right = 0, mid = 0, side = 0;
};
template <class Mix>
Whole whole(const Mix& m) {
    Whole all;
    for (std::size_t b = 0; b < kBands; ++b) {
        all.left += m.left_power[b], all.right += m.right_power[b];
        all.mid += mid_side(m, b).mid, all.side += mid_side(m, b).side;
    }
    return all;
}

/// Distance of a mix from a model: see reference_term.
double feature_distance(const Measurement& m, const Model::Sound& model) {
    const Whole mix = whole(m), wanted = whole(model);
    const double faint = kBandFloor * (wanted.left + wanted.right) + kNothing,
                 gain = std::pow(10.0, (model.loudness_lufs - m.metric("integrated_lufs")) / 10);
    const auto apart = [&](double has, double wants) {
        return square(std::log(std::max(gain * has, faint) / std::max(wants, faint)) / 2);
    };
    double bands = 0, widths = 0;
    for (std::size_t b = 0; b < kBands; ++b) {
        const double width = width_in_bark(static_cast<int>(b));
        const MidSide has = mid_side(m, b), wants = mid_side(model, b);
        bands += width * (apart(has.mid, wants.mid) + apart(has.side, wants.side)) / 2;
        widths += width;
    }
    const auto width = [](const Whole& w) { return w.side / std::max(w.mid, kNothing); };
    const auto balance = [](const Whole& w) {
        return (w.right - w.left) / std::max(w.right + w.left, kNothing);
    };
    const double peaks = m.metric("plr_db") - model.plr_db;
    return kLossOfBands * bands / widths + square(width(mix) - width(wanted)) +
           square(balance(mix) - balance(wanted)) +
           (std::isnan(peaks) ? 0 : kLossOfPeaks * square(peaks));
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

ToneMiss tone_miss(const Measurement& m, const Style& style) {
    double all = 0;
    for (std::size_t b = 0; b < kBands; ++b) all += m.left_power[b] + m.right_power[b];
    ToneMiss miss;
    double level = 0, trust = 0;
    for (std::size_t b = 0; b < kBands; ++b) {
        const double power =
            std::max({m.left_power[b] + m.right_power[b] + 0.0, kBandFloor * all, kNothing});
        miss.off_db[b] = 10 * std::log10(power) - style.tone_db[b];
        if (b < kLevelBand || b >= kLevelBand + kLevelBands || std::isnan(miss.off_db[b])) continue;
        const double weight = 1 / square(style.tone_tolerance_db[b]);
        level += weight * miss.off_db[b];
        trust += weight;
    }
    if (trust > 0) miss.level_db = level / trust;
    double most = 0;
    for (std::size_t b = 0; b < kBands; ++b) {
        miss.off_db[b] -= miss.level_db;
        const double units = std::fabs(miss.off_db[b]) / style.tone_tolerance_db[b];
        if (units > most) most = units, miss.worst = static_cast<int>(b);
    }
    return miss;
}

double tone_term(const Measurement& m, const Style& style) {
    const ToneMiss off = tone_miss(m, style);
    double sum = 0, worst = 0;
    int judged = 0;
    std::array<double, 3> octave{};  // the last three third octaves that were judged
    for (std::size_t b = 0; b < kBands; ++b) {
        if (std::isnan(off.off_db[b])) continue;
        const double miss = off.off_db[b] / style.tone_tolerance_db[b];
        sum += square(miss);
        octave[static_cast<std::size_t>(judged) % 3] = miss;
        if (++judged >= 3)
            worst = std::max(worst, std::fabs(octave[0] + octave[1] + octave[2]) / 3);
    }
    return judged ? fall_off(sum / judged + kWorstOctave * square(worst)) : 1;
}

double dynamics_term(const Measurement& m, const Style& style, double range_excess_lu) {
    const double plr =
        miss(m.metric("plr_db"), style.plr_low_db, style.plr_high_db, kPlrBelowDb, kPlrAboveDb);
    const double lra = miss(m.metric("loudness_range_lu") - range_excess_lu, style.lra_low_lu,
                            style.lra_high_lu, kLraBelowLu, kLraAboveLu);
    const double limiter =
        miss(m.limiter_loss_lu, 0, kLimiterFreeLu, kLimiterUnitLu, kLimiterUnitLu);
    const double micro =
        miss(m.metric("microdynamics_lu"), kMicroLowLu, kMicroHighLu, kMicroBelowLu, kMicroAboveLu);
    return fall_off(square(plr) + square(lra) + square(limiter) + square(micro));
}

double masking_term(double masking) {
    return fall_off(square(masking / kMaskedUnit));
}

double stereo_term(const Measurement& m, const Style& style) {
    const auto db = [](double ratio) { return 10 * std::log10(std::max(ratio, kMonoWidth)); };
    const Image image = image_of(m);
    const double width = miss(db(image.side / image.middle), db(style.width_low),
                              db(style.width_high), kWidthUnitDb, kWidthUnitDb);
    const double against = miss(image.against, 0, kAgainstFree, 1, kAgainstUnit);
    // The whole mix from 0 to +1: not below 0 for long (survey of mastering practice).
    const double whole = miss(m.metric("correlation"), 0, 1, kCorrelationUnit, kCorrelationUnit);
    const double low = miss(low_correlation(m), kLowCorrelation, 2, kLowCorrelationUnit, 1);
    const double balance = miss(m.metric("balance_db"), -kBalanceFreeDb, kBalanceFreeDb,
                                kBalanceUnitDb, kBalanceUnitDb);
    return fall_off(square(width) + square(against) + square(whole) + square(low) +
                    square(balance));
}

double lead_term(const StemMetrics& stems, const Style& style) {
    const double level = miss(stems.lead_to_rest_lu, style.lead_low_lu, style.lead_high_lu,
                              kLeadUnitLu, kLeadUnitLu);
    const double covered = miss(stems.lead_audibility, kAudible, 1, kAudibleUnit, 1);
    return fall_off(square(level) + square(covered));
}

double depth_term(double reverb_to_dry_lu, double reverb_s) {
    if (std::isnan(reverb_to_dry_lu)) return 1;
    const double too_wet = kWetOdds + kWetOddsPerLu * reverb_to_dry_lu +
                           kWetOddsPerDecade * std::log10(std::max(reverb_s, kShortestReverb));
    const double wet = miss(too_wet, -HUGE_VAL, 0, 1, kWetUnit);
    const double dry = miss(std::max(reverb_to_dry_lu, kDriestLu), kDryLu, HUGE_VAL, kDryUnitLu, 1);
    return fall_off(square(wet) + square(dry));
}

double distortion_term(double distortion_db) {
    return fall_off(square(miss(distortion_db, -HUGE_VAL, kColourDb, 1, kColourUnitDb)));
}

double economy_term(double effects, double undone_db) {
    return fall_off(square(miss(effects, 0, kFreeEffects, 1, kEffectsUnit)) +
                    square(undone_db / kUndoneUnitDb));
}

double reference_term(const Measurement& m, const Style& style, int stage) {
    double term = 1;
    for (const Model& model : style.models) {
        const double distance =
            feature_distance(m, stage == 2 && model.telling ? *model.telling : model.whole);
        term += model.amount * (1 / (1 + std::sqrt(distance / kHalfNear)) - 1);
    }
    return term;
}

}  // namespace mixfarm
