/// A second-order filter in double precision, for analysis.
#pragma once

#include <cmath>

namespace mixfarm {

/// Transposed direct form II.
struct Biquad {
    double b0 = 1, b1 = 0, b2 = 0, a1 = 0, a2 = 0;
    double s1 = 0, s2 = 0;
    double operator()(double x) {
        const double y = b0 * x + s1;
        s1 = b1 * x - a1 * y + s2;
        s2 = b2 * x - a2 * y;
        return y;
    }
    /// Lets a filter that has rung out rest: numbers this small only cost time (denormals).
    void settle() {
        if (std::fabs(s1) + std::fabs(s2) < 1e-30) s1 = s2 = 0;
    }
};

}  // namespace mixfarm
