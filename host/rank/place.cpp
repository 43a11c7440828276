/// Where a mix lies for the ear.
#include <algorithm>
#include <cmath>

#include "host/rank/rank.h"

namespace mixfarm {
namespace {

// First third octave of each broad band: sub from 25 Hz, bass 80, low mids 250, mids 630,
// presence 2.5 k, air 8 k; and the end.
constexpr std::array<std::size_t, 7> kEdges = {0, 5, 10, 14, 20, 25, kBands};
constexpr std::size_t kHighImageFrom = 10;  // the image above 224 Hz is heard apart from that below

// One unit is about what is just heard. 1 dB for the level of a band or of the lead: between the
// 0.5 to 1 dB of Weber's law for broadband noise and what goes unnoticed in music (estimate). 1 LU
// of loudness range is the tolerance of EBU Tech 3342 meters. 1.5 dB of crest: estimate.
constexpr double kLevelUnitDb = 1, kRangeUnitLu = 1, kCrestUnitDb = 1.5;
// Interaural correlation is told from 1 at 0.98 or so and from 0 at 0.35 (Gabriel and Colburn 1981,
// from memory). As half an angle, acos(r) / 2, that is 6 and 10 degrees: about even along the
// scale, one unit = 8 degrees.
constexpr double kImageUnit = 0.14;
constexpr double kFaintBandDb =
    -40;  // a band further below the whole is not heard; its level does not tell mixes apart

/// 0 = mono, 45 degrees = independent channels, 90 degrees = out of phase, in units.
double image(double correlation) {
    return std::acos(std::clamp(correlation, -1.0, 1.0)) / 2 / kImageUnit;
}

double band_image(const Measurement& m, std::size_t from, std::size_t to) {
    double left = 0, right = 0, cross = 0;
    for (std::size_t b = from; b < to; ++b) {
        left += m.left_power[b];
        right += m.right_power[b];
        cross += m.cross_power[b];
    }
    if (!(left + right > 0)) return std::nan("");
    return image(
        2 * cross /
        (left + right));  // mid minus side over mid plus side: width, level differences included
}

}  // namespace

std::vector<float> perceptual_place(const Measurement& m, const StemMetrics& stems) {
    double all = 0;
    for (std::size_t b = 0; b < kBands; ++b) all += m.left_power[b] + m.right_power[b];
    std::vector<float> place;
    const auto add = [&](double value) { place.push_back(static_cast<float>(value)); };
    for (std::size_t i = 0; i + 1 < kEdges.size(); ++i) {
        double power = 0;
        for (std::size_t b = kEdges[i]; b < kEdges[i + 1]; ++b)
            power += m.left_power[b] + m.right_power[b];
        add(all > 0 ? std::max(10 * std::log10(power / all), kFaintBandDb) / kLevelUnitDb
                    : std::nan(""));
    }
    add(band_image(m, 0, kHighImageFrom));
    add(band_image(m, kHighImageFrom, kBands));
    const double correlation = m.metric("correlation");
    add(std::isnan(correlation) ? correlation : image(correlation));
    add(m.metric("crest_db") / kCrestUnitDb);
    add(m.metric("loudness_range_lu") / kRangeUnitLu);
    add(stems.lead_to_rest_lu / kLevelUnitDb);
    add(stems.arc_lu / kRangeUnitLu);
    add(stems.movement_db / kLevelUnitDb);
    return place;
}

double heard_distance(std::span<const float> a, std::span<const float> b) {
    double sum = 0;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        const double d = static_cast<double>(a[i]) - b[i];
        if (!std::isnan(d)) sum += d * d;
    }
    return std::sqrt(sum);
}

}  // namespace mixfarm
