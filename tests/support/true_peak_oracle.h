/// True peak by brute force: sixteen times oversampled with a long Kaiser-windowed sinc, in double.
#pragma once

#include <array>
#include <cmath>
#include <numbers>
#include <vector>

namespace mixfarm::oracle {

/// Modified Bessel function of the first kind, order zero.
inline double bessel_i0(double x) {
    double term = 1, sum = 1;
    for (int k = 1; k < 60; ++k) {
        term *= (x / (2 * k)) * (x / (2 * k));
        sum += term;
    }
    return sum;
}

/// Largest magnitude on a grid of 1/16 sample; 64 samples on either side reach into the sum,
/// silence lies before and after.
inline double true_peak(const std::vector<float>& x) {
    constexpr int kPhases = 16, kReach = 64, kTaps = 2 * kReach;
    constexpr double kBeta = 12;
    using Row = std::array<double, kPhases>;
    static const std::vector<Row> taps = [] {
        std::vector<Row> rows(kTaps);
        for (int phase = 0; phase < kPhases; ++phase)
            for (int tap = 0; tap < kTaps; ++tap) {
                // Sample n + tap - kReach + 1 seen from the point n + phase / kPhases.
                const double t = tap - kReach + 1 - double(phase) / kPhases,
                             pt = std::numbers::pi * t;
                const double u = t / kReach, inside = std::max(0.0, 1 - u * u);
                const double window = bessel_i0(kBeta * std::sqrt(inside)) / bessel_i0(kBeta);
                rows[static_cast<std::size_t>(tap)][static_cast<std::size_t>(phase)] =
                    (t == 0 ? 1 : std::sin(pt) / pt) * window;
            }
        return rows;
    }();
    bool silent = true;
    for (const float v : x) silent = silent && v == 0;
    if (silent) return 0;
    std::vector<double> padded(x.size() + 2 * kTaps);
    for (std::size_t n = 0; n < x.size(); ++n) padded[n + kTaps] = x[n];
    double peak = 0;
    for (std::size_t first = 0; first + kTaps < padded.size(); ++first) {
        Row sum{};
        for (std::size_t tap = 0; tap < kTaps; ++tap)
            for (std::size_t phase = 0; phase < kPhases; ++phase)
                sum[phase] += taps[tap][phase] * padded[first + tap];
        for (const double y : sum) peak = std::max(peak, std::fabs(y));
    }
    return peak;
}

}  // namespace mixfarm::oracle
