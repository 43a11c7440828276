/// Six-band parametric equaliser: low band, four bells, high band; the outer bands are shelves that
/// can be turned into bells.
///
/// The curves are those of the analogue prototypes (RBJ's audio-EQ cookbook), not cramped near
/// Nyquist: up to 3/8 of the rate, 18 kHz at 48 kHz, every band of the legal ranges keeps within
/// 0.5 dB of its prototype (core/biquad.h has the method), at up to 6 dB and a Q of at most 1.5
/// within 0.15 dB. Above, what is left is the bend that a second-order digital filter needs at
/// Nyquist.
#pragma once

#include "kernels/core/path.h"
#include "kernels/effects/effect.h"

namespace mixfarm {

struct Equalizer {
    static constexpr int kBands = 6;
    static constexpr ParamSpec kParams[] = {
        {"low_hz", "Hz", 20.f, 500.f, 100.f, Scale::log, "low_db"},
        {"low_db", "dB", -18.f, 18.f, 0.f, Scale::linear},
        {"low_q", "", 0.3f, 4.f, 0.707f, Scale::log, "low_db"},
        {"low_bell", "", 0.f, 1.f, 0.f, Scale::toggle, "low_db"},
        {"bell1_hz", "Hz", 40.f, 1000.f, 200.f, Scale::log, "bell1_db"},
        {"bell1_db", "dB", -18.f, 18.f, 0.f, Scale::linear},
        {"bell1_q", "", 0.3f, 8.f, 1.f, Scale::log, "bell1_db"},
        {"bell2_hz", "Hz", 100.f, 3000.f, 400.f, Scale::log, "bell2_db"},
        {"bell2_db", "dB", -18.f, 18.f, 0.f, Scale::linear},
        {"bell2_q", "", 0.3f, 8.f, 1.f, Scale::log, "bell2_db"},
        {"bell3_hz", "Hz", 500.f, 8000.f, 1500.f, Scale::log, "bell3_db"},
        {"bell3_db", "dB", -18.f, 18.f, 0.f, Scale::linear},
        {"bell3_q", "", 0.3f, 8.f, 1.f, Scale::log, "bell3_db"},
        {"bell4_hz", "Hz", 1500.f, 16000.f, 4000.f, Scale::log, "bell4_db"},
        {"bell4_db", "dB", -18.f, 18.f, 0.f, Scale::linear},
        {"bell4_q", "", 0.3f, 8.f, 1.f, Scale::log, "bell4_db"},
        {"high_hz", "Hz", 1500.f, 18000.f, 8000.f, Scale::log, "high_db"},
        {"high_db", "dB", -18.f, 18.f, 0.f, Scale::linear},
        {"high_q", "", 0.3f, 4.f, 0.707f, Scale::log, "high_db"},
        {"high_bell", "", 0.f, 1.f, 0.f, Scale::toggle, "high_db"},
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
    MF_HD static void run(const Coefs<F>& c, State<F>& s, const Tile<F>& tile) {
        run_sections(c.band, s.left, s.right, tile.left, tile.right, tile.frames);
    }
    static double response_db(const Coefs<float>& c, double hz, double rate) {
        double db = 0;
        for (const auto& band : c.band) db += design::response_db(band, hz, rate);
        return db;
    }

    template <class F>
    struct Prototype {
        prototype::Section<F> band[kBands];
    };
    template <class F>
    MF_HD static Prototype<F> prototype(const F* p) {
        Prototype<F> t;
        t.band[0] = prototype::choose(p[3], prototype::low_shelf(p[0], p[1], p[2]),
                                      prototype::bell(p[0], p[1], p[2]));
        for (int b = 1; b <= 4; ++b) {
            const F* q = p + 4 + 3 * (b - 1);
            t.band[b] = prototype::bell(q[0], q[1], q[2]);
        }
        t.band[5] = prototype::choose(p[19], prototype::high_shelf(p[16], p[17], p[18]),
                                      prototype::bell(p[16], p[17], p[18]));
        return t;
    }
    template <class F>
    MF_HD static void pass(const Prototype<F>& t, F hz, Path<F>& path) {
        for (const auto& band : t.band) band.pass(hz, path);
    }
};

}  // namespace mixfarm
