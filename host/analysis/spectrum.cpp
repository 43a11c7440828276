/// Spectral bumps and edges of a stem from its third-octave powers.
#include "host/analysis/spectrum.h"

#include <algorithm>
#include <cmath>

namespace mixfarm {
namespace {

constexpr double kFloorDb = -120;
constexpr double kOwnRangeDb =
    18;  ///< a side further down than this: the region is where the stem lives

double band_db(double power) {
    return power > 0 ? std::max(kFloorDb, 10 * std::log10(power)) : kFloorDb;
}

int band_at(double hz) {
    return std::clamp(static_cast<int>(std::lround(10 * std::log10(hz / band_centre_hz(0)))), 0,
                      kBands - 1);
}

double mean_db(const std::array<double, kBands>& power, int first, int last) {
    double sum = 0;
    for (int b = first; b <= last; ++b) sum += band_db(power[static_cast<std::size_t>(b)]);
    return sum / (last - first + 1);
}

}  // namespace

Excess spectral_excess(const std::array<double, kBands>& power, double low_hz, double high_hz) {
    const int first = band_at(low_hz), last = band_at(high_hz);
    const int below = first - 3, above = last + 3;  // middles of the neighbouring triples
    if (below - 1 < 0 || above + 1 >= kBands) return {};
    const double low = mean_db(power, below - 1, below + 1),
                 high = mean_db(power, above - 1, above + 1);
    const double inside = mean_db(power, first, last);
    if (inside <= kFloorDb || low < inside - kOwnRangeDb || high < inside - kOwnRangeDb) return {};
    const double place = (0.5 * (first + last) - below) / (above - below);
    const double db = inside - (low + (high - low) * place);
    return {strongest_hz(power, low_hz, high_hz), std::max(db, 0.0)};
}

Excess boxiness(const std::array<double, kBands>& power) {
    return spectral_excess(power, 250, 500);
}
Excess harshness(const std::array<double, kBands>& power) {
    return spectral_excess(power, 2000, 5000);
}

double region_level_db(const std::array<double, kBands>& power, double low_hz, double high_hz) {
    const double strongest = *std::max_element(power.begin(), power.end());
    if (!(strongest > 0)) return kFloorDb;
    return std::max(kFloorDb,
                    mean_db(power, band_at(low_hz), band_at(high_hz)) - band_db(strongest));
}

double power_edge_hz(const std::array<double, kBands>& power, double share) {
    double total = 0, below = 0;
    for (double p : power) total += p;
    for (int b = 0; b < kBands; ++b) {
        below += power[static_cast<std::size_t>(b)];
        if (below > share * total)
            return band_centre_hz(b) * std::pow(10.0, -0.05);  // its lower edge
    }
    return band_centre_hz(0);
}

double strongest_hz(const std::array<double, kBands>& power, double low_hz, double high_hz) {
    int best = band_at(low_hz);
    for (int b = best; b <= band_at(high_hz); ++b)
        if (power[static_cast<std::size_t>(b)] > power[static_cast<std::size_t>(best)]) best = b;
    return band_centre_hz(best);
}

}  // namespace mixfarm
