/// The master's look-ahead true-peak limiter: peaks between the samples stay under the ceiling for
/// everything below 0.4 of the sample rate (checked against 16 times oversampling); above that the
/// detector's filter rolls off, and bursts of noise up to Nyquist can exceed it between the samples
/// by 2.5 dB, where meters of four times oversampling still read less than it.
///
/// True peak of the input (true_peak.h) -> sliding maximum over the look-ahead -> gain that brings
/// it under the ceiling -> release -> box average over the look-ahead, which reaches the wanted
/// gain exactly when the peak arrives. The sliding maximum is van Herk's and Gil and Werman's
/// (three comparisons a sample whatever the window); the box sums use the same block scheme, so
/// that nothing drifts. Every step is exact for any tile size.
#pragma once

#include <cmath>

#include "kernels/meters/true_peak.h"

namespace mixfarm {

struct LimiterSetup {
    int latency;      ///< frames between input and output
    int box, window;  ///< lengths of the average and of the sliding maximum
    float ceiling;    ///< linear
    float release;    ///< share of the way back covered in one sample
    float inverse_box;
};

namespace limiter {

inline constexpr double kReleaseMs = 80;
/// The detector's ripple near Nyquist and the interpolation of a moving gain stay inside this
/// margin.
inline constexpr double kMarginDb = 0.15;
inline constexpr int kGuard = 2;  ///< frames around a peak that get its gain in full
inline constexpr int kMaxLatency = 512;

/// `latency` is one tile of the engine (2.5 to 3.33 ms).
inline LimiterSetup setup(double rate, int latency, double ceiling_dbtp) {
    LimiterSetup c;
    c.latency = latency;
    c.box = latency - oversampling::kDelay - kGuard + 1;
    c.window = c.box + 2 * kGuard;
    c.ceiling = static_cast<float>(std::pow(10.0, (ceiling_dbtp - kMarginDb) / 20));
    c.release = static_cast<float>(-std::expm1(-1000.0 / (kReleaseMs * rate)));
    c.inverse_box = 1.f / static_cast<float>(c.box);
    return c;
}

}  // namespace limiter

/// Running maximum or sum over the last `length` values, in blocks: suffixes of the last block meet
/// prefixes of this one.
template <class F>
struct SlidingBlock {
    F values[limiter::kMaxLatency];
    F suffix[limiter::kMaxLatency + 1];
    F prefix;
    int at;

    template <class Join>
    MF_HD F push(F x, int length, Join join) {
        values[at] = x;
        prefix = join(prefix, x);
        const F out = join(suffix[at + 1], prefix);
        if (++at == length) {
            F running = F(0.f);
            suffix[length] = running;
            for (int i = length - 1; i >= 0; --i) suffix[i] = running = join(values[i], running);
            prefix = F(0.f);
            at = 0;
        }
        return out;
    }
};

/// All zero = at rest: gain 1. About 6 * kMaxLatency lanes.
template <class F>
struct LimiterState {
    F history_left[oversampling::kHistory], history_right[oversampling::kHistory];
    SlidingBlock<F> peak, reduction;
    F held;  ///< 1 - gain behind the release
    F delayed_left[limiter::kMaxLatency], delayed_right[limiter::kMaxLatency];
    int at;
};

/// One tile in place: `gain` first, then the limiter; what comes out is what went in c.latency
/// frames before.
template <class F>
MF_HD void limit(const LimiterSetup& c, LimiterState<F>& s, F gain, F* left, F* right, int frames) {
    constexpr int kHistory = oversampling::kHistory, kBlock = 32;
    const auto larger = [](F a, F b) { return max_(a, b); };
    const auto sum = [](F a, F b) { return a + b; };
    F l[kHistory + kBlock], r[kHistory + kBlock];
    for (int start = 0; start < frames; start += kBlock) {
        const int count = frames - start < kBlock ? frames - start : kBlock;
        for (int i = 0; i < kHistory; ++i) l[i] = s.history_left[i], r[i] = s.history_right[i];
        for (int i = 0; i < count; ++i) {
            l[kHistory + i] = left[start + i] * gain;
            r[kHistory + i] = right[start + i] * gain;
        }
        for (int i = 0; i < count; ++i) {
            const F now = max_(oversampling::peak(l + i), oversampling::peak(r + i));
            const F highest = max_(s.peak.push(now, c.window, larger), F(c.ceiling));
            const F wanted = F(1.f) - F(c.ceiling) / highest;
            s.held = max_(wanted, fma_(F(c.release), wanted - s.held, s.held));
            const F average = s.reduction.push(s.held, c.box, sum) * F(c.inverse_box);
            const F through = F(1.f) - average;
            const F out_left = s.delayed_left[s.at], out_right = s.delayed_right[s.at];
            s.delayed_left[s.at] = l[kHistory + i];
            s.delayed_right[s.at] = r[kHistory + i];
            if (++s.at == c.latency) s.at = 0;
            left[start + i] = out_left * through;
            right[start + i] = out_right * through;
        }
        for (int i = 0; i < kHistory; ++i)
            s.history_left[i] = l[count + i], s.history_right[i] = r[count + i];
    }
}

}  // namespace mixfarm
