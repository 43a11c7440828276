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

#include <span>
#include <vector>

#include "kernels/console/limiter.h"
#include "kernels/foresight.h"
#include "kernels/meters/loudness_course.h"
#include "kernels/proxy/level_ride.h"

namespace mixfarm {

/// What L0 knows of a mix whose dynamics are followed.
template <class F>
struct MixLevels {
    const F* scene;  ///< [scenes] K-weighted power, both sides
    F wet_to_dry, wet_seconds;
};

template <class F>
class LoudnessRide {
public:
    LoudnessRide(const StemCourse& course, const Scenes& scenes)
        : course_(course),
          scenes_(scenes),
          power_(static_cast<std::size_t>(course.frames / kBin * kBin)),
          reach_(power_.size()),
          rest_(power_.size()),
          bins_(power_.size() / kBin),
          weight_(bins_.size()),
          fast_(power_.size() / kFast),
          fit_(static_cast<std::size_t>(scenes.count)) {}

    /// `power`, `peak`, `soft` [frames] and `scene_power` [scenes] as MixCourse has them.
    void run(std::span<const F> power, std::span<const F> peak, std::span<const F> soft,
             std::span<const F> scene_power, const MixLevels<F>& levels,
             const MasterTarget& target);
    /// Puts the figures of a lane into what L0 told of it.
    void fill(Foretold& told, int at, const MasterTarget& target) const;

private:
    static constexpr std::size_t kBin = 10, kFast = 5;      ///< frames: 100 ms, 50 ms
    static constexpr std::size_t kBlock = 4, kWindow = 30;  ///< bins: 400 ms, 3 s
    static constexpr float kBefore = 0.2f;     ///< of a frame's power, in front of its peak
    static constexpr float kBetween = 1.023f;  ///< (0.1 dB)^2: peaks between the samples
    static constexpr double kReadDb = 0.03;
    static constexpr int kRounds = 8;
    static constexpr float kLog2PerLu = 0.332192809f;

    void bring_to_level(std::span<const F> power, std::span<const F> peak, std::span<const F> soft,
                        std::span<const F> scene_power, const MixLevels<F>& levels, float ceiling);
    void gate();
    /// Power of the heard frames behind the limiter over that in front of it, gain 1 in both; with
    /// `kLast` the bins and fast windows are left behind it.
    template <bool kLast>
    F limit(F gain);

    const StemCourse& course_;
    const Scenes& scenes_;
    std::vector<F> power_;            ///< [frames] K-weighted, both sides, in front of the gain
    std::vector<F> reach_;            ///< [frames] gain at which the peak reaches the ceiling
    std::vector<F> rest_;             ///< [frames] the same of the softest moment
    std::vector<F> bins_;             ///< [bins] mean power
    std::vector<F> weight_;           ///< [bins] in how many heard blocks
    std::vector<F> fast_;             ///< [50 ms]
    std::vector<F> fit_;              ///< [scenes]
    F loudness_{}, gain_{}, loss_{};  ///< log2 of power; amplitude; log2 of power
    F highest_{};                     ///< peak in front of the limiter, linear
    bool limited_[lane_count<F>] = {};
};

template <class F>
void LoudnessRide<F>::bring_to_level(std::span<const F> power, std::span<const F> peak,
                                     std::span<const F> soft, std::span<const F> scene_power,
                                     const MixLevels<F>& levels, float ceiling) {
    for (std::size_t k = 0; k < fit_.size(); ++k) {
        const auto frames =
            static_cast<float>(scenes_.members[k].size() * StemCourse::kBlockFrames);
        fit_[k] = max_(levels.scene[k], F(0.f)) * F(frames) / max_(scene_power[k], F(1e-25f));
    }
    // Reverb follows what is dry with its own decay: 60 dB in wet_seconds.
    const F left = exp2_(F(-19.9315686f * kFrameMs / 1000) / max_(levels.wet_seconds, F(0.01f)));
    F tail = F(0.f);
    highest_ = F(0.f);
    for (std::size_t n = 0; n < power_.size(); ++n) {
        const int scene = scenes_.scene[n / StemCourse::kBlockFrames];
        const F dry = scene < 0 ? F(0.f) : power[n] * fit_[static_cast<std::size_t>(scene)];
        tail = fma_(left, tail - dry, dry);
        power_[n] = fma_(levels.wet_to_dry, tail, dry);
        const F more = F(kBetween) * (F(1.f) + levels.wet_to_dry), top = more * peak[n];
        highest_ = max_(highest_, top);
        reach_[n] = F(ceiling) * exp2_(F(-0.5f) * log2_(top));
        rest_[n] = F(ceiling) * exp2_(F(-0.5f) * log2_(more * soft[n]));
    }
    highest_ = exp2_(F(0.5f) * log2_(highest_));
}

/// BS.1770's gates on the mix in front of the limiter. The absolute one waits for the gain, which
/// puts the song far above it: what lies 60 dB under the mean does not count.
template <class F>
void LoudnessRide<F>::gate() {
    F sum = F(0.f);
    for (std::size_t i = 0; i < bins_.size(); ++i) {
        F bin = F(0.f);
        for (std::size_t n = 0; n < kBin; ++n) bin = bin + power_[i * kBin + n];
        bins_[i] = bin * F(1.f / kBin);
        sum = sum + bins_[i];
        weight_[i] = F(0.f);
    }
    const auto for_blocks = [&](auto visit) {
        for (std::size_t i = 0; i + kBlock <= bins_.size(); ++i) {
            F block = F(0.f);
            for (std::size_t k = 0; k < kBlock; ++k) block = block + bins_[i + k];
            visit(i, block * F(1.f / kBlock));
        }
    };
    const auto mean_above = [&](F least, bool mark) {
        F kept = F(0.f), count = F(0.f);
        for_blocks([&](std::size_t i, F block) {
            const F in = where_less(least, block, F(1.f), F(0.f));
            kept = fma_(in, block, kept);
            count = count + in;
            for (std::size_t k = 0; mark && k < kBlock; ++k) weight_[i + k] = weight_[i + k] + in;
        });
        return kept / max_(count, F(1.f));
    };
    const F mean = sum / F(static_cast<float>(std::max<std::size_t>(1, bins_.size())));
    loudness_ = log2_(mean_above(F(0.1f) * mean_above(F(1e-6f) * mean, false), true));
}

template <class F>
template <bool kLast>
F LoudnessRide<F>::limit(F gain) {
    // exp of 10 ms, 5 ms and 2.5 ms over the release.
    constexpr float kHalf = 0.939413063f, kQuarter = 0.969233234f;
    static_assert(limiter::kReleaseMs == 80);
    const F one = F(1.f), inverse = one / gain;
    F held = F(0.f), kept = F(0.f), whole = F(0.f);
    for (std::size_t i = 0; i < bins_.size(); ++i) {
        F bin = F(0.f), before = F(0.f);
        for (std::size_t n = 0; n < kBin; ++n) {
            const std::size_t at = i * kBin + n;
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
void LoudnessRide<F>::run(std::span<const F> power, std::span<const F> peak,
                          std::span<const F> soft, std::span<const F> scene_power,
                          const MixLevels<F>& levels, const MasterTarget& target) {
    const float ceiling =
        static_cast<float>(std::pow(10.0, (target.true_peak_dbtp - limiter::kMarginDb) / 20));
    bring_to_level(power, peak, soft, scene_power, levels, ceiling);
    gate();
    const F goal = F((target.loudness_lufs + 0.691f) * kLog2PerLu);
    constexpr float kMost = 9.96578428f;  // log2 of the engine's largest gain, 60 dB
    F gain = min_(F(0.5f) * (goal - loudness_), F(kMost));
    loss_ = F(0.f);
    for (int i = 0; i < kRounds; ++i) {
        loss_ = -log2_(limit<false>(exp2_(gain)));
        // Limiting eats part of every added decibel, the more the harder it works.
        const F missing = goal - loudness_ - F(2.f) * gain + loss_;
        const F slope = F(1.f) / fma_(F(0.4f / kLog2PerLu), loss_, F(1.05f));
        gain = min_(fma_(F(0.5f), missing / slope, gain), F(kMost));
    }
    gain_ = exp2_(gain);
    loss_ = -log2_(limit<true>(gain_));
}

template <class F>
void LoudnessRide<F>::fill(Foretold& told, int at, const MasterTarget& target) const {
    Measurement& m = told.mix;
    const auto set = [&m](std::string_view name, double value) {
        m.metrics[static_cast<std::size_t>(metric_index(name))] = static_cast<float>(value);
    };
    const auto of = [at](const F& x) { return static_cast<double>(lane(x, at)); };
    const double gain = of(gain_), loss = of(loss_) / kLog2PerLu;
    const double integrated = -0.691 + of(loudness_) / kLog2PerLu + 20 * std::log10(gain) - loss;
    // The bands of L0 are brought to the target by its own gain.
    const double own = std::pow(10.0, (m.master_gain_db) / 10);
    const double scale = gain * gain * std::pow(10.0, -loss / 10) / own;
    for (auto* bands : {&m.left_power, &m.right_power, &m.cross_power})
        for (float& power : *bands) power = static_cast<float>(power * scale);
    m.master_gain_db = static_cast<float>(20 * std::log10(gain));
    m.limiter_loss_lu = static_cast<float>(std::max(0.0, loss));
    // A meter reads a peak at the ceiling 0.03 dB over it (two songs).
    const double peak = std::min(20 * std::log10(of(highest_) * gain),
                                 target.true_peak_dbtp - limiter::kMarginDb + kReadDb);
    set("integrated_lufs", std::max(-70.0, integrated));
    set("true_peak_dbtp", peak);
    set("plr_db", peak - integrated);

    const double power = gain * gain;
    std::vector<double> upto = {0}, windows;
    for (const F& bin : bins_) upto.push_back(upto.back() + power * of(bin));
    const auto mean = [&](std::size_t from, std::size_t count) {
        return std::max(0.0, upto[from + count] - upto[from]) / static_cast<double>(count);
    };
    double momentary = 0, short_term = 0, heard = 0, count = 0;
    for (std::size_t i = 0; i + kBlock <= bins_.size(); ++i)
        momentary = std::max(momentary, mean(i, kBlock));
    for (std::size_t i = 0; i + kWindow <= bins_.size(); ++i) {
        windows.push_back(mean(i, kWindow));
        short_term = std::max(short_term, windows.back());
        if (windows.back() >= power_of_lufs(-70)) heard += windows.back(), ++count;
    }
    set("max_momentary_lufs", lufs_of_power(momentary));
    if (windows.empty()) return;
    set("max_short_term_lufs", lufs_of_power(short_term));
    set("psr_db", peak - lufs_of_power(short_term));
    std::vector<double> some;  // the range hardly moves, and sorting takes a while
    for (std::size_t i = 0; i < windows.size(); i += 2) some.push_back(windows[i]);
    set("loudness_range_lu", loudness_range(some));
    // How far 50 ms rise above the 3 s about them.
    const double gate = std::max(power_of_lufs(-70), count > 0 ? 0.01 * heard / count : 0.0);
    std::vector<double> rises;
    for (std::size_t i = 0; i < windows.size(); ++i)
        for (std::size_t k = 0; k < 2 && windows[i] >= gate; ++k)
            rises.push_back(power * of(fast_[2 * (i + kWindow / 2) + k]) / kFast / windows[i]);
    if (rises.empty()) return;
    const auto high = rises.begin() + std::llround(0.95 * static_cast<double>(rises.size() - 1));
    std::nth_element(rises.begin(), high, rises.end());
    set("microdynamics_lu", std::max(-70.0, 10 * std::log10(*high + 1e-30)));
}

}  // namespace mixfarm
