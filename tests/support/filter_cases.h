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

struct SlopeError {
    double from_design;  ///< dB, measured against the designed curve
    double
        from_analogue;  ///< dB, the designed curve against the analogue one, up to 3/8 of the rate
};

/// A high-pass or low-pass of 12 or 24 dB an octave (`steep`) with its corner at `corner` Hz,
/// measured from low_hz to high_hz where more than floor_db is expected.
template <class Effect>
SlopeError slope_error(double corner, bool steep, double rate, double low_hz, double high_hz,
                       double floor_db, const std::function<double(double)>& designed_db,
                       const std::function<double(double)>& analogue_db) {
    double at = 0, analogue = 0;
    const double worst = worst_response_db<Effect>(
        {static_cast<float>(corner), steep ? 1.f : 0.f}, rate,
        ring_frames(corner, steep ? 1.31 : 0.71, rate), low_hz, high_hz, effort(60, 12), floor_db,
        [&](double hz) {
            const double designed = designed_db(hz), exact = analogue_db(hz);
            if (hz <= 0.375 * rate && hz <= 20000 && exact > -48)
                analogue = std::max(analogue, std::fabs(designed - exact));
            return designed;
        },
        &at);
    std::printf(
        "%d dB, %5.0f Hz at %6.0f: off by at most %.4f dB (at %.0f Hz), the design %.3f dB from "
        "analogue\n",
        steep ? 24 : 12, corner, rate, worst, at, analogue);
    return {worst, analogue};
}

}  // namespace mixfarm
