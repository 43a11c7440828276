/// Masking between stems: Schroeder's spreading function over third octaves, and the time two stems
/// share.
#include "host/analysis/masking.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>

#include "kernels/core/check.h"

namespace mixfarm {
namespace {

using Bands = BandPowers;

/// Zwicker's critical-band rate, his and Terhardt's fit.
double bark(double hz) {
    return 13 * std::atan(0.00076 * hz) + 3.5 * std::atan((hz / 7500) * (hz / 7500));
}

/// Edges of the third octaves in Bark.
const std::array<double, kBands + 1>& edges() {
    static const auto table = [] {
        std::array<double, kBands + 1> z{};
        for (int b = 0; b <= kBands; ++b)
            z[static_cast<std::size_t>(b)] = bark(1000 * std::pow(10.0, (b - 16 - 0.5) / 10));
        return z;
    }();
    return table;
}
double middle(std::size_t band) {
    return (edges()[band] + edges()[band + 1]) / 2;
}
double width(std::size_t band) {
    return edges()[band + 1] - edges()[band];
}

/// Level of the excitation `dz` Bark above a masker, M. R. Schroeder, B. S. Atal, J. L. Hall, JASA
/// 66 (1979), as a power.
double spread_at(double dz) {
    const double x = dz + 0.474, db = 15.81 + 7.5 * x - 17.5 * std::sqrt(1 + x * x);
    return std::pow(10.0, db / 10);
}

/// spread[maskee][masker]: power of a masker's band -> power within one Bark about the middle of a
/// maskee's, so that sound of even density per Bark keeps its level, as J. D. Johnston renormalises
/// it (IEEE JSAC 6, 1988).
const std::array<Bands, kBands>& spreading() {
    static const auto table = [] {
        constexpr double kArea = 1.5926893;  // of spread_at over all Bark
        constexpr int kSteps = 16;
        std::array<Bands, kBands> t{};
        for (std::size_t i = 0; i < kBands; ++i)
            for (std::size_t j = 0; j < kBands; ++j) {
                double sum = 0;
                for (int k = 0; k < kSteps; ++k)
                    sum += spread_at(middle(i) - edges()[j] - (k + 0.5) / kSteps * width(j));
                t[i][j] = sum / (kSteps * kArea);
            }
        return t;
    }();
    return table;
}

constexpr double kThresholdDb =
    -6;  ///< threshold under the spread power: between tone and noise as masker
constexpr double kAudibleRange = 1e-6;  ///< bands 60 dB below the maskee's strongest do not count
constexpr double kEdgeDb = 9;  ///< half width of the edge around the threshold: masking is partial
constexpr double kMostMaskingDb = 20;   ///< T_max of Ronan et al.
constexpr float kNeverHeardLufs = -70;  ///< the absolute gate of BS.1770
constexpr double kLoudness = 0.3;       ///< Stevens's exponent of loudness over power

// Average speech, 160 Hz to 8 kHz (ANSI S3.5-1997, table 3).
constexpr std::array<double, 18> kImportance = {0.0083, 0.0095, 0.0150, 0.0289, 0.0440, 0.0578,
                                                0.0653, 0.0711, 0.0818, 0.0844, 0.0882, 0.0898,
                                                0.0868, 0.0844, 0.0771, 0.0527, 0.0364, 0.0185};
constexpr std::size_t kImportantFrom = 8;  // 160 Hz
constexpr double kAudibleDb = 30;          // from nothing to all of a band

}  // namespace

double k_weighting_power(double hz) {
    using C = std::complex<double>;
    const auto stage = [&](double f0, double q, double v0, double vb, double v2) {
        const C s(0, hz / f0);
        return (v2 * s * s + vb / q * s + v0) / (s * s + s / q + 1.0);
    };
    const double vh = std::pow(10.0, 3.999843853973347 / 20), vb = std::pow(vh, 0.4996667741545416);
    const C shelf = stage(1681.974450955533, 0.7071752369554196, 1, vb, vh);
    const C high_pass = stage(38.13547087602444, 0.5003270373238773, 0, 0, 1);
    return std::norm(shelf * high_pass);
}

double width_in_bark(int band) {
    return width(static_cast<std::size_t>(band));
}

BandPowers power_per_bark(const BandPowers& power) {
    static const auto table = [] {
        std::array<BandPowers, kBands> t{};
        for (std::size_t i = 0; i < kBands; ++i)
            for (std::size_t j = 0; j < kBands; ++j) {
                const double from = std::max(middle(i) - 0.5, edges()[j]),
                             to = std::min(middle(i) + 0.5, edges()[j + 1]);
                t[i][j] = std::max(0.0, to - from) / width(j);
            }
        return t;
    }();
    BandPowers all{};
    for (std::size_t i = 0; i < kBands; ++i)
        for (std::size_t j = 0; j < kBands; ++j) all[i] += table[i][j] * power[j];
    return all;
}

BandPowers masking_threshold(const BandPowers& masker) {
    static const double offset = std::pow(10.0, kThresholdDb / 10);
    BandPowers threshold{};
    const auto& spread = spreading();
    for (std::size_t b = 0; b < kBands; ++b) {
        double sum = 0;
        for (std::size_t j = 0; j < kBands; ++j) sum += spread[b][j] * masker[j];
        threshold[b] = offset * sum;
    }
    return threshold;
}

namespace {

/// Mean of share(band, level of the threshold over the maskee in dB) over the bands that are heard,
/// each by its loudness and its width in Bark; 0 where the maskee is silent.
template <class Share>
double mean_share(const Bands& maskee, const Bands& threshold, Share share) {
    constexpr double kDbOfLog2 = 3.0102999566398120;
    const Bands heard = power_per_bark(maskee);
    const double strongest = *std::max_element(heard.begin(), heard.end());
    if (!(strongest > 0)) return 0;
    const double strongest_log2 = std::log2(strongest);
    double weights = 0, sum = 0;
    for (std::size_t b = 0; b < kBands; ++b) {
        if (heard[b] < strongest * kAudibleRange) continue;
        const double power_log2 = std::log2(heard[b]);
        const double weight = width(b) * std::exp2(kLoudness * (power_log2 - strongest_log2));
        weights += weight;
        if (threshold[b] > 0)
            sum += weight * share(kDbOfLog2 * (std::log2(threshold[b]) - power_log2));
    }
    return sum / weights;
}

}  // namespace

double masking(const BandPowers& maskee, const BandPowers& threshold) {
    return mean_share(maskee, threshold, [](double over_db) {
        return std::clamp(over_db / kMostMaskingDb, 0.0, 1.0);
    });
}

double audibility(const BandPowers& lead, const BandPowers& threshold) {
    const Bands heard = power_per_bark(lead);
    double index = 0;
    for (std::size_t i = 0; i < kImportance.size(); ++i) {
        const double own = heard[kImportantFrom + i], masker = threshold[kImportantFrom + i];
        if (!(own > 0)) continue;
        const double over_db =
            masker > 0 ? 10 * std::log10(own / masker) + kThresholdDb : kAudibleDb;
        index += kImportance[i] * std::clamp(over_db / kAudibleDb + 0.5, 0.0, 1.0);
    }
    return index;
}

void tell_masking(Listening& rule) {
    for (std::size_t j = 0; j < kBands; ++j) {
        BandPowers one{};
        one[j] = 1;
        const BandPowers threshold = masking_threshold(one), heard = power_per_bark(one);
        for (std::size_t b = 0; b < kBands; ++b) {
            rule.spread[b * kBands + j] = static_cast<float>(threshold[b]);
            rule.heard[b * kBands + j] = static_cast<float>(heard[b]);
        }
        rule.width[j] = static_cast<float>(width(j));
    }
    for (std::size_t i = 0; i < kImportance.size(); ++i)
        rule.importance[kImportantFrom + i] = static_cast<float>(kImportance[i]);
    rule.threshold_db = kThresholdDb;
    rule.audible_range = kAudibleRange;
    rule.loudness = kLoudness;
    rule.most_masking_db = kMostMaskingDb;
    rule.audible_db = kAudibleDb;
}

double masked_share(std::span<const double> maskee, std::span<const double> masker) {
    MF_CHECK_EQ(maskee.size(), static_cast<std::size_t>(kBands));
    MF_CHECK_EQ(masker.size(), static_cast<std::size_t>(kBands));
    Bands own{}, other{};
    std::copy(maskee.begin(), maskee.end(), own.begin());
    std::copy(masker.begin(), masker.end(), other.begin());
    return mean_share(own, masking_threshold(other), [](double over_db) {
        return std::clamp((over_db + kEdgeDb) / (2 * kEdgeDb), 0.0, 1.0);
    });
}

std::vector<char> active_blocks(const std::vector<float>& level_lufs) {
    float loudest = -120;
    for (float l : level_lufs) loudest = std::max(loudest, l);
    std::vector<char> active(level_lufs.size());
    for (std::size_t i = 0; i < active.size(); ++i)
        active[i] = level_lufs[i] > kNeverHeardLufs && level_lufs[i] > loudest - 30;
    return active;
}

std::vector<double> masking_matrix(const std::vector<StemProfile>& stems) {
    const std::size_t count = stems.size();
    std::vector<Bands> matched(count);
    std::vector<std::vector<char>> active(count);
    for (std::size_t s = 0; s < count; ++s) {
        double k_power = 0;
        for (int b = 0; b < kBands; ++b)
            k_power += stems[s].band_power[static_cast<std::size_t>(b)] *
                       k_weighting_power(band_centre_hz(b));
        for (std::size_t b = 0; b < kBands && k_power > 0; ++b)
            matched[s][b] = stems[s].band_power[b] / k_power;
        active[s] = active_blocks(stems[s].level_lufs);
    }
    std::vector<double> matrix(count * count, 0.0);
    for (std::size_t a = 0; a < count; ++a)
        for (std::size_t b = 0; b < count; ++b) {
            if (a == b || stems[a].silent || stems[b].silent) continue;
            int own = 0, shared = 0;
            for (std::size_t i = 0; i < active[a].size(); ++i) {
                own += active[a][i];
                shared += active[a][i] && active[b][i];
            }
            if (shared) matrix[a * count + b] = masked_share(matched[a], matched[b]) * shared / own;
        }
    return matrix;
}

}  // namespace mixfarm
