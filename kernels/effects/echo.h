/// Echo, the source of a return: stereo repeats in time with the song, filtered at every turn.
///
///     in --> [delay] --> low cut --> high cut --+--> out
///      ^                                        |
///      +--- feedback, straight or crossed ------+
///
/// The delay is `beats` * 60 / tempo, at most kMostSeconds. The filters stand in front of the
/// output, so the first repeat has been through them once, the second twice. Both are first-order
/// (6 dB an octave at each turn), by the trapezoidal rule (Zavalishin 2012, "The Art of VA Filter
/// Design", chapter 3): one coefficient in (0, 1), at most 1 at every frequency, so feedback below
/// 1 decays for any mixture of settings. `ping_pong` 1: both sides come in on the left, their sum
/// times sqrt(1/2), and change sides at every repeat; 0: each side repeats itself.
#pragma once

#include "kernels/core/tape.h"
#include "kernels/effects/effect.h"

namespace mixfarm {

struct Echo {
    static constexpr bool kSource = true;
    static constexpr double kMostSeconds = 2;
    static constexpr ParamSpec kParams[] = {
        {"beats", "", 0.125f, 2.f, 0.5f, Scale::log},
        {"feedback", "", 0.f, 0.9f, 0.35f, Scale::linear},
        {"ping_pong", "", 0.f, 1.f, 0.5f, Scale::linear},
        {"low_cut_hz", "Hz", 20.f, 2000.f, 150.f, Scale::log},
        {"high_cut_hz", "Hz", 500.f, 20000.f, 5000.f, Scale::log},
    };
    template <class F>
    struct Coefs {
        F delay;                          ///< frames, whole
        F straight, crossed;              ///< what goes back, to the own and to the other side
        F left_in, right_in, right_over;  ///< each side's input, and the right one's to the left
        F low_cut, high_cut;
    };
    template <class F>
    struct State {
        F low[2], high[2];
        int at;
    };

    MF_HD static int cells_a_side(int rate) { return 2 * rate + 2 + tape::kGap; }
    MF_HD static int memory_frames(int rate) { return 2 * cells_a_side(rate); }

    /// Frames between two repeats.
    static double delay_frames(double beats, double rate, double tempo_bpm) {
        const double frames = std::round(beats * 60 / tempo_bpm * rate);
        return std::fmax(tape::kGap + 1.0, std::fmin(kMostSeconds * rate, frames));
    }
    static Coefs<float> design(const float* p, double rate, double tempo_bpm) {
        const double feedback = p[1], cross = p[2], half = std::sqrt(0.5);
        const auto share = [rate](double hz) {
            const double g = std::tan(std::numbers::pi * std::fmin(hz, 0.49 * rate) / rate);
            return static_cast<float>(g / (1 + g));
        };
        return {static_cast<float>(delay_frames(p[0], rate, tempo_bpm)),
                static_cast<float>(feedback * (1 - cross)),
                static_cast<float>(feedback * cross),
                static_cast<float>(1 - cross + cross * half),
                static_cast<float>(1 - cross),
                static_cast<float>(cross * half),
                share(p[3]),
                share(p[4])};
    }
    template <class F>
    MF_HD static void run(const Coefs<F>& c, State<F>& s, const Tile<F>& t) {
        const int length = cells_a_side(t.rate), top = length - tape::kGap;
        Tape<Memory<F>> on_left{t.memory, length, s.at};
        Tape<Memory<F>> on_right{t.memory.from(length), length, s.at};
        F left[tape::kBlock], right[tape::kBlock];
        for (int done = 0, count; done < t.frames; done += count) {
            count = t.frames - done < tape::kBlock ? t.frames - done : tape::kBlock;
            count = on_left.block({top}, count);
            on_left.read(top, c.delay, left, count);
            on_right.read(top, c.delay, right, count);
            filter(c, s, left, right, count);
            const Memory<F> to_left = on_left.from(top), to_right = on_right.from(top);
            for (int n = 0; n < count; ++n) {
                const F l = t.left[done + n], r = t.right[done + n];
                const F again_left = fma_(c.straight, left[n], c.crossed * right[n]);
                const F again_right = fma_(c.straight, right[n], c.crossed * left[n]);
                to_left[n] = fma_(c.left_in, l, fma_(c.right_over, r, again_left));
                to_right[n] = fma_(c.right_in, r, again_right);
                t.left[done + n] = left[n], t.right[done + n] = right[n];
            }
            on_left.move_on(count);
            on_right.move_on(count);
        }
        s.at = on_left.at;
    }

private:
    /// Both sides together: each waits for its own last frame, so the two fill each other's gaps.
    template <class F>
    MF_HD static void filter(const Coefs<F>& c, State<F>& s, F* left, F* right, int count) {
        F a = s.low[0], b = s.high[0], p = s.low[1], q = s.high[1];
        const F twice_low = c.low_cut + c.low_cut, twice_high = c.high_cut + c.high_cut;
        for (int n = 0; n < count; ++n) {
            left[n] = left[n] - low_pass(c.low_cut, twice_low, left[n], a);
            right[n] = right[n] - low_pass(c.low_cut, twice_low, right[n], p);
            left[n] = low_pass(c.high_cut, twice_high, left[n], b);
            right[n] = low_pass(c.high_cut, twice_high, right[n], q);
        }
        s.low[0] = a, s.high[0] = b, s.low[1] = p, s.high[1] = q;
    }
    template <class F>
    MF_HD static F low_pass(F g, F twice, F x, F& state) {
        const F over = x - state, y = fma_(g, over, state);
        state = fma_(twice, over, state);
        return y;
    }
};

}  // namespace mixfarm
