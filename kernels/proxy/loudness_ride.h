/// From power and peak of every 10 ms to the target: gain, limiter, and all figures of loudness
/// over time; a lane is a candidate.
///
/// The limiter's look-ahead and box are shorter than a frame, its release of 80 ms is not. A
/// frame's peak stands in its middle: until then the reduction falls from where it was, then it
/// rises at once to what the peak wants and falls again; toward what the softest of the frame's
/// moments wants, which lie a millisecond apart at least: where that is over the ceiling too, peaks
/// follow each other so closely that the release never gets far. Of the frame's power most comes
/// with the peak and behind it (kBefore).
#pragma once

#include "kernels/console/limiter.h"
#include "kernels/proxy/band_mix.h"
#include "kernels/proxy/course_tables.h"

namespace mixfarm {

/// What is found of a mix, besides arrays.
template <class F>
struct RideSums {
    F loudness, gain, loss;  ///< log2 of power; amplitude; log2 of power
    F highest;               ///< peak in front of the limiter, linear
};

/// What is wanted of a mix, as the lanes take it.
struct RideTarget {
    float ceiling;  ///< of the limiter, linear
    float goal;     ///< log2 of power
    explicit RideTarget(const MasterTarget& target)
        : ceiling(static_cast<float>(
              std::pow(10.0, (target.true_peak_dbtp - limiter::kMarginDb) / 20))),
          goal((target.loudness_lufs + 0.691f) * kLog2PerLu) {}
    static constexpr float kLog2PerLu = 0.332192809f;
};

template <class F>
class LoudnessRide {
public:
    /// `room` and `told` are MixCourse's after it ran: its frames are brought to the target where
    /// they lie.
    MF_HD LoudnessRide(const CourseTables& tables, const CoursePlaces& places, Memory<F> room,
                       Memory<F> told)
        : t_(tables),
          room_(room),
          power_(room.from(places.power)),
          reach_(room.from(places.peak)),
          rest_(room.from(places.soft)),
          weight_(room.from(places.weight)),
          fit_(room.from(places.fit)),
          scene_power_(room.from(places.scene_power)),
          told_(told.from(places.loudness)),
          bins_(told.from(places.bins)),
          fast_(told.from(places.fast)),
          count_(tables.frames / kBin) {}

    /// `levels` after run() with the gains of the same course.
    MF_HD void run(const BandMix<F>& levels, const RideTarget& target);

private:
    static constexpr int kBin = CoursePlaces::kBin, kFast = CoursePlaces::kFast;
    static constexpr int kBlock = 4;           ///< bins: 400 ms
    static constexpr float kBefore = 0.2f;     ///< of a frame's power, in front of its peak
    static constexpr float kBetween = 1.023f;  ///< (0.1 dB)^2: peaks between the samples
    static constexpr int kRounds = 8;

    MF_HD_OUTLINED void bring_to_level(const BandMix<F>& levels, float ceiling);
    MF_HD_OUTLINED void gate();
    /// Power of the heard frames behind the limiter over that in front of it, gain 1 in both; with
    /// `kLast` the bins and fast windows are left behind it.
    template <bool kLast>
    MF_HD_OUTLINED F limit(F gain);

    const CourseTables& t_;
    Memory<F> room_;
    Memory<F> power_;        ///< [frames] K-weighted, both sides, in front of the gain
    Memory<F> reach_;        ///< [frames] gain at which the peak reaches the ceiling
    Memory<F> rest_;         ///< [frames] the same of the softest moment
    Memory<F> weight_;       ///< [bins] in how many heard blocks
    Memory<F> fit_;          ///< [scenes]
    Memory<F> scene_power_;  ///< [scenes]
    Memory<F> told_;         ///< RideSums
    Memory<F> bins_, fast_;  ///< mean powers
    int count_;              ///< bins
    RideSums<F> sums_;
};

template <class F>
MF_HD_OUTLINED void LoudnessRide<F>::bring_to_level(const BandMix<F>& levels, float ceiling) {
    const BandSums<F>& sums = levels.sums();
    const F nothing = F(1e-30f), wet_to_dry = sums.wet_heard / max_(sums.dry_heard, nothing),
            wet_seconds = sums.wet_seconds / max_(sums.wet, nothing);
    for (int k = 0; k < t_.heard_scenes; ++k)
        fit_[k] = max_(levels.scene_energy(k), F(0.f)) * F(t_.scene_frames[k]) /
                  max_(scene_power_[k], F(1e-25f));
    // Reverb follows what is dry with its own decay: 60 dB in wet_seconds.
    const F left = exp2_(F(-19.9315686f * kFrameMs / 1000) / max_(wet_seconds, F(0.01f)));
    F tail = F(0.f), highest = F(0.f);
    for (int n = 0; n < t_.frames; ++n) {
        const int scene = t_.scene[n / StemCourse::kBlockFrames];
        const F dry = scene < 0 ? F(0.f) : power_[n] * fit_[scene];
        tail = fma_(left, tail - dry, dry);
        power_[n] = fma_(wet_to_dry, tail, dry);
        const F more = F(kBetween) * (F(1.f) + wet_to_dry), top = more * reach_[n];
        highest = max_(highest, top);
        reach_[n] = F(ceiling) * exp2_(F(-0.5f) * log2_(top));
        rest_[n] = F(ceiling) * exp2_(F(-0.5f) * log2_(more * rest_[n]));
    }
    sums_.highest = exp2_(F(0.5f) * log2_(highest));
}

/// BS.1770's gates on the mix in front of the limiter. The absolute one waits for the gain, which
/// puts the song far above it: what lies 60 dB under the mean does not count.
template <class F>
MF_HD_OUTLINED void LoudnessRide<F>::gate() {
    F sum = F(0.f);
    for (int i = 0; i < count_; ++i) {
        F bin = F(0.f);
        for (int n = 0; n < kBin; ++n) bin = bin + power_[i * kBin + n];
        bin = bin * F(1.f / kBin);
        bins_[i] = bin;
        sum = sum + bin;
        weight_[i] = F(0.f);
    }
    const auto mean_above = [&](F least, bool mark) {
        F kept = F(0.f), count = F(0.f);
        for (int i = 0; i + kBlock <= count_; ++i) {
            F block = F(0.f);
            for (int k = 0; k < kBlock; ++k) block = block + bins_[i + k];
            block = block * F(1.f / kBlock);
            const F in = where_less(least, block, F(1.f), F(0.f));
            kept = fma_(in, block, kept);
            count = count + in;
            for (int k = 0; mark && k < kBlock; ++k) weight_[i + k] = weight_[i + k] + in;
        }
        return kept / max_(count, F(1.f));
    };
    const F mean = sum / F(static_cast<float>(count_ > 0 ? count_ : 1));
    sums_.loudness = log2_(mean_above(F(0.1f) * mean_above(F(1e-6f) * mean, false), true));
}

template <class F>
template <bool kLast>
MF_HD_OUTLINED F LoudnessRide<F>::limit(F gain) {
    // exp of 10 ms, 5 ms and 2.5 ms over the release.
    constexpr float kHalf = 0.939413063f, kQuarter = 0.969233234f;
    static_assert(limiter::kReleaseMs == 80);
    const F one = F(1.f), inverse = one / gain;
    F held = F(0.f), kept = F(0.f), whole = F(0.f);
    for (int i = 0; i < count_; ++i) {
        F bin = F(0.f), before = F(0.f);
        for (int n = 0; n < kBin; ++n) {
            const int at = i * kBin + n;
            const F rest = max_(fma_(-rest_[at], inverse, one), F(0.f));
            const F early = one - fma_(F(kQuarter), held - rest, rest);
            held = max_(fma_(-reach_[at], inverse, one), fma_(F(kHalf), held - rest, rest));
            const F late = one - fma_(F(kQuarter), held - rest, rest);
            held = fma_(F(kHalf), held - rest, rest);
            const F power =
                power_[at] * fma_(F(kBefore), early * early, F(1 - kBefore) * late * late);
            bin = bin + power;
            if constexpr (kLast) {
                if (n % kFast == kFast - 1) fast_[at / kFast] = bin - before, before = bin;
            }
        }
        kept = fma_(weight_[i] * F(1.f / kBin), bin, kept);
        whole = fma_(weight_[i], bins_[i], whole);
        if constexpr (kLast) bins_[i] = bin * F(1.f / kBin);
    }
    return max_(kept, F(1e-25f)) / max_(whole, F(1e-25f));
}

template <class F>
MF_HD void LoudnessRide<F>::run(const BandMix<F>& levels, const RideTarget& target) {
    bring_to_level(levels, target.ceiling);
    gate();
    const F goal = F(target.goal);
    constexpr float kMost = 9.96578428f;  // log2 of the engine's largest gain, 60 dB
    F gain = min_(F(0.5f) * (goal - sums_.loudness), F(kMost));
    F loss = F(0.f);
    for (int i = 0; i < kRounds; ++i) {
        loss = -log2_(limit<false>(exp2_(gain)));
        // Limiting eats part of every added decibel, the more the harder it works.
        const F missing = goal - sums_.loudness - F(2.f) * gain + loss;
        const F slope = F(1.f) / fma_(F(0.4f / RideTarget::kLog2PerLu), loss, F(1.05f));
        gain = min_(fma_(F(0.5f), missing / slope, gain), F(kMost));
    }
    sums_.gain = exp2_(gain);
    sums_.loss = -log2_(limit<true>(sums_.gain));
    put(sums_, told_);
}

}  // namespace mixfarm
