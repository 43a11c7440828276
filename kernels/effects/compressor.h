/// Stereo-linked feed-forward compressor: soft knee, true attack and release, peak or RMS
/// detection, high-passed side-chain, key from another stem, parallel mix.
///
/// Gain computer and branching ballistics in the log domain as in Giannoulis, Massberg, Reiss,
/// "Digital dynamic range compressor design" (JAES 60(6), 2012): level -> static curve -> attack
/// while the wanted reduction grows, release while it shrinks. Works in log2 units; one log2 and
/// one exp2 a frame.
#pragma once

#include "kernels/core/abreast.h"
#include "kernels/effects/effect.h"

namespace mixfarm {

struct Compressor {
    static constexpr Key kKey = Key::duck;
    static constexpr float kNoHighPass = 20.f;
    static constexpr double kAverageMs = 10;  ///< time constant of the mean square under `rms`
    static constexpr ParamSpec kParams[] = {
        {"threshold_db", "dB", -60.f, 0.f, -18.f, Scale::linear, "ratio"},
        {"ratio", ":1", 1.f, 20.f, 1.f, Scale::log},
        {"attack_ms", "ms", 0.1f, 250.f, 10.f, Scale::log, "ratio"},
        {"release_ms", "ms", 5.f, 3000.f, 120.f, Scale::log, "ratio"},
        {"knee_db", "dB", 0.f, 24.f, 6.f, Scale::linear, "ratio"},
        {"makeup_db", "dB", -12.f, 24.f, 0.f, Scale::linear, "ratio"},
        {"rms", "", 0.f, 1.f, 0.f, Scale::toggle, "ratio"},
        {"mix", "", 0.f, 1.f, 1.f, Scale::linear, "ratio"},
        {"sidechain_hz", "Hz", kNoHighPass, 500.f, kNoHighPass, Scale::log, "ratio"},
        {"keyed", "", 0.f, 1.f, 0.f, Scale::toggle, "ratio"},
    };
    template <class F>
    struct Coefs {
        F slope;            ///< 1 - 1/ratio
        F offset;           ///< -slope times the level where the knee begins, log2 units
        F knee;             ///< slope times the knee's width, log2 units
        F attack, release;  ///< share of the way covered in one sample
        F makeup;           ///< log2 units
        F wet, dry;
        F rms, keyed;  ///< on above 1/2
        F average;     ///< share of the new square in the mean square
        BiquadCoefs<F> filter;
    };
    template <class F>
    struct State {
        F reduction;  ///< log2 units, >= 0
        F mean_square;
        BiquadState<F> left, right;
    };

    /// At ratio 1 all knobs rest: that is what lets a job leave them anywhere.
    static Coefs<float> design(const float* p, double rate) {
        const double to_log2 = 1 / (20 * std::log10(2.0));
        const double slope = 1 - 1.0 / p[1];
        const bool acts = p[1] != 1.f;
        const auto share = [rate](double ms) {
            return static_cast<float>(-std::expm1(-1000.0 / (ms * rate)));
        };
        const auto filter = design::high_pass(p[8], std::sqrt(0.5), rate);
        const auto on = [acts](bool knob) { return acts && knob ? 1.f : 0.f; };
        return {.slope = static_cast<float>(slope),
                .offset = static_cast<float>(-slope * (p[0] - p[4] / 2) * to_log2),
                .knee = static_cast<float>(slope * p[4] * to_log2),
                .attack = share(p[2]),
                .release = share(p[3]),
                .makeup = acts ? static_cast<float>(p[5] * to_log2) : 0.f,
                .wet = acts ? p[7] : 1.f,
                .dry = acts ? 1.f - p[7] : 0.f,
                .rms = on(p[6] > 0.5f),
                .keyed = on(p[9] > 0.5f),
                .average = share(kAverageMs),
                .filter = acts && p[8] > kNoHighPass ? filter : design::off(filter)};
    }

    /// Detectors that only look at the peak are the fast case.
    template <class F>
    MF_HD static void run(const Coefs<F>& c, State<F>& s, const Tile<F>& tile) {
        F* const left = tile.left;
        F* const right = tile.right;
        if (all_at_most(max_(c.rms, c.keyed), F(0.5f)) && is_identity(c.filter) &&
            at_rest(s.left) && at_rest(s.right)) {
            s.mean_square = F(0.f);
            compress(c, s, tile, [=](int n) { return max_(abs_(left[n]), abs_(right[n])); });
        } else {
            const Coefs<F> own = c;
            State<F> detector = s;
            compress(c, s, tile, [&](int n) { return detected(own, detector, tile, n); });
            s.mean_square = detector.mean_square;
            s.left = detector.left, s.right = detector.right;
        }
    }

    /// Output level for a steady input level, both in dB; the curve that it converges to.
    static double static_curve_db(const float* p, double in_db) {
        if (p[1] == 1.f) return in_db;
        const double over = in_db - p[0], slope = 1 - 1.0 / p[1], knee = p[4];
        double reduction = 0;
        if (2 * over > knee) {
            reduction = slope * over;
        } else if (knee > 0 && 2 * over > -knee) {
            reduction = slope * (over + knee / 2) * (over + knee / 2) / (2 * knee);
        }
        return in_db + 20 * std::log10(1 - p[7] + p[7] * gain_of_db(p[5] - reduction));
    }
    /// The static curve in lanes: what a level in log2 units wants taken off, in the same units.
    template <class F>
    struct Curve {
        F slope, offset, knee, bend;
        MF_HD F wanted(F level) const {
            const F u = max_(fma_(slope, level, offset), F(0.f)), bent = min_(u, knee);
            return fma_(-bent, fma_(-bend, bent, F(1.f)), u);
        }
    };
    template <class F>
    MF_HD static Curve<F> curve(const F* p) {
        const F slope = F(1.f) - F(1.f) / p[1], knee = slope * F(kLog2PerDb) * p[4];
        return {slope, -slope * F(kLog2PerDb) * (p[0] - F(0.5f) * p[4]), knee,
                F(0.5f) / max_(knee, F(1e-9f))};
    }
    /// Of signals below the threshold.
    static double response_db(const Coefs<float>& c, double, double) {
        return 20 * std::log10(double(c.dry) + double(c.wet) * std::exp2(double(c.makeup)));
    }

private:
    /// `level(n)`: what the detector sees, called frame by frame.
    template <class F, class Level>
    MF_HD static void compress(const Coefs<F>& c, State<F>& s, const Tile<F>& tile,
                               const Level& level) {
        F* const left = tile.left;
        F* const right = tile.right;
        // The mean square's logarithm counts half.
        const F slope = c.slope * where_less(F(0.5f), c.rms, F(0.5f), F(1.f));
        const F offset = c.offset, knee = c.knee, bend = F(0.5f) / max_(c.knee, F(1e-9f));
        const F attack = c.attack, release = c.release;
        const F makeup = c.makeup, wet = c.wet, dry = c.dry;
        F reduction = s.reduction;
        each_frame<F>(
            tile.frames,
            // u is what the ratio's line takes off, drawn from where the knee begins; inside the
            // knee it is bent to u^2 / (2 knee), above it that is u - knee / 2.
            [&]<class G>(int first) {
                G x;
                in_turn(x, first, [&](F& one, int n) { one = level(n); });
                const G u = max_(fma_(G(slope), log2_(x), G(offset)), G(0.f));
                const G bent = min_(u, G(knee));
                return fma_(-bent, fma_(-G(bend), bent, G(1.f)), u);
            },
            [&](F& x, int) {
                const F rate = where_less(reduction, x, attack, release);
                reduction = fma_(rate, x - reduction, reduction);
                x = makeup - reduction;
            },
            [&]<class G>(G x, int first) {
                x = fma_(G(wet), exp2_(x), G(dry));
                in_turn(x, first, [&](F& gain, int n) {
                    left[n] = left[n] * gain;
                    right[n] = right[n] * gain;
                });
            });
        s.reduction = reduction;
    }

    /// The peak or the mean square of what a lane's detector listens to. A mean square that a lane
    /// does not use stays at rest, as if the lane were alone.
    template <class F>
    MF_HD static F detected(const Coefs<F>& c, State<F>& s, const Tile<F>& tile, int n) {
        const F half = F(0.5f), zero = F(0.f);
        F left = tile.left[n], right = tile.right[n];
        if (!all_at_most(c.keyed, half)) {
            const bool key = tile.key.left;
            const F l = key ? F(tile.key.left[n]) * tile.key.gain : zero;
            const F r = key ? F(tile.key.right[n]) * tile.key.gain : zero;
            left = where_less(half, c.keyed, l, left);
            right = where_less(half, c.keyed, r, right);
        }
        left = biquad(left, c.filter, s.left);
        right = biquad(right, c.filter, s.right);
        const F square = half * fma_(left, left, right * right);
        const F mean = fma_(c.average, square - s.mean_square, s.mean_square);
        s.mean_square = where_less(half, c.rms, mean, zero);
        return where_less(half, c.rms, mean, max_(abs_(left), abs_(right)));
    }
};

}  // namespace mixfarm
