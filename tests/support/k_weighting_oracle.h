/// BS.1770's K-weighting in its plain form, two biquads a rate by De Man's formulas, as a gain in
/// dB at one frequency.
#pragma once

#include <cmath>
#include <complex>
#include <numbers>

namespace mixfarm::oracle {

inline double k_weighting_db(double hz, double rate) {
    const double pi = std::numbers::pi;
    const std::complex<double> z1 = std::polar(1.0, -2 * pi * hz / rate), z2 = z1 * z1;
    const auto tangent = [&](double f0) { return std::tan(pi * f0 / rate); };
    const double k = tangent(1681.974450955533), q = 0.7071752369554196;
    const double vh = std::pow(10.0, 3.999843853973347 / 20), vb = std::pow(vh, 0.4996667741545416);
    const std::complex<double> shelf =
        (vh + vb * k / q + k * k + 2 * (k * k - vh) * z1 + (vh - vb * k / q + k * k) * z2) /
        (1 + k / q + k * k + 2 * (k * k - 1) * z1 + (1 - k / q + k * k) * z2);
    const double h = tangent(38.13547087602444), p = 0.5003270373238773, a0 = 1 + h / p + h * h;
    const std::complex<double> high_pass =
        (1.0 - 2.0 * z1 + z2) / (1.0 + 2 * (h * h - 1) / a0 * z1 + (1 - h / p + h * h) / a0 * z2);
    return 20 * std::log10(std::abs(shelf * high_pass));
}

/// Loudness in LUFS of a 1 kHz tone at `rate` that reads `at_48000` at 48 kHz.
inline double at_rate(double at_48000, double rate) {
    return at_48000 + k_weighting_db(1000, rate) - k_weighting_db(1000, 48000);
}

}  // namespace mixfarm::oracle
