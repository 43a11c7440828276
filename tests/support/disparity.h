/// What may differ between a mix measured on the processor and on a GPU, and what did.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "kernels/engine.h"

namespace mixfarm {

/// Everything but the spectrum to the bit; of the spectrum, whose transforms round differently, a
/// band within 1e-5 of itself or of a millionth of the loudest. The first that differs, or nothing.
inline std::string disparity(const Measurement& cpu, const Measurement& gpu) {
    const auto differ = [](const std::string& name, double a, double b) {
        char text[160];
        std::snprintf(text, sizeof text, "%s: %.9g on the CPU, %.9g on the GPU", name.c_str(), a,
                      b);
        return std::string(text);
    };
    const auto same = [](float a, float b) { return std::memcmp(&a, &b, sizeof a) == 0; };
    if (cpu.finite != gpu.finite) return "finite";
    if (!same(cpu.master_gain_db, gpu.master_gain_db))
        return differ("master_gain_db", cpu.master_gain_db, gpu.master_gain_db);
    if (!same(cpu.limiter_loss_lu, gpu.limiter_loss_lu))
        return differ("limiter_loss_lu", cpu.limiter_loss_lu, gpu.limiter_loss_lu);
    if (cpu.metrics.size() != gpu.metrics.size() || cpu.stem_power.size() != gpu.stem_power.size())
        return "sizes";
    for (std::size_t i = 0; i < cpu.metrics.size(); ++i) {
        const float a = cpu.metrics[i], b = gpu.metrics[i];
        const std::string name = mix_metrics()[i].name;
        if (name == "tilt_db_per_octave" || name == "low_correlation" ? std::fabs(a - b) > 1e-3
                                                                      : !same(a, b))
            return differ(name, a, b);
    }
    for (std::size_t s = 0; s < cpu.stem_power.size(); ++s)
        if (!same(cpu.stem_power[s], gpu.stem_power[s]))
            return differ("power of stem " + std::to_string(s), cpu.stem_power[s],
                          gpu.stem_power[s]);
    double loudest = 0;
    for (std::size_t b = 0; b < kBands; ++b)
        loudest = std::max({loudest, double(cpu.left_power[b]), double(cpu.right_power[b])});
    for (std::size_t b = 0; b < kBands; ++b) {
        const auto near = [&](double x, double y, double size) {
            return std::fabs(x - y) <= 1e-5 * (size + 1e-6 * loudest) || (x != x && y != y);
        };
        const double l = cpu.left_power[b], r = cpu.right_power[b];
        if (!near(l, gpu.left_power[b], l)) return differ("left_power", l, gpu.left_power[b]);
        if (!near(r, gpu.right_power[b], r)) return differ("right_power", r, gpu.right_power[b]);
        if (!near(cpu.cross_power[b], gpu.cross_power[b], l + r))
            return differ("cross_power", cpu.cross_power[b], gpu.cross_power[b]);
    }
    return "";
}
/// The same of many mixes; the first mix that differs.
inline std::string disparity(const std::vector<Measurement>& cpu,
                             const std::vector<Measurement>& gpu) {
    if (cpu.size() != gpu.size()) return "numbers of mixes";
    for (std::size_t i = 0; i < cpu.size(); ++i) {
        const std::string found = disparity(cpu[i], gpu[i]);
        if (!found.empty()) return "mix " + std::to_string(i) + ": " + found;
    }
    return "";
}

}  // namespace mixfarm
