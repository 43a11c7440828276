/// Alignment delay: 0 to 20 ms in fractions of a sample, to bring the microphones of one source
/// into phase.
///
/// Whole samples come out of a ring of memory; the fraction is an all-pass of maximally flat group
/// delay (Thiran 1971; Laakso, Valimaki, Karjalainen and Laine, "Splitting the unit delay", IEEE
/// Signal Processing Magazine 13(1), 1996), so that the magnitude is 1 at every frequency. An
/// all-pass delays by about its order: order 4 from 3.15 samples on, 3, 2 and 1 below. The phase
/// delay keeps to the setting within 0.0003 samples up to rate / 8 and 0.007 up to rate / 4
/// from 3.15 samples on, within 0.003 and 0.03 from 1.15 on, within 0.021 and 0.1 below.
///
/// The only coefficient is the delay itself: automation glides along it like a tape machine.
#pragma once

#include "kernels/effects/effect.h"

namespace mixfarm {

struct Align {
    static constexpr int kOrder = 4;
    static constexpr float kMostMs = 20.f;
    static constexpr float kShare = 0.15f;  ///< order N serves delays from N - 0.85 to N + 0.15
    static constexpr float kLeast = 1.f / 4096.f;  ///< samples; keeps the pole off the circle
    static constexpr ParamSpec kParams[] = {
        {"delay_ms", "ms", 0.f, kMostMs, 0.f, Scale::linear},
    };
    template <class F>
    struct Coefs {
        F delay;  ///< samples
    };
    template <class F>
    struct State {
        F left[kOrder], right[kOrder];  ///< outputs, the latest first
        int at;                         ///< where the ring will be written next
    };

    MF_HD static int ring_frames(int rate) { return rate / 50 + kOrder + 2; }
    MF_HD static int memory_frames(int rate) { return 2 * ring_frames(rate); }

    static Coefs<float> design(const float* p, double rate) {
        return {static_cast<float>(p[0] * rate / 1000)};
    }

    /// y[n] = sum b[k] x[n - whole - k] - sum a[k] y[n - 1 - k]
    template <class F>
    struct AllPass {
        F whole, b[kOrder + 1], a[kOrder];
        MF_HD AllPass(F delay, int rate) {
            delay = max_(min_(delay, F(kMostMs * 1e-3f * static_cast<float>(rate))), F(0.f));
            F order = where_less(F(0.f), delay, F(1.f), F(0.f));
            for (int n = 1; n < kOrder; ++n)
                order =
                    order + where_less(delay, F(static_cast<float>(n) + kShare), F(0.f), F(1.f));
            const F magic = F(12582912.f);  // adding 1.5 * 2^23 rounds to the nearest integer
            const F more = max_(delay - F(kOrder - 1 + kShare), F(0.f));
            whole = (more + magic) - magic;
            whole = whole - where_less(more, whole, F(1.f), F(0.f));
            const F d = max_(delay - whole, F(kLeast));
            F poly[kOrder + 1];
            poly[0] = F(1.f);
            MF_UNROLL
            for (int k = 0; k < kOrder; ++k) {
                const float kf = static_cast<float>(k);
                const F fewer = order - F(kf);  // 0 at the order: what follows vanishes
                poly[k + 1] =
                    -poly[k] * fewer * (d - fewer) / (d * F(kf + 1) + F((kf + 1) * (kf + 1)));
                a[k] = poly[k + 1];
            }
            // The numerator is the denominator backwards.
            MF_UNROLL
            for (int k = 0; k <= kOrder; ++k) b[k] = F(0.f);
            MF_UNROLL
            for (int n = 0; n <= kOrder; ++n) {
                const F is_order =
                    where_less(abs_(order - F(static_cast<float>(n))), F(0.5f), F(1.f), F(0.f));
                MF_UNROLL
                for (int k = 0; k <= n; ++k) b[k] = fma_(is_order, poly[n - k], b[k]);
            }
        }
        MF_HD F operator()(F (&x)[kOrder + 1], F (&y)[kOrder]) const {
            F sum = b[0] * x[0];
            MF_UNROLL
            for (int k = 1; k <= kOrder; ++k) sum = fma_(b[k], x[k], sum);
            MF_UNROLL
            for (int k = kOrder - 1; k >= 0; --k) sum = fma_(-a[k], y[k], sum);
            MF_UNROLL
            for (int k = kOrder - 1; k > 0; --k) y[k] = y[k - 1];
            y[0] = sum;
            return sum;
        }
    };

    /// Lane i of the cell `back[i]` behind `at` in a ring of `size`.
    template <class F>
    MF_HD static F behind(const Memory<F>& ring, int size, int at, const int* back, bool together) {
        if (together) {
            const int place = at - back[0];
            return ring[place < 0 ? place + size : place];
        }
        F x;
        MF_UNROLL
        for (int i = 0; i < lane_count<F>; ++i) {
            const int place = at - back[i];
            set_lane(x, i, lane(ring[place < 0 ? place + size : place], i));
        }
        return x;
    }

    template <class F>
    MF_HD static void run(const Coefs<F>& c, State<F>& s, const Tile<F>& tile) {
        const int size = ring_frames(tile.rate);
        const Memory<F> ring_left = tile.memory, ring_right = tile.memory.from(size);
        const AllPass<F> filter(c.delay, tile.rate);
        int back[lane_count<F>];
        bool together = true;
        for (int i = 0; i < lane_count<F>; ++i) {
            back[i] = static_cast<int>(lane(filter.whole, i));
            together = together && back[i] == back[0];
        }
        F l[kOrder + 1], r[kOrder + 1], yl[kOrder], yr[kOrder];
        MF_UNROLL
        for (int k = 0; k < kOrder; ++k) {
            int at = s.at - k - 1;
            if (at < 0) at += size;
            l[k] = behind(ring_left, size, at, back, together);
            r[k] = behind(ring_right, size, at, back, together);
            yl[k] = s.left[k], yr[k] = s.right[k];
        }
        F* const left = tile.left;
        F* const right = tile.right;
        const int frames = tile.frames;
        int at = s.at;
        for (int n = 0; n < frames; ++n) {
            ring_left[at] = left[n];
            ring_right[at] = right[n];
            MF_UNROLL
            for (int k = kOrder; k > 0; --k) l[k] = l[k - 1], r[k] = r[k - 1];
            l[0] = behind(ring_left, size, at, back, together);
            r[0] = behind(ring_right, size, at, back, together);
            left[n] = filter(l, yl);
            right[n] = filter(r, yr);
            at = at + 1 == size ? 0 : at + 1;
        }
        MF_UNROLL
        for (int k = 0; k < kOrder; ++k) s.left[k] = yl[k], s.right[k] = yr[k];
        s.at = at;
    }
};

}  // namespace mixfarm
