/// Spectra: of stems at equal loudness, and of mixes over what their style wants.
#include <algorithm>
#include <cmath>

#include "host/report/pictures.h"
#include "host/report/plot.h"

namespace mixfarm::report {
namespace {

constexpr double kStemRangeDb = 60;

Points over_bands(const Levels& levels, double shift_db = 0) {
    Points points;
    for (int b = 0; b < kBands; ++b)
        points.emplace_back(band_centre_hz(b), levels[static_cast<std::size_t>(b)] + shift_db);
    return points;
}

Levels mix_levels(const Row& row) {
    std::array<double, kBands> power{};
    for (std::size_t b = 0; b < std::min<std::size_t>(kBands, row.left_power.size()); ++b)
        power[b] = 0.5 * (static_cast<double>(row.left_power[b]) + row.right_power[b]);
    return levels_of(power);
}

}  // namespace

Levels levels_of(std::span<const double> power) {
    Levels levels;
    levels.fill(std::nan(""));
    for (std::size_t b = 0; b < std::min<std::size_t>(kBands, power.size()); ++b)
        if (power[b] > 0) levels[b] = 10 * std::log10(power[b]);
    return levels;
}

Markup stem_spectrum(const std::string& name, const Levels& stem, const Levels& sum,
                     std::span<const double> marks_hz, double top_db) {
    Plot plot(frequency_axis(), number_axis(top_db - kStemRangeDb, top_db, 3, "dB"),
              "Spectrum of " + name + " in third octaves, before the sum of all stems");
    for (const double hz : marks_hz) plot.stretch(hz / 1.26, hz * 1.26, "bump");
    Levels filled = stem;  // a band without power lies at the bottom: the curve goes on
    for (double& level : filled)
        if (std::isnan(level)) level = top_db - 2 * kStemRangeDb;
    plot.under(over_bands(filled), "stemfill");
    plot.line(over_bands(sum), "sum").line(over_bands(filled), "stem");
    return plot.finish("low");
}

ToneMiss tone_miss(const Row& row, const Style& style) {
    Measurement m;
    for (std::size_t b = 0; b < std::min<std::size_t>(kBands, row.left_power.size()); ++b)
        m.left_power[b] = 0.5f * row.left_power[b], m.right_power[b] = 0.5f * row.right_power[b];
    return tone_miss(m, style);
}

Markup mix_spectrum(const std::string& name, const Row& row, const Row& rules, const Style& style) {
    const ToneMiss miss = tone_miss(row, style);
    const Levels mix = mix_levels(row);
    // Everything re the style's 1 kHz, so that the axes of all mixes are the same.
    Levels upper, lower;
    double top = 6, bottom = -30;
    for (std::size_t b = 0; b < kBands; ++b) {
        upper[b] = style.tone_db[b] + style.tone_tolerance_db[b];
        lower[b] = style.tone_db[b] - style.tone_tolerance_db[b];
        if (!std::isnan(upper[b])) top = std::max(top, upper[b] + 4);
        if (!std::isnan(lower[b]) && b <= 28) bottom = std::min(bottom, lower[b] - 4);
    }
    Plot plot(frequency_axis(),
              number_axis(5 * std::floor(bottom / 5), 5 * std::ceil(top / 5), 5, "dB"),
              "Spectrum of " + name + " over the style's target curve and its tolerance");
    plot.between(over_bands(upper), over_bands(lower), "tolerance");
    plot.line(over_bands(style.tone_db), "target");
    plot.line(over_bands(mix_levels(rules), -tone_miss(rules, style).level_db), "rules");
    plot.line(over_bands(mix, -miss.level_db), "mix");
    return plot.finish();
}

}  // namespace mixfarm::report
