/// Powers weigh levels, and everything else too.
#include "host/space/means.h"

#include <algorithm>
#include <cmath>

namespace mixfarm {
namespace {

/// On the straight lines between its points; `along` is the knob's scale.
template <class Along>
double value_at(const Automation& drawn, double seconds, Along along) {
    const auto& points = drawn.points;
    const auto next =
        std::upper_bound(points.begin(), points.end(), seconds,
                         [](double t, const Automation::Point& p) { return t < p.seconds; });
    if (next == points.begin()) return along(points.front().value);
    if (next == points.end()) return along(points.back().value);
    const Automation::Point &a = *(next - 1), &b = *next;
    const double share = (seconds - a.seconds) / (b.seconds - a.seconds);
    return along(a.value) + share * (along(b.value) - along(a.value));
}

}  // namespace

float mean_of(const Automation& drawn, const Knob& knob, std::span<const double> power) {
    const bool decibels = knob.unit == "dB", log = knob.scale == Scale::log;
    double sum = 0, weight = 0;
    for (std::size_t i = 0; i < power.size(); ++i) {
        const double value = value_at(drawn, (static_cast<double>(i) + 0.5) / 10, [&](float v) {
            return log ? std::log(v) : static_cast<double>(v);
        });
        sum += power[i] * (decibels ? std::pow(10.0, value / 10) : value);
        weight += power[i];
    }
    if (!(weight > 0)) return drawn.points.front().value;
    const double mean = sum / weight;
    return static_cast<float>(decibels ? 10 * std::log10(mean) : log ? std::exp(mean) : mean);
}

}  // namespace mixfarm
