/// The channel strip of trim, filters, equaliser, compressor, pan and fader as a plain loop over
/// samples in double: no lanes, no tiles, no code of the kernels; settings are read by name.
#pragma once

#include <cmath>
#include <complex>
#include <numbers>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/engine.h"
#include "tests/support/filter_oracle.h"
#include "tests/support/signals.h"

namespace mixfarm::oracle {

struct StereoDouble {
    std::vector<double> left, right;
};

/// The effects that the loop knows; the others of the strip have loops of their own in their tests.
inline bool knows(std::string_view effect, std::string_view param) {
    for (const char* name : {"trim", "high_pass", "low_pass", "equalizer", "pan", "fader"})
        if (effect == name) return true;
    return effect == "compressor" && param != "rms" && param != "mix" && param != "sidechain_hz" &&
           param != "keyed";
}

/// `row` as strip_param_count() settings; what the loop does not know has to be neutral.
inline StereoDouble strip(const signals::Samples& left, const signals::Samples& right,
                          const float* row, double rate) {
    const auto get = [row](const char* effect, const std::string& param) -> double {
        const int i = strip_param_index(effect, param);
        if (i < 0) throw std::runtime_error("no parameter " + param);
        return row[i];
    };
    std::vector<Filter> chain;
    const auto add_slope = [&](Shape shape, double hz, bool steep) {
        if (!steep) return chain.emplace_back(shape, hz, 0, std::sqrt(0.5), rate), void();
        for (const double angle : {22.5, 67.5})
            chain.emplace_back(shape, hz, 0, 0.5 / std::cos(angle * std::numbers::pi / 180), rate);
    };
    if (get("high_pass", "high_pass_hz") > 10)
        add_slope(Shape::high_pass, get("high_pass", "high_pass_hz"),
                  get("high_pass", "high_pass_24db") >= 0.5);
    if (get("low_pass", "low_pass_hz") < 22000)
        add_slope(Shape::low_pass, get("low_pass", "low_pass_hz"),
                  get("low_pass", "low_pass_24db") >= 0.5);
    for (const char* band : {"low", "bell1", "bell2", "bell3", "bell4", "high"}) {
        const std::string name = band;
        const bool shelf =
            (name == "low" || name == "high") && get("equalizer", name + "_bell") < 0.5;
        chain.emplace_back(!shelf          ? Shape::bell
                           : name == "low" ? Shape::low_shelf
                                           : Shape::high_shelf,
                           get("equalizer", name + "_hz"), get("equalizer", name + "_db"),
                           get("equalizer", name + "_q"), rate);
    }
    std::vector<Filter> sides[2] = {chain, chain};
    const double trim =
        signals::amplitude(get("trim", "trim_db")) * (get("trim", "invert") < 0.5 ? 1 : -1);
    const double threshold = get("compressor", "threshold_db"),
                 slope = 1 - 1 / get("compressor", "ratio");
    const double knee = get("compressor", "knee_db"),
                 makeup = slope > 0 ? get("compressor", "makeup_db") : 0;
    const auto share = [rate](double ms) { return 1 - std::exp(-1000 / (ms * rate)); };
    const double attack = share(get("compressor", "attack_ms")),
                 release = share(get("compressor", "release_ms"));
    const double angle = (get("pan", "position") + 1) * std::numbers::pi / 4;
    const double fader = signals::amplitude(get("fader", "fader_db"));
    const double pan[2] = {std::sqrt(2) * std::cos(angle), std::sqrt(2) * std::sin(angle)};
    double reduction = 0;
    StereoDouble out;
    for (std::size_t n = 0; n < left.size(); ++n) {
        double x[2] = {trim * left[n], trim * right[n]};
        for (int side = 0; side < 2; ++side)
            for (Filter& filter : sides[side]) x[side] = filter(x[side]);
        const double level = std::max({std::fabs(x[0]), std::fabs(x[1]), 1e-30});
        const double over = 20 * std::log10(level) - threshold;
        double wanted = std::max(0.0, slope * over);
        if (std::fabs(over) < knee / 2) wanted = slope * std::pow(over + knee / 2, 2) / (2 * knee);
        reduction += (wanted > reduction ? attack : release) * (wanted - reduction);
        const double gain = signals::amplitude(makeup - reduction);
        for (int side = 0; side < 2; ++side) x[side] *= gain * pan[side] * fader;
        out.left.push_back(x[0]);
        out.right.push_back(x[1]);
    }
    return out;
}

}  // namespace mixfarm::oracle
