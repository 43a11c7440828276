/// The inverse distribution function of one knob.
#include "host/space/quantile_curve.h"

#include <algorithm>
#include <cmath>

#include "kernels/core/check.h"

namespace mixfarm {
namespace {

constexpr double kTail =
    0.3;  ///< reach beyond the 10th and 90th percentile, re their distance from typical
constexpr double kFarthest =
    3;  ///< a knob outside all practice is wrong, but not worse than three that are far out

}  // namespace

QuantileCurve::QuantileCurve(const Percentiles& p, float neutral, float legal_low, float legal_high,
                             Scale scale)
    : p_(p), neutral_(neutral), scale_(scale) {
    MF_CHECK(p.low <= p.typical && p.typical <= p.high &&
             (p.low < p.high || scale == Scale::toggle));
    MF_CHECK(legal_low <= p.low && p.high <= legal_high && p.use > 0 && p.use <= 1);
    side_ = p.use == 1          ? Side::around
            : neutral <= p.low  ? Side::above
            : neutral >= p.high ? Side::below
                                : Side::around;
    MF_CHECK(side_ != Side::around || p.use == 1 || p.typical == neutral);
    rest_ = p.use < 0.5f || side_ == Side::around ? 1.0 - p.use
                                                  : 0.5 * (1.0 - p.use) / (1.0 - 0.5 * p.use);
    const auto beyond = [&](float edge) {
        const double end = on_scale(edge) + kTail * (on_scale(edge) - on_scale(p.typical));
        return static_cast<float>(scale == Scale::log ? std::exp(end) : end);
    };
    lowest_ = std::min(
        p.low,
        std::max(beyond(p.low), side_ == Side::above ? std::max(neutral, legal_low) : legal_low));
    highest_ = std::max(
        p.high, std::min(beyond(p.high),
                         side_ == Side::below ? std::min(neutral, legal_high) : legal_high));
}

double QuantileCurve::on_scale(double value) const {
    return scale_ == Scale::log ? std::log(value) : value;
}

double QuantileCurve::unit_of(double q) const {
    if (side_ == Side::below) q = 1 - q;
    double u;
    if (side_ == Side::around) {
        u = q * (1 - rest_) + (q > 0.5 ? rest_ : 0);
    } else if (p_.use < 0.5f) {
        u = rest_ + (1 - rest_) * q;
    } else {
        u = q < 0.5 ? rest_ + (0.5 - rest_) * q / 0.5 : q;
    }
    return side_ == Side::below ? 1 - u : u;
}

double QuantileCurve::used_quantile(double u) const {
    if (side_ == Side::around) {
        if (rest_ > 0 && std::fabs(u - 0.5) <= 0.5 * rest_) return -1;
        return (u > 0.5 ? u - rest_ : u) / (1 - rest_);
    }
    const double x = side_ == Side::below ? 1 - u : u;
    if (rest_ > 0 && x <= rest_) return -1;
    double q;
    if (p_.use < 0.5f) {
        q = (x - rest_) / (1 - rest_);
    } else {
        q = x < 0.5 ? 0.5 * (x - rest_) / (0.5 - rest_) : x;
    }
    return side_ == Side::below ? 1 - q : q;
}

float QuantileCurve::at(double u) const {
    u = std::clamp(u, 0.0, 1.0);
    if (scale_ == Scale::toggle) return u >= 1.0 - p_.use ? 1.0f : 0.0f;
    const double q = used_quantile(u);
    if (q < 0) return neutral_;
    const float values[] = {lowest_, p_.low, p_.typical, p_.high, highest_};
    const double quantiles[] = {0.0, 0.1, 0.5, 0.9, 1.0};
    int i = 0;
    while (i < 3 && q > quantiles[i + 1]) ++i;
    const double t = (q - quantiles[i]) / (quantiles[i + 1] - quantiles[i]);
    const double from = on_scale(values[i]), to = on_scale(values[i + 1]);
    const double v = from + t * (to - from);
    return std::clamp(static_cast<float>(scale_ == Scale::log ? std::exp(v) : v), values[i],
                      values[i + 1]);
}

double QuantileCurve::deviation(float value) const {
    if (scale_ == Scale::toggle) return 0;
    const double typical = on_scale(p_.typical), v = on_scale(value);
    double width = v < typical ? typical - on_scale(p_.low) : on_scale(p_.high) - typical;
    if (width <= 0) width = on_scale(p_.high) - on_scale(p_.low);  // typical lies on an edge
    return std::min(std::fabs(v - typical) / width, kFarthest);
}

}  // namespace mixfarm
