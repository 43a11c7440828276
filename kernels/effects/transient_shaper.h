/// Transient shaper: attacks louder or softer, tails longer or shorter, whatever the level.
///
/// The principle of differential envelopes that SPL's Transient Designer (1998) made known: no
/// threshold; an envelope that follows the sound is compared with one that rises later (the attack)
/// and with one that falls later (the sustain), and the differences in dB set the gain. All
/// envelopes here are in log2 units, one-pole in dB, and both sides get the gain of the louder.
///
///   follower  peak of the last 15 to 30 ms (steady for every tone above 33 Hz), rising at once,
///             falling behind with 10 ms
///   late      rises towards it with 20 ms, falls with it, and stays within 12 dB of it: an attack
///             of 12 dB or more gets all of attack_db, a smaller one its share
///   lasting   rises with it, falls towards it with 200 ms, and stays within 6 dB of it: a tail
///   that
///             falls 30 dB a second (decay time 2 s) or faster gets all of sustain_db, a slower one
///             its share
///
/// Levels below -120 dB count as -120 dB.
#pragma once

#include "kernels/effects/effect.h"

namespace mixfarm {

struct TransientShaper {
    static constexpr double kHoldMs = 15, kFollowMs = 10, kAttackMs = 20, kSustainMs = 200;
    static constexpr double kAttackRangeDb = 12, kSustainRangeDb = 6;
    static constexpr ParamSpec kParams[] = {
        {"attack_db", "dB", -12.f, 12.f, 0.f, Scale::linear},
        {"sustain_db", "dB", -12.f, 12.f, 0.f, Scale::linear},
    };
    template <class F>
    struct Coefs {
        F attack, sustain;     ///< log2 units of gain for each log2 unit of difference
        F hold;                ///< frames
        F follow, rise, fall;  ///< share of the way covered in one sample
    };
    /// Envelopes are kept as their distances in log2 units, which float resolves where slow ones
    /// would stick: behind = follower - level, early = follower - late, lasting = lasting -
    /// follower.
    template <class F>
    struct State {
        F held, next;  ///< peak that stands, highest since
        F left;        ///< frames for which it still stands
        F level;       ///< log2 units above -120 dB
        F behind, early, lasting;
    };

    static Coefs<float> design(const float* p, double rate) {
        const auto share = [rate](double ms) {
            return static_cast<float>(-std::expm1(-1000.0 / (ms * rate)));
        };
        return {static_cast<float>(p[0] / kAttackRangeDb),
                static_cast<float>(p[1] / kSustainRangeDb),
                static_cast<float>(kHoldMs / 1000 * rate),
                share(kFollowMs),
                share(kAttackMs),
                share(kSustainMs)};
    }
    template <class F>
    MF_HD static void step(const Coefs<F>& c, State<F>& s, F& left, F& right) {
        constexpr float kFloor = 120.f * kLog2PerDb;
        constexpr float kAttackRange = float(kAttackRangeDb) * kLog2PerDb;
        constexpr float kSustainRange = float(kSustainRangeDb) * kLog2PerDb;
        const F zero = F(0.f), one = F(1.f);
        // When its time is over the peak gives way to the highest one since, not to the waveform:
        // on a tail the level never dips between two half-waves.
        const F x = max_(abs_(left), abs_(right));
        const F since = max_(s.next, x), remaining = s.left - one;
        const F standing = where_less(zero, remaining, s.held, since);
        const F waiting = where_less(zero, remaining, since, zero);
        const F counting = where_less(zero, remaining, remaining, c.hold);
        s.next = where_less(x, standing, waiting, zero);
        s.left = where_less(x, standing, counting, c.hold);
        s.held = max_(x, standing);

        const F level = max_(log2_(s.held) + F(kFloor), zero);
        const F level_step = level - s.level, gap = s.behind - level_step;
        const F behind = max_(fma_(-c.follow, gap, gap), zero);
        const F step = level_step + (behind - s.behind);  // of the follower
        s.level = level, s.behind = behind;
        const F ahead = s.early + step, over = s.lasting - step;
        s.early = min_(max_(fma_(-c.rise, ahead, ahead), zero), F(kAttackRange));
        s.lasting = min_(max_(fma_(-c.fall, over, over), zero), F(kSustainRange));
        const F gain = exp2_(fma_(c.attack, s.early, c.sustain * s.lasting));
        left = left * gain;
        right = right * gain;
    }
};

}  // namespace mixfarm
