/// The whole channel strip as a plain loop over samples in double: no lanes, no tiles, no code of
/// the kernels; settings are read by name.
#pragma once

#include <cmath>
#include <complex>
#include <numbers>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernels/engine.h"
#include "tests/support/filter_oracle.h"
#include "tests/support/signals.h"

namespace mixfarm::oracle {

/// Cookbook biquad in direct form I.
class Filter {
public:
    Filter(Shape shape, double hz, double db, double q, double rate) {
        const double pi = std::numbers::pi, w = 2 * pi * hz / rate;
        const double c = std::cos(w), alpha = std::sin(w) / (2 * q), a = std::pow(10.0, db / 40);
        const double r = 2 * std::sqrt(a) * alpha;
        switch (shape) {
            case Shape::bell:
                set(1 + alpha * a, -2 * c, 1 - alpha * a, 1 + alpha / a, -2 * c, 1 - alpha / a);
                break;
            case Shape::low_shelf:
                set(a * (a + 1 - (a - 1) * c + r), 2 * a * (a - 1 - (a + 1) * c),
                    a * (a + 1 - (a - 1) * c - r), a + 1 + (a - 1) * c + r,
                    -2 * (a - 1 + (a + 1) * c), a + 1 + (a - 1) * c - r);
                break;
            case Shape::high_shelf:
                set(a * (a + 1 + (a - 1) * c + r), -2 * a * (a - 1 + (a + 1) * c),
                    a * (a + 1 + (a - 1) * c - r), a + 1 - (a - 1) * c + r,
                    2 * (a - 1 - (a + 1) * c), a + 1 - (a - 1) * c - r);
                break;
            case Shape::high_pass:
                set((1 + c) / 2, -(1 + c), (1 + c) / 2, 1 + alpha, -2 * c, 1 - alpha);
                break;
            case Shape::low_pass:
                set((1 - c) / 2, 1 - c, (1 - c) / 2, 1 + alpha, -2 * c, 1 - alpha);
                break;
        }
    }
    double operator()(double x) {
        const double y = b_[0] * x + b_[1] * x1_ + b_[2] * x2_ - a_[0] * y1_ - a_[1] * y2_;
        x2_ = x1_, x1_ = x, y2_ = y1_, y1_ = y;
        return y;
    }

private:
    void set(double b0, double b1, double b2, double a0, double a1, double a2) {
        b_[0] = b0 / a0, b_[1] = b1 / a0, b_[2] = b2 / a0, a_[0] = a1 / a0, a_[1] = a2 / a0;
    }
    double b_[3], a_[2], x1_ = 0, x2_ = 0, y1_ = 0, y2_ = 0;
};

struct StereoDouble {
    std::vector<double> left, right;
};

/// `row` as strip_param_count() settings.
inline StereoDouble strip(const signals::Samples& left, const signals::Samples& right,
                          const float* row, double rate) {
    const auto get = [row](const char* effect, const std::string& param) -> double {
        const int i = strip_param_index(effect, param);
        if (i < 0) throw std::runtime_error("no parameter " + param);
        return row[i];
    };
    std::vector<Filter> chain;
    if (get("high_pass", "high_pass_hz") > 10)
        chain.emplace_back(Shape::high_pass, get("high_pass", "high_pass_hz"), 0, std::sqrt(0.5),
                           rate);
    if (get("low_pass", "low_pass_hz") < 22000)
        chain.emplace_back(Shape::low_pass, get("low_pass", "low_pass_hz"), 0, std::sqrt(0.5),
                           rate);
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
    const double trim = signals::amplitude(get("trim", "trim_db"));
    const double threshold = get("compressor", "threshold_db"),
                 slope = 1 - 1 / get("compressor", "ratio");
    const double knee = get("compressor", "knee_db"), makeup = get("compressor", "makeup_db");
    const auto share = [rate](double ms) { return 1 - std::exp(-1000 / (ms * rate)); };
    const double attack = share(get("compressor", "attack_ms")),
                 release = share(get("compressor", "release_ms"));
    const double drive = signals::amplitude(get("saturator", "drive_db")),
                 mix = get("saturator", "mix");
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
        for (int side = 0; side < 2; ++side) {
            const double y = gain * x[side];
            x[side] = ((1 - mix) * y + mix * std::tanh(drive * y) / drive) * pan[side] * fader;
        }
        out.left.push_back(x[0]);
        out.right.push_back(x[1]);
    }
    return out;
}

}  // namespace mixfarm::oracle
