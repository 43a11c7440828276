/// Hall reverb, the source of a return: separate early reflections, then a tail that builds up
/// slowly and is darker than the plate's.
///
///     in -> pre-delay -> air -+-> early reflections ----------------------------------> + -> out
///                             +-> three all-passes a side -> feedback delay network -> +
///
/// `early_db` is the energy of the early reflections relative to the tail's. Both together: steady
/// pink noise in both sides comes back at the level at which it went in, whatever the knobs.
#pragma once

#include "kernels/core/fdn.h"
#include "kernels/effects/effect.h"

namespace mixfarm {

struct Hall {
    static constexpr bool kSource = true;
    static constexpr ParamSpec kParams[] = {
        {"decay_s", "s", 0.4f, 10.f, 3.f, Scale::log},
        {"predelay_ms", "ms", 0.f, 200.f, 25.f, Scale::linear},
        {"low_ratio", "", 0.3f, 2.f, 1.1f, Scale::log},
        {"high_ratio", "", 0.1f, 1.2f, 0.45f, Scale::log},
        {"early_db", "dB", -30.f, 6.f, -8.f, Scale::linear},
    };
    static constexpr int kDiffusers = 3;  ///< a side
    static constexpr float kDiffusion = 0.6f;
    static constexpr double kAirHz = 6000;  ///< what goes in loses its treble from here on
    template <class F>
    struct Coefs {
        F predelay;  ///< frames, whole
        F air;
        F early, late;
        fdn::Absorption<F> lines[fdn::kLines];
    };
    template <class F>
    struct State {
        fdn::AbsorptionState<F> lines[fdn::kLines];
        F air_left, air_right;
        int at;
    };

    /// Frames at 48 kHz, 32 to 80 ms; chosen as the plate's.
    MF_HD static constexpr int line_frames(int i) {
        constexpr int frames[fdn::kLines] = {3449, 3229, 2267, 1693, 3697, 1973, 2707, 2531,
                                             3833, 2333, 1801, 3067, 2833, 1523, 1861, 2063};
        return frames[i];
    }
    /// 2.7 to 9.2 ms.
    MF_HD static constexpr int diffuser_frames(int side, int i) {
        constexpr int frames[2][kDiffusers] = {{131, 241, 419}, {149, 227, 443}};
        return frames[side][i];
    }
    /// Early reflections, 7 to 77 ms: those of the own side, then two of the other side's.
    static constexpr int kOwn = 5, kTaps = 7, kLongestTap = 3691;
    MF_HD static constexpr int tap_frames(int side, int i) {
        constexpr int frames[2][kTaps] = {{331, 797, 1361, 2287, 3529, 1223, 2803},
                                          {421, 719, 1481, 2441, kLongestTap, 1097, 2971}};
        return frames[side][i];
    }
    MF_HD static constexpr float tap_gain(int i) {
        constexpr float gains[kTaps] = {0.6f, 0.5f, -0.4f, 0.3f, -0.22f, 0.42f, -0.27f};
        return gains[i];
    }

    /// From the lower end of the tape: lines, diffusers of the left and of the right, early
    /// reflections, pre-delays.
    static constexpr int kDiffuser = fdn::kLines, kRightEarly = kDiffuser + 2 * kDiffusers,
                         kLeftEarly = kRightEarly + 1, kRight = kLeftEarly + 1, kLeft = kRight + 1,
                         kPlaces = kLeft + 1;
    /// Where each of them begins; the next one's beginning is where it writes. Behind them the
    /// taps.
    MF_HD static int lay_out(int (&places)[kPlaces + 1 + 2 * kTaps], int rate) {
        int at = 0;
        MF_UNROLL
        for (int i = 0; i < kPlaces; ++i) {
            places[i] = at;
            if (i < kRightEarly)
                at += fdn::place_frames<Hall>(i, rate);
            else if (i < kRight)
                at += tape::scaled(kLongestTap, rate);
            else
                at += rate / 5 + 2;
        }
        places[kPlaces] = at;
        MF_UNROLL
        for (int i = 0; i < 2 * kTaps; ++i) {
            const bool from_left = (i < kTaps) == (i % kTaps < kOwn);
            places[kPlaces + 1 + i] = places[(from_left ? kLeftEarly : kRightEarly) + 1] -
                                      tape::scaled(tap_frames(i / kTaps, i % kTaps), rate);
        }
        return at + tape::kGap;
    }
    MF_HD static int memory_frames(int rate) {
        int places[kPlaces + 1 + 2 * kTaps];
        return lay_out(places, rate);
    }

    static Coefs<float> design(const float* p, double rate) {
        Coefs<float> c;
        c.predelay = static_cast<float>(std::round(p[1] * rate / 1000));
        const double g = std::tan(std::numbers::pi * kAirHz / rate);
        c.air = static_cast<float>(g / (1 + g));
        fdn::design_lines<Hall>(c.lines, p, rate);
        const auto air = [&](double hz) {
            const double x = std::tan(std::numbers::pi * hz / rate) / g;
            return 1 / (1 + x * x);
        };
        const fdn::Energy energy = fdn::pink_energy(c.lines, rate, air);
        double taps = 0;
        for (int i = 0; i < kTaps; ++i) taps += double(tap_gain(i)) * tap_gain(i);
        const double share = std::pow(10.0, p[4] / 10), late = 1 / (1 + share);
        c.late = static_cast<float>(std::sqrt(late / energy.tail));
        c.early = static_cast<float>(std::sqrt((1 - late) / (taps * energy.input)));
        return c;
    }
    template <class F>
    MF_HD static void run(const Coefs<F>& c, State<F>& s, const Tile<F>& t) {
        int p[kPlaces + 1 + 2 * kTaps];
        const int length = lay_out(p, t.rate);
        Tape<Memory<F>> tape{t.memory, length, s.at};
        F left[tape::kBlock], right[tape::kBlock];
        for (int done = 0, count; done < t.frames; done += count, tape.move_on(count)) {
            count = t.frames - done < tape::kBlock ? t.frames - done : tape::kBlock;
            count = tape.block(p, count);
            fdn::delay(tape, p[kLeft + 1], p[kRight + 1], c.predelay, t.left + done, t.right + done,
                       left, right, count);
            low_pass(c.air, s, left, right, count);
            tape.write(p[kLeftEarly + 1], left, count);
            tape.write(p[kRightEarly + 1], right, count);
            early(c, p + kPlaces + 1, tape, t.left + done, count);
            early(c, p + kPlaces + 1 + kTaps, tape, t.right + done, count);
            fdn::diffuse<Hall>(tape, p + kDiffuser, left, right, count);
            fdn::run<true>(c.lines, s.lines, tape, p, left, right, c.late, t.left + done,
                           t.right + done, count);
        }
        s.at = tape.at;
    }

private:
    template <class F>
    MF_HD static void low_pass(F g, State<F>& s, F* left, F* right, int count) {
        F a = s.air_left, b = s.air_right;
        const F twice = g + g;
        for (int n = 0; n < count; ++n) {
            const F x = left[n] - a, y = right[n] - b;
            left[n] = fma_(g, x, a), right[n] = fma_(g, y, b);
            a = fma_(twice, x, a), b = fma_(twice, y, b);
        }
        s.air_left = a, s.air_right = b;
    }
    template <class F>
    MF_HD static void early(const Coefs<F>& c, const int* taps, const Tape<Memory<F>>& tape, F* out,
                            int count) {
        Memory<F> from[kTaps];
        MF_UNROLL
        for (int i = 0; i < kTaps; ++i) from[i] = tape.from(taps[i]);
        for (int n = 0; n < count; ++n) {
            F sum = F(tap_gain(0)) * from[0][n];
            MF_UNROLL
            for (int i = 1; i < kTaps; ++i) sum = fma_(F(tap_gain(i)), from[i][n], sum);
            out[n] = c.early * sum;
        }
    }
};

}  // namespace mixfarm
