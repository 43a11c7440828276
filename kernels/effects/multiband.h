/// Three-band compressor for the master: Linkwitz-Riley crossovers of 24 dB an octave whose bands
/// sum flat, a stereo-linked compressor for each band, and a parallel mix.
///
/// Crossovers: a low-pass is two second-order Butterworth low-passes one after the other, and what
/// is left of the second-order allpass to which both sides sum is the high-pass (Linkwitz, "Active
/// crossover networks for noncoincident drivers", JAES 24(1), 1976, with Riley's squared
/// Butterworth filters). Taken as that difference the sum is flat by construction, whatever the
/// coefficients' rounding. The upper split turns the phase of middle and high together; the low
/// band gets the same allpass, so that all three sum to one allpass (D'Appolito, "Active
/// realization of multiway all-pass crossover systems", JAES 35(4), 1987, of work shown in 1984).
///
/// Gain computer and ballistics of each band are those of compressor.h; the level is the peak held
/// over half a period of the band's lower edge (40 Hz for the low band), so that gains do not
/// ripple with the waveform. `mix` is the share of the compressed bands beside the same bands
/// uncompressed: no phase lies between them. At mix 0 the effect is out of the way, phase included.
#pragma once

#include <complex>

#include "kernels/core/state_variable.h"
#include "kernels/effects/effect.h"

namespace mixfarm {

struct Multiband {
    static constexpr double kLowestHz = 40;
    static constexpr ParamSpec kParams[] = {
        {"mix", "", 0.f, 1.f, 0.f, Scale::linear},
        {"low_hz", "Hz", 60.f, 500.f, 150.f, Scale::log, "mix"},
        {"high_hz", "Hz", 1000.f, 8000.f, 3000.f, Scale::log, "mix"},
        {"low_threshold_db", "dB", -60.f, 0.f, -24.f, Scale::linear, "mix"},
        {"low_ratio", ":1", 1.f, 8.f, 2.f, Scale::log, "mix"},
        {"low_makeup_db", "dB", -6.f, 6.f, 0.f, Scale::linear, "mix"},
        {"mid_threshold_db", "dB", -60.f, 0.f, -24.f, Scale::linear, "mix"},
        {"mid_ratio", ":1", 1.f, 8.f, 2.f, Scale::log, "mix"},
        {"mid_makeup_db", "dB", -6.f, 6.f, 0.f, Scale::linear, "mix"},
        {"high_threshold_db", "dB", -60.f, 0.f, -24.f, Scale::linear, "mix"},
        {"high_ratio", ":1", 1.f, 8.f, 2.f, Scale::log, "mix"},
        {"high_makeup_db", "dB", -6.f, 6.f, 0.f, Scale::linear, "mix"},
        {"attack_ms", "ms", 1.f, 200.f, 20.f, Scale::log, "mix"},
        {"release_ms", "ms", 20.f, 1000.f, 200.f, Scale::log, "mix"},
        {"knee_db", "dB", 0.f, 24.f, 6.f, Scale::linear, "mix"},
    };
    template <class F>
    struct BandCoefs {
        F threshold, slope, makeup;  ///< log2 units, 1 - 1/ratio, log2 units
        F hold;                      ///< frames
    };
    template <class F>
    struct Coefs {
        state_variable::Coefs<F> low, high;  ///< the two crossovers
        BandCoefs<F> band[3];
        F half_knee, knee_scale;  ///< log2 units, 1 / (2 knee) or 0 for a hard knee
        F attack, release;        ///< share of the way covered in one sample
        F mix, active;            ///< active: 0 where mix is 0, else 1
    };
    template <class F>
    struct Side {
        state_variable::State<F> low_first, low_second, high_first, high_second, turn;
    };
    template <class F>
    struct BandState {
        HeldPeak<F> peak;
        F reduction;  ///< log2 units, >= 0
    };
    template <class F>
    struct State {
        Side<F> left, right;
        BandState<F> band[3];
    };

    static Coefs<float> design(const float* p, double rate) {
        const double to_log2 = 1 / (20 * std::log10(2.0)), knee = p[14] * to_log2;
        const auto share = [rate](double ms) {
            return static_cast<float>(-std::expm1(-1000.0 / (ms * rate)));
        };
        Coefs<float> c;
        c.low = state_variable::design(p[1], std::numbers::sqrt2, rate);
        c.high = state_variable::design(p[2], std::numbers::sqrt2, rate);
        const double lower_edge_hz[] = {kLowestHz, p[1], p[2]};
        for (int b = 0; b < 3; ++b) {
            const float* q = p + 3 + 3 * b;
            c.band[b] = {static_cast<float>(q[0] * to_log2), static_cast<float>(1 - 1.0 / q[1]),
                         static_cast<float>(q[2] * to_log2),
                         HeldPeak<float>::frames(lower_edge_hz[b], rate)};
        }
        c.half_knee = static_cast<float>(knee / 2);
        c.knee_scale = static_cast<float>(knee > 0 ? 1 / (2 * knee) : 0.0);
        c.attack = share(p[12]);
        c.release = share(p[13]);
        c.mix = p[0];
        c.active = p[0] > 0 ? 1.f : 0.f;
        return c;
    }

    /// What a split leaves below its corner; `x` becomes what lies above.
    template <class F>
    MF_HD static F split(F& x, const state_variable::Coefs<F>& c, state_variable::State<F>& first,
                         state_variable::State<F>& second) {
        const auto one = state_variable::filter(x, c, first);
        const F below = state_variable::filter(one.low, c, second).low;
        x = allpass(x, one.band) - below;
        return below;
    }
    /// (s^2 - k s + 1) / (s^2 + k s + 1) from the band-pass.
    template <class F>
    MF_HD static F allpass(F x, F band) {
        return fma_(F(-2.82842712f), band, x);
    }
    template <class F>
    MF_HD static void bands(F x, const Coefs<F>& c, Side<F>& s, F& low, F& mid, F& high) {
        low = split(x, c.low, s.low_first, s.low_second);
        low = allpass(low, state_variable::filter(low, c.high, s.turn).band);
        mid = split(x, c.high, s.high_first, s.high_second);
        high = x;
    }
    /// Share of the band that comes out: 1 + mix (gain - 1).
    template <class F>
    MF_HD static F gain(F left, F right, const Coefs<F>& c, const BandCoefs<F>& band,
                        BandState<F>& s) {
        const F level = s.peak.push(max_(abs_(left), abs_(right)), band.hold);
        const F over = log2_(level) - band.threshold;
        const F in_knee = min_(max_(over + c.half_knee, F(0.f)), c.half_knee + c.half_knee);
        const F above = max_(over - c.half_knee, F(0.f));
        const F wanted = band.slope * fma_(c.knee_scale, in_knee * in_knee, above);
        const F gap = wanted - s.reduction;
        const F rate = where_less(F(0.f), gap, c.attack, c.release);
        s.reduction = fma_(rate, gap, s.reduction);
        return fma_(c.mix, exp2_(band.makeup - s.reduction) - F(1.f), F(1.f));
    }
    template <class F>
    MF_HD static void step(const Coefs<F>& c, State<F>& s, F& left, F& right) {
        F l[3], r[3];
        bands(left, c, s.left, l[0], l[1], l[2]);
        bands(right, c, s.right, r[0], r[1], r[2]);
        F sum_left = F(0.f), sum_right = F(0.f);
        MF_UNROLL
        for (int b = 0; b < 3; ++b) {
            const F g = gain(l[b], r[b], c, c.band[b], s.band[b]);
            sum_left = fma_(g, l[b], sum_left);
            sum_right = fma_(g, r[b], sum_right);
        }
        left = fma_(c.active, sum_left - left, left);
        right = fma_(c.active, sum_right - right, right);
    }

    /// Below all thresholds: the bands with their make-up.
    static double response_db(const Coefs<float>& c, double hz, double rate) {
        if (c.active == 0) return 0;
        const double t = std::tan(std::numbers::pi * std::fmin(hz, 0.4999 * rate) / rate);
        const auto parts = [t](const state_variable::Coefs<float>& f, std::complex<double>& below,
                               std::complex<double>& turned) {
            const std::complex<double> s{0, t * f.a / f.c};
            const std::complex<double> d = s * s + std::numbers::sqrt2 * s + 1.0;
            below = 1.0 / (d * d);
            turned = (s * s - std::numbers::sqrt2 * s + 1.0) / d;
        };
        std::complex<double> low, low_turned, mid, high_turned, sum;
        parts(c.low, low, low_turned);
        parts(c.high, mid, high_turned);
        const std::complex<double> upper = low_turned - low;
        const std::complex<double> band[] = {low * high_turned, upper * mid,
                                             upper * (high_turned - mid)};
        for (int b = 0; b < 3; ++b)
            sum += (1 + double(c.mix) * (std::exp2(double(c.band[b].makeup)) - 1)) * band[b];
        return 20 * std::log10(std::abs(sum) + 1e-30);
    }
};

}  // namespace mixfarm
