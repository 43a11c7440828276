/// Stereo-linked downward expander and gate with hysteresis, hold and range.
///
/// The expander's static curve, the mirror of a compressor's below the threshold, is that of
/// Zoelzer, "DAFX" (2nd ed. 2011), section 4.2; hysteresis and hold are those of the noise gate in
/// Reiss and McPherson, "Audio Effects: Theory, Implementation and Application" (2015), chapter 6;
/// attack and release act on decibels, as in Giannoulis, Massberg, Reiss (JAES 60(6), 2012). Works
/// in log2 units on the peak of the louder side. At rest the gate is closed, as it is after a
/// silence.
#pragma once

#include "kernels/core/abreast.h"
#include "kernels/effects/effect.h"

namespace mixfarm {

struct Gate {
    static constexpr ParamSpec kParams[] = {
        {"range_db", "dB", 0.f, 80.f, 0.f, Scale::linear},
        {"threshold_db", "dB", -80.f, 0.f, -40.f, Scale::linear, "range_db"},
        {"ratio", ":1", 1.5f, 20.f, 10.f, Scale::log, "range_db"},
        {"hysteresis_db", "dB", 0.f, 12.f, 4.f, Scale::linear, "range_db"},
        {"attack_ms", "ms", 0.05f, 50.f, 1.f, Scale::log, "range_db"},
        {"hold_ms", "ms", 0.f, 500.f, 20.f, Scale::linear, "range_db"},
        {"release_ms", "ms", 5.f, 2000.f, 100.f, Scale::log, "range_db"},
    };
    template <class F>
    struct Coefs {
        F range;             ///< log2 units
        F opening, closing;  ///< thresholds, log2 units
        F slope, offset;     ///< openness of the closed gate: slope level + offset, cut to [0, 1]
        F attack, release;   ///< share of the way covered in one sample
        F hold;  ///< frames that the gate counts as open after a loud one, that included
    };
    template <class F>
    struct State {
        F open;  ///< 0: attenuates by the whole range; 1: lets through
        F left;  ///< frames of `hold` left; the gate is open while there are any
    };

    static Coefs<float> design(const float* p, double rate) {
        const double to_log2 = 1 / (20 * std::log10(2.0));
        // The slope only has to be finite where there is nothing to attenuate.
        const double slope = (p[2] - 1.0) / (std::fmax(p[0], 0.01) * to_log2);
        const auto share = [rate](double ms) {
            return static_cast<float>(-std::expm1(-1000.0 / (ms * rate)));
        };
        return {.range = static_cast<float>(p[0] * to_log2),
                .opening = static_cast<float>(p[1] * to_log2),
                .closing = static_cast<float>((p[1] - p[3]) * to_log2),
                .slope = static_cast<float>(slope),
                .offset = static_cast<float>(1 - slope * p[1] * to_log2),
                .attack = share(p[4]),
                .release = share(p[6]),
                .hold = static_cast<float>(1 + std::round(p[5] * rate / 1000))};
    }

    template <class F>
    MF_HD static void run(const Coefs<F>& coefs, State<F>& s, const Tile<F>& tile) {
        const Coefs<F> c = coefs;
        const F zero = F(0.f), one = F(1.f);
        F* const left = tile.left;
        F* const right = tile.right;
        F open = s.open, frames_left = s.left;
        each_frame<F>(
            tile.frames,
            [&]<class G>(int first) {
                G level;
                in_turn(level, first,
                        [&](F& x, int n) { x = max_(abs_(left[n]), abs_(right[n])); });
                return log2_(level);
            },
            [&](F& x, int) {
                const F threshold = where_less(zero, frames_left, c.closing, c.opening);
                frames_left = where_less(x, threshold, max_(frames_left - one, zero), c.hold);
                const F closed = min_(max_(fma_(c.slope, x, c.offset), zero), one);
                const F wanted = where_less(zero, frames_left, one, closed);
                open = fma_(where_less(open, wanted, c.attack, c.release), wanted - open, open);
                x = fma_(c.range, open, -c.range);
            },
            [&]<class G>(G x, int first) {
                x = exp2_(x);
                in_turn(x, first, [&](F& gain, int n) {
                    left[n] = left[n] * gain;
                    right[n] = right[n] * gain;
                });
            });
        s.open = open, s.left = frames_left;
    }

    /// Output level of a closed gate for a steady input level, both in dB.
    static double closed_curve_db(const float* p, double in_db) {
        return in_db - std::fmin(p[0], (p[2] - 1.0) * std::fmax(p[1] - in_db, 0));
    }
};

}  // namespace mixfarm
