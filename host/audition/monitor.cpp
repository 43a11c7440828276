/// Filters of Linkwitz and Riley, 24 dB an octave: two of Butterworth's, one behind the other.
#include "host/audition/monitor.h"

#include <algorithm>
#include <cmath>

#include "host/analysis/k_weighting.h"

namespace mixfarm::audition {
namespace {

constexpr std::string_view kNames[] = {"off", "mono", "sides", "small", "low", "mid", "high"};
constexpr double kLow_hz = 250, kHigh_hz = 4000, kSmallFrom_hz = 200, kSmallTo_hz = 7000;

/// Of second order, by the bilinear transform, as Web Audio has it (RBJ's cookbook, Q = sqrt 1/2).
Biquad butterworth(double hz, int rate, bool passes_low) {
    const double w = 2 * M_PI * std::min(hz, 0.499 * rate) / rate, c = std::cos(w),
                 alpha = std::sin(w) * std::sqrt(0.5), a0 = 1 + alpha;
    const double edge = (passes_low ? 1 - c : 1 + c) / a0;
    Biquad b;
    b.b0 = b.b2 = edge / 2;
    b.b1 = passes_low ? edge : -edge;
    b.a1 = -2 * c / a0;
    b.a2 = (1 - alpha) / a0;
    return b;
}

}  // namespace

std::optional<Monitor> monitor_named(std::string_view name) {
    const auto at = std::find(std::begin(kNames), std::end(kNames), name);
    if (at == std::end(kNames)) return std::nullopt;
    return static_cast<Monitor>(at - std::begin(kNames));
}

MonitorPath::MonitorPath(Monitor monitor, int rate) {
    const auto pass = [&](double hz, bool low) {
        stages_.insert(stages_.end(), 2, butterworth(hz, rate, low));
    };
    if (monitor == Monitor::small) pass(kSmallFrom_hz, false), pass(kSmallTo_hz, true);
    if (monitor == Monitor::low) pass(kLow_hz, true);
    if (monitor == Monitor::mid) pass(kLow_hz, false), pass(kHigh_hz, true);
    if (monitor == Monitor::high) pass(kHigh_hz, false);
    for (const Biquad& stage : k_weighting(rate)) stages_.push_back(stage);
}

}  // namespace mixfarm::audition
