/// Filters that part a stem's band from the rest of it.
#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>

#include "host/analysis/biquad.h"

namespace mixfarm {

/// Second-order Butterworth, by the bilinear transform.
inline Biquad butterworth(double hz, int rate, bool high_pass) {
    const double k = std::tan(std::numbers::pi * std::min(hz, 0.45 * rate) / rate);
    const double norm = 1 / (1 + std::numbers::sqrt2 * k + k * k);
    Biquad b;
    b.b0 = b.b2 = (high_pass ? 1 : k * k) * norm;
    b.b1 = (high_pass ? -2 : 2) * b.b0;
    b.a1 = 2 * (k * k - 1) * norm;
    b.a2 = (1 - std::numbers::sqrt2 * k + k * k) * norm;
    return b;
}

}  // namespace mixfarm
