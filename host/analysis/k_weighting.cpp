/// Magnitude of the BS.1770 shelf and high-pass in closed form.
#include "host/analysis/k_weighting.h"

#include <cmath>
#include <numbers>

namespace mixfarm {
namespace {

/// |p0 + p1 z + p2 z^2|^2 on the unit circle: real polynomials need only the cosine of the angle.
double squared_magnitude(double p0, double p1, double p2, double cosine) {
    return p0 * p0 + p1 * p1 + p2 * p2 + 2 * p1 * (p0 + p2) * cosine +
           2 * p0 * p2 * (2 * cosine * cosine - 1);
}

}  // namespace

double k_weighting_db(double hz, double rate) {
    const double pi = std::numbers::pi;
    const double cosine = std::cos(2 * pi * hz / rate);

    // Stage 1, the head's high shelf. The normalising a0 cancels between numerator and denominator.
    const double shelf_hz = 1681.974450955533, shelf_q = 0.7071752369554196;
    const double high = std::pow(10.0, 3.999843853973347 / 20),
                 band = std::pow(high, 0.4996667741545416);
    const double k = std::tan(pi * shelf_hz / rate);
    const double shelf = squared_magnitude(high + band * k / shelf_q + k * k, 2 * (k * k - high),
                                           high - band * k / shelf_q + k * k, cosine) /
                         squared_magnitude(1 + k / shelf_q + k * k, 2 * (k * k - 1),
                                           1 - k / shelf_q + k * k, cosine);

    // Stage 2, the low-frequency roll-off. The standard leaves its numerator {1, -2, 1} undivided
    // by a0.
    const double cut_hz = 38.13547087602444, cut_q = 0.5003270373238773;
    const double c = std::tan(pi * cut_hz / rate), a0 = 1 + c / cut_q + c * c;
    const double sine =
        std::sin(pi * hz / rate);  // |1 - 2z + z^2| = 4 sin^2, exact where 1 - cos would cancel
    const double cut =
        16 * sine * sine * sine * sine /
        squared_magnitude(1, 2 * (c * c - 1) / a0, (1 - c / cut_q + c * c) / a0, cosine);
    return 10 * std::log10(shelf * cut);
}

}  // namespace mixfarm
