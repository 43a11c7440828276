/// Dynamic equaliser: one bell whose gain follows the level inside its own band, of the stem itself
/// or of the stem that keys it, so that a voice opens a hole in the guitars only while it sounds.
///
/// y = x + (g - 1) B(x) with the band B = k s / (s^2 + k s + 1), k = 1 / q, of unit peak: gain g at
/// the centre, the identity to the bit at g = 1, and the poles stay where they are while g moves.
/// The band taken out or added is frequency / q wide (3 dB) whatever the gain; in the terms of the
/// audio-EQ cookbook it is the bell of Q = q / sqrt(g). The filter is the state-variable one with
/// trapezoidal integrators (Zavalishin, "The Art of VA Filter Design", 2012); an equaliser with
/// detector and gain law per band as in Wise, "Concept, design, and implementation of a general
/// dynamic parametric equalizer" (JAES 57(1/2), 2009).
///
/// Gain law: up to the threshold nothing; above it 3/4 dB of change for each dB, as a compressor of
/// 4:1 has, until change_db is reached; attack while the change grows, release while it shrinks.
#pragma once

#include <numbers>

#include "kernels/core/state_variable.h"
#include "kernels/effects/effect.h"

namespace mixfarm {

struct DynamicEq {
    static constexpr Key kKey = Key::unmask;
    static constexpr double kSlope = 0.75;  ///< dB of change for each dB above the threshold
    static constexpr ParamSpec kParams[] = {
        {"frequency_hz", "Hz", 60.f, 12000.f, 2500.f, Scale::log, "change_db"},
        {"change_db", "dB", -18.f, 12.f, 0.f, Scale::linear},
        {"q", "", 0.3f, 8.f, 1.f, Scale::log, "change_db"},
        {"threshold_db", "dB", -60.f, 0.f, -30.f, Scale::linear, "change_db"},
        {"attack_ms", "ms", 0.5f, 200.f, 10.f, Scale::log, "change_db"},
        {"release_ms", "ms", 10.f, 1000.f, 120.f, Scale::log, "change_db"},
        {"keyed", "", 0.f, 1.f, 0.f, Scale::toggle, "change_db"},
    };
    template <class F>
    struct Coefs {
        state_variable::Coefs<F> filter;
        F k;                 ///< 1 / q
        F threshold, limit;  ///< log2 units
        F direction;         ///< 1 a boost, -1 a cut, 0 nothing
        F attack, release;   ///< share of the way covered in one sample
        F hold;              ///< frames
        F keyed;             ///< 1: the key is heard, 0: the stem itself
    };
    template <class F>
    struct State {
        state_variable::State<F> left, right, key;
        HeldPeak<F> peak;
        F change;  ///< log2 units, >= 0
    };

    static Coefs<float> design(const float* p, double rate) {
        const double to_log2 = 1 / (20 * std::log10(2.0)), k = 1.0 / p[2];
        const auto share = [rate](double ms) {
            return static_cast<float>(-std::expm1(-1000.0 / (ms * rate)));
        };
        return {state_variable::design(p[0], k, rate),
                static_cast<float>(k),
                static_cast<float>(p[3] * to_log2),
                static_cast<float>(std::fabs(p[1]) * to_log2),
                p[1] > 0 ? 1.f : (p[1] < 0 ? -1.f : 0.f),
                share(p[4]),
                share(p[5]),
                HeldPeak<float>::frames(p[0], rate),
                p[6] < 0.5f ? 0.f : 1.f};
    }
    /// Keys are heard in mono. The key's filter runs only where a lane listens: the toggle cannot
    /// be automated, so no lane ever meets a filter that was left standing.
    template <class F>
    MF_HD static void run(const Coefs<F>& coefs, State<F>& state, const Tile<F>& tile) {
        const Coefs<F> c = coefs;
        State<F> s = state;
        F* const left = tile.left;
        F* const right = tile.right;
        const bool keyed = !all_at_most(c.keyed, F(0.f));
        for (int n = 0; n < tile.frames; ++n) {
            const F l = c.k * state_variable::filter(left[n], c.filter, s.left).band;
            const F r = c.k * state_variable::filter(right[n], c.filter, s.right).band;
            F level = max_(abs_(l), abs_(r));
            if (keyed) {
                const F key = state_variable::filter(tile.key.mono(n), c.filter, s.key).band;
                level = fma_(c.keyed, abs_(c.k * key) - level, level);
            }
            const F over = log2_(s.peak.push(level, c.hold)) - c.threshold;
            const F wanted = min_(max_(F(float(kSlope)) * over, F(0.f)), c.limit);
            const F gap = wanted - s.change;
            const F rate = where_less(F(0.f), gap, c.attack, c.release);
            s.change = min_(fma_(rate, gap, s.change), c.limit);
            const F more = exp2_(c.direction * s.change) - F(1.f);
            left[n] = fma_(more, l, left[n]);
            right[n] = fma_(more, r, right[n]);
        }
        state = s;
    }
};

}  // namespace mixfarm
