/// High-pass: Butterworth, 12 or 24 dB an octave; off at its lowest corner.
///
/// 24 dB are two sections with the pole qualities of the fourth-order polynomial (Butterworth
/// 1930), 1 / (2 cos 22.5 deg) and 1 / (2 cos 67.5 deg). Both slopes are those of the analogue
/// filter within 0.05 dB. At its lowest corner it is the identity with the poles of that corner, so
/// that an automated corner fades it in.
#pragma once

#include "kernels/core/path.h"
#include "kernels/effects/effect.h"

namespace mixfarm {

struct HighPass {
    static constexpr float kOff = 10.f;
    static constexpr ParamSpec kParams[] = {
        {"high_pass_hz", "Hz", kOff, 2000.f, kOff, Scale::log},
        {"high_pass_24db", "", 0.f, 1.f, 0.f, Scale::toggle, "high_pass_hz"},
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
        const bool on = p[0] > kOff, steep = p[1] >= 0.5f;
        const auto first = design::high_pass(p[0], steep ? 0.541196100146 : std::sqrt(0.5), rate);
        const auto second = design::high_pass(p[0], 1.30656296488, rate);
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
        const F on = where_less(F(kOff), p[0], F(1.f), F(0.f)),
                steep = prototype::choose(p[1], F(0.f), on);
        const F q = prototype::choose(p[1], F(0.707106781f), F(0.541196100f));
        return {
            {prototype::high_pass(p[0], q, on), prototype::high_pass(p[0], F(1.30656296f), steep)}};
    }
    template <class F>
    MF_HD static void pass(const Prototype<F>& t, F hz, Path<F>& path) {
        for (const auto& section : t.section) section.pass(hz, path);
    }
};

}  // namespace mixfarm
