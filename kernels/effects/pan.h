/// Pan: sine/cosine law of constant power, scaled to 0 dB in the centre; balance for stereo stems.
///
/// gains = sqrt 2 (cos a, sin a), a from 0 (left) over 45 (centre) to 90 degrees (right): the law
/// of Bell Labs' stereo experiments (Snow, "Basic principles of stereophonic sound", SMPTE 1953),
/// known from consoles as the -3 dB law, here with the centre as 0 dB and +3.01 dB hard to one
/// side. A mono stem keeps its power wherever it stands. In a stereo stem each side keeps to its
/// own channel: it is turned down or up, up to 3 dB, and what is on the far side is lost at the end
/// of the way, as with a console's balance knob.
#pragma once

#include <numbers>

#include "kernels/core/path.h"
#include "kernels/effects/effect.h"

namespace mixfarm {

struct Pan {
    static constexpr ParamSpec kParams[] = {{"position", "", -1.f, 1.f, 0.f, Scale::linear}};
    template <class F>
    struct Coefs {
        F left, right;
    };
    template <class F>
    struct State {};

    static Coefs<float> design(const float* p, double) {
        if (p[0] == 0) return {1.f, 1.f};
        const double angle = (double(p[0]) + 1) * std::numbers::pi / 4;
        return {static_cast<float>(std::numbers::sqrt2 * std::cos(angle)),
                static_cast<float>(std::numbers::sqrt2 * std::sin(angle))};
    }
    template <class F>
    MF_HD static void step(const Coefs<F>& c, State<F>&, F& left, F& right) {
        left = left * c.left;
        right = right * c.right;
    }
    static double response_db(const Coefs<float>& c, double, double) {
        return 10 * std::log10((double(c.left) * c.left + double(c.right) * c.right) / 2);
    }

    template <class F>
    struct Prototype {
        F left, right;
    };
    /// cos a is sin of the angle to the other side; sines of 0 to 90 degrees by Taylor's series to
    /// the ninth power, within 4e-6.
    template <class F>
    MF_HD static Prototype<F> prototype(const F* p) {
        const F quarter = F(0.785398163f);
        return {gain(quarter - quarter * p[0]), gain(fma_(quarter, p[0], quarter))};
    }
    template <class F>
    MF_HD static F gain(F angle) {
        const F w = angle * angle;
        F s = fma_(F(2.75573192e-6f), w, F(-1.98412698e-4f));
        s = fma_(s, w, F(8.33333333e-3f));
        s = fma_(s, w, F(-0.166666667f));
        return F(1.41421356f) * angle * fma_(s, w, F(1.f));
    }
    template <class F>
    MF_HD static void pass(const Prototype<F>& t, F, Path<F>& path) {
        path.left = path.left * t.left;
        path.right = path.right * t.right;
    }
};

}  // namespace mixfarm
