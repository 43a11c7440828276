/// Plate reverb, the source of a return: dense at once, bright, without early reflections.
///
///     in -> pre-delay -> four all-passes a side -> feedback delay network (fdn.h) -> out
///
/// The all-passes in front make every echo many (Schroeder 1962, "Natural sounding artificial
/// reverberation"). Steady pink noise in both sides comes back at the level at which it went in,
/// whatever the knobs: decay does not act as a fader.
#pragma once

#include "kernels/core/fdn.h"
#include "kernels/effects/effect.h"

namespace mixfarm {

struct Plate {
    static constexpr bool kSource = true;
    static constexpr ParamSpec kParams[] = {
        {"decay_s", "s", 0.2f, 8.f, 1.7f, Scale::log},
        {"predelay_ms", "ms", 0.f, 200.f, 10.f, Scale::linear},
        {"low_ratio", "", 0.3f, 2.f, 1.f, Scale::log},
        {"high_ratio", "", 0.1f, 1.2f, 0.5f, Scale::log},
    };
    static constexpr int kDiffusers = 4;  ///< a side
    template <class F>
    struct Coefs {
        F predelay;  ///< frames, whole
        F level;
        fdn::Absorption<F> lines[fdn::kLines];
    };
    template <class F>
    struct State {
        fdn::AbsorptionState<F> lines[fdn::kLines];
        int at;
    };

    /// Frames at 48 kHz, 12 to 46 ms: of several hundred sets of primes the one with the most
    /// even spectrum in its late tail (the ringing that the test measures).
    MF_HD static constexpr int line_frames(int i) {
        constexpr int frames[fdn::kLines] = {2207, 1973, 587, 1091, 797,  1409, 1663, 751,
                                             653,  727,  997, 1787, 1151, 1289, 1523, 937};
        return frames[i];
    }
    /// 1.1 to 4.9 ms.
    MF_HD static constexpr int diffuser_frames(int side, int i) {
        constexpr int frames[2][kDiffusers] = {{53, 103, 167, 233}, {61, 97, 179, 223}};
        return frames[side][i];
    }
    static constexpr float kDiffusion = 0.6f;

    /// From the lower end of the tape: lines, diffusers of the left and of the right, pre-delays.
    static constexpr int kDiffuser = fdn::kLines, kRight = kDiffuser + 2 * kDiffusers,
                         kLeft = kRight + 1, kPlaces = kLeft + 1;
    /// Where each of them begins; the next one's beginning is where it writes.
    MF_HD static int lay_out(int (&places)[kPlaces + 1], int rate) {
        int at = 0;
        MF_UNROLL
        for (int i = 0; i < kPlaces; ++i) {
            places[i] = at;
            if (i < kRight)
                at += fdn::place_frames<Plate>(i, rate);
            else
                at += rate / 5 + 2;
        }
        places[kPlaces] = at;
        return at + tape::kGap;
    }
    MF_HD static int memory_frames(int rate) {
        int places[kPlaces + 1];
        return lay_out(places, rate);
    }

    static Coefs<float> design(const float* p, double rate) {
        Coefs<float> c;
        c.predelay = static_cast<float>(std::round(p[1] * rate / 1000));
        fdn::design_lines<Plate>(c.lines, p, rate);
        const auto all = [](double) { return 1.0; };
        c.level = static_cast<float>(1 / std::sqrt(fdn::pink_energy(c.lines, rate, all).tail));
        return c;
    }
    template <class F>
    MF_HD static void run(const Coefs<F>& c, State<F>& s, const Tile<F>& t) {
        int p[kPlaces + 1];
        const int length = lay_out(p, t.rate);
        Tape<Memory<F>> tape{t.memory, length, s.at};
        F left[tape::kBlock], right[tape::kBlock];
        for (int done = 0, count; done < t.frames; done += count, tape.move_on(count)) {
            count = t.frames - done < tape::kBlock ? t.frames - done : tape::kBlock;
            count = tape.block(p, count);
            fdn::delay(tape, p[kLeft + 1], p[kRight + 1], c.predelay, t.left + done, t.right + done,
                       left, right, count);
            fdn::diffuse<Plate>(tape, p + kDiffuser, left, right, count);
            fdn::run<false>(c.lines, s.lines, tape, p, left, right, c.level, t.left + done,
                            t.right + done, count);
        }
        s.at = tape.at;
    }
};

}  // namespace mixfarm
