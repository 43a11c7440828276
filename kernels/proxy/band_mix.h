/// L0: what a mix would measure, foretold from the stems' cross powers without rendering; a lane is
/// a candidate.
///
///     knobs -> prototypes of the filters -> a weight a channel and band -> quadratic forms
///
/// Exact for gains, polarity, pan, width, filters and faders of strips, groups and master as far as
/// a third octave is narrow; returns come in as powers. Compressors, gates, saturation and the
/// limiter are taken for wire: make-up gains follow them so that levels stay
/// (host/space/make_up.h); L1 says by LevelGains what they do (mix_course.h).
#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "kernels/console/console.h"
#include "kernels/meters/k_weighting.h"
#include "kernels/proxy/distortion.h"
#include "kernels/proxy/level_gains.h"
#include "kernels/proxy/linear_channel.h"
#include "kernels/proxy/listening.h"
#include "kernels/proxy/stem_bands.h"

namespace mixfarm {

template <class F>
class BandMix {
public:
    static constexpr int kLanes = lane_count<F>;

    BandMix(const StemBands& bands, const Listening& listening, const Session& session)
        : bands_(bands),
          listening_(listening),
          session_(session),
          strips_(bands.stems.size()),
          saturators_(bands.stems.size()),
          spectrum_(bands.stems.size() * kBands),
          threshold_(bands.stems.size() * kBands),
          loud_(bands.stems.size()),
          power_(bands.stems.size()),
          gain_re_(bands.stems.size()),
          gain_im_(bands.stems.size()),
          sends_(bands.stems.size() * kReturns),
          middle_(static_cast<std::size_t>(bands.channels)),
          side_(static_cast<std::size_t>(bands.channels)),
          energy_(static_cast<std::size_t>(bands.padded_scenes())),
          blocks_(bands.scenes.scene.size()) {
        std::size_t most = 0;
        for (const auto& pairs : bands.pairs) most = std::max(most, pairs.size());
        features_.resize(most);
        for (int b = 0; b < kBands; ++b) {
            const auto at = static_cast<std::size_t>(b);
            k_weight_[at] =
                static_cast<float>(std::pow(10.0, k_gain_db(band_centre_hz(b), session.rate) / 10));
        }
    }

    /// At most kLanes mixes; the last one fills the lanes that are left. `gains` is what dynamics
    /// do to their levels; null: nothing.
    void run(std::span<const MixSettings> mixes, const LevelGains<F>* gains = nullptr) {
        gains_ = gains;
        load(mixes);
        for (auto* sums : {&energy_, &loud_, &power_})
            std::fill(sums->begin(), sums->end(), F(0.f));
        for (Saturated& s : saturators_) s.level = F(0.f);
        wet_ = dry_ = wet_seconds_ = wet_heard_ = dry_heard_ = in_front_ = fold_ = F(0.f);
        for (int b = 0; b < kBands; ++b) band(b);
        follow_time();
        heard_ = listen_to<F>(listening_, static_cast<int>(strips_.size()), spectrum_.data(),
                              threshold_.data(), loud_.data());
        distort();
    }
    /// Of one lane after run() (band_mix_result.h).
    Foretold result(int at, const MasterTarget& target) const;
    std::span<const F> scene_energy() const { return energy_; }  ///< [padded scenes]
    F wet_to_dry() const { return wet_heard_ / max_(dry_heard_, F(1e-30f)); }
    F wet_seconds() const { return wet_seconds_ / max_(wet_, F(1e-30f)); }

private:
    static constexpr std::size_t kReturns = console::kReturns;
    static constexpr std::size_t kWindow = 7;                           ///< blocks of about 3 s
    static constexpr std::size_t kSceneBlock = StemBands::kSceneBlock;  ///< summed in registers

    struct Saturated {
        bool acts = false;  ///< in some lane
        F drive_db{}, mix{}, bias{};
        F level{};          ///< power at the end of its channel
        F behind = F(1.f);  ///< power gain of pan and fader, which follow it
        F share(F power) const { return distortion::share(drive_db, mix, bias, power); }
    };

    static Saturated saturated(const F* knobs) {
        return {!all_at_most(knobs[1], F(0.f)), knobs[0], knobs[1], knobs[2]};
    }
    template <class Chain>
    void read_bus(std::span<const MixSettings> mixes, Bus bus, LinearChannel<Chain, F>& channel,
                  F (&knobs)[Chain::kParams]) const {
        read_channel(mixes, static_cast<std::size_t>(bus_first(bus)), true, neutral_, channel,
                     knobs);
    }
    void load(std::span<const MixSettings> mixes);
    void band(int b);
    void add_scenes(int b);
    void add_moving_scenes(int b);
    void follow_time();
    void distort();

    const StemBands& bands_;
    const Listening& listening_;
    Session session_;
    const LevelGains<F>* gains_ = nullptr;
    std::array<float, kBands> k_weight_{};
    std::vector<float> neutral_ = neutral_buses();

    std::vector<LinearChannel<StripChain, F>> strips_;
    LinearChannel<GroupChain, F> groups_[console::kGroups];
    LinearChannel<PlateChain, F> plate_;
    LinearChannel<HallChain, F> hall_;
    LinearChannel<EchoChain, F> echo_;
    LinearChannel<MasterChain, F> master_;
    std::vector<Saturated> saturators_;  ///< [stems]
    Saturated master_saturator_;
    F feedback_{}, seconds_[kReturns];  ///< of the echo; time of 60 dB of decay of each return
    bool sends_used_ = false;

    std::vector<F> spectrum_;           ///< [stems][bands] in the mix, in front of the master
    std::vector<F> threshold_;          ///< [stems][bands]
    std::vector<F> loud_, power_;       ///< [stems] K-weighted; mean of both sides
    std::vector<F> gain_re_, gain_im_;  ///< [stems] complex gain in the band at hand
    std::vector<F> sends_;              ///< [stems][returns] as powers
    std::vector<F> middle_, side_;      ///< [channels] what a channel gives to each
    std::vector<F> features_;           ///< [pairs of the band at hand]
    std::vector<F> energy_;             ///< [scenes] K-weighted, behind the master
    std::vector<F> blocks_;             ///< [blocks]
    F left_[kBands], right_[kBands], cross_[kBands];
    F wet_{}, dry_{}, wet_seconds_{};  ///< K-weighted, in front of the master
    F wet_heard_{}, dry_heard_{};      ///< the same behind it
    F in_front_{};                     ///< power of the mix, mean of both sides
    F fold_{};                         ///< K-weighted, folded to mono
    F integrated_{};                   ///< gated mean of energies
    F distorted_{};
    Heard<F> heard_{};
};

template <class F>
void BandMix<F>::load(std::span<const MixSettings> mixes) {
    constexpr int kSend = StripChain::first_param<Send>(),
                  kSaturator = StripChain::first_param<Saturator>(),
                  kPan = StripChain::first_param<Pan>(), kFader = StripChain::first_param<Fader>();
    sends_used_ = false;
    for (std::size_t s = 0; s < strips_.size(); ++s) {
        F knobs[StripChain::kParams];
        read_channel(mixes, s * static_cast<std::size_t>(StripChain::kParams), false, neutral_,
                     strips_[s], knobs);
        for (std::size_t r = 0; r < kReturns; ++r) {
            const F db = knobs[kSend + r];
            const F power = where_less(F(Send::kOff), db, exp2_(F(2 * kLog2PerDb) * db), F(0.f));
            sends_used_ = sends_used_ || !all_at_most(power, F(0.f));
            sends_[s * kReturns + r] = power;
        }
        saturators_[s] = saturated(knobs + kSaturator);
        const auto fader = Fader::template prototype<F>(knobs + kFader);
        const auto pan = Pan::template prototype<F>(knobs + kPan);
        saturators_[s].behind =
            F(0.5f) * fader.gain * fader.gain * fma_(pan.left, pan.left, pan.right * pan.right);
    }
    for (int g = 0; g < console::kGroups; ++g) {
        F knobs[GroupChain::kParams];
        read_bus(mixes, static_cast<Bus>(g), groups_[g], knobs);
    }
    F plate[PlateChain::kParams], hall[HallChain::kParams], echo[EchoChain::kParams],
        master[MasterChain::kParams];
    read_bus(mixes, Bus::plate, plate_, plate);
    read_bus(mixes, Bus::hall, hall_, hall);
    read_bus(mixes, Bus::echo, echo_, echo);
    read_bus(mixes, Bus::master, master_, master);
    master_saturator_ = saturated(master + MasterChain::first_param<Saturator>());
    // Every repeat of the echo is weaker by its feedback.
    const float repeat_s = static_cast<float>(60 / session_.tempo_bpm);
    const F back = max_(echo[1], F(1e-3f));
    seconds_[0] = plate[0], seconds_[1] = hall[0];
    seconds_[2] = echo[0] * F(60 * repeat_s / kDbPerLog2) / -log2_(back);
    feedback_ = echo[1] * echo[1];
}

template <class F>
void BandMix<F>::band(int b) {
    const auto at = static_cast<std::size_t>(b);
    const F hz = F(static_cast<float>(band_centre_hz(b))), half = F(0.5f);
    const F k = F(k_weight_[at]);
    Path<F> groups[console::kGroups];
    for (int g = 0; g < console::kGroups; ++g) groups[g] = groups_[g].at(hz);
    const Path<F> master = master_.at(hz);
    F sent[kReturns] = {F(0.f), F(0.f), F(0.f)};
    for (std::size_t s = 0; s < strips_.size(); ++s) {
        const StemBands::Stem& stem = bands_.stems[s];
        Path<F> path = strips_[s].at(hz);
        const auto& own = bands_.own[at * strips_.size() + s];
        const F spread = path.side * F(own.side);
        const F middle = fma_(path.side, spread, F(own.middle));
        const F lean = F(2.f) * path.side * F(own.lean);
        F moved = F(1.f), common = F(1.f);  // by the compressors of the group
        if (gains_) {
            moved = gains_->group[s], common = gains_->common[s];
            path.gain(gains_->whole[s * kBands + at] / max_(moved, F(1e-12f)));
        }
        const F power =
            path.power() * half *
            fma_(path.left * path.left, middle + lean, path.right * path.right * (middle - lean));
        for (std::size_t r = 0; r < kReturns; ++r)
            sent[r] = fma_(power, sends_[s * kReturns + r], sent[r]);
        const Path<F>& group = groups[static_cast<int>(stem.group)];
        path.turn(group.re, group.im);
        path.gain(moved);
        gain_re_[s] = path.re, gain_im_[s] = path.im;
        const F behind = power * group.power() * (common * common);
        spectrum_[s * kBands + at] = behind;
        power_[s] = power_[s] + behind;
        saturators_[s].level = saturators_[s].level + power;
        loud_[s] = fma_(k, behind, loud_[s]);
        dry_ = fma_(k, behind, dry_);
        // Left and right of the stem, each to the middle and the side of the mix.
        const auto c = static_cast<std::size_t>(stem.channel);
        const F same = half * (F(1.f) + path.side), other = half * (F(1.f) - path.side);
        if (stem.stereo) {
            const F ll = path.left * same, lr = path.right * other;
            const F rl = path.left * other, rr = path.right * same;
            middle_[c] = half * (ll + lr), side_[c] = half * (ll - lr);
            middle_[c + 1] = half * (rl + rr), side_[c + 1] = half * (rl - rr);
        } else {
            middle_[c] = half * (path.left + path.right);
            side_[c] = half * (path.left - path.right);
        }
    }
    F wet = F(0.f);
    if (sends_used_) {
        const F echo = echo_.at(hz).power();
        const F back[kReturns] = {sent[0] * plate_.at(hz).power(), sent[1] * hall_.at(hz).power(),
                                  sent[2] * echo / (F(1.f) - feedback_)};
        for (std::size_t r = 0; r < kReturns; ++r) {
            wet = wet + back[r];
            wet_seconds_ = fma_(k * back[r], seconds_[r], wet_seconds_);
        }
        wet_ = fma_(k, wet, wet_);
    }

    // The forms: middle, side, and how they hang together.
    const auto& pairs = bands_.pairs[at];
    const auto& whole = bands_.whole[at];
    const F wide = master.side * master.side;
    F behind = master.power();
    const F heard = F(2.f) * k * behind;
    F middle = F(0.f), side = F(0.f), both = F(0.f);
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        const StemBands::Pair& p = pairs[i];
        const auto s = static_cast<std::size_t>(p.stem_a), t = static_cast<std::size_t>(p.stem_b),
                   a = static_cast<std::size_t>(p.a), c = static_cast<std::size_t>(p.b);
        const F q = p.imaginary ? fma_(gain_im_[s], gain_re_[t], -(gain_re_[s] * gain_im_[t]))
                                : fma_(gain_re_[s], gain_re_[t], gain_im_[s] * gain_im_[t]);
        const F mm = q * middle_[a] * middle_[c], ss = q * side_[a] * side_[c];
        const F ms = q * half * fma_(middle_[a], side_[c], middle_[c] * side_[a]);
        const F worth = F(whole[i]);
        middle = fma_(worth, mm, middle);
        side = fma_(worth, ss, side);
        both = fma_(worth, ms, both);
        features_[i] = heard * fma_(wide, ss, mm);
    }
    if (gains_)
        add_moving_scenes(b);
    else
        add_scenes(b);
    if (gains_) behind = behind * gains_->master[at];
    const F lean = F(2.f) * master.side * both;
    side = wide * side;
    // Reverb is as strong in the side as in the middle, half its power each.
    const F wet_middle = half * wet, wet_side = half * wet * wide;
    left_[b] = behind * (middle + side + lean + wet_middle + wet_side);
    right_[b] = behind * (middle + side - lean + wet_middle + wet_side);
    cross_[b] = behind * (middle - side + wet_middle - wet_side);
    dry_heard_ = fma_(heard, middle + side, dry_heard_);
    wet_heard_ = fma_(heard, wet_middle + wet_side, wet_heard_);
    fold_ = fma_(heard, middle + wet_middle, fold_);
    in_front_ = in_front_ + half * (left_[b] + right_[b]);
}

/// Features times scenes, a matrix product a band.
template <class F>
void BandMix<F>::add_scenes(int b) {
    const auto at = static_cast<std::size_t>(b);
    const std::size_t count = bands_.pairs[at].size(), stride = energy_.size();
    const float* const worth = bands_.by_scene[at].data();
    for (std::size_t first = 0; first < stride; first += kSceneBlock) {
        F sum[kSceneBlock];
        for (std::size_t k = 0; k < kSceneBlock; ++k) sum[k] = energy_[first + k];
        for (std::size_t i = 0; i < count; ++i) {
            const F feature = features_[i];
            const float* row = worth + i * stride + first;
            for (std::size_t k = 0; k < kSceneBlock; ++k) sum[k] = fma_(feature, F(row[k]), sum[k]);
        }
        for (std::size_t k = 0; k < kSceneBlock; ++k) energy_[first + k] = sum[k];
    }
}

/// The same where the gains of stems are others in every scene.
template <class F>
void BandMix<F>::add_moving_scenes(int b) {
    const auto at = static_cast<std::size_t>(b);
    const auto& pairs = bands_.pairs[at];
    const std::size_t stride = energy_.size();
    const float* const worth = bands_.by_scene[at].data();
    for (std::size_t first = 0; first < stride; first += kSceneBlock) {
        F sum[kSceneBlock];
        for (std::size_t k = 0; k < kSceneBlock; ++k) sum[k] = energy_[first + k];
        for (std::size_t i = 0; i < pairs.size(); ++i) {
            const auto place = [&](int stem) {
                return &gains_->scene[static_cast<std::size_t>(stem) * stride + first];
            };
            const F *one = place(pairs[i].stem_a), *other = place(pairs[i].stem_b);
            const F feature = features_[i];
            const float* row = worth + i * stride + first;
            for (std::size_t k = 0; k < kSceneBlock; ++k)
                sum[k] = fma_(feature * one[k] * other[k], F(row[k]), sum[k]);
        }
        for (std::size_t k = 0; k < kSceneBlock; ++k) energy_[first + k] = sum[k];
    }
}

/// Energies of blocks, and their mean over what the relative gate of BS.1770 leaves.
template <class F>
void BandMix<F>::follow_time() {
    // Reverb goes with what is dry.
    const F more = F(1.f) + wet_heard_ / max_(dry_heard_, F(1e-30f));
    F sum = F(0.f);
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
        const int scene = bands_.scenes.scene[i];
        blocks_[i] = scene < 0 ? F(0.f)
                               : more * max_(energy_[static_cast<std::size_t>(scene)], F(0.f)) *
                                     F(bands_.scenes.level[i]);
        sum = sum + blocks_[i];
    }
    const auto gated = [&](F gate) {
        F kept = F(0.f), count = F(0.f);
        for (const F& block : blocks_) {
            kept = kept + where_less(gate, block, block, F(0.f));
            count = count + where_less(gate, block, F(1.f), F(0.f));
        }
        return kept / max_(count, F(1.f));
    };
    // The absolute gate waits for the target's gain, which puts the song far above it: what lies 60
    // dB under the mean does not count.
    const F mean = sum / F(static_cast<float>(std::max<std::size_t>(1, blocks_.size())));
    integrated_ = gated(F(0.1f) * gated(F(1e-6f) * mean));
}

template <class F>
void BandMix<F>::distort() {
    F sum = F(0.f), dry = F(0.f);
    for (std::size_t s = 0; s < strips_.size(); ++s) {
        if (!listening_.plays[s]) continue;
        dry = dry + loud_[s];
        const Saturated& its = saturators_[s];
        if (!its.acts) continue;
        const F power = F(listening_.burst[s]) * its.level / max_(its.behind, F(1e-12f));
        sum = fma_(loud_[s], its.share(power), sum);
    }
    distorted_ = sum / max_(dry, F(listening::kNothing));
    if (!master_saturator_.acts) return;
    const F of_master = master_saturator_.share(in_front_);
    distorted_ = fma_(of_master, F(1.f) - distorted_, distorted_);
}

}  // namespace mixfarm
