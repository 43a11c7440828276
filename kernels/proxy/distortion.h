/// What saturation adds, foretold in lanes from its knobs and its level: Bussgang's decomposition,
/// as host/score/distortion.h has it of rendered mixes, on a coarser grid.
#pragma once

#include "kernels/core/maths.h"

namespace mixfarm::distortion {

template <class F>
struct Curve {
    F drive, mix, bias;
};

/// Power behind the curve and the part of it that is distortion, both without direct current, for
/// Gaussian input of the given standard deviation.
template <class F>
MF_HD void output(const Curve<F>& c, F deviation, F& power, F& distorted) {
    constexpr int kNodes = 16;
    constexpr float kReach = 4.5f, kStep = 2 * kReach / kNodes;
    // The Gaussian weights at the nodes, which add up to one, and the grid's own variance.
    constexpr float kWeight[kNodes / 2] = {0.215704f,   0.157197f,    0.0834868f,   0.0323130f,
                                           0.00911430f, 0.001873510f, 0.000280656f, 3.06394e-5f};
    constexpr float kVariance = 0.999885f;
    const F rest = tanh_(c.bias), slope = F(1.f) - rest * rest;
    const F wet = c.mix / (c.drive * slope), dry = (F(1.f) - c.mix) * deviation;
    F mean = F(0.f), square = F(0.f), along = F(0.f);
    for (int i = 0; i < kNodes / 2; ++i) {
        const float z = (static_cast<float>(i) + 0.5f) * kStep;
        const F in = c.drive * deviation * F(z);
        const F up = fma_(dry, F(z), wet * (tanh_(c.bias + in) - rest)),
                down = fma_(dry, F(-z), wet * (tanh_(c.bias - in) - rest));
        const F w = F(kWeight[i]);
        mean = fma_(w, up + down, mean);
        square = fma_(w, fma_(up, up, down * down), square);
        along = fma_(w * F(z), up - down, along);
    }
    power = max_(square - mean * mean, F(1e-30f));
    distorted = max_(power - along * along * F(1 / kVariance), F(0.f));
}

/// Share of the power behind a saturator that it made; `power` of what leaves it, full scale 1.
/// 0 where nothing is wet.
template <class F>
MF_HD F share(F drive_db, F mix, F bias, F power) {
    constexpr int kHalvings = 10;
    const Curve<F> curve{exp2_(F(kLog2PerDb) * drive_db), mix, bias};
    // What went in: no less than half of what came out, and at most 30 dB more where all is
    // clipped.
    const F half_level = F(0.5f) * log2_(max_(power, F(1e-20f)));
    F low = half_level - F(1.f), high = half_level + F(5.f), made, distorted;
    for (int i = 0; i < kHalvings; ++i) {
        const F between = F(0.5f) * (low + high);
        output(curve, exp2_(between), made, distorted);
        low = where_less(made, power, between, low);
        high = where_less(made, power, high, between);
    }
    output(curve, exp2_(high), made, distorted);
    return where_less(F(0.f), mix, distorted / made, F(0.f));
}

}  // namespace mixfarm::distortion
