/// Stereo-linked feed-forward compressor with soft knee and true attack and release.
///
/// Gain computer and branching ballistics in the log domain as in Giannoulis, Massberg, Reiss,
/// "Digital dynamic range compressor design" (JAES 60(6), 2012): peak level of the louder side ->
/// static curve -> attack while the wanted reduction grows, release while it shrinks. Works in log2
/// units; one log2 and one exp2 a frame.
#pragma once

#include "kernels/effects/effect.h"

namespace mixfarm {

struct Compressor {
    static constexpr ParamSpec kParams[] = {
        {"threshold_db", "dB", -60.f, 0.f, -18.f, Scale::linear},
        {"ratio", ":1", 1.f, 20.f, 1.f, Scale::log},
        {"attack_ms", "ms", 0.1f, 250.f, 10.f, Scale::log},
        {"release_ms", "ms", 5.f, 3000.f, 120.f, Scale::log},
        {"knee_db", "dB", 0.f, 24.f, 6.f, Scale::linear},
        {"makeup_db", "dB", -12.f, 24.f, 0.f, Scale::linear},
    };
    template <class F>
    struct Coefs {
        F threshold, half_knee;  ///< log2 units
        F slope;                 ///< 1 - 1/ratio
        F knee_scale;            ///< slope / (2 knee); 0 for a hard knee
        F attack, release;       ///< share of the way covered in one sample
        F makeup;                ///< log2 units
    };
    template <class F>
    struct State {
        F reduction;  ///< log2 units, >= 0
    };

    static Coefs<float> design(const float* p, double rate) {
        const double to_log2 = 1 / (20 * std::log10(2.0));
        const double slope = 1 - 1.0 / p[1];
        const double knee = p[4] * to_log2;
        const auto share = [rate](double ms) {
            return static_cast<float>(-std::expm1(-1000.0 / (ms * rate)));
        };
        return {static_cast<float>(p[0] * to_log2),
                static_cast<float>(knee / 2),
                static_cast<float>(slope),
                static_cast<float>(knee > 0 ? slope / (2 * knee) : 0.0),
                share(p[2]),
                share(p[3]),
                static_cast<float>(p[5] * to_log2)};
    }
    template <class F>
    MF_HD static void step(const Coefs<F>& c, State<F>& s, F& left, F& right) {
        const F over = log2_(max_(abs_(left), abs_(right))) - c.threshold;
        // Below the knee 0, inside it a parabola, above it a line: (over + knee/2) cut to [0, knee]
        // is the parabola's argument.
        const F in_knee = min_(max_(over + c.half_knee, F(0.f)), c.half_knee + c.half_knee);
        const F above = max_(over - c.half_knee, F(0.f));
        const F wanted = fma_(c.slope, above, c.knee_scale * (in_knee * in_knee));
        const F gap = wanted - s.reduction;
        const F rate = where_less(F(0.f), gap, c.attack, c.release);
        s.reduction = fma_(rate, gap, s.reduction);
        const F gain = exp2_(c.makeup - s.reduction);
        left = left * gain;
        right = right * gain;
    }
    /// Output level for a steady input level, both in dB; the curve the step converges to.
    static double static_curve_db(const float* p, double in_db) {
        const double over = in_db - p[0], slope = 1 - 1.0 / p[1], knee = p[4];
        double reduction = 0;
        if (2 * over > knee) {
            reduction = slope * over;
        } else if (knee > 0 && 2 * over > -knee) {
            reduction = slope * (over + knee / 2) * (over + knee / 2) / (2 * knee);
        }
        return in_db - reduction + p[5];
    }
    static double response_db(const Coefs<float>& c, double, double) {
        return double(c.makeup) * 20 * std::log10(2.0);
    }
};

}  // namespace mixfarm
