/// Six-band parametric equaliser: low band, four bells, high band; the outer bands are shelves that
/// can be turned into bells.
#pragma once

#include "kernels/effects/effect.h"

namespace mixfarm {

struct Equalizer {
    static constexpr int kBands = 6;
    static constexpr ParamSpec kParams[] = {
        {"low_hz", "Hz", 20.f, 500.f, 100.f, Scale::log},
        {"low_db", "dB", -18.f, 18.f, 0.f, Scale::linear},
        {"low_q", "", 0.3f, 4.f, 0.707f, Scale::log},
        {"low_bell", "", 0.f, 1.f, 0.f, Scale::toggle},
        {"bell1_hz", "Hz", 40.f, 1000.f, 200.f, Scale::log},
        {"bell1_db", "dB", -18.f, 18.f, 0.f, Scale::linear},
        {"bell1_q", "", 0.3f, 8.f, 1.f, Scale::log},
        {"bell2_hz", "Hz", 100.f, 3000.f, 400.f, Scale::log},
        {"bell2_db", "dB", -18.f, 18.f, 0.f, Scale::linear},
        {"bell2_q", "", 0.3f, 8.f, 1.f, Scale::log},
        {"bell3_hz", "Hz", 500.f, 8000.f, 1500.f, Scale::log},
        {"bell3_db", "dB", -18.f, 18.f, 0.f, Scale::linear},
        {"bell3_q", "", 0.3f, 8.f, 1.f, Scale::log},
        {"bell4_hz", "Hz", 1500.f, 16000.f, 4000.f, Scale::log},
        {"bell4_db", "dB", -18.f, 18.f, 0.f, Scale::linear},
        {"bell4_q", "", 0.3f, 8.f, 1.f, Scale::log},
        {"high_hz", "Hz", 1500.f, 18000.f, 8000.f, Scale::log},
        {"high_db", "dB", -18.f, 18.f, 0.f, Scale::linear},
        {"high_q", "", 0.3f, 4.f, 0.707f, Scale::log},
        {"high_bell", "", 0.f, 1.f, 0.f, Scale::toggle},
    };
    template <class F>
    struct Coefs {
        BiquadCoefs<F> band[kBands];
    };
    template <class F>
    struct State {
        BiquadState<F> left[kBands], right[kBands];
    };

    static Coefs<float> design(const float* p, double rate) {
        Coefs<float> c;
        c.band[0] = p[3] < 0.5f ? design::low_shelf(p[0], p[1], p[2], rate)
                                : design::bell(p[0], p[1], p[2], rate);
        for (int b = 1; b <= 4; ++b) {
            const float* q = p + 4 + 3 * (b - 1);
            c.band[b] = design::bell(q[0], q[1], q[2], rate);
        }
        c.band[5] = p[19] < 0.5f ? design::high_shelf(p[16], p[17], p[18], rate)
                                 : design::bell(p[16], p[17], p[18], rate);
        return c;
    }
    template <class F>
    MF_HD static void step(const Coefs<F>& c, State<F>& s, F& left, F& right) {
        MF_UNROLL
        for (int b = 0; b < kBands; ++b) {
            left = biquad(left, c.band[b], s.left[b]);
            right = biquad(right, c.band[b], s.right[b]);
        }
    }
    /// Two bands a pass over the tile, left and right together: four recursions in flight hide each
    /// other's latency, and their coefficients and states fit the registers.
    template <class F>
    MF_HD static void run(const Coefs<F>& c, State<F>& s, F* left, F* right, int frames) {
        MF_UNROLL
        for (int b = 0; b < kBands; b += 2) {
            const BiquadCoefs<F> c0 = c.band[b], c1 = c.band[b + 1];
            BiquadState<F> l0 = s.left[b], l1 = s.left[b + 1], r0 = s.right[b], r1 = s.right[b + 1];
            for (int n = 0; n < frames; ++n) {
                left[n] = biquad(biquad(left[n], c0, l0), c1, l1);
                right[n] = biquad(biquad(right[n], c0, r0), c1, r1);
            }
            s.left[b] = l0, s.left[b + 1] = l1, s.right[b] = r0, s.right[b + 1] = r1;
        }
    }
    static double response_db(const Coefs<float>& c, double hz, double rate) {
        double db = 0;
        for (const auto& band : c.band) db += design::response_db(band, hz, rate);
        return db;
    }
};

}  // namespace mixfarm
