/// The BS.1770 shelf and high-pass: coefficients, and their magnitude in closed form.
#include "host/analysis/k_weighting.h"

#include <cmath>
#include <numbers>

namespace mixfarm {
namespace {

// The analogue prototype (De Man 2014): stage 1, the head's high shelf, and stage 2, the roll-off.
constexpr double kShelfHz = 1681.974450955533, kShelfQ = 0.7071752369554196,
                 kShelfBend = 0.4996667741545416;
const double kShelfHigh = std::pow(10.0, 3.999843853973347 / 20);
constexpr double kCutHz = 38.13547087602444, kCutQ = 0.5003270373238773;

/// |p0 + p1 z + p2 z^2|^2 on the unit circle: real polynomials need only the cosine of the angle.
double squared_magnitude(double p0, double p1, double p2, double cosine) {
    return p0 * p0 + p1 * p1 + p2 * p2 + 2 * p1 * (p0 + p2) * cosine +
           2 * p0 * p2 * (2 * cosine * cosine - 1);
}

}  // namespace

std::array<Biquad, 2> k_weighting(double rate) {
    const double k = std::tan(std::numbers::pi * kShelfHz / rate);
    const double vh = kShelfHigh, vb = std::pow(vh, kShelfBend), a0 = 1 + k / kShelfQ + k * k;
    const Biquad shelf{(vh + vb * k / kShelfQ + k * k) / a0, 2 * (k * k - vh) / a0,
                       (vh - vb * k / kShelfQ + k * k) / a0, 2 * (k * k - 1) / a0,
                       (1 - k / kShelfQ + k * k) / a0};
    const double c = std::tan(std::numbers::pi * kCutHz / rate);
    const double a = 1 + c / kCutQ + c * c;
    return {shelf, Biquad{1, -2, 1, 2 * (c * c - 1) / a, (1 - c / kCutQ + c * c) / a}};
}

double k_weighting_db(double hz, double rate) {
    const double pi = std::numbers::pi;
    const double cosine = std::cos(2 * pi * hz / rate);

    // Stage 1, the head's high shelf. The normalising a0 cancels between numerator and denominator.
    const double high = kShelfHigh, band = std::pow(high, kShelfBend);
    const double k = std::tan(pi * kShelfHz / rate);
    const double shelf = squared_magnitude(high + band * k / kShelfQ + k * k, 2 * (k * k - high),
                                           high - band * k / kShelfQ + k * k, cosine) /
                         squared_magnitude(1 + k / kShelfQ + k * k, 2 * (k * k - 1),
                                           1 - k / kShelfQ + k * k, cosine);

    // Stage 2, the low-frequency roll-off. The standard leaves its numerator {1, -2, 1} undivided
    // by a0.
    const double c = std::tan(pi * kCutHz / rate), a0 = 1 + c / kCutQ + c * c;
    const double sine =
        std::sin(pi * hz / rate);  // |1 - 2z + z^2| = 4 sin^2, exact where 1 - cos would cancel
    const double cut =
        16 * sine * sine * sine * sine /
        squared_magnitude(1, 2 * (c * c - 1) / a0, (1 - c / kCutQ + c * c) / a0, cosine);
    return 10 * std::log10(shelf * cut);
}

}  // namespace mixfarm
