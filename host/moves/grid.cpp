/// Onsets from rising energy, a line through beats.
#include "host/moves/grid.h"

#include <algorithm>
#include <cmath>

namespace mixfarm {

std::vector<double> onsets_of(const Stem& stem, int rate) {
    constexpr double kRise = 4, kApart_s = 0.07, kFloor = 0.01;  // power, against the loudest
    const auto hop = static_cast<std::size_t>(rate / 1000);
    std::vector<double> power;
    double before = 0, most = 0;
    for (std::size_t n = 0; n + hop <= stem.left.size(); n += hop) {
        double sum = 0;
        for (std::size_t k = n; k < n + hop; ++k) {  // the difference hears attacks
            const double x = stem.left[k] + stem.right_data()[k];
            sum += (x - before) * (x - before);
            before = x;
        }
        power.push_back(sum);
    }
    std::vector<double> smooth(power.size());
    double state = 0;
    for (std::size_t i = 0; i < power.size(); ++i)
        smooth[i] = state += 0.3 * (power[i] - state), most = std::max(most, state);
    std::vector<double> onsets;
    for (std::size_t i = 20; i < smooth.size(); ++i) {
        const double now = smooth[i], then = smooth[i - 15];
        if (now < kFloor * most || now < kRise * then) continue;
        // The steepest millisecond about here.
        std::size_t best = i;
        for (std::size_t k = i - 10; k < std::min(i + 10, power.size()); ++k)
            if (power[k] - power[k - 1] > power[best] - power[best - 1]) best = k;
        const double at = static_cast<double>(best) * static_cast<double>(hop) / rate;
        if (onsets.empty() || at - onsets.back() > kApart_s) onsets.push_back(at);
        i = best + static_cast<std::size_t>(kApart_s * 1000) / 2;
    }
    return onsets;
}

Grid grid_of(const Beats& beats) {
    const auto n = static_cast<double>(beats.at_s.size());
    double x = 0, y = 0, xx = 0, xy = 0;
    for (std::size_t i = 0; i < beats.at_s.size(); ++i) {
        const auto k = static_cast<double>(i);
        x += k, y += beats.at_s[i], xx += k * k, xy += k * beats.at_s[i];
    }
    Grid grid{};
    grid.beat_s = (n * xy - x * y) / (n * xx - x * x);
    grid.first_s = (y - grid.beat_s * x) / n;
    double square = 0;
    for (std::size_t i = 0; i < beats.at_s.size(); ++i)
        square += std::pow(beats.at_s[i] - grid.first_s - grid.beat_s * static_cast<double>(i), 2);
    grid.spread_s = std::sqrt(square / n);
    return grid;
}

double looseness(const std::vector<double>& onsets_s, const Grid& grid) {
    double sum = 0, square = 0;
    for (const double at : onsets_s) {
        const double sixteenths = 4 * grid.beat_at(at),
                     off = (sixteenths - std::round(sixteenths)) * grid.beat_s / 4;
        sum += off, square += off * off;
    }
    const auto n = static_cast<double>(onsets_s.size());
    return n > 0 ? std::sqrt(std::max(0.0, square / n - sum / n * (sum / n))) : HUGE_VAL;
}

}  // namespace mixfarm
