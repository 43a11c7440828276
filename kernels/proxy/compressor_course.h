/// A compressor of the console a frame of 10 ms at a time, in lanes: the effect's own curve, driven
/// by what its detector makes of the wave within a frame.
#pragma once

#include "kernels/core/path.h"
#include "kernels/effects/compressor.h"
#include "kernels/proxy/level_ride.h"

namespace mixfarm {

/// Where a detector's wave stands in a frame: its power and the levels of its classes over the root
/// mean square, log2 units.
template <class F, class Level>
struct Seen {
    F power;
    const Level* level;  ///< [kClasses], floats or F
};

template <class F>
class CompressorCourse {
public:
    static constexpr int kClasses = StemCourse::kClasses, kStates = 2;

    /// `p` [Compressor::kParams] in lanes.
    MF_HD void set(const F* p) {
        const F one = F(1.f), zero = F(0.f);
        on_ = where_less(one, p[1], one, zero);
        if (!acts()) return;
        curve_ = Compressor::curve(p);
        ride_.set(p[2], p[3]);
        makeup_ = on_ * F(kLog2PerDb) * p[5];
        wet_ = fma_(on_, p[7] - one, one);
        dry_ = one - wet_;
        rms_ = prototype::choose(p[6], zero, on_);
        keyed_ = prototype::choose(p[9], zero, on_);
        const F filtered = where_less(F(Compressor::kNoHighPass), p[8], one, zero);
        filter_ = prototype::high_pass(p[8], F(0.707106781f), filtered);
        rest();
    }
    MF_HD bool acts() const { return !all_at_most(on_, F(0.f)); }
    MF_HD bool keyed_somewhere() const { return !all_at_most(keyed_, F(0.5f)); }
    MF_HD F keyed() const { return keyed_; }
    /// Power gain of the side-chain's filter.
    MF_HD F hears(F hz) const {
        Path<F> path;
        filter_.pass(hz, path);
        return path.power();
    }
    MF_HD void rest() { reduction_ = square_ = F(0.f); }

    /// Amplitude gain in a frame.
    template <class Level>
    MF_HD InFrame<F> gain(const Seen<F, Level>& seen) {
        const F half = F(0.5f);
        F power = seen.power;
        const bool some_rms = !all_at_most(rms_, half);
        if (some_rms) {
            // One pole of kAverageMs. A hit has most of its power early in what is left of its
            // frame, while the mean square still rises: what counts lies between where the frame
            // finds it (kMeanLeft = 1) and its mean over the frame (0.63). 0.8 is best for drums
            // of two songs.
            const F away = square_ - power;
            power = where_less(half, rms_, fma_(F(kMeanLeft), away, power), power);
            square_ = fma_(F(kLeft), away, seen.power);
        }
        const F root = half * log2_(power);
        F wanted[kClasses];
        MF_UNROLL
        for (int k = 0; k < kClasses; ++k) {
            F over = F(seen.level[k]);
            if (some_rms) over = where_less(half, rms_, F(0.f), over);
            wanted[k] = curve_.wanted(root + over);
        }
        const InFrame<F> taken = ride_.step(wanted, reduction_);
        return {fma_(wet_, exp2_(makeup_ - taken.mean), dry_),
                fma_(wet_, exp2_(makeup_ - taken.crest), dry_)};
    }

private:
    static_assert(kFrameMs == Compressor::kAverageMs);
    static constexpr float kLeft = 0.367879441f, kMeanLeft = 0.8f;  ///< exp(-1)

    F on_{};  ///< 1 where it acts
    Compressor::Curve<F> curve_{};
    LevelRide<F> ride_;
    F makeup_{}, wet_{}, dry_{}, rms_{}, keyed_{};
    prototype::Section<F> filter_{};
    F reduction_{}, square_{};
};

}  // namespace mixfarm
