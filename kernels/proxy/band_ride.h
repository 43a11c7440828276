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

template <class F>
class BandRide {
public:
    /// Peaks that the detector holds, over the root mean square of a narrow band, dB (estimate: a
    /// sine has 3, noise about 8).
    static constexpr float kHeldDb = 6;

    /// `p` [DeEsser::kParams] in lanes.
    MF_HD void set_de_esser(const F* p, double rate) {
        set(p[1], F(-1.f), p[2], p[0], rate);
        if (acts_) ride_.set(F(float(DeEsser::kAttackMs)), p[3]);
        shelf_ = true;
    }
    /// `p` [DynamicEq::kParams] in lanes.
    MF_HD void set_dynamic_eq(const F* p, double rate) {
        set(abs_(p[1]), where_less(p[1], F(0.f), F(-1.f), F(1.f)), p[3], p[0], rate);
        if (acts_) ride_.set(p[4], p[5]);
        inverse_q_ = F(1.f) / p[2];
        keyed_ = where_less(F(0.5f), p[6], F(1.f), F(0.f));
    }
    MF_HD bool acts() const { return acts_; }
    MF_HD bool keyed_somewhere() const { return acts_ && !all_at_most(keyed_, F(0.5f)); }
    MF_HD F keyed() const { return keyed_; }
    MF_HD void rest() { change_ = F(0.f); }

    /// Share of the power at a frequency that the gain moves.
    MF_HD F holds(double hz) const {
        const F x = F(static_cast<float>(warped(hz))) * inverse_tan_, w = x * x;
        if (shelf_) return w * w / fma_(w, w, F(1.f));
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
    MF_HD double warped(double hz) const {
        return std::tan(std::numbers::pi * std::fmin(hz, 0.49 * rate_) / rate_);
    }
    MF_HD void set(F limit_db, F direction, F threshold_db, F hz, double rate) {
        acts_ = !all_at_most(limit_db, F(0.f));
        limit_ = F(kLog2PerDb) * limit_db, direction_ = direction;
        threshold_ = F(kLog2PerDb) * threshold_db;
        // The filters are bilinear: frequencies go by their tangents.
        rate_ = rate;
        for (int at = 0; at < lane_count<F>; ++at)
            set_lane(inverse_tan_, at, static_cast<float>(1 / warped(lane(hz, at))));
        keyed_ = F(0.f);
        rest();
    }

    bool acts_ = false, shelf_ = false;
    F limit_{}, direction_{}, threshold_{}, inverse_tan_{}, inverse_q_{}, keyed_{};
    LevelRide<F> ride_;
    F change_{};
    double rate_ = 48000;
};

}  // namespace mixfarm
