/// Trim: the gain in front of everything, which brings stems of any level to the level the other
/// effects expect, and the polarity.
#pragma once

#include "kernels/core/path.h"
#include "kernels/effects/effect.h"

namespace mixfarm {

struct Trim {
    static constexpr bool kGains = true;
    static constexpr ParamSpec kParams[] = {
        {"trim_db", "dB", -60.f, 60.f, 0.f, Scale::linear},
        {"invert", "", 0.f, 1.f, 0.f, Scale::toggle},
    };
    template <class F>
    struct Coefs {
        F gain;  ///< negative where the polarity is turned over
    };
    template <class F>
    struct State {};

    static Coefs<float> design(const float* p, double) {
        const auto gain = static_cast<float>(gain_of_db(p[0]));
        return {p[1] < 0.5f ? gain : -gain};
    }
    template <class F>
    MF_HD static void step(const Coefs<F>& c, State<F>&, F& left, F& right) {
        left = left * c.gain;
        right = right * c.gain;
    }
    static double response_db(const Coefs<float>& c, double, double) {
        return 20 * std::log10(std::fabs(double(c.gain)));
    }

    template <class F>
    struct Prototype {
        F gain;
    };
    template <class F>
    MF_HD static Prototype<F> prototype(const F* p) {
        const F gain = prototype::amplitude(p[0]);
        return {prototype::choose(p[1], gain, -gain)};
    }
    template <class F>
    MF_HD static void pass(const Prototype<F>& t, F, Path<F>& path) {
        path.gain(t.gain);
    }
};

}  // namespace mixfarm
