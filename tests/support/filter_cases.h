/// Measured responses of a filter effect: impulse in, textbook DFT out, against the closed form.
#pragma once

#include <gtest/gtest.h>

#include <cstdio>
#include <functional>

#include "tests/support/effect_runner.h"
#include "tests/support/effort.h"
#include "tests/support/filter_oracle.h"

namespace mixfarm {

/// Frames after which what is left of a second-order ring at `hz` with pole quality `q` is below
/// 1e-4: slow poles come from a high quality, and from a low one, which splits them into a fast and
/// a slow one.
inline std::size_t ring_frames(double hz, double q, double rate) {
    const double slow = std::max({q, 1 / q, 1.0});
    return static_cast<std::size_t>(rate * std::max(0.02, 10 * slow / (3.14 * hz)));
}

/// Largest distance in dB between the response measured on `effect` and `expected_db(hz)` at
/// `points` frequencies from low_hz to high_hz, evenly on a log scale; where less than floor_db is
/// expected nothing is compared. The right side must be the left upside down.
template <class Effect>
double worst_response_db(const std::vector<float>& params, double rate, std::size_t frames,
                         double low_hz, double high_hz, int points, double floor_db,
                         const std::function<double(double)>& expected_db,
                         double* worst_hz = nullptr) {
    const signals::Stereo response = impulse_response<Effect>(params, rate, frames);
    for (std::size_t n = 0; n < frames; ++n) EXPECT_EQ(response.right[n], -response.left[n]);
    double worst = 0;
    for (int i = 0; i < points; ++i) {
        const double hz = low_hz * std::pow(high_hz / low_hz, double(i) / (points - 1));
        const double expected = expected_db(hz);
        if (expected < floor_db) continue;
        const double measured = oracle::db(std::abs(oracle::dft_at(response.left, hz, rate)));
        if (std::fabs(measured - expected) > worst) {
            worst = std::fabs(measured - expected);
            if (worst_hz) *worst_hz = hz;
        }
    }
    return worst;
}

}  // namespace mixfarm
