/// Delay lines of an effect on one tape: a ring of cells on which every line owns a stretch, all of
/// them moved on by the same step.
///
/// A line writes at the upper end of its stretch and reads below it; one place, the same for all
/// lanes, serves them all. The lower end of a line is the cell that the line below it writes in the
/// same frame, so lines are worked on from the top of the tape down, and the memory is the sum of
/// the lengths. Work goes in blocks shorter than any delay that feeds back; where a block ends does
/// not change what is computed.
#pragma once

#include "kernels/core/lane.h"

namespace mixfarm {

namespace tape {

/// Frames worked on at once: a thread of a warp keeps them in registers, so it has one.
inline constexpr int kBlock = kLanesApart ? 1 : 32;
/// Free cells above the top line, as long as the longest block; every delay that feeds back is
/// longer than this.
inline constexpr int kGap = 32;

/// A length given in frames at 48 kHz, at this rate; odd, so that no two lengths share the factor
/// two.
MF_HD constexpr int scaled(int frames_at_48k, int rate) {
    return static_cast<int>((static_cast<std::int64_t>(frames_at_48k) * rate + 24000) / 48000) | 1;
}

}  // namespace tape

/// `length` cells, of which `at` is where this block begins.
template <class Memory>
struct Tape {
    Memory cells;
    int length, at;

    /// Cell `place` in this block's first frame; the next cells are the next frames'.
    MF_HD int index(int place) const { return wrapped(at + place); }
    MF_HD int wrapped(int i) const { return i >= length ? i - length : i; }
    MF_HD Memory from(int place) const { return cells.from(index(place)); }
    /// Frames, at most `count`, before one of `places` comes to the end of the cells.
    template <int kPlaces>
    MF_HD int block(const int (&places)[kPlaces], int count) const {
        if constexpr (tape::kBlock > 1) {
            for (const int place : places) {
                const int left = length - index(place);
                if (left < count) count = left;
            }
        }
        return count;
    }
    MF_HD void move_on(int count) {
        at += count;
        if (at >= length) at -= length;
    }
    template <class F>
    MF_HD void write(int top, const F* x, int count) const {
        const Memory to = from(top);
        for (int n = 0; n < count; ++n) to[n] = x[n];
    }
    /// Block of `count` frames out of the line that writes at `top`, each lane by its own `delay`
    /// of frames (>= 0, whole or not). Steady delays are whole; between two cells it goes in a
    /// straight line.
    template <class F>
    MF_HD void read(int top, F delay, F* out, int count) const {
        F share = F(0.f);
        MF_UNROLL
        for (int k = 0; k < lane_count<F>; ++k) {
            const float frames = lane(delay, k);
            const int whole = static_cast<int>(frames);
            set_lane(share, k, frames - static_cast<float>(whole));
            const int from = wrapped(at + top - whole);
            const int before = length - from < count ? length - from : count;
            const Memory start = cells.from(from), again = cells.from(from - length);
            for (int n = 0; n < before; ++n) set_lane(out[n], k, lane(start[n], k));
            for (int n = before; n < count; ++n) set_lane(out[n], k, lane(again[n], k));
        }
        if (all_at_most(share, F(0.f))) return;
        for (int n = 0; n < count; ++n) {
            F older = out[n];
            for (int k = 0; k < lane_count<F>; ++k) {
                const int back = static_cast<int>(lane(delay, k)) + 1;
                set_lane(older, k, lane(cells[wrapped(at + top + n - back)], k));
            }
            const F between = fma_(share, older - out[n], out[n]);
            out[n] = where_less(F(0.f), share, between, out[n]);
        }
    }
    /// Schroeder's all-pass on the line `low` .. `top`, in place.
    template <class F>
    MF_HD void diffuse(int low, int top, F gain, F* x, int count) const {
        const Memory in = from(top), out = from(low);
        for (int n = 0; n < count; ++n) {
            const F delayed = out[n];
            const F kept = fma_(gain, delayed, x[n]);
            x[n] = fma_(-gain, kept, delayed);
            in[n] = kept;
        }
    }
};

}  // namespace mixfarm
