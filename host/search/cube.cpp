/// Which moves in the cube can be heard, and which cannot.
#include "host/search/cube.h"

#include <algorithm>
#include <cmath>

#include "kernels/core/check.h"

namespace mixfarm {

int Cube::blocks() const {
    int most = -1;
    for (const Axis& axis : axes) most = std::max(most, axis.block);
    return most + 1;
}

void Cube::check() const {
    const int n = static_cast<int>(axes.size());
    for (const Axis& axis : axes) {
        MF_CHECK(axis.block >= 0 && axis.gate < n);
        MF_CHECK(axis.rest_low <= axis.rest_high);
        int gates = 0;
        for (int g = axis.gate; g >= 0; g = axes[static_cast<std::size_t>(g)].gate)
            MF_CHECK(++gates <= n);
    }
    for (const Macro& macro : macros)
        for (const auto& [axis, weight] : macro.pull) MF_CHECK(axis >= 0 && axis < n);
}

bool better(const Elite& a, const Elite& b) {
    return a.outcome.score != b.outcome.score ? a.outcome.score > b.outcome.score
                                              : a.candidate.id < b.candidate.id;
}

float fold(double x) {
    if (x < 0 || x > 1) {
        x = std::fabs(std::fmod(x, 2.0));
        if (x > 1) x = 2 - x;
    }
    return static_cast<float>(x);
}

bool rests(const Axis& axis, float x) {
    if (axis.toggle) return x < axis.rest_high;
    return axis.rest_low < axis.rest_high && axis.rest_low <= x && x <= axis.rest_high;
}

bool changes(const Axis& axis, float a, float b) {
    if (a == b) return false;
    const bool at_rest = rests(axis, a);
    return at_rest != rests(axis, b) || !(at_rest || axis.toggle);
}

bool active(const Cube& cube, std::size_t d, std::span<const float> unit) {
    for (int g = cube.axes[d].gate; g >= 0;) {
        const auto gate = static_cast<std::size_t>(g);
        if (rests(cube.axes[gate], unit[gate])) return false;
        g = cube.axes[gate].gate;
    }
    return true;
}

float moved(const Axis& axis, float x, double delta) {
    if (axis.toggle) return 0.5f * (x < axis.rest_high ? axis.rest_high + 1 : axis.rest_high);
    if (!rests(axis, x)) return fold(x + delta);
    const bool can_rise = axis.rest_high<1, can_fall = axis.rest_low> 0;
    if (!can_rise && !can_fall) return x;
    const double step = std::fabs(delta);
    return can_rise && (delta > 0 || !can_fall)
               ? static_cast<float>(std::min(1.0, axis.rest_high + step))
               : static_cast<float>(std::max(0.0, axis.rest_low - step));
}

bool differ(const Cube& cube, std::span<const float> a, std::span<const float> b) {
    for (std::size_t d = 0; d < cube.axes.size(); ++d) {
        if (!changes(cube.axes[d], a[d], b[d])) continue;
        // Gates of one that differs: where either point has them open, the difference is heard.
        if (active(cube, d, a) || active(cube, d, b)) return true;
    }
    return false;
}

}  // namespace mixfarm
