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

/// Traunmueller-like fit of Zwicker's critical-band rate.
double bark(double hz) {
    return 13 * std::atan(0.00076 * hz) + 3.5 * std::atan((hz / 7500) * (hz / 7500));
}

/// spread[maskee][masker]: power gain from a masker's band to a maskee's, M. R. Schroeder, B. S.
/// Atal, J. L. Hall, JASA 66 (1979).
const std::array<Bands, kBands>& spreading() {
    static const auto table = [] {
        std::array<Bands, kBands> t{};
        for (int i = 0; i < kBands; ++i)
            for (int j = 0; j < kBands; ++j) {
                const double dz = bark(band_centre_hz(i)) - bark(band_centre_hz(j)) + 0.474;
                const double db = 15.81 + 7.5 * dz - 17.5 * std::sqrt(1 + dz * dz);
                t[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)] =
                    std::pow(10.0, db / 10);
            }
        return t;
    }();
    return table;
}

constexpr double kThresholdDb =
    -6;  ///< threshold under the spread power: between tone and noise as masker
constexpr double kAudibleRange = 1e-6;  ///< bands 60 dB below the maskee's strongest do not count
constexpr double kEdgeDb = 3;           ///< half width of the edge around the threshold
constexpr double kMostMaskingDb = 20;   ///< T_max of Ronan et al.
constexpr double kLoudness = 0.3;       ///< Stevens's exponent of loudness over power

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

double masking(const BandPowers& maskee, const BandPowers& threshold) {
    constexpr double kDbOfLog2 = 3.0102999566398120;
    const double strongest = *std::max_element(maskee.begin(), maskee.end());
    if (!(strongest > 0)) return 0;
    const double strongest_log2 = std::log2(strongest);
    double weights = 0, masked = 0;
    for (std::size_t b = 0; b < kBands; ++b) {
        if (maskee[b] < strongest * kAudibleRange) continue;
        const double power_log2 = std::log2(maskee[b]);
        const double weight = std::exp2(kLoudness * (power_log2 - strongest_log2));
        weights += weight;
        if (!(threshold[b] > maskee[b])) continue;
        const double ratio_db = kDbOfLog2 * (std::log2(threshold[b]) - power_log2);
        masked += weight * std::min(ratio_db / kMostMaskingDb, 1.0);
    }
    return masked / weights;
}

double audibility(const BandPowers& lead, const BandPowers& threshold) {
    // Average speech, 160 Hz to 8 kHz (ANSI S3.5-1997, table 3).
    constexpr std::array<double, 18> kImportance = {0.0083, 0.0095, 0.0150, 0.0289, 0.0440, 0.0578,
                                                    0.0653, 0.0711, 0.0818, 0.0844, 0.0882, 0.0898,
                                                    0.0868, 0.0844, 0.0771, 0.0527, 0.0364, 0.0185};
    constexpr std::size_t kFirst = 8;  // 160 Hz
    constexpr double kRangeDb = 30;
    double index = 0;
    for (std::size_t i = 0; i < kImportance.size(); ++i) {
        const double own = lead[kFirst + i], masker = threshold[kFirst + i];
        if (!(own > 0)) continue;
        const double over_db = masker > 0 ? 10 * std::log10(own / masker) + kThresholdDb : kRangeDb;
        index += kImportance[i] * std::clamp(over_db / kRangeDb + 0.5, 0.0, 1.0);
    }
    return index;
}

double masked_share(std::span<const double> maskee, std::span<const double> masker) {
    MF_CHECK_EQ(maskee.size(), static_cast<std::size_t>(kBands));
    MF_CHECK_EQ(masker.size(), static_cast<std::size_t>(kBands));
    const double strongest = *std::max_element(maskee.begin(), maskee.end());
    if (!(strongest > 0)) return 0;
    const double offset = std::pow(10.0, kThresholdDb / 10);
    double weights = 0, buried = 0;
    for (std::size_t b = 0; b < kBands; ++b) {
        if (maskee[b] < strongest * kAudibleRange) continue;
        double threshold = 0;
        for (std::size_t j = 0; j < kBands; ++j) threshold += spreading()[b][j] * masker[j];
        threshold *= offset;
        const double weight = std::pow(maskee[b] / strongest, kLoudness);
        weights += weight;
        if (threshold <= 0) continue;
        const double over_db = 10 * std::log10(threshold / maskee[b]);
        buried += weight * std::clamp((over_db + kEdgeDb) / (2 * kEdgeDb), 0.0, 1.0);
    }
    return buried / weights;
}

std::vector<char> active_blocks(const std::vector<float>& level_lufs) {
    float loudest = -120;
    for (float l : level_lufs) loudest = std::max(loudest, l);
    std::vector<char> active(level_lufs.size());
    for (std::size_t i = 0; i < active.size(); ++i)
        active[i] = level_lufs[i] > -50 && level_lufs[i] > loudest - 30;
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
