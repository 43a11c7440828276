/// The time constant of a gain that moves from one level to another.
#pragma once

#include <cmath>
#include <vector>

namespace mixfarm {

/// Milliseconds of one time constant: from the moment when 20 % of the way from the gain before
/// frame `half` to the last gain are done, until 80 % / e are left. Searched from the end: what the
/// filter itself does at the step, and the hold, do not count.
inline double time_constant_ms(const std::vector<double>& gains, std::size_t half, double rate) {
    const double from = gains[half - 1], to = gains.back();
    const auto passes = [&](double share) {
        const auto done = [&](std::size_t i) { return (gains[i] - from) / (to - from); };
        std::size_t n = gains.size() - 1;
        while (n > half && done(n - 1) > share) --n;
        return double(n) - (done(n) - share) / (done(n) - done(n - 1));
    };
    return 1000 * (passes(1 - 0.8 / std::exp(1)) - passes(0.2)) / rate;
}

}  // namespace mixfarm
