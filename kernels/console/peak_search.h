/// Finds how high a signal rises between its samples: the limiter's detector.
///
/// Points an eighth of a frame apart, by three symmetric filters: half-way points with 48 taps,
/// quarters from those with 6, eighths from those with 4. The 48 taps are a linear programme's: up
/// to 0.45 of the rate within -0.05 and +0.13 dB of flat; above, where it cannot follow a sixteen
/// times oversampled reference of 128 taps (Kaiser, beta 12), it reads up to 1.4 dB more but never
/// more than 0.39 dB less. Meters with short filters (BS.1770-5 Annex 2, libebur128, true_peak.h)
/// read other peaks than long ones where there is sound next to Nyquist; so a second set of
/// half-way points with 16 taps, and quarters from those, is looked at as well.
///
/// Every filter has a gain of 1 at DC and is symmetric. Hence a point differs from the straight
/// line between its two samples by at most kBend times the largest second difference of the samples
/// it is made of; where that bound stays low enough nobody needs to look at all.
#pragma once

#include "kernels/core/lane.h"

namespace mixfarm {

namespace peak_search {

struct Long {
    static constexpr int kTaps = 48;
    MF_HD static constexpr float tap(int i) {
        constexpr float taps[kTaps / 2] = {
            -0.00375282322f, 0.00696272403f, -0.0051812157f, 0.00644017989f, -0.00915963948f,
            0.0103682792f,   -0.0124945277f, 0.0147016961f,  -0.0170282628f, 0.0194866396f,
            -0.0220863279f,  0.0249863956f,  -0.0280190036f, 0.0313639715f,  -0.0351555459f,
            0.0395395048f,   -0.0449042171f, 0.0514273979f,  -0.0603317805f, 0.0733649507f,
            -0.0929064602f,  0.128988519f,   -0.214917049f,  0.638306618f};
        return taps[i];
    }
};
struct Short {
    static constexpr int kTaps = 16;
    MF_HD static constexpr float tap(int i) {
        constexpr float taps[kTaps / 2] = {-0.00416875631f, 0.0101561621f,  -0.0201637316f,
                                           0.036057055f,    -0.0613312796f, 0.10470105f,
                                           -0.198223576f,   0.632973075f};
        return taps[i];
    }
};

inline constexpr float kBend = 0.640073f;
inline constexpr int kBlock = 16;  ///< frames looked at together
inline constexpr int kGroup = 4;   ///< half-way points made together; their sums share what is read
inline constexpr int kHalf = Long::kTaps / 2;
inline constexpr int kBack = 4;  ///< earlier half-way points that a frame's points are made of
inline constexpr int kReach = Long::kTaps - 1 + kGroup;  ///< earlier samples a frame may ask for

/// The points half-way between x[kTaps / 2 - 1] and x[kTaps / 2] and the kCount - 1 that follow.
template <class Filter, int kCount, class F>
MF_HD void half_way(const F* x, F* out) {
    constexpr int kTaps = Filter::kTaps;
    F sum[kCount], low[kCount], high[kCount];
    MF_UNROLL_ALWAYS
    for (int k = 0; k < kCount; ++k) {
        sum[k] = F(0.f);
        low[k] = x[k];
        high[k] = x[k + kTaps - 1];
    }
    MF_UNROLL_ALWAYS
    for (int i = 0; i < kTaps / 2; i += kCount) {
        MF_UNROLL_ALWAYS
        for (int j = 0; j < kCount; ++j) {
            const F tap = F(Filter::tap(i + j));
            MF_UNROLL_ALWAYS
            for (int k = 0; k < kCount; ++k)
                sum[k] = fma_(tap, low[(k + j) % kCount] + high[(k - j + kCount) % kCount], sum[k]);
            low[j] = x[i + j + kCount];
            high[kCount - 1 - j] = x[kTaps - 2 - i - j];
        }
    }
    MF_UNROLL_ALWAYS
    for (int k = 0; k < kCount; ++k) out[k] = sum[k];
}

/// The middle of six points.
template <class F>
MF_HD F middle(F a, F b, F c, F d, F e, F f) {
    constexpr float taps[] = {0.0283278339f, -0.130562395f, 0.602234542f};
    return fma_(F(taps[2]), c + d, fma_(F(taps[1]), b + e, F(taps[0]) * (a + f)));
}
/// The middle of four points a quarter apart.
template <class F>
MF_HD F middle(F a, F b, F c, F d) {
    constexpr float taps[] = {-0.0710202679f, 0.571020246f};
    return fma_(F(taps[1]), b + c, F(taps[0]) * (a + d));
}

/// Points a quarter apart that a frame leaves to the next one.
template <class F>
struct Quarters {
    F quarter, three_quarters, short_three_quarters;
};
/// What the frame before leaves to the next one.
template <class F>
struct Carry {
    F by_long[kBack], by_short[kBack];  ///< half-way points
    Quarters<F> quarters;
};

/// The largest magnitude of the eight points after m[-2] up to m[-1]. h and g are the newest
/// half-way points, by the long and the short filter; `before` is of the frame before and becomes
/// this one's.
template <class F>
MF_HD F highest_point(Quarters<F>& before, const F* m, const F* h, const F* g) {
    const F left = m[-2], right = m[-1], half = h[-2], short_half = g[-2];
    const F q_before = before.quarter, r_before = before.three_quarters;
    const F q = middle(h[-3], left, half, right, h[-1], m[0]);
    const F r = middle(left, half, right, h[-1], m[0], h[0]);
    const F p = middle(g[-3], left, short_half, right, g[-1], m[0]);
    const F t = middle(left, short_half, right, g[-1], m[0], g[0]);
    const F a = middle(q_before, left, r_before, half), b = middle(left, r_before, half, q),
            c = middle(r_before, half, q, right), d = middle(half, q, right, r);
    const F e = max_(max_(abs_(a), abs_(b)), max_(abs_(c), abs_(d)));
    const F f = max_(max_(abs_(r_before), abs_(half)), max_(abs_(q), abs_(right)));
    const F y = max_(max_(abs_(before.short_three_quarters), abs_(short_half)), abs_(p));
    before = {q, r, t};
    return max_(e, max_(f, y));
}

inline constexpr int kLateShort = (Long::kTaps - Short::kTaps) / 2;

/// Raises highest[i] to the largest magnitude of the eight points after x[i - kHalf - 2] up to
/// x[i - kHalf - 1]; x has kReach values before and kGroup behind the block. `known`: the frame
/// before x[0] was searched as well.
template <class F>
MF_HD void search(Carry<F>& s, bool known, const F* x, int count, F* highest) {
    F long_points[kBack + kBlock + kGroup], short_points[kBack + kBlock + kGroup];
    F* const h = long_points + kBack;
    F* const g = short_points + kBack;
    for (int i = -kBack; i < 0; ++i) h[i] = s.by_long[kBack + i], g[i] = s.by_short[kBack + i];
    for (int i = known ? 0 : -kBack; i < count; i += kGroup) {
        half_way<Long, kGroup>(x + i - (Long::kTaps - 1), h + i);
        half_way<Short, kGroup>(x + i - (Long::kTaps - 1) + kLateShort, g + i);
    }
    Quarters<F> before = s.quarters;
    if (!known) highest_point(before, x - 1 - kHalf, h - 1, g - 1);
    for (int i = 0; i < count; ++i)
        highest[i] = max_(highest[i], highest_point(before, x + i - kHalf, h + i, g + i));
    s.quarters = before;
    for (int i = -kBack; i < 0; ++i)
        s.by_long[kBack + i] = h[count + i], s.by_short[kBack + i] = g[count + i];
}

/// The search of one side with all that it reaches back to at hand: for a thread's registers, which
/// no index may choose. The sound comes in pieces of at most kPiece frames; of any nine pieces in a
/// row no more than one is shorter.
template <class F>
struct Window {
    static constexpr int kPiece = 8;
    static constexpr int kBends = (kReach + kPiece - 1) / kPiece + 2, kTops = 6;

    F x[kReach];
    Carry<F> carry;
    F bends[kBends], tops[kTops];  ///< largest second difference and magnitude of the last pieces
    int known;                     ///< was the frame before this one searched?

    MF_HD void begin_piece() {
        MF_UNROLL_ALWAYS
        for (int i = kBends - 1; i > 0; --i) bends[i] = bends[i - 1];
        MF_UNROLL_ALWAYS
        for (int i = kTops - 1; i > 0; --i) tops[i] = tops[i - 1];
        bends[0] = tops[0] = F(0.f);
    }
    /// kFrames frames of the piece: all of kPiece, or one after the other. Raises highest[i] as
    /// search() does, where loud(bound on all of these points) says so.
    template <int kFrames, class Loud>
    MF_HD void advance(const F* in, F* highest, Loud loud) {
        F all[kReach + kFrames];
        MF_UNROLL_ALWAYS
        for (int i = 0; i < kReach; ++i) all[i] = x[i];
        MF_UNROLL_ALWAYS
        for (int i = 0; i < kFrames; ++i) all[kReach + i] = in[i];
        const F* const now = all + kReach;
        MF_UNROLL_ALWAYS
        for (int i = 0; i < kFrames; ++i) {
            bends[0] = max_(bends[0], abs_(fma_(F(-2.f), now[i - 1], now[i] + now[i - 2])));
            tops[0] = max_(tops[0], abs_(now[i]));
        }
        F bent = bends[0];
        MF_UNROLL_ALWAYS
        for (int i = 1; i < kBends; ++i) bent = max_(bent, bends[i]);
        // What lies kHalf + 2 to kHalf - 6 frames back.
        const F near = max_(tops[3], max_(tops[4], tops[5]));
        if (loud(fma_(F(kBend), bent, near)))
            search_now<kFrames>(now, highest);
        else
            known = 0;
        MF_UNROLL_ALWAYS
        for (int i = 0; i < kReach; ++i) x[i] = all[kFrames + i];
    }

private:
    template <int kFrames>
    MF_HD void search_now(const F* now, F* highest) {
        constexpr int kAtOnce = kFrames < kGroup ? 1 : kGroup;
        F long_points[kBack + kFrames], short_points[kBack + kFrames];
        F* const h = long_points + kBack;
        F* const g = short_points + kBack;
        if (known) {
            MF_UNROLL_ALWAYS
            for (int i = 0; i < kBack; ++i)
                long_points[i] = carry.by_long[i], short_points[i] = carry.by_short[i];
        } else {
            half_way<Long, kBack>(now - kBack - (Long::kTaps - 1), long_points);
            half_way<Short, kBack>(now - kBack - (Long::kTaps - 1) + kLateShort, short_points);
            highest_point(carry.quarters, now - 1 - kHalf, h - 1, g - 1);
        }
        MF_UNROLL_ALWAYS
        for (int i = 0; i < kFrames; i += kAtOnce) {
            half_way<Long, kAtOnce>(now + i - (Long::kTaps - 1), h + i);
            half_way<Short, kAtOnce>(now + i - (Long::kTaps - 1) + kLateShort, g + i);
        }
        MF_UNROLL_ALWAYS
        for (int i = 0; i < kFrames; ++i)
            highest[i] =
                max_(highest[i], highest_point(carry.quarters, now + i - kHalf, h + i, g + i));
        MF_UNROLL_ALWAYS
        for (int i = 0; i < kBack; ++i)
            carry.by_long[i] = long_points[kFrames + i],
            carry.by_short[i] = short_points[kFrames + i];
        known = 1;
    }
};

}  // namespace peak_search

}  // namespace mixfarm
