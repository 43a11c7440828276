/// Bussgang's decomposition of the saturator's curve.
#include "host/score/distortion.h"

#include <algorithm>
#include <cmath>

#include "kernels/core/check.h"

namespace mixfarm {
namespace {

struct Curve {
    double drive, mix, bias, rest, slope;

    double operator()(double x) const {
        return (1 - mix) * x + mix * (std::tanh(drive * x + bias) - rest) / (drive * slope);
    }
};

struct Output {
    double power, distorted;  ///< both without direct current
};

/// Of Gaussian input of the given standard deviation.
Output output_of(const Curve& curve, double deviation) {
    constexpr int kHalf = 24;
    constexpr double kReach = 4.5, kStep = kReach / kHalf;
    double weights = 0, mean = 0, square = 0, along = 0, own = 0;
    for (int i = -kHalf; i < kHalf; ++i) {
        const double z = (i + 0.5) * kStep, weight = std::exp(-z * z / 2), y = curve(deviation * z);
        weights += weight;
        mean += weight * y;
        square += weight * y * y;
        along += weight * y * z;
        own += weight * z * z;
    }
    mean /= weights;
    const double power = square / weights - mean * mean;
    return {power, std::max(0.0, power - along * along / (own * weights))};
}

}  // namespace

double distorted_share(std::span<const float> saturator, double power) {
    MF_CHECK_EQ(saturator.size(), std::size_t{4});
    const double mix = saturator[1];
    if (!(mix > 0) || !(power > 0)) return 0;
    Curve curve{std::pow(10.0, saturator[0] / 20.0), mix, saturator[2], 0, 1};
    curve.rest = std::tanh(curve.bias);
    curve.slope = 1 - curve.rest * curve.rest;
    // What went in: no less than what came out, and at most 30 dB more where all of it is clipped.
    double low = 0.5 * std::sqrt(power), high = 32 * std::sqrt(power);
    constexpr int kHalvings = 14;
    for (int i = 0; i < kHalvings; ++i) {
        const double between = std::sqrt(low * high);
        (output_of(curve, between).power < power ? low : high) = between;
    }
    const Output out = output_of(curve, high);
    return out.power > 0 ? out.distorted / out.power : 0;
}

}  // namespace mixfarm
