/// How a detector with an attack and a release rides a wave, a frame of 10 ms at a time, in lanes.
///
/// At the sample rate a branching detector goes from its reduction r toward what the wave wants at
/// that moment, u, by 1/attack of the way a second where u > r, else by 1/release. Where attack
/// and release are long against the wave's period r hardly moves within it, and its mean motion
/// is that of the averaged equation (Krylov and Bogoliubov's method). A frame's moments are classes
/// k, loudest first, that last a share f_k of the time and want u_k:
///
///     dr/dt = sum_k f_k max((u_k - r) / attack, (u_k - r) / release)      (attack <= release)
///           = max_m rate_m (goal_m - r)
///
/// since the classes that attack are always the m loudest: the sum is the largest of the straight
/// lines in which the first m attack and the others release. Each line alone would be solved by an
/// exponential; the largest of the solutions, r' = max_m [goal_m + (r - goal_m) exp(-rate_m T)],
/// solves the equation where one line rules the whole frame, and is exact for a steady level. An
/// attack slower than the release turns every max into min, which the sign of all values does too.
/// The highest crest of a frame comes about kCrestMs behind the rise that makes it highest: of a
/// reduction that grows it meets what the attack does in that time.
/// It fails where times are not long against the period: an attack of 0.1 ms reaches less of each
/// crest than this says, and the ripple of a short release is left out.
#pragma once

#include "kernels/core/maths.h"
#include "kernels/proxy/stem_course.h"

namespace mixfarm {

inline constexpr float kFrameMs = 10;

/// Of something that moves within a frame: its mean, and what it is at the frame's crest.
template <class F>
struct InFrame {
    F mean, crest;
};

namespace ride {

inline constexpr float kCrestMs = 1;  ///< estimate: a rise of drums and plucked strings

/// exp(-x)
template <class F>
MF_HD F decay(F x) {
    return exp2_(F(-1.44269504f) * x);
}
/// Mean share of the way over a frame, as part of the way at its end: 1/2 for slow times, 1 for
/// times that are short against a frame. x: frame over time constant.
template <class F>
MF_HD F mean_share(F x) {
    const F way = F(1.f) - decay(x);
    // Below 0.05 the difference loses its digits; there it is 1/2 + x / 12.
    return where_less(x, F(0.05f), fma_(x, F(1 / 12.f), F(0.5f)), F(1.f) / way - F(1.f) / x);
}

}  // namespace ride

template <class F>
class LevelRide {
public:
    static constexpr int kClasses = StemCourse::kClasses;

    MF_HD void set(F attack_ms, F release_ms) {
        const F attack = F(kFrameMs) / attack_ms, release = F(kFrameMs) / release_ms;
        sign_ = where_less(release_ms, attack_ms, F(-1.f), F(1.f));
        release_ = release, more_ = attack - release;
        float loudest = 0;
        MF_UNROLL
        for (int m = 0; m <= kClasses; ++m) {
            const F rate = fma_(F(loudest), more_, release);
            left_[m] = ride::decay(rate);
            gone_[m] = sign_ * (F(1.f) - left_[m]) / rate;
            if (m < kClasses) loudest += StemCourse::class_share(m);
        }
        mean_attack_ = ride::mean_share(attack), mean_release_ = ride::mean_share(release);
        crest_attack_ = (F(1.f) - ride::decay(attack * F(ride::kCrestMs / kFrameMs))) /
                        (F(1.f) - ride::decay(attack));
    }
    /// `wanted` [kClasses] of a frame, none rising; the reduction in it, which goes on from
    /// `state`, 0 at rest.
    MF_HD InFrame<F> step(const F* wanted, F& state) const {
        F upto[kClasses + 1];
        upto[0] = F(0.f);
        MF_UNROLL
        for (int k = 0; k < kClasses; ++k)
            upto[k + 1] = fma_(F(StemCourse::class_share(k)), wanted[k], upto[k]);
        const F base = release_ * upto[kClasses];
        F to[kClasses + 1];
        MF_UNROLL
        for (int m = 0; m <= kClasses; ++m)
            to[m] = fma_(left_[m], state, gone_[m] * fma_(more_, upto[m], base));
        F next = to[0];
        MF_UNROLL
        for (int m = 1; m <= kClasses; ++m) next = max_(next, to[m]);
        return went(next, state);
    }
    /// Of a frame that wants the same at all its moments.
    MF_HD InFrame<F> step(F wanted, F& state) const {
        const F goal = sign_ * wanted;
        const F away = state - goal;
        return went(max_(fma_(left_[0], away, goal), fma_(left_[kClasses], away, goal)), state);
    }

private:
    MF_HD InFrame<F> went(F next, F& state) const {
        const F way = next - state, grows = sign_ * way, zero = F(0.f);
        const F mean = fma_(way, where_less(zero, grows, mean_attack_, mean_release_), state);
        const F crest = fma_(way, where_less(zero, grows, crest_attack_, mean_release_), state);
        state = next;
        return {sign_ * mean, sign_ * crest};
    }

    F sign_{}, release_{}, more_{};
    F left_[kClasses + 1]{}, gone_[kClasses + 1]{};
    F mean_attack_{}, mean_release_{}, crest_attack_{};
};

}  // namespace mixfarm
