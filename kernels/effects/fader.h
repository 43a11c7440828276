/// Fader: the strip's last gain, the level of the stem in the mix.
#pragma once

#include "kernels/core/path.h"
#include "kernels/effects/effect.h"

namespace mixfarm {

struct Fader {
    static constexpr bool kGains = true;
    static constexpr ParamSpec kParams[] = {{"fader_db", "dB", -60.f, 12.f, 0.f, Scale::linear}};
    template <class F>
    struct Coefs {
        F gain;
    };
    template <class F>
    struct State {};

    static Coefs<float> design(const float* p, double) {
        return {static_cast<float>(gain_of_db(p[0]))};
    }
    template <class F>
    MF_HD static void step(const Coefs<F>& c, State<F>&, F& left, F& right) {
        left = left * c.gain;
        right = right * c.gain;
    }
    static double response_db(const Coefs<float>& c, double, double) {
        return 20 * std::log10(double(c.gain));
    }

    template <class F>
    struct Prototype {
        F gain;
    };
    template <class F>
    MF_HD static Prototype<F> prototype(const F* p) {
        return {prototype::amplitude(p[0])};
    }
    template <class F>
    MF_HD static void pass(const Prototype<F>& t, F, Path<F>& path) {
        path.gain(t.gain);
    }
};

}  // namespace mixfarm
