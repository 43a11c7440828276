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

#include "kernels/proxy/band_tables.h"
#include "kernels/proxy/distortion.h"
#include "kernels/proxy/level_gains.h"
#include "kernels/proxy/linear_channel.h"

namespace mixfarm {

/// The lanes of a mix: first every channel is set, in any order, then it runs.
template <class F>
class BandMix {
public:
    /// `room` holds `places.cells` cells, `told` `places.told`.
    MF_HD BandMix(const BandTables& tables, const BandPlaces& places, Memory<F> room,
                  Memory<F> told)
        : t_(tables), at_(places), room_(room), told_(told) {}

    /// `knobs` of the channel, `acting` [lanes] as Chain::active has it.
    MF_HD_OUTLINED void set_strip(int s, const F* knobs, const std::uint32_t* acting);
    MF_HD_OUTLINED void set_bus(int bus, const F* knobs, const std::uint32_t* acting);
    MF_HD bool sends_used() const {
        F most = F(0.f);
        for (int i = 0; i < t_.stems * kReturns; ++i) most = max_(most, room_[at_.sends + i]);
        return !all_at_most(most, F(0.f));
    }

    /// Power gains in a band.
    MF_HD F group_power(int g, int b) const {
        const Memory<F> its = array(at_.groups + (g * kBands + b) * 2);
        const F re = its[0], im = its[1];
        return fma_(re, re, im * im);
    }
    MF_HD F master_power(int b) const { return room_[at_.master + b * 2]; }
    /// After run(): K-weighted power of a scene, both sides.
    MF_HD F scene_energy(int scene) const { return room_[at_.energy + scene]; }
    MF_HD const BandSums<F>& sums() const { return sums_; }

    /// `gains` is what dynamics do to their levels; null: nothing. What it adds up it leaves in
    /// `told`.
    MF_HD void run(const LevelGains<F>* gains = nullptr) {
        sums_ = BandSums<F>{};
        sends_used_ = sends_used();
        for (int k = 0; k < t_.scenes; ++k) room_[at_.energy + k] = F(0.f);
        for (int s = 0; s < t_.stems; ++s)
            room_[at_.loud + s] = told_[at_.power + s] = room_[at_.level + s] = F(0.f);
        for (int b = 0; b < kBands; ++b) band(b, gains);
        follow_time();
        sums_.heard = listen_to(t_.ears, t_.stems, array(at_.spectrum), array(at_.loud),
                                array(at_.threshold), array(at_.own), array(at_.cover));
        distort();
        put(sums_, told_.from(at_.sums));
    }

private:
    static constexpr int kReturns = console::kReturns;
    static constexpr int kSceneBlock = StemBands::kSceneBlock;  ///< summed in registers

    MF_HD Memory<F> array(int place) const { return room_.from(place); }
    MF_HD Saturated<F> saturator(int i) const {
        return taken<Saturated<F>>(array(at_.saturators + i * BandPlaces::kSaturated));
    }
    MF_HD void keep_saturator(int i, const F* knobs, F behind) {
        put(Saturated<F>{knobs[0], knobs[1], knobs[2], behind},
            array(at_.saturators + i * BandPlaces::kSaturated));
    }
    MF_HD void set_group(int g, const F* knobs, const std::uint32_t* acting);
    MF_HD void set_master(const F* knobs, const std::uint32_t* acting);
    template <class Chain>
    MF_HD void set_return(int r, const F* knobs, const std::uint32_t* acting, F seconds);
    MF_HD_OUTLINED void band(int b, const LevelGains<F>* gains);
    MF_HD void weigh_stem(int b, int s, const Path<F>& path, F power);
    MF_HD void add_scenes(int b);
    MF_HD void add_moving_scenes(int b, const LevelGains<F>& gains);
    MF_HD_OUTLINED void follow_time();
    MF_HD_OUTLINED void distort();

    const BandTables& t_;
    const BandPlaces& at_;
    Memory<F> room_, told_;
    BandSums<F> sums_;
    bool sends_used_ = false;
};

template <class F>
MF_HD_OUTLINED void BandMix<F>::set_strip(int s, const F* knobs, const std::uint32_t* acting) {
    constexpr int kSend = StripChain::first_param<Send>(),
                  kSaturator = StripChain::first_param<Saturator>(),
                  kPan = StripChain::first_param<Pan>(), kFader = StripChain::first_param<Fader>();
    LinearChannel<StripChain, F> channel;
    channel.set(knobs, acting);
    for (int b = 0; b < kBands; ++b)
        put(channel.at(F(t_.hz[b])), array(at_.paths + (s * kBands + b) * BandPlaces::kPath));
    for (int r = 0; r < kReturns; ++r) {
        const F db = knobs[kSend + r];
        room_[at_.sends + s * kReturns + r] =
            where_less(F(Send::kOff), db, exp2_(F(2 * kLog2PerDb) * db), F(0.f));
    }
    const auto fader = Fader::template prototype<F>(knobs + kFader);
    const auto pan = Pan::template prototype<F>(knobs + kPan);
    keep_saturator(
        s, knobs + kSaturator,
        F(0.5f) * fader.gain * fader.gain * fma_(pan.left, pan.left, pan.right * pan.right));
}

template <class F>
MF_HD void BandMix<F>::set_group(int g, const F* knobs, const std::uint32_t* acting) {
    LinearChannel<GroupChain, F> channel;
    channel.set(knobs, acting);
    for (int b = 0; b < kBands; ++b) {
        const Path<F> path = channel.at(F(t_.hz[b]));
        const Memory<F> to = array(at_.groups + (g * kBands + b) * 2);
        to[0] = path.re, to[1] = path.im;
    }
}

template <class F>
MF_HD void BandMix<F>::set_master(const F* knobs, const std::uint32_t* acting) {
    LinearChannel<MasterChain, F> channel;
    channel.set(knobs, acting);
    for (int b = 0; b < kBands; ++b) {
        const Path<F> path = channel.at(F(t_.hz[b]));
        const Memory<F> to = array(at_.master + b * 2);
        to[0] = path.power(), to[1] = path.side;
    }
    keep_saturator(t_.stems, knobs + MasterChain::first_param<Saturator>(), F(1.f));
}

template <class F>
template <class Chain>
MF_HD void BandMix<F>::set_return(int r, const F* knobs, const std::uint32_t* acting, F seconds) {
    LinearChannel<Chain, F> channel;
    channel.set(knobs, acting);
    for (int b = 0; b < kBands; ++b)
        room_[at_.returns + r * kBands + b] = channel.at(F(t_.hz[b])).power();
    room_[at_.seconds + r] = seconds;
}

template <class F>
MF_HD_OUTLINED void BandMix<F>::set_bus(int bus, const F* knobs, const std::uint32_t* acting) {
    if (bus < console::kGroups) return set_group(bus, knobs, acting);
    const int r = bus - console::kGroups;
    if (r == 0) return set_return<PlateChain>(r, knobs, acting, knobs[0]);
    if (r == 1) return set_return<HallChain>(r, knobs, acting, knobs[0]);
    if (r == kReturns) return set_master(knobs, acting);
    // Every repeat of the echo is weaker by its feedback.
    const F back = max_(knobs[1], F(1e-3f));
    room_[at_.feedback] = knobs[1] * knobs[1];
    set_return<EchoChain>(r, knobs, acting,
                          knobs[0] * F(60 * t_.repeat_s / kDbPerLog2) / -log2_(back));
}

/// Left and right of a stem, each to the middle and the side of the mix.
template <class F>
MF_HD void BandMix<F>::weigh_stem(int b, int s, const Path<F>& path, F power) {
    const F k = F(t_.k_weight[b]), half = F(0.5f);
    room_[at_.spectrum + s * kBands + b] = power;
    told_[at_.power + s] = told_[at_.power + s] + power;
    room_[at_.loud + s] = fma_(k, power, room_[at_.loud + s]);
    sums_.dry = fma_(k, power, sums_.dry);
    room_[at_.gain + 2 * s] = path.re, room_[at_.gain + 2 * s + 1] = path.im;
    const StemBands::Stem stem = t_.stem[s];
    const Memory<F> weight = array(at_.weight + 2 * stem.channel);
    if (stem.stereo) {
        const F same = half * (F(1.f) + path.side), other = half * (F(1.f) - path.side);
        const F ll = path.left * same, lr = path.right * other;
        const F rl = path.left * other, rr = path.right * same;
        weight[0] = half * (ll + lr), weight[1] = half * (ll - lr);
        weight[2] = half * (rl + rr), weight[3] = half * (rl - rr);
    } else {
        weight[0] = half * (path.left + path.right);
        weight[1] = half * (path.left - path.right);
    }
}

template <class F>
MF_HD_OUTLINED void BandMix<F>::band(int b, const LevelGains<F>* gains) {
    const F half = F(0.5f), k = F(t_.k_weight[b]);
    F sent[kReturns] = {F(0.f), F(0.f), F(0.f)};
    for (int s = 0; s < t_.stems; ++s) {
        Path<F> path = taken<Path<F>>(array(at_.paths + (s * kBands + b) * BandPlaces::kPath));
        const StemBands::Own own = t_.own[b * t_.stems + s];
        const F spread = path.side * F(own.side);
        const F middle = fma_(path.side, spread, F(own.middle));
        const F lean = F(2.f) * path.side * F(own.lean);
        F moved = F(1.f), common = F(1.f);  // by the compressors of the group
        if (gains) {
            moved = gains->group[s], common = gains->common[s];
            path.gain(gains->whole[s * kBands + b] / max_(moved, F(1e-12f)));
        }
        const F power =
            path.power() * half *
            fma_(path.left * path.left, middle + lean, path.right * path.right * (middle - lean));
        for (int r = 0; r < kReturns; ++r)
            sent[r] = fma_(power, room_[at_.sends + s * kReturns + r], sent[r]);
        room_[at_.level + s] = room_[at_.level + s] + power;
        const Memory<F> of_group =
            array(at_.groups + (static_cast<int>(t_.stem[s].group) * kBands + b) * 2);
        const F re = of_group[0], im = of_group[1];
        path.turn(re, im);
        path.gain(moved);
        weigh_stem(b, s, path, power * fma_(re, re, im * im) * (common * common));
    }
    F wet = F(0.f);
    if (sends_used_) {
        const auto back = [&](int r) { return room_[at_.returns + r * kBands + b]; };
        const F of_echo = F(1.f) - room_[at_.feedback];
        const F returned[kReturns] = {sent[0] * back(0), sent[1] * back(1),
                                      sent[2] * back(2) / of_echo};
        for (int r = 0; r < kReturns; ++r) {
            wet = wet + returned[r];
            sums_.wet_seconds = fma_(k * returned[r], room_[at_.seconds + r], sums_.wet_seconds);
        }
        sums_.wet = fma_(k, wet, sums_.wet);
    }

    // The forms: middle, side, and how they hang together.
    const F its_side = room_[at_.master + 2 * b + 1], wide = its_side * its_side;
    F behind = room_[at_.master + 2 * b];
    const F heard = F(2.f) * k * behind;
    F middle = F(0.f), side = F(0.f), both = F(0.f);
    const Memory<F> gain = array(at_.gain), weight = array(at_.weight);
    const int first = t_.first_pair[b], count = t_.first_pair[b + 1] - first;
    for (int i = 0; i < count; ++i) {
        const StemBands::Pair p = t_.pairs[first + i];
        const F s_re = gain[2 * p.stem_a], s_im = gain[2 * p.stem_a + 1];
        const F t_re = gain[2 * p.stem_b], t_im = gain[2 * p.stem_b + 1];
        const F q = p.imaginary ? fma_(s_im, t_re, -(s_re * t_im)) : fma_(s_re, t_re, s_im * t_im);
        const F a_middle = weight[2 * p.a], a_side = weight[2 * p.a + 1];
        const F b_middle = weight[2 * p.b], b_side = weight[2 * p.b + 1];
        const F mm = q * a_middle * b_middle, ss = q * a_side * b_side;
        const F ms = q * half * fma_(a_middle, b_side, b_middle * a_side);
        const F worth = F(t_.whole[first + i]);
        middle = fma_(worth, mm, middle);
        side = fma_(worth, ss, side);
        both = fma_(worth, ms, both);
        room_[at_.features + i] = heard * fma_(wide, ss, mm);
    }
    if (gains)
        add_moving_scenes(b, *gains);
    else
        add_scenes(b);
    if (gains) behind = behind * gains->master[b];
    const F lean = F(2.f) * its_side * both;
    side = wide * side;
    // Reverb is as strong in the side as in the middle, half its power each.
    const F wet_middle = half * wet, wet_side = half * wet * wide;
    const F left = behind * (middle + side + lean + wet_middle + wet_side),
            right = behind * (middle + side - lean + wet_middle + wet_side);
    told_[at_.left + b] = left, told_[at_.right + b] = right;
    told_[at_.cross + b] = behind * (middle - side + wet_middle - wet_side);
    sums_.dry_heard = fma_(heard, middle + side, sums_.dry_heard);
    sums_.wet_heard = fma_(heard, wet_middle + wet_side, sums_.wet_heard);
    sums_.fold = fma_(heard, middle + wet_middle, sums_.fold);
    sums_.in_front = sums_.in_front + half * (left + right);
}

/// Features times scenes, a matrix product a band.
template <class F>
MF_HD void BandMix<F>::add_scenes(int b) {
    const int begin = t_.first_pair[b], count = t_.first_pair[b + 1] - begin;
    const Memory<F> features = array(at_.features);
    for (int first = 0; first < t_.scenes; first += kSceneBlock) {
        const Memory<F> energy = array(at_.energy + first);
        F sum[kSceneBlock];
        MF_UNROLL
        for (int k = 0; k < kSceneBlock; ++k) sum[k] = energy[k];
        const float* row = t_.by_scene + static_cast<std::size_t>(begin) * t_.scenes + first;
        for (int i = 0; i < count; ++i, row += t_.scenes) {
            const F feature = features[i];
            MF_UNROLL
            for (int k = 0; k < kSceneBlock; ++k) sum[k] = fma_(feature, F(row[k]), sum[k]);
        }
        MF_UNROLL
        for (int k = 0; k < kSceneBlock; ++k) energy[k] = sum[k];
    }
}

/// The same where the gains of stems are others in every scene.
template <class F>
MF_HD void BandMix<F>::add_moving_scenes(int b, const LevelGains<F>& gains) {
    const int begin = t_.first_pair[b], count = t_.first_pair[b + 1] - begin;
    const Memory<F> features = array(at_.features);
    for (int first = 0; first < t_.scenes; first += kSceneBlock) {
        const Memory<F> energy = array(at_.energy + first);
        F sum[kSceneBlock];
        MF_UNROLL
        for (int k = 0; k < kSceneBlock; ++k) sum[k] = energy[k];
        const float* row = t_.by_scene + static_cast<std::size_t>(begin) * t_.scenes + first;
        for (int i = 0; i < count; ++i, row += t_.scenes) {
            const StemBands::Pair& p = t_.pairs[begin + i];
            const Memory<F> one = gains.scene.from(p.stem_a * t_.scenes + first),
                            other = gains.scene.from(p.stem_b * t_.scenes + first);
            const F feature = features[i];
            MF_UNROLL
            for (int k = 0; k < kSceneBlock; ++k)
                sum[k] = fma_(feature * one[k] * other[k], F(row[k]), sum[k]);
        }
        MF_UNROLL
        for (int k = 0; k < kSceneBlock; ++k) energy[k] = sum[k];
    }
}

/// Energies of blocks, and their mean over what the relative gate of BS.1770 leaves.
template <class F>
MF_HD_OUTLINED void BandMix<F>::follow_time() {
    // Reverb goes with what is dry.
    const F more = F(1.f) + sums_.wet_heard / max_(sums_.dry_heard, F(1e-30f));
    const Memory<F> blocks = told_.from(at_.blocks), energy = array(at_.energy);
    F sum = F(0.f);
    for (int i = 0; i < t_.blocks; ++i) {
        const int scene = t_.scene[i];
        const F block = scene < 0 ? F(0.f) : more * max_(energy[scene], F(0.f)) * F(t_.level[i]);
        blocks[i] = block;
        sum = sum + block;
    }
    const auto gated = [&](F gate) {
        F kept = F(0.f), count = F(0.f);
        for (int i = 0; i < t_.blocks; ++i) {
            const F block = blocks[i];
            kept = kept + where_less(gate, block, block, F(0.f));
            count = count + where_less(gate, block, F(1.f), F(0.f));
        }
        return kept / max_(count, F(1.f));
    };
    // The absolute gate waits for the target's gain, which puts the song far above it: what lies 60
    // dB under the mean does not count.
    const F mean = sum / F(static_cast<float>(t_.blocks > 0 ? t_.blocks : 1));
    sums_.integrated = gated(F(0.1f) * gated(F(1e-6f) * mean));
}

template <class F>
MF_HD_OUTLINED void BandMix<F>::distort() {
    const auto share = [](const Saturated<F>& its, F power) {
        return distortion::share(its.drive_db, its.mix, its.bias, power);
    };
    F sum = F(0.f), dry = F(0.f);
    for (int s = 0; s < t_.stems; ++s) {
        if (!t_.ears.plays[s]) continue;
        const F loud = room_[at_.loud + s];
        dry = dry + loud;
        const Saturated<F> its = saturator(s);
        if (all_at_most(its.mix, F(0.f))) continue;
        const F power = F(t_.ears.burst[s]) * room_[at_.level + s] / max_(its.behind, F(1e-12f));
        sum = fma_(loud, share(its, power), sum);
    }
    sums_.distorted = sum / max_(dry, F(listening::kNothing));
    const Saturated<F> its = saturator(t_.stems);
    if (all_at_most(its.mix, F(0.f))) return;
    sums_.distorted = fma_(share(its, sums_.in_front), F(1.f) - sums_.distorted, sums_.distorted);
}

}  // namespace mixfarm
