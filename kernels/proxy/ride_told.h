/// The figures of loudness over time, from what LoudnessRide left of a lane.
#pragma once

#include "kernels/meters/loudness_course.h"
#include "kernels/proxy/loudness_ride.h"

namespace mixfarm {

/// Puts what LoudnessRide left in `cells` into what L0 told of a lane.
template <class F>
void tell_ride(Foretold& told, const CourseTables& tables, const CoursePlaces& places,
               Memory<F> cells, int at, const MasterTarget& target) {
    constexpr double kReadDb = 0.03, kLog2PerLu = RideTarget::kLog2PerLu;
    constexpr std::size_t kBlock = 4, kWindow = 30, kFast = CoursePlaces::kFast;  // 0.4 s, 3 s
    const std::size_t bins = static_cast<std::size_t>(tables.frames / CoursePlaces::kBin);
    const auto sums = taken<RideSums<F>>(cells.from(places.loudness));
    Measurement& m = told.mix;
    const auto set = [&m](std::string_view name, double value) {
        m.metrics[static_cast<std::size_t>(metric_index(name))] = static_cast<float>(value);
    };
    const auto of = [at](const F& x) { return static_cast<double>(lane(x, at)); };
    const double gain = of(sums.gain), loss = of(sums.loss) / kLog2PerLu;
    const double integrated =
        -0.691 + of(sums.loudness) / kLog2PerLu + 20 * std::log10(gain) - loss;
    // The bands of L0 are brought to the target by its own gain.
    const double own = std::pow(10.0, (m.master_gain_db) / 10);
    const double scale = gain * gain * std::pow(10.0, -loss / 10) / own;
    for (auto* bands : {&m.left_power, &m.right_power, &m.cross_power})
        for (float& power : *bands) power = static_cast<float>(power * scale);
    m.master_gain_db = static_cast<float>(20 * std::log10(gain));
    m.limiter_loss_lu = static_cast<float>(std::max(0.0, loss));
    // A meter reads a peak at the ceiling 0.03 dB over it (two songs).
    const double peak = std::min(20 * std::log10(of(sums.highest) * gain),
                                 target.true_peak_dbtp - limiter::kMarginDb + kReadDb);
    set("integrated_lufs", std::max(-70.0, integrated));
    set("true_peak_dbtp", peak);
    set("plr_db", peak - integrated);

    const double power = gain * gain;
    std::vector<double> upto = {0}, windows;
    for (std::size_t i = 0; i < bins; ++i)
        upto.push_back(upto.back() + power * of(cells[places.bins + static_cast<int>(i)]));
    const auto mean = [&](std::size_t from, std::size_t count) {
        return std::max(0.0, upto[from + count] - upto[from]) / static_cast<double>(count);
    };
    double momentary = 0, short_term = 0, heard = 0, count = 0;
    for (std::size_t i = 0; i + kBlock <= bins; ++i)
        momentary = std::max(momentary, mean(i, kBlock));
    for (std::size_t i = 0; i + kWindow <= bins; ++i) {
        windows.push_back(mean(i, kWindow));
        short_term = std::max(short_term, windows.back());
        if (windows.back() >= power_of_lufs(-70)) heard += windows.back(), ++count;
    }
    set("max_momentary_lufs", lufs_of_power(momentary));
    if (windows.empty()) return;
    set("max_short_term_lufs", lufs_of_power(short_term));
    set("psr_db", peak - lufs_of_power(short_term));
    std::vector<double> some;  // the range hardly moves, and sorting takes a while
    for (std::size_t i = 0; i < windows.size(); i += 2) some.push_back(windows[i]);
    set("loudness_range_lu", loudness_range(some));
    // How far 50 ms rise above the 3 s about them.
    const double gate = std::max(power_of_lufs(-70), count > 0 ? 0.01 * heard / count : 0.0);
    std::vector<double> rises;
    for (std::size_t i = 0; i < windows.size(); ++i)
        for (std::size_t k = 0; k < 2 && windows[i] >= gate; ++k)
            rises.push_back(power *
                            of(cells[places.fast + static_cast<int>(2 * (i + kWindow / 2) + k)]) /
                            kFast / windows[i]);
    if (rises.empty()) return;
    const auto high = rises.begin() + std::llround(0.95 * static_cast<double>(rises.size() - 1));
    std::nth_element(rises.begin(), high, rises.end());
    set("microdynamics_lu", std::max(-70.0, 10 * std::log10(*high + 1e-30)));
}

}  // namespace mixfarm
