/// Saturator: tanh, made asymmetric by `bias` (tube-like) and brighter in front of the curve by
/// `tape`, with unit gain for small signals. Aliases of a 5 kHz tone at full scale lie below -68 dB
/// up to 12 dB of drive (within the audible band) and below -35 dB at the legal end of 24 dB.
///
/// Curve: u -> (tanh(u + bias) - tanh(bias)) / (slope there), u = drive * input, divided by drive
/// again; a high-pass at 1.5 Hz takes away the direct current that a bias makes. Tape: the
/// recorder's treble pre-emphasis (NAB reel standard 1965, 15 in/s: 50 us) in front of the curve
/// and its inverse behind it, so that highs saturate first; the tape's hysteresis (Chowdhury,
/// "Real-time physical modelling for analog tape machines", DAFx 2019) is not modelled. The curve
/// runs at 176.4 kHz or more (oversample.h); dry and wet are blended there, so that both have the
/// filters' phase. Low frequencies come 2.4 frames late at 44.1 and 48 kHz, 1.1 at 88.2 and above.
#pragma once

#include "kernels/core/oversample.h"
#include "kernels/effects/effect.h"

namespace mixfarm {

struct Saturator {
    static constexpr ParamSpec kParams[] = {
        {"drive_db", "dB", -12.f, 24.f, 0.f, Scale::linear, "mix"},
        {"mix", "", 0.f, 1.f, 0.f, Scale::linear},
        {"bias", "", 0.f, 1.f, 0.f, Scale::linear, "mix"},
        {"tape", "", 0.f, 1.f, 0.f, Scale::linear, "mix"}};
    static constexpr double kTapeSeconds = 50e-6;
    static constexpr double kMostLiftDb = 9;  ///< of the highest frequencies, at tape = 1
    static constexpr double kDirectHz = 1.5;
    static constexpr int kSharpBelow = 80000;            ///< sample rates that need both stages
    static constexpr int kBlock = kLanesApart ? 1 : 16;  ///< frames a stage works through at once

    template <class F>
    struct Coefs {
        F active;  ///< 0 or 1: is there anything wet?
        F drive, mix, bias;
        F lift, lift_rate;           ///< pre-emphasis: x + lift * highpassed x; both 0 without tape
        F direct_rate, direct_kept;  ///< share covered in a sample, and 1; both 0 without bias
    };
    /// Direct current so far, and what its last two sums rounded off.
    template <class F>
    struct Direct {
        F current, rounding, next_rounding;
    };
    template <class F>
    struct Side {
        RaiseState<SharpHalfBand, F> sharp_up;
        RaiseState<WideHalfBand, F> wide_up;
        LowerState<WideHalfBand, F> wide_down;
        LowerState<SharpHalfBand, F> sharp_down;
        F lifted, lowered;  ///< emphasis and its inverse
        Direct<F> direct;
    };
    template <class F>
    struct State {
        Side<F> left, right;
    };

    static Coefs<float> design(const float* p, double rate) {
        Coefs<float> c{};
        c.active = p[1] > 0 ? 1.f : 0.f;
        c.drive = static_cast<float>(gain_of_db(p[0]));
        c.mix = p[1];
        c.bias = p[2];
        if (p[2] > 0) {
            c.direct_kept = 1;
            c.direct_rate =
                static_cast<float>(-std::expm1(-2 * std::numbers::pi * kDirectHz / rate));
        }
        if (p[3] > 0) {
            // (1 + s t) / (1 + s t / top), bilinear, exact at the corner 1 / (2 pi t).
            const double top = gain_of_db(kMostLiftDb * p[3]);
            const double pole = top * std::tan(1 / (2 * kTapeSeconds * rate));
            c.lift_rate = static_cast<float>(2 * pole / (1 + pole));
            c.lift = static_cast<float>((top - 1) / (1 + pole));
        }
        return c;
    }

    template <class F>
    MF_HD static void run(const Coefs<F>& c, State<F>& s, const Tile<F>& tile) {
        const bool bias = !all_at_most(c.direct_kept, F(0.f));
        const bool tape = !all_at_most(c.lift, F(0.f));
        if (bias)
            tape ? run_as<true, true>(c, s, tile) : run_as<true, false>(c, s, tile);
        else
            tape ? run_as<false, true>(c, s, tile) : run_as<false, false>(c, s, tile);
    }
    static double response_db(const Coefs<float>&, double, double) { return 0; }

private:
    /// x + lift * (x without its lows). The same form with lift -> -lift / (1 + lift) and
    /// rate -> rate / (1 + lift) is its inverse.
    template <class F>
    MF_HD static F shelf(F x, F lift, F rate, F& low) {
        const F above = x - low;
        low = fma_(rate, above, low);
        return fma_(lift, above, x);
    }
    /// One pole. A step is a millionth of the sum: what the sum rounds off is added two frames
    /// later (not one, which would make every frame wait for it).
    template <class F>
    MF_HD static F without_direct(F x, const Coefs<F>& c, Direct<F>& d) {
        const F before = c.direct_kept * d.current;
        const F change = fma_(c.direct_rate, x - d.current, d.rounding);
        d.current = before + change;
        d.rounding = d.next_rounding;
        d.next_rounding = change - (d.current - before);
        return fma_(-c.direct_kept, d.current, x);
    }
    /// What all frames of a run have in common.
    template <class F>
    struct Plan {
        Coefs<F> c;
        F rest, dry;        ///< tanh(bias) / kTanhUnit; what is added dry, in the curve's units
        F gain;             ///< of what comes down again
        F drop, drop_rate;  ///< de-emphasis
        bool sharp;
    };
    template <class F>
    MF_HD static Plan<F> plan(const Coefs<F>& c, int rate) {
        const bool sharp = rate < kSharpBelow;
        const F one = F(1.f), fall = one / (one + c.lift);
        const F rest = scaled_tanh(c.bias), tangent = rest * F(kTanhUnit);
        const F slope = fma_(-tangent, tangent, one);
        const F halves = F(sharp ? 0.25f : 0.5f);  // one for every filter down
        return {c,
                rest,
                (one - c.mix) * slope / F(kTanhUnit),
                F(kTanhUnit) * halves / (c.drive * slope),
                -c.lift * fall,
                c.lift_rate * fall,
                sharp};
    }
    template <bool kBias, class F>
    MF_HD static F bend(F u, const Plan<F>& p) {
        const F bent = kBias ? scaled_tanh(u + p.c.bias) - p.rest : scaled_tanh(u);
        return fma_(p.dry, u, p.c.mix * bent);
    }

    template <bool kBias, bool kTape, class F>
    MF_HD static void run_as(const Coefs<F>& c, State<F>& s, const Tile<F>& tile) {
        const Plan<F> p = plan(c, tile.rate);
        for (int done = 0; done < tile.frames; done += kBlock) {
            const int frames = tile.frames - done < kBlock ? tile.frames - done : kBlock;
            run_side<kBias, kTape>(p, s.left, tile.left + done, frames);
            run_side<kBias, kTape>(p, s.right, tile.right + done, frames);
        }
    }
    /// One block of one channel, stage by stage: so few values are alive in each loop that they
    /// stay in registers.
    template <bool kBias, bool kTape, class F>
    MF_HD static void run_side(const Plan<F>& p, Side<F>& side, F* const samples, int frames) {
        F twice[2 * kBlock];
        {
            auto up = side.sharp_up;
            F low = side.lifted;
            for (int n = 0; n < frames; ++n) {
                F x = samples[n];
                if constexpr (kTape) x = shelf(x, p.c.lift, p.c.lift_rate, low);
                x = x * p.c.drive;
                if (p.sharp)
                    raise_rate(x, up, twice[2 * n], twice[2 * n + 1]);
                else
                    twice[n] = x;
            }
            side.sharp_up = up, side.lifted = low;
        }
        {
            auto up = side.wide_up;
            auto down = side.wide_down;
            const int count = p.sharp ? 2 * frames : frames;
            for (int n = 0; n < count; ++n) {
                F first, second;
                raise_rate(twice[n], up, first, second);
                twice[n] = lower_rate(bend<kBias>(first, p), bend<kBias>(second, p), down);
            }
            side.wide_up = up, side.wide_down = down;
        }
        {
            auto down = side.sharp_down;
            F low = side.lowered;
            Direct<F> direct{};
            if constexpr (kBias) direct = side.direct;
            for (int n = 0; n < frames; ++n) {
                F x = p.sharp ? lower_rate(twice[2 * n], twice[2 * n + 1], down) : twice[n];
                x = x * p.gain;
                if constexpr (kTape) x = shelf(x, p.drop, p.drop_rate, low);
                if constexpr (kBias) x = without_direct(x, p.c, direct);
                samples[n] = fma_(p.c.active, x - samples[n], samples[n]);
            }
            side.sharp_down = down, side.lowered = low;
            side.direct = direct;
        }
    }
};

}  // namespace mixfarm
