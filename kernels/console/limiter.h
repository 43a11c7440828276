/// The master's look-ahead true-peak limiter: never over its ceiling.
///
/// "Over" is what a meter reads above the ceiling in the output, between the samples too. For sound
/// up to 0.45 of the rate the limiter keeps under the ceiling by any long oversampling filter; for
/// sound up to Nyquist by the sample peak, by meters of four times oversampling (BS.1770-5 Annex 2,
/// libebur128, true_peak.h) and by sixteen times oversampling with 128 taps (Kaiser, beta 12:
/// flat to 0.47 of the rate, half at Nyquist); the test measures it. No limiter can promise more:
/// the peaks of an ideal band limit at Nyquist itself are unbounded, and a reference of 512 taps
/// reads tones above 0.48 of the rate up to 1.7 dB higher.
///
/// Peaks between the samples (peak_search.h) -> gain that brings them under the ceiling -> sliding
/// maximum of the reduction over the look-ahead -> release -> box average over the look-ahead,
/// which reaches the wanted gain exactly when the peak arrives. The sliding maximum is van Herk's
/// (1992) and Gil and Werman's (1993): three comparisons a sample whatever the window; the box sums
/// use the same block scheme, so that nothing drifts. Every step is exact for any tile size.
///
/// The release heads for the reduction that is wanted now, not for none: between the peaks of a low
/// tone it moves less, and distorts less.
///
/// Work that cannot matter is left out, to the same bits: the search where the samples' own bound
/// (kBend) keeps below the ceiling, the sliding maximum where it is empty, the gain where it is 1.
#pragma once

#include <cmath>

#include "kernels/console/peak_search.h"
#include "kernels/effects/effect.h"

namespace mixfarm {

struct LimiterSetup {
    int latency;      ///< frames between input and output
    int box, window;  ///< lengths of the average and of the sliding maximum
    float ceiling;    ///< linear
    float release;    ///< share of the way back covered in one frame
    float rest;       ///< what one frame of release goes beyond that
    float inverse_box;
};

namespace limiter {

inline constexpr double kReleaseMs = 80;
/// Covers the search (0.1 dB below flat, 0.15 dB between its points near Nyquist), the ripple of
/// Annex 2's filter (it reads a tone of 0.1 of the rate 0.19 dB high) and a gain that moves.
inline constexpr double kMarginDb = 0.35;
inline constexpr int kGuard = 1;  ///< frames around a peak's two samples that get its gain in full
inline constexpr int kMaxLatency = 640;  ///< 176.4 kHz has tiles of 588 frames
/// The release heads for this far beyond rest, and so arrives; less than what rounds to a gain
/// of 1.
inline constexpr double kBeyondRest = 1e-8;

/// `latency` is one tile of the engine (2.5 to 3.33 ms), at least 64 frames.
inline LimiterSetup setup(double rate, int latency, double ceiling_dbtp) {
    const double release = -std::expm1(-1000.0 / (kReleaseMs * rate));
    LimiterSetup c;
    c.latency = latency;
    c.box = latency - peak_search::kHalf - 1 - kGuard;
    c.window = c.box + 1 + 2 * kGuard;
    c.ceiling = static_cast<float>(std::pow(10.0, (ceiling_dbtp - kMarginDb) / 20));
    c.release = static_cast<float>(release);
    c.rest = static_cast<float>(-release * kBeyondRest);
    c.inverse_box = 1.f / static_cast<float>(c.box);
    return c;
}

}  // namespace limiter

/// Running maximum or sum over the last `length` values, in blocks: suffixes of the last block meet
/// prefixes of this one, which take their places one by one.
template <class F>
struct SlidingBlock {
    F prefix;
    int at;

    /// `values` [length + 1], zero at rest.
    template <class Join>
    MF_HD F push(F x, int length, Memory<F> values, Join join) {
        prefix = join(prefix, x);
        const F out = join(values[at + 1], prefix);
        values[at] = x;
        if (++at == length) {
            F running = F(0.f);
            int left = length;
            for (constexpr int kAtOnce = 8; left >= kAtOnce; left -= kAtOnce) {
                F some[kAtOnce];
                MF_UNROLL_ALWAYS
                for (int i = 0; i < kAtOnce; ++i) some[i] = values[left - 1 - i];
                MF_UNROLL_ALWAYS
                for (int i = 0; i < kAtOnce; ++i)
                    values[left - 1 - i] = running = join(some[i], running);
            }
            for (; left > 0; --left) values[left - 1] = running = join(values[left - 1], running);
            prefix = F(0.f);
            at = 0;
        }
        return out;
    }
    /// `count` zeros where all values are zero.
    MF_HD void skip(int count, int length) { at = (at + count) % length; }
};

/// From the reduction that every frame wants to the one it gets. All zero = at rest.
template <class F>
struct GainRide {
    SlidingBlock<F> peak, reduction;
    F held;      ///< 1 - gain behind the release
    int ahead;   ///< frames until the sliding maximum is surely empty
    int acting;  ///< frames until the gain is surely 1

    MF_HD static int memory_frames(const LimiterSetup& c) { return c.window + 1 + c.box + 1; }

    /// The reductions that `count` frames want, 0 to 1, at most a block of the search at once,
    /// become those that the frames c.latency earlier get. False: none of them gets any.
    MF_HD bool run(const LimiterSetup& c, Memory<F> memory, F* wanted, int count, bool quiet) {
        constexpr int kBlock = peak_search::kBlock;
        const Memory<F> peaks = memory, reductions = memory.from(c.window + 1);
        if (!quiet) ahead = c.window + kBlock;
        if (ahead > 0) {
            for (int i = 0; i < count; ++i)
                wanted[i] =
                    peak.push(wanted[i], c.window, peaks, [](F a, F b) { return max_(a, b); });
            ahead -= count;
            acting = c.box + kBlock;
        } else {
            peak.skip(count, c.window);
        }
        if (acting <= 0) {
            reduction.skip(count, c.box);
            return false;
        }
        if (!all_at_most(held, F(0.f))) acting = c.box + kBlock;
        for (int i = 0; i < count; ++i) {
            held = max_(wanted[i], fma_(F(c.release), wanted[i] - held, held + F(c.rest)));
            wanted[i] = reduction.push(held, c.box, reductions, [](F a, F b) { return a + b; }) *
                        F(c.inverse_box);
        }
        acting -= count;
        return true;
    }
};

/// All zero = at rest: gain 1. About 4 * kMaxLatency lanes.
template <class F>
struct LimiterState {
    static constexpr int kEarly = peak_search::kReach;
    /// The last c.latency frames in a ring behind the kEarly frames that come before its start.
    F left[kEarly + limiter::kMaxLatency + peak_search::kGroup];
    F right[kEarly + limiter::kMaxLatency + peak_search::kGroup];
    F bend[limiter::kMaxLatency / peak_search::kBlock];  ///< largest second difference, by block
    F memory[2 * limiter::kMaxLatency];                  ///< of the ride
    peak_search::Carry<F> left_carry, right_carry;
    GainRide<F> ride;
    int at;     ///< place in the ring
    int known;  ///< was the frame before this one searched?
};

namespace limiter {

/// Do points up to `bound` stay below the ceiling in every lane?
template <class F>
MF_HD bool quiet(const LimiterSetup& c, F bound) {
    return all_at_most(bound, F(0.99999f * c.ceiling));
}
/// Share to take away where the sound rises to `highest`, which is the ceiling at least.
template <class F>
MF_HD F wanted_reduction(const LimiterSetup& c, F highest) {
    return F(1.f) - F(c.ceiling) / highest;
}

/// A bound on the second differences of the block at s.at and of the kEarly frames before it.
template <class F>
MF_HD F most_bent(const LimiterState<F>& s, int latency) {
    constexpr int kBlock = peak_search::kBlock;
    const int last = (latency - 1) / kBlock;
    int block = s.at / kBlock;
    F most = s.bend[block];
    for (int rest = LimiterState<F>::kEarly - s.at % kBlock; rest > 0;) {
        rest -= block == 0 ? latency - last * kBlock : kBlock;
        block = block == 0 ? last : block - 1;
        most = max_(most, s.bend[block]);
    }
    return most;
}

/// Puts `count` frames into the ring and what they replace into their place. The bound on all
/// points of this block's search.
template <class F>
MF_HD F swap_in(LimiterState<F>& s, int latency, F gain, F* left, F* right, int count) {
    constexpr int kHalf = peak_search::kHalf, kEarly = LimiterState<F>::kEarly;
    F* const l = s.left + kEarly + s.at;
    F* const r = s.right + kEarly + s.at;
    F& bend = s.bend[s.at / peak_search::kBlock];
    F bent = s.at % peak_search::kBlock == 0 ? F(0.f) : bend, near = F(0.f);
    for (int i = 0; i < count; ++i) {
        const F old_left = l[i], old_right = r[i];
        l[i] = left[i] * gain;
        r[i] = right[i] * gain;
        left[i] = old_left;
        right[i] = old_right;
        bent = max_(bent, max_(abs_(fma_(F(-2.f), l[i - 1], l[i] + l[i - 2])),
                               abs_(fma_(F(-2.f), r[i - 1], r[i] + r[i - 2]))));
    }
    for (int i = -kHalf - 2; i < count - kHalf - 1; ++i)
        near = max_(near, max_(abs_(l[i]), abs_(r[i])));
    bend = bent;
    return fma_(F(peak_search::kBend), most_bent(s, latency), near);
}

}  // namespace limiter

/// One tile in place: `gain` first, then the limiter; what comes out is what went in c.latency
/// frames before.
template <class F>
MF_HD void limit(const LimiterSetup& c, LimiterState<F>& s, F gain, F* left, F* right, int frames) {
    constexpr int kBlock = peak_search::kBlock, kEarly = LimiterState<F>::kEarly;
    for (int start = 0, count; start < frames; start += count) {
        count = kBlock - s.at % kBlock;
        if (count > frames - start) count = frames - start;
        if (count > c.latency - s.at) count = c.latency - s.at;
        F* const l = left + start;
        F* const r = right + start;
        const F bound = limiter::swap_in(s, c.latency, gain, l, r, count);
        const bool quiet = limiter::quiet(c, bound);
        F wanted[kBlock];
        if (quiet) {
            for (int i = 0; i < count; ++i) wanted[i] = F(0.f);
        } else {
            for (int i = 0; i < count; ++i) wanted[i] = F(c.ceiling);
            const bool known = s.known != 0;
            peak_search::search(s.left_carry, known, s.left + kEarly + s.at, count, wanted);
            peak_search::search(s.right_carry, known, s.right + kEarly + s.at, count, wanted);
            for (int i = 0; i < count; ++i) wanted[i] = limiter::wanted_reduction(c, wanted[i]);
        }
        s.known = quiet ? 0 : 1;
        if (s.ride.run(c, {s.memory}, wanted, count, quiet)) {
            for (int i = 0; i < count; ++i) {
                l[i] = l[i] * (F(1.f) - wanted[i]);
                r[i] = r[i] * (F(1.f) - wanted[i]);
            }
        }
        s.at += count;
        if (s.at < c.latency) continue;
        s.at = 0;
        for (int i = 0; i < kEarly; ++i) {
            s.left[i] = s.left[i + c.latency];
            s.right[i] = s.right[i + c.latency];
        }
    }
}

}  // namespace mixfarm
