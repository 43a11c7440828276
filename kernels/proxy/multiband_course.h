/// The master's multiband compressor a frame of 10 ms at a time, in lanes.
#pragma once

#include "kernels/effects/compressor.h"
#include "kernels/effects/multiband.h"
#include "kernels/proxy/level_ride.h"

namespace mixfarm {

/// Its crossovers on broad bands: amplitudes that add up to one, as the bands of the effect do but
/// for an allpass.
template <class F>
class MultibandCourse {
public:
    static constexpr int kSplits = 3, kStates = 9;
    /// Peaks that a detector holds, over the power (mean of both sides) of the band, dB: a bass is
    /// nearly a sine, the upper bands of a mix are like noise. Measured on two songs.
    MF_HD static constexpr float held_db(int split) {
        constexpr float kHeldDb[kSplits] = {3.5f, 9.f, 10.f};
        return kHeldDb[split];
    }

    /// `p` [Multiband::kParams] in lanes.
    MF_HD void set(const F* p, const broad::Shares& shares) {
        on_ = where_less(F(0.f), p[0], F(1.f), F(0.f));
        if (!acts()) return;
        mix_ = p[0];
        low_hz_ = p[1], high_hz_ = p[2];
        ride_.set(p[12], p[13]);
        MF_UNROLL
        for (int j = 0; j < kSplits; ++j) {
            const F* q = p + 3 + 3 * j;
            const F of_curve[] = {q[0], q[1], F(0.f), F(0.f), p[14]};
            curve_[j] = Compressor::curve(of_curve);
            makeup_[j] = F(kLog2PerDb) * q[2];
            reduction_[j] = kept_[j] = whole_[j] = F(0.f);
        }
        for (int b = 0; b < broad::kBands; ++b) MF_UNROLL
        for (int j = 0; j < kSplits; ++j) part_[j][b] = F(0.f);
        for (int t = 0; t < mixfarm::kBands; ++t) {
            F amplitude[kSplits];
            parts(F(shares.hz[t]), amplitude);
            for (int b = 0; b < broad::kBands; ++b) MF_UNROLL
            for (int j = 0; j < kSplits; ++j)
                part_[j][b] = fma_(F(shares.flat[b][t]), amplitude[j], part_[j][b]);
        }
    }
    MF_HD bool acts() const { return !all_at_most(on_, F(0.f)); }
    /// Lowers `power` [broad bands] of a frame; what becomes of all of it.
    template <class Power>
    MF_HD F run(Power power) {
        F gain[kSplits];
        MF_UNROLL
        for (int j = 0; j < kSplits; ++j) {
            F its = F(0.f);
            for (int b = 0; b < broad::kBands; ++b)
                its = fma_(part_[j][b] * part_[j][b], power[b], its);
            const F level = fma_(F(0.5f), log2_(its), F(held_db(j) * kLog2PerDb));
            const F taken = ride_.step(curve_[j].wanted(level), reduction_[j]).mean;
            gain[j] = fma_(mix_, exp2_(makeup_[j] - taken) - F(1.f), F(1.f));
            kept_[j] = fma_(gain[j] * gain[j], its, kept_[j]);
            whole_[j] = whole_[j] + its;
        }
        F before = F(1e-20f), after = F(1e-20f);
        for (int b = 0; b < broad::kBands; ++b) {
            const F g = unless_off(
                fma_(part_[0][b], gain[0], fma_(part_[1][b], gain[1], part_[2][b] * gain[2])));
            before = before + power[b];
            power[b] = g * g * power[b];
            after = after + power[b];
        }
        return after / before;
    }
    /// Mean power gain of the frames so far at a frequency.
    MF_HD F at(F hz) const {
        F amplitude[kSplits], sum = F(0.f);
        parts(hz, amplitude);
        MF_UNROLL
        for (int j = 0; j < kSplits; ++j)
            sum = fma_(amplitude[j], exp2_(F(0.5f) * (log2_(kept_[j]) - log2_(whole_[j]))), sum);
        return unless_off(sum * sum);
    }

private:
    /// 1 in the lanes where it does not act: its bands add up to one but for rounding.
    MF_HD F unless_off(F gain) const { return where_less(F(0.f), on_, gain, F(1.f)); }
    /// Linkwitz-Riley, 24 dB an octave: 1 / (1 + (f / corner)^4) below.
    MF_HD void parts(F hz, F* amplitude) const {
        const F a = hz / low_hz_, b = hz / high_hz_;
        const F low = F(1.f) / fma_(a * a, a * a, F(1.f)),
                below = F(1.f) / fma_(b * b, b * b, F(1.f));
        amplitude[0] = low;
        amplitude[1] = (F(1.f) - low) * below;
        amplitude[2] = (F(1.f) - low) * (F(1.f) - below);
    }

    F on_{};  ///< 1 where it acts
    F mix_{}, low_hz_{}, high_hz_{};
    LevelRide<F> ride_;
    Compressor::Curve<F> curve_[kSplits]{};
    F makeup_[kSplits]{}, part_[kSplits][broad::kBands]{};
    F reduction_[kSplits]{}, kept_[kSplits]{}, whole_[kSplits]{};
};

}  // namespace mixfarm
