/// L1, the dynamics of a mix on frames of 10 ms; a lane is a candidate.
///
///     stem -> strip's gains -> group's compressors -> multiband -> power and peak of every frame
///
/// Powers add up. What phase does to the sums is known twice from outside: frame by frame from the
/// sum of all stems (reference_mix.h), scene by scene from the cross powers of L0, to which the
/// frames are brought (loudness_ride.h). Not followed: automation, what saturators do to levels,
/// what returns do to detectors, phase within a group.
#pragma once

#include <vector>

#include "kernels/meters/k_weighting.h"
#include "kernels/proxy/level_gains.h"
#include "kernels/proxy/linear_channel.h"
#include "kernels/proxy/multiband_course.h"
#include "kernels/proxy/strip_course.h"

namespace mixfarm {

template <class F>
class MixCourse {
public:
    static constexpr int kFrames = StemCourse::kBlockFrames;

    MixCourse(const StemCourse& course, const StemBands& bands)
        : course_(course),
          bands_(bands),
          strips_(course.stems.size()),
          strip_(course.stems.size()),
          whole_(course.stems.size() * broad::kBands),
          heard_(course.stems.size() * scenes()),
          scene_power_(scenes()),
          power_(static_cast<std::size_t>(course.blocks * kFrames)),
          peak_(power_.size()),
          soft_(power_.size()) {
        const int stems = static_cast<int>(course.stems.size()), wide = mixfarm::kBands,
                  count = static_cast<int>(scenes());
        gain_cells_.resize(static_cast<std::size_t>(stems * (wide + 2 + count) + wide));
        const Memory<F> cells{gain_cells_.data(), 1};
        gains.whole = cells, gains.group = cells.from(stems * wide);
        gains.common = gains.group.from(stems), gains.scene = gains.common.from(stems);
        gains.master = gains.scene.from(stems * count);
        for (std::size_t b = 0; b < broad::kBands; ++b)
            for (std::size_t t = 0; t < mixfarm::kBands; ++t)
                k_weight_[b] +=
                    broad::lies_flat(static_cast<int>(b), t) *
                    static_cast<float>(std::pow(
                        10.0, k_gain_db(band_centre_hz(static_cast<int>(t)), course.rate) / 10));
    }

    /// At most as many mixes as lanes; the last one fills the lanes that are left.
    void run(std::span<const MixSettings> mixes) {
        load(mixes);
        for (auto* sums : {&strip_, &whole_, &heard_, &scene_power_})
            std::fill(sums->begin(), sums->end(), F(0.f));
        for (int block = 0; block < course_.blocks; ++block) add(block);
        tell_gains();
    }

    LevelGains<F> gains;
    /// [frames] K-weighted power and squared peak in front of the gain to the target, behind the
    /// multiband; [scenes] sum of powers in front of it.
    std::span<const F> power() const { return power_; }
    std::span<const F> peak() const { return peak_; }
    /// [frames] squared, the softest of the moments in which it may be.
    std::span<const F> soft() const { return soft_; }
    std::span<const F> scene_power() const { return scene_power_; }

private:
    struct Group {
        CompressorCourse<F> glue, parallel;
        F to_glue[broad::kBands], to_parallel[broad::kBands];
        bool acts() const { return glue.acts() || parallel.acts(); }
    };
    std::size_t scenes() const { return static_cast<std::size_t>(bands_.padded_scenes()); }
    void load(std::span<const MixSettings> mixes);
    CourseKey<F> key(std::span<const MixSettings> mixes, int stem) const;
    void load_groups(std::span<const MixSettings> mixes, const F* of_master,
                     F (&behind)[console::kGroups][mixfarm::kBands]);
    void add(int block);
    void keep(std::size_t s, int block, const F* group);
    /// Amplitude gain of a group's compressors in a frame.
    InFrame<F> ride(Group& group, const F* power, F peak);
    void tell_gains();

    const StemCourse& course_;
    const StemBands& bands_;
    std::vector<float> neutral_ = neutral_buses();
    std::array<float, broad::kBands> k_weight_{};

    std::vector<F> gain_cells_;
    std::vector<StripCourse<F>> strips_;
    Group groups_[console::kGroups];
    MultibandCourse<F> multiband_;
    BlockSum<F> group_sum_, mix_sum_;
    std::vector<F> strip_;  ///< [stems] powers, summed, with the strip's dynamics
    std::vector<F> whole_;  ///< [stems][broad bands] of the stem alone, with strip's and group's
    std::vector<F> heard_;  ///< [stems][scenes] K-weighted, at the end of the console
    std::vector<F> scene_power_, power_, peak_, soft_;
};

template <class F>
void MixCourse<F>::load_groups(std::span<const MixSettings> mixes, const F* of_master,
                               F (&behind)[console::kGroups][mixfarm::kBands]) {
    constexpr int kGlue = GroupChain::first_param<Compressor>();
    for (int g = 0; g < console::kGroups; ++g) {
        Group& group = groups_[g];
        LinearChannel<GroupChain, F> channel;
        F knobs[GroupChain::kParams];
        read_channel(mixes, static_cast<std::size_t>(bus_first(static_cast<Bus>(g))), true,
                     neutral_, channel, knobs);
        group.glue.set(knobs + kGlue);
        group.parallel.set(knobs + kGlue + param_count<Compressor>);
        const F fader = prototype::amplitude(knobs[GroupChain::first_param<Fader>()]);
        for (int b = 0; b < broad::kBands; ++b) group.to_glue[b] = group.to_parallel[b] = F(0.f);
        for (std::size_t t = 0; t < mixfarm::kBands; ++t) {
            const F hz = F(static_cast<float>(band_centre_hz(static_cast<int>(t))));
            behind[g][t] = channel.at(hz).power() * of_master[t];
            if (!group.acts()) continue;
            // Its detectors stand in front of the fader and the master.
            const F back = F(1.f) / max_(fader * fader * of_master[t], F(1e-20f));
            for (int b = 0; b < broad::kBands; ++b) {
                const F part = F(broad::lies_flat(b, t)) * back;
                if (group.glue.acts())
                    group.to_glue[b] = fma_(part, group.glue.hears(hz), group.to_glue[b]);
                if (group.parallel.acts())
                    group.to_parallel[b] =
                        fma_(part, group.parallel.hears(hz), group.to_parallel[b]);
            }
        }
    }
}

template <class F>
CourseKey<F> MixCourse<F>::key(std::span<const MixSettings> mixes, int stem) const {
    if (stem < 0) return {};
    CourseKey<F> key{&course_.stems[static_cast<std::size_t>(stem)], F(0.f)};
    const auto trim =
        static_cast<std::size_t>(stem * StripChain::kParams + StripChain::first_param<Trim>());
    for (int at = 0; at < lane_count<F>; ++at)
        set_lane(key.gain, at,
                 mixes[std::min(static_cast<std::size_t>(at), mixes.size() - 1)].strips[trim]);
    key.gain = exp2_(F(2 * kLog2PerDb) * key.gain);
    return key;
}

template <class F>
void MixCourse<F>::load(std::span<const MixSettings> mixes) {
    LinearChannel<MasterChain, F> master;
    F master_knobs[MasterChain::kParams];
    read_channel(mixes, static_cast<std::size_t>(bus_first(Bus::master)), true, neutral_, master,
                 master_knobs);
    F of_master[mixfarm::kBands], behind[console::kGroups][mixfarm::kBands];
    for (std::size_t t = 0; t < mixfarm::kBands; ++t)
        of_master[t] =
            master.at(F(static_cast<float>(band_centre_hz(static_cast<int>(t))))).power();
    multiband_.set(master_knobs + MasterChain::first_param<Multiband>());
    load_groups(mixes, of_master, behind);
    for (std::size_t s = 0; s < strips_.size(); ++s) {
        LinearChannel<StripChain, F> channel;
        F knobs[StripChain::kParams];
        read_channel(mixes, s * static_cast<std::size_t>(StripChain::kParams), false, neutral_,
                     channel, knobs);
        const StemBands::Own* own[mixfarm::kBands];
        for (std::size_t t = 0; t < mixfarm::kBands; ++t)
            own[t] = &bands_.own[t * strips_.size() + s];
        const StemCourse::Stem& stem = course_.stems[s];
        strips_[s].set(stem, own, knobs, channel, behind[static_cast<int>(bands_.stems[s].group)],
                       key(mixes, stem.duck_key), key(mixes, stem.unmask_key), course_.rate);
    }
}

template <class F>
InFrame<F> MixCourse<F>::ride(Group& group, const F* power, F peak) {
    // Classes of a sum, from its crest: lines fitted to the frames of two songs' stems, log2 units.
    constexpr float kLevel[] = {0.215f, 0.51f, 0.48f, -0.62f},
                    kSlope[] = {0.74f, 0.28f, -0.12f, -0.2f};
    F all = F(1e-20f);
    for (int b = 0; b < broad::kBands; ++b) all = all + power[b];
    const F crest = F(0.5f) * (log2_(peak) - log2_(all));
    F level[StemCourse::kClasses];
    for (int k = 0; k < StemCourse::kClasses; ++k)
        level[k] = fma_(F(kSlope[k]), crest, F(kLevel[k]));
    InFrame<F> gain{F(1.f), F(1.f)};
    if (group.glue.acts()) gain = group.glue.gain(Seen<F, F>{weigh(group.to_glue, power), level});
    if (group.parallel.acts()) {
        const F heard = gain.mean * gain.mean * weigh(group.to_parallel, power);
        const InFrame<F> more = group.parallel.gain(Seen<F, F>{heard, level});
        gain = {gain.mean * more.mean, gain.crest * more.crest};
    }
    return gain;
}

/// Adds up what is left of a stem in a block, `group` [frames] being what its group does.
template <class F>
void MixCourse<F>::keep(std::size_t s, int block, const F* group) {
    const bool rides = groups_[static_cast<int>(bands_.stems[s].group)].acts();
    StripCourse<F>& strip = strips_[s];
    const StemCourse::Frame* const own = strip.frames(block);
    F of_strip[broad::kBands], of_both[broad::kBands];
    for (int b = 0; b < broad::kBands; ++b) of_strip[b] = of_both[b] = F(0.f);
    const auto sum = [&](const auto& power) {
        for (int n = 0; n < kFrames; ++n)
            for (int b = 0; b < broad::kBands; ++b) {
                const F kept = strip.moved()[n] * F(power(n)[b]);
                of_strip[b] = of_strip[b] + kept;
                if (rides) of_both[b] = fma_(group[n], kept, of_both[b]);
            }
    };
    if (const auto power = strip.power())
        sum([power](int n) -> const F* { return power[n]; });
    else
        sum([own](int n) -> const float* { return own[n].power; });
    const auto scene =
        static_cast<std::size_t>(bands_.scenes.scene[static_cast<std::size_t>(block)]);
    F& heard = heard_[s * scenes() + scene];
    for (int b = 0; b < broad::kBands; ++b) {
        if (!rides) of_both[b] = of_strip[b];
        F& whole = whole_[s * broad::kBands + static_cast<std::size_t>(b)];
        whole = whole + of_both[b];
        strip_[s] = fma_(strip.out(b), of_strip[b], strip_[s]);
        heard = fma_(F(course_.stems[s].k[static_cast<std::size_t>(b)]) * strip.out(b), of_both[b],
                     heard);
    }
}

template <class F>
void MixCourse<F>::add(int block) {
    const auto at = static_cast<std::size_t>(block), first = at * kFrames;
    const int scene = bands_.scenes.scene[at];
    mix_sum_.clear();
    F moved[console::kGroups][kFrames];  // power gain of the group's compressors
    for (int g = 0; g < console::kGroups; ++g) {
        Group& group = groups_[g];
        bool sounds = false;
        for (std::size_t s = 0; s < strips_.size(); ++s) {
            if (static_cast<int>(bands_.stems[s].group) != g) continue;
            if (course_.stems[s].first[at] < 0) {
                strips_[s].rest();
                continue;
            }
            if (!sounds && group.acts()) group_sum_.clear();
            sounds = true;
            strips_[s].run(block, &course_.right[first], group.acts() ? group_sum_ : mix_sum_);
        }
        if (!group.acts()) continue;
        if (!sounds) {
            group.glue.rest(), group.parallel.rest();
            continue;
        }
        for (int n = 0; n < kFrames; ++n) {
            const InFrame<F> gain = ride(group, group_sum_.power[n], group_sum_.peak[n]);
            moved[g][n] = gain.mean * gain.mean;
            for (int b = 0; b < broad::kBands; ++b)
                mix_sum_.power[n][b] =
                    fma_(moved[g][n], group_sum_.power[n][b], mix_sum_.power[n][b]);
            for (int m = 0; m < ReferenceMix::kMoments; ++m)
                mix_sum_.wave[n][m] = fma_(gain.crest, group_sum_.wave[n][m], mix_sum_.wave[n][m]);
        }
    }
    for (std::size_t s = 0; s < strips_.size(); ++s)
        if (course_.stems[s].first[at] >= 0)
            keep(s, block, moved[static_cast<int>(bands_.stems[s].group)]);
    F sum = F(0.f);
    for (std::size_t n = 0; n < kFrames; ++n) {
        F* const power = mix_sum_.power[n];
        F all = F(0.f);
        for (std::size_t b = 0; b < broad::kBands; ++b) all = fma_(F(k_weight_[b]), power[b], all);
        sum = fma_(all, F(course_.together[first + n]), sum);
        F peak = F(0.f), soft = F(1e30f), rest = F(1.f);
        for (const F& wave : mix_sum_.wave[n])
            peak = max_(peak, wave * wave), soft = min_(soft, wave * wave);
        if (multiband_.acts()) {
            rest = multiband_.run(power);
            all = F(0.f);
            for (std::size_t b = 0; b < broad::kBands; ++b)
                all = fma_(F(k_weight_[b]), power[b], all);
        }
        power_[first + n] = all * F(course_.together[first + n]);
        peak_[first + n] = peak * rest, soft_[first + n] = soft * rest;
    }
    if (scene >= 0) {
        F& its = scene_power_[static_cast<std::size_t>(scene)];
        its = its + sum;
    }
}

template <class F>
void MixCourse<F>::tell_gains() {
    const auto root = [](F over, F under) {
        const F nothing = F(1e-25f);
        return exp2_(F(0.5f) * (log2_(max_(over, nothing)) - log2_(max_(under, nothing))));
    };
    F before[console::kGroups], behind[console::kGroups];
    for (int g = 0; g < console::kGroups; ++g) before[g] = behind[g] = F(0.f);
    for (std::size_t s = 0; s < strips_.size(); ++s) {
        const StemCourse::Stem& stem = course_.stems[s];
        F out[broad::kBands], k_out[broad::kBands], gain[broad::kBands];
        std::array<float, broad::kBands> dry{};
        for (const auto& scene : stem.scene)
            for (std::size_t b = 0; b < broad::kBands; ++b) dry[b] += scene[b];
        F all = F(0.f), loud = F(0.f), heard = F(0.f);
        for (std::size_t b = 0; b < broad::kBands; ++b) {
            const F kept = whole_[s * broad::kBands + b];
            out[b] = strips_[s].out(static_cast<int>(b)), k_out[b] = F(stem.k[b]) * out[b];
            gain[b] = dry[b] > 0 ? kept / F(dry[b]) : F(1.f);
            all = fma_(out[b], kept, all);
            heard = fma_(k_out[b], kept, heard), loud = fma_(k_out[b], F(dry[b]), loud);
        }
        gains.group[static_cast<int>(s)] = root(all, strip_[s]);
        const auto group = static_cast<std::size_t>(bands_.stems[s].group);
        before[group] = before[group] + strip_[s], behind[group] = behind[group] + all;
        for (std::size_t t = 0; t < mixfarm::kBands; ++t) {
            F power = F(0.f);
            for (std::size_t b = 0; b < broad::kBands; ++b)
                power = fma_(F(broad::belongs(static_cast<int>(b), t)), gain[b], power);
            gains.whole[static_cast<int>(s * mixfarm::kBands + t)] = root(power, F(1.f));
        }
        const F mean = root(heard, loud);
        for (std::size_t k = 0; k < scenes(); ++k) {
            F power = F(0.f);
            for (std::size_t b = 0; b < broad::kBands; ++b)
                power = fma_(k_out[b], F(stem.scene.empty() ? 0.f : stem.scene[k][b]), power);
            gains.scene[static_cast<int>(s * scenes() + k)] =
                root(heard_[s * scenes() + k], power) / max_(mean, F(1e-12f));
        }
    }
    for (std::size_t s = 0; s < strips_.size(); ++s) {
        const auto group = static_cast<std::size_t>(bands_.stems[s].group);
        gains.common[static_cast<int>(s)] = root(behind[group], before[group]);
    }
    for (std::size_t t = 0; t < mixfarm::kBands; ++t)
        gains.master[static_cast<int>(t)] =
            multiband_.acts()
                ? multiband_.at(F(static_cast<float>(band_centre_hz(static_cast<int>(t)))))
                : F(1.f);
}

}  // namespace mixfarm
