/// Who covers whom, and in which octaves.
#include "host/analysis/cover.h"

#include <algorithm>
#include <cmath>

#include "host/analysis/masking.h"

namespace mixfarm {
namespace {

using Bands = std::array<double, kBands>;

constexpr double kBuried = 0.5;
constexpr double kOwnRange = 1e-3;  ///< a stem lives where it is within 30 dB of its strongest band
constexpr double kHalfBandRatio = 1.12202;  // 10^0.05: from a band's centre to its edge

/// The run of neighbouring buried bands with most of the stem in it.
void find_region(const Bands& maskee, const Bands& masker, Cover& cover) {
    const double strongest = *std::max_element(maskee.begin(), maskee.end());
    double best = 0, weight = 0;
    int first = 0;
    for (int b = 0; b <= kBands; ++b) {
        double buried = 0, power = 0;
        if (b < kBands && maskee[static_cast<std::size_t>(b)] > strongest * kOwnRange) {
            // A stem of this one band is buried as this band is.
            Bands alone{};
            power = alone[static_cast<std::size_t>(b)] = maskee[static_cast<std::size_t>(b)];
            buried = masked_share(alone, masker);
        }
        if (buried >= kBuried) {
            if (weight == 0) first = b;
            weight += std::pow(power / strongest, 0.3);
            continue;
        }
        if (weight > best) {
            best = weight;
            cover.low_hz = band_centre_hz(first) / kHalfBandRatio;
            cover.high_hz = band_centre_hz(b - 1) * kHalfBandRatio;
        }
        weight = 0;
    }
}

}  // namespace

Bands at_equal_loudness(const Bands& band_power) {
    double k_power = 0;
    for (int b = 0; b < kBands; ++b)
        k_power += band_power[static_cast<std::size_t>(b)] * k_weighting_power(band_centre_hz(b));
    Bands matched{};
    for (std::size_t b = 0; b < kBands && k_power > 0; ++b) matched[b] = band_power[b] / k_power;
    return matched;
}

std::vector<Cover> covers(const Profile& profile, double least) {
    std::vector<Cover> all;
    for (std::size_t a = 0; a < profile.stems.size(); ++a)
        for (std::size_t b = 0; b < profile.stems.size(); ++b) {
            if (a == b || profile.stems[a].silent || profile.stems[b].silent) continue;
            Cover cover{a, b, profile.masked_by(static_cast<int>(a), static_cast<int>(b)), 0, 0};
            if (cover.share < least) continue;
            find_region(at_equal_loudness(profile.stems[a].band_power),
                        at_equal_loudness(profile.stems[b].band_power), cover);
            all.push_back(cover);
        }
    std::stable_sort(all.begin(), all.end(),
                     [](const Cover& x, const Cover& y) { return x.share > y.share; });
    return all;
}

}  // namespace mixfarm
