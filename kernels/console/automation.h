/// Where an automated knob stands at a moment of the song.
#pragma once

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string_view>

#include "kernels/engine.h"

namespace mixfarm {

inline constexpr double kJumpSeconds = 0.01;  ///< a jump becomes a slope of this length: no click

/// Straight lines between the points, on a logarithmic scale where the knob has one.
inline float value_at(const std::vector<Automation::Point>& points, double seconds, Scale scale) {
    const auto next =
        std::upper_bound(points.begin(), points.end(), seconds,
                         [](double s, const Automation::Point& p) { return s < p.seconds; });
    if (next == points.begin()) return points.front().value;
    if (next == points.end()) return points.back().value;
    const Automation::Point &a = *(next - 1), &b = *next;
    if (a.value == b.value) return a.value;
    const double share = (seconds - a.seconds) / (b.seconds - a.seconds);
    if (scale == Scale::log)
        return static_cast<float>(a.value *
                                  std::pow(static_cast<double>(b.value) / a.value, share));
    return static_cast<float>(a.value + (static_cast<double>(b.value) - a.value) * share);
}

/// Until when a knob stands still that is looked at now; this moment where it moves.
inline double still_until(const std::vector<Automation::Point>& points, double seconds) {
    const auto next =
        std::upper_bound(points.begin(), points.end(), seconds,
                         [](double s, const Automation::Point& p) { return s < p.seconds; });
    if (next == points.end()) return HUGE_VAL;
    if (next != points.begin() && (next - 1)->value != next->value) return seconds;
    return next->seconds;
}

/// Points in the order of time, none closer to the one before than kJumpSeconds: what is drawn
/// within that time becomes a slope to where the drawing stands at its end. Nothing is moved.
inline std::vector<Automation::Point> without_jumps(std::vector<Automation::Point> points,
                                                    Scale scale) {
    std::stable_sort(points.begin(), points.end(),
                     [](const auto& a, const auto& b) { return a.seconds < b.seconds; });
    std::vector<Automation::Point> kept;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const double free = kept.empty() ? points[i].seconds : kept.back().seconds + kJumpSeconds;
        if (points[i].seconds >= free)
            kept.push_back(points[i]);
        else if (i + 1 == points.size() || points[i + 1].seconds >= free)
            kept.push_back({free, value_at(points, free, scale)});
    }
    return kept;
}

/// Points of a knob of `Effect` that moves. Where a neutral value means off (it decides whether
/// other knobs matter, or ends the range) the knob stops short of it: an effect that moves is in
/// play all the time and fades by what the knob says, instead of being switched.
template <class Effect>
std::vector<Automation::Point> moving_points(int param, std::vector<Automation::Point> points) {
    const ParamSpec& spec = Effect::kParams[param];
    points = without_jumps(std::move(points), spec.scale);
    const bool is_off =
        spec.neutral == spec.low || spec.neutral == spec.high ||
        std::any_of(std::begin(Effect::kParams), std::end(Effect::kParams),
                    [&](const auto& p) { return p.gate && std::string_view(p.gate) == spec.name; });
    if (!is_off) return points;
    constexpr float kShort = 1e-6f;  // of the range: -120 dB of whatever it is a share of
    const float inside = kShort * (spec.high - spec.low);
    // It stops on the side it goes to or, at the end, comes from: a cut never boosts on its way.
    const auto last = std::find_if(points.rbegin(), points.rend(),
                                   [&](const auto& p) { return p.value != spec.neutral; });
    bool up = last == points.rend() ? spec.high > spec.neutral : last->value > spec.neutral;
    for (auto p = points.rbegin(); p != points.rend(); ++p) {
        if (p->value != spec.neutral)
            up = p->value > spec.neutral;
        else
            p->value += up ? inside : -inside;
    }
    return points;
}

}  // namespace mixfarm
