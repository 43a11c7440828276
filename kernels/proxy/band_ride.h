/// De-esser and dynamic equaliser a frame of 10 ms at a time, in lanes: a part of the spectrum
/// whose gain follows its own level, or a key's.
///
/// Both take a share h of the power at each frequency, |B|^2 of the bell's band or w^4 / (1 + w^4)
/// of the shelf, as loud as their detectors hear it, and at gain g give back 1 + (g^2 - 1) h: the
/// bell since the real part of its band B is |B|^2, the shelf as de_esser.h has it.
#pragma once

#include "kernels/effects/de_esser.h"
#include "kernels/effects/dynamic_eq.h"
#include "kernels/proxy/level_ride.h"

namespace mixfarm {

/// The filters are bilinear: frequencies go by their tangents.
inline double bilinear(double hz, double rate) {
    return std::tan(std::numbers::pi * std::fmin(hz, 0.49 * rate) / rate);
}
/// 1 / bilinear(), in float.
inline float bilinear_inverse(float hz, double rate) {
    return static_cast<float>(1 / bilinear(hz, rate));
}

template <class F>
class BandRide {
public:
    /// Peaks that the detector holds, over the root mean square of a narrow band, dB (estimate: a
    /// sine has 3, noise about 8).
    static constexpr float kHeldDb = 6;

    static constexpr int kStates = 1;

    /// `p` [DeEsser::kParams] in lanes; `inverse` is 1 / bilinear() of its frequency.
    MF_HD void set_de_esser(const F* p, F inverse) {
        set(p[1], F(-1.f), p[2], inverse);
        if (acts()) ride_.set(F(float(DeEsser::kAttackMs)), p[3]);
    }
    /// `p` [DynamicEq::kParams] in lanes; `inverse` likewise.
    MF_HD void set_dynamic_eq(const F* p, F inverse) {
        set(abs_(p[1]), where_less(p[1], F(0.f), F(-1.f), F(1.f)), p[3], inverse);
        if (acts()) ride_.set(p[4], p[5]);
        inverse_q_ = F(1.f) / p[2];
        keyed_ = where_less(F(0.5f), p[6], F(1.f), F(0.f));
    }
    MF_HD bool acts() const { return !all_at_most(on_, F(0.f)); }
    MF_HD bool keyed_somewhere() const { return acts() && !all_at_most(keyed_, F(0.5f)); }
    MF_HD F keyed() const { return keyed_; }
    MF_HD void rest() { change_ = F(0.f); }

    /// Share of the power at a frequency, given as bilinear(), that the gain of the shelf and of
    /// the bell moves.
    MF_HD F shelf_holds(F frequency) const {
        const F x = frequency * inverse_, w = x * x;
        return w * w / fma_(w, w, F(1.f));
    }
    MF_HD F bell_holds(F frequency) const {
        const F x = frequency * inverse_, w = x * x;
        const F band = x * inverse_q_, rest = F(1.f) - w;
        return band * band / fma_(band, band, rest * rest);
    }
    /// Power gain less one of that share, in a frame in which the detector hears `power`.
    MF_HD F more(F power) {
        const F level = fma_(F(0.5f), log2_(power), F(kHeldDb * kLog2PerDb));
        const F wanted =
            min_(max_(F(float(DeEsser::kSlope)) * (level - threshold_), F(0.f)), limit_);
        return exp2_(F(2.f) * direction_ * ride_.step(wanted, change_).mean) - F(1.f);
    }

private:
    static_assert(DeEsser::kSlope == DynamicEq::kSlope);
    MF_HD void set(F limit_db, F direction, F threshold_db, F inverse) {
        on_ = where_less(F(0.f), limit_db, F(1.f), F(0.f));
        limit_ = F(kLog2PerDb) * limit_db, direction_ = direction;
        threshold_ = F(kLog2PerDb) * threshold_db;
        inverse_ = inverse, keyed_ = F(0.f);
        rest();
    }

    F on_{};  ///< 1 where it acts
    F limit_{}, direction_{}, threshold_{}, inverse_{}, inverse_q_{}, keyed_{};
    LevelRide<F> ride_;
    F change_{};
};

}  // namespace mixfarm
