/// Low-pass: Butterworth, 12 or 24 dB an octave; off at its highest corner.
///
/// 24 dB are two sections with the pole qualities of the fourth-order polynomial (Butterworth
/// 1930), 1 / (2 cos 22.5 deg) and 1 / (2 cos 67.5 deg). Not cramped near Nyquist (core/biquad.h):
/// up to 3/8 of the rate, 18 kHz at 48 kHz, 12 dB an octave keep within 0.3 dB of the analogue
/// filter and 24 dB within 0.6 dB. At its highest corner it is the identity with the poles of that
/// corner, so that an automated corner fades it in.
#pragma once

#include "kernels/core/path.h"
#include "kernels/effects/effect.h"

namespace mixfarm {

struct LowPass {
    static constexpr float kOff = 22000.f;
    static constexpr ParamSpec kParams[] = {
        {"low_pass_hz", "Hz", 1000.f, kOff, kOff, Scale::log},
        {"low_pass_24db", "", 0.f, 1.f, 0.f, Scale::toggle, "low_pass_hz"},
    };
    template <class F>
    struct Coefs {
        BiquadCoefs<F> section[2];
    };
    template <class F>
    struct State {
        BiquadState<F> left[2], right[2];
    };

    static Coefs<float> design(const float* p, double rate) {
        const bool on = p[0] < kOff, steep = p[1] >= 0.5f;
        const auto first = design::low_pass(p[0], steep ? 0.541196100146 : std::sqrt(0.5), rate);
        const auto second = design::low_pass(p[0], 1.30656296488, rate);
        return {{on ? first : design::off(first), on && steep ? second : design::off(second)}};
    }
    template <class F>
    MF_HD static void run(const Coefs<F>& c, State<F>& s, const Tile<F>& tile) {
        run_sections(c.section, s.left, s.right, tile.left, tile.right, tile.frames);
    }
    static double response_db(const Coefs<float>& c, double hz, double rate) {
        return design::response_db(c.section[0], hz, rate) +
               design::response_db(c.section[1], hz, rate);
    }

    template <class F>
    struct Prototype {
        prototype::Section<F> section[2];
    };
    template <class F>
    MF_HD static Prototype<F> prototype(const F* p) {
        const F on = where_less(p[0], F(kOff), F(1.f), F(0.f)),
                steep = prototype::choose(p[1], F(0.f), on);
        const F q = prototype::choose(p[1], F(0.707106781f), F(0.541196100f));
        return {
            {prototype::low_pass(p[0], q, on), prototype::low_pass(p[0], F(1.30656296f), steep)}};
    }
    template <class F>
    MF_HD static void pass(const Prototype<F>& t, F hz, Path<F>& path) {
        for (const auto& section : t.section) section.pass(hz, path);
    }
};

}  // namespace mixfarm
