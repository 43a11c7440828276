/// De-esser: a high shelf that dips while the band above its corner is loud.
///
/// Second-order shelf of the state-variable filter with poles that stay where they are (Zavalishin,
/// "The Art of VA Filter Design", 2012): y = x + (g - 1) H(x) + (sqrt(g) - 1) B(x) with the
/// Butterworth high-pass H and band-pass B = sqrt(2) s / D. Its curve, with w the prewarped
/// frequency over the corner, is |y/x|^2 = (1 + g^2 w^4) / (1 + w^4): falling all the way from 1 to
/// g, without the bump that x + (g - 1) H(x) alone has at the corner, and the identity to the bit
/// at g = 1.
///
/// Split-band de-essing: what is loud above the corner lowers only what is above the corner; the
/// very fast attack and the release of 50 to 60 ms at rest are those Cooper gives ("Beyond
/// De-essing", 2000). Above the threshold the band is held down as by a compressor of 4:1, until
/// reduction_db is reached. The detector hears the louder side of H(x), held over half a period.
#pragma once

#include "kernels/core/state_variable.h"
#include "kernels/effects/effect.h"

namespace mixfarm {

struct DeEsser {
    static constexpr double kAttackMs = 0.5;
    static constexpr double kSlope = 0.75;  ///< dB of reduction for each dB above the threshold
    static constexpr ParamSpec kParams[] = {
        {"frequency_hz", "Hz", 2500.f, 12000.f, 6500.f, Scale::log, "reduction_db"},
        {"reduction_db", "dB", 0.f, 18.f, 0.f, Scale::linear},
        {"threshold_db", "dB", -60.f, 0.f, -30.f, Scale::linear, "reduction_db"},
        {"release_ms", "ms", 10.f, 300.f, 55.f, Scale::log, "reduction_db"},
    };
    template <class F>
    struct Coefs {
        state_variable::Coefs<F> filter;
        F threshold, limit;  ///< log2 units
        F attack, release;   ///< share of the way covered in one sample
        F hold;              ///< frames
    };
    template <class F>
    struct State {
        state_variable::State<F> left, right;
        HeldPeak<F> peak;
        F reduction;  ///< log2 units, >= 0
    };

    static Coefs<float> design(const float* p, double rate) {
        const double to_log2 = 1 / (20 * std::log10(2.0));
        const auto share = [rate](double ms) {
            return static_cast<float>(-std::expm1(-1000.0 / (ms * rate)));
        };
        return {state_variable::design(p[0], std::numbers::sqrt2, rate),
                static_cast<float>(p[2] * to_log2),
                static_cast<float>(p[1] * to_log2),
                share(kAttackMs),
                share(p[3]),
                HeldPeak<float>::frames(p[0], rate)};
    }
    template <class F>
    MF_HD static void step(const Coefs<F>& c, State<F>& s, F& left, F& right) {
        const F k = F(1.41421356f);
        const auto l = state_variable::filter(left, c.filter, s.left);
        const auto r = state_variable::filter(right, c.filter, s.right);
        const F band_left = k * l.band, band_right = k * r.band;
        const F high_left = (left - band_left) - l.low, high_right = (right - band_right) - r.low;
        const F level = s.peak.push(max_(abs_(high_left), abs_(high_right)), c.hold);
        const F over = log2_(level) - c.threshold;
        const F wanted = min_(max_(F(float(kSlope)) * over, F(0.f)), c.limit);
        const F gap = wanted - s.reduction;
        const F rate = where_less(F(0.f), gap, c.attack, c.release);
        s.reduction = min_(fma_(rate, gap, s.reduction), c.limit);
        // sqrt(g) - 1 and g - 1 = (sqrt(g) - 1) (sqrt(g) + 1).
        const F root = exp2_(F(-0.5f) * s.reduction);
        const F of_band = root - F(1.f), of_high = of_band * (root + F(1.f));
        left = fma_(of_high, high_left, fma_(of_band, band_left, left));
        right = fma_(of_high, high_right, fma_(of_band, band_right, right));
    }
};

}  // namespace mixfarm
