/// True peak by brute force: sixteen times oversampled with a long Kaiser-windowed sinc, in double;
/// and for lanes, in float, with the filter of one's choice.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "kernels/core/lane.h"

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

/// An oversampling meter for lanes: `phases` filters of `taps` taps.
struct Oversampler {
    int phases, taps;
    std::vector<float> rows;  ///< [phase][tap]

    /// The largest magnitude of all points made of x[n - taps + 1] to x[n], for n from 0 to
    /// frames - 1, a multiple of 4.
    template <class F>
    F largest(const F* x, int frames) const {
        F most = F(0.f);
        for (int n = 0; n < frames; n += 4) {
            const F* from = x + n - (taps - 1);
            for (int phase = 0; phase < phases; ++phase) {
                const float* row = rows.data() + phase * taps;
                F a = F(0.f), b = F(0.f), c = F(0.f), d = F(0.f);
                for (int i = 0; i < taps; ++i) {
                    const F tap = F(row[i]);
                    a = fma_(tap, from[i], a);
                    b = fma_(tap, from[i + 1], b);
                    c = fma_(tap, from[i + 2], c);
                    d = fma_(tap, from[i + 3], d);
                }
                most = max_(most, max_(max_(abs_(a), abs_(b)), max_(abs_(c), abs_(d))));
            }
        }
        return most;
    }
};

/// Sinc cut at `cut` of Nyquist under a Kaiser window of 2 * reach taps.
inline Oversampler sinc_oversampler(int phases, int reach, double beta, double cut = 1) {
    Oversampler o{phases, 2 * reach, {}};
    for (int phase = 0; phase < phases; ++phase)
        for (int tap = 0; tap < o.taps; ++tap) {
            const double t = tap - reach + 1 - double(phase) / phases, u = t / reach,
                         pt = std::numbers::pi * t;
            const double window =
                bessel_i0(beta * std::sqrt(std::max(0.0, 1 - u * u))) / bessel_i0(beta);
            o.rows.push_back(static_cast<float>((t == 0 ? cut : std::sin(cut * pt) / pt) * window));
        }
    return o;
}

/// The four filters of BS.1770-5, Annex 2.
inline Oversampler annex_2() {
    const std::vector<float> first = {0.0017089843750f,  0.0109863281250f,  -0.0196533203125f,
                                      0.0332031250000f,  -0.0594482421875f, 0.1373291015625f,
                                      0.9721679687500f,  -0.1022949218750f, 0.0476074218750f,
                                      -0.0266113281250f, 0.0148925781250f,  -0.0083007812500f},
                             second = {-0.0291748046875f, 0.0292968750000f,  -0.0517578125000f,
                                       0.0891113281250f,  -0.1665039062500f, 0.4650878906250f,
                                       0.7797851562500f,  -0.2003173828125f, 0.1015625000000f,
                                       -0.0582275390625f, 0.0330810546875f,  -0.0189208984375f};
    Oversampler o{4, 12, first};
    o.rows.insert(o.rows.end(), second.begin(), second.end());
    o.rows.insert(o.rows.end(), second.rbegin(), second.rend());
    o.rows.insert(o.rows.end(), first.rbegin(), first.rend());
    return o;
}

}  // namespace mixfarm::oracle
