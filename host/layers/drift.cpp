/// Spectral synthesis of drifts; sines that wander.
#include "host/layers/drift.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <memory>
#include <numbers>
#include <unsupported/Eigen/FFT>

#include "kernels/core/random.h"

namespace mixfarm {

double normal(RandomStream& random) {
    const double radius = std::sqrt(-2 * std::log(1 - random.next()));
    return radius * std::cos(2 * std::numbers::pi * random.next());
}

std::vector<double> drift_series(std::size_t count, double exponent, std::uint64_t seed) {
    std::size_t n = 4;
    while (n < count) n *= 2;
    RandomStream random(seed, 0xd21f7);
    std::vector<double> noise(n);
    for (double& x : noise) x = normal(random);
    Eigen::FFT<double> fft;
    std::vector<std::complex<double>> bins;
    fft.fwd(bins, noise);
    bins[0] = 0;
    for (std::size_t k = 1; k < n; ++k)
        bins[k] *= std::pow(static_cast<double>(std::min(k, n - k)), -exponent / 2);
    fft.inv(noise, bins);
    noise.resize(count);
    double mean = 0, square = 0;
    for (const double x : noise) mean += x / static_cast<double>(count);
    for (const double x : noise) square += (x - mean) * (x - mean) / static_cast<double>(count);
    for (double& x : noise)
        x = std::clamp((x - mean) / std::sqrt(std::max(square, 1e-30)), -3.0, 3.0);
    return noise;
}

Curve smooth_through(std::vector<double> at_s, std::vector<double> values) {
    struct Points {
        std::vector<double> at, value, slope;
    };
    auto p = std::make_shared<Points>(Points{std::move(at_s), std::move(values), {}});
    const std::size_t n = p->at.size();
    p->slope.assign(n, 0);
    const auto chord = [&](std::size_t i) {
        return (p->value[i + 1] - p->value[i]) / (p->at[i + 1] - p->at[i]);
    };
    // Fritsch and Butland 1984: the harmonic mean of both chords, none where they part.
    for (std::size_t i = 1; i + 1 < n; ++i) {
        const double a = chord(i - 1), b = chord(i);
        if (a * b > 0) p->slope[i] = 2 * a * b / (a + b);
    }
    return [p](double t) {
        const std::vector<double>& at = p->at;
        const auto next =
            static_cast<std::size_t>(std::upper_bound(at.begin(), at.end(), t) - at.begin());
        if (next == 0) return p->value.front();
        if (next == at.size()) return p->value.back();
        const std::size_t i = next - 1;
        const double h = at[next] - at[i], x = (t - at[i]) / h, y = 1 - x;
        return y * y * (1 + 2 * x) * p->value[i] + x * x * (1 + 2 * y) * p->value[next] +
               h * x * y * (y * p->slope[i] - x * p->slope[next]);
    };
}

Curve tape_delay(double wow_hz, double wow, double flutter_hz, double flutter, double seconds,
                 std::uint64_t seed) {
    // Depth wanders once in about two seconds, between two and four thirds of a half.
    const auto count = static_cast<std::size_t>(seconds / 2) + 4;
    std::vector<double> at, depth = drift_series(count, 1, seed);
    for (std::size_t i = 0; i < count; ++i) {
        at.push_back(2.0 * static_cast<double>(i));
        depth[i] = std::clamp(0.75 + depth[i] / 9, 0.5, 1.0);
    }
    const Curve deep = smooth_through(std::move(at), std::move(depth));
    RandomStream random(seed, 0x7a9e);
    const double phase = 2 * std::numbers::pi * random.next(),
                 other = 2 * std::numbers::pi * random.next();
    return [=](double t) {
        const auto sway = [&](double hz, double share, double from) {
            const double w = 2 * std::numbers::pi * hz;
            return share / w * std::sin(w * t + from);
        };
        return deep(t) * (sway(wow_hz, wow, phase) + sway(flutter_hz, flutter, other));
    };
}

}  // namespace mixfarm
