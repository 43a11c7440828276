/// Gate and transient shaper a frame of 10 ms at a time, in lanes; both follow the peaks.
#pragma once

#include "kernels/effects/gate.h"
#include "kernels/effects/transient_shaper.h"
#include "kernels/proxy/level_ride.h"

namespace mixfarm {

/// A loud moment opens the gate for the whole frame; what is left of the hold opens a part of one.
template <class F>
class GateCourse {
public:
    static constexpr int kStates = 2;
    /// `p` [Gate::kParams] in lanes.
    MF_HD void set(const F* p) {
        on_ = where_less(F(0.f), p[0], F(1.f), F(0.f));
        if (!acts()) return;
        const F to_log2 = F(kLog2PerDb);
        range_ = p[0] * to_log2;
        opening_ = p[1] * to_log2, closing_ = (p[1] - p[3]) * to_log2;
        slope_ = (p[2] - F(1.f)) / (max_(p[0], F(0.01f)) * to_log2);
        offset_ = F(1.f) - slope_ * opening_;
        hold_ = F(1.f) + p[5] * F(1 / kFrameMs);
        const F attack = F(kFrameMs) / p[4], release = F(kFrameMs) / p[6];
        attack_left_ = ride::decay(attack), release_left_ = ride::decay(release);
        attack_mean_ = ride::mean_share(attack), release_mean_ = ride::mean_share(release);
        rest();
    }
    MF_HD bool acts() const { return !all_at_most(on_, F(0.f)); }
    MF_HD void rest() { open_ = left_ = F(0.f); }
    /// Amplitude gain of a frame with this peak, log2 units.
    MF_HD F gain(F peak) {
        const F zero = F(0.f), one = F(1.f);
        const F threshold = where_less(zero, left_, closing_, opening_);
        left_ = where_less(peak, threshold, max_(left_ - one, zero), hold_);
        const F closed = min_(max_(fma_(slope_, peak, offset_), zero), one);
        const F wanted = max_(closed, min_(left_, one));
        const F rising = open_ - wanted;  // below 0
        const F next = fma_(where_less(rising, zero, attack_left_, release_left_), rising, wanted);
        const F mean =
            fma_(where_less(rising, zero, attack_mean_, release_mean_), next - open_, open_);
        open_ = next;
        return exp2_(fma_(range_, mean, -range_));
    }

private:
    F on_{};  ///< 1 where it acts
    F range_{}, opening_{}, closing_{}, slope_{}, offset_{}, hold_{};
    F attack_left_{}, release_left_{}, attack_mean_{}, release_mean_{};
    F open_{}, left_{};
};

/// The effect's own envelopes, where the peak of a frame and of the two before it stands.
template <class F>
class ShaperCourse {
public:
    static constexpr int kStates = 5;
    /// `p` [TransientShaper::kParams] in lanes.
    MF_HD void set(const F* p) {
        on_ = where_less(F(0.f), max_(abs_(p[0]), abs_(p[1])), F(1.f), F(0.f));
        attack_ = p[0] * F(1 / float(TransientShaper::kAttackRangeDb));
        sustain_ = p[1] * F(1 / float(TransientShaper::kSustainRangeDb));
        rest();
    }
    MF_HD bool acts() const { return !all_at_most(on_, F(0.f)); }
    MF_HD void rest() { last_ = before_ = follower_ = early_ = lasting_ = F(0.f); }
    /// Amplitude gain in a frame with this peak, log2 units; an attack's crest gets all of it.
    MF_HD InFrame<F> gain(F peak) {
        // exp(-10 ms / time) of the follower's fall, the late envelope's rise, the lasting one's
        // fall; what is early in the mean of the time that is left when an attack comes.
        constexpr float kFollow = 0.367879441f, kRise = 0.606530660f, kFall = 0.951229425f,
                        kEarlyMean = 0.8f, kFloor = 120 * kLog2PerDb;
        const F zero = F(0.f), level = max_(peak + F(kFloor), zero);
        const F held = max_(level, max_(last_, before_));
        const F follower = max_(held, fma_(F(kFollow), follower_ - held, held));
        const F step = follower - follower_;
        const F range = F(float(TransientShaper::kAttackRangeDb) * kLog2PerDb);
        const F ahead = min_(max_(early_ + step, zero), range);
        lasting_ = min_(max_(F(kFall) * (lasting_ - step), zero),
                        F(float(TransientShaper::kSustainRangeDb) * kLog2PerDb));
        before_ = last_, last_ = level, follower_ = follower;
        early_ = F(kRise) * ahead;
        const F mean = F(kEarlyMean) * ahead, tail = sustain_ * lasting_;
        return {exp2_(fma_(attack_, mean, tail)),
                exp2_(fma_(attack_, where_less(zero, step, ahead, mean), tail))};
    }

private:
    static_assert(TransientShaper::kFollowMs == 10 && TransientShaper::kAttackMs == 20 &&
                  TransientShaper::kSustainMs == 200);
    F on_{};  ///< 1 where it acts
    F attack_{}, sustain_{};
    F last_{}, before_{}, follower_{}, early_{}, lasting_{};
};

}  // namespace mixfarm
