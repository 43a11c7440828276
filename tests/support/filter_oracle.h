/// What the filters ought to do, from their analogue prototypes and the bilinear transform alone:
/// no digital coefficient is computed here.
#pragma once

#include <cmath>
#include <complex>
#include <numbers>

namespace mixfarm::oracle {

enum class Shape { bell, low_shelf, high_shelf, high_pass, low_pass };

/// Gain in dB at `hz` of a second-order prototype with corner `corner_hz` (RBJ's audio-EQ cookbook,
/// H(s) at s = j tan(pi hz / rate) / tan(pi corner / rate)).
inline double filter_db(Shape shape, double corner_hz, double gain_db, double q, double hz,
                        double rate) {
    const double pi = std::numbers::pi, a = std::pow(10.0, gain_db / 40), r = std::sqrt(a) / q;
    const std::complex<double> s{0, std::tan(pi * hz / rate) / std::tan(pi * corner_hz / rate)};
    std::complex<double> h;
    switch (shape) {
        case Shape::bell:
            h = (s * s + s * (a / q) + 1.0) / (s * s + s / (a * q) + 1.0);
            break;
        case Shape::low_shelf:
            h = a * (s * s + r * s + a) / (a * s * s + r * s + 1.0);
            break;
        case Shape::high_shelf:
            h = a * (a * s * s + r * s + 1.0) / (s * s + r * s + a);
            break;
        case Shape::high_pass:
            h = s * s / (s * s + s / q + 1.0);
            break;
        case Shape::low_pass:
            h = 1.0 / (s * s + s / q + 1.0);
            break;
    }
    return 20 * std::log10(std::abs(h) + 1e-300);
}

}  // namespace mixfarm::oracle
