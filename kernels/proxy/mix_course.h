/// L1, the dynamics of a mix on frames of 10 ms; a lane is a candidate.
///
///     stem -> strip's gains -> group's compressors -> multiband -> power and peak of every frame
///
/// Powers add up. What phase does to the sums is known twice from outside: frame by frame from the
/// sum of all stems (reference_mix.h), scene by scene from the cross powers of L0, to which the
/// frames are brought (loudness_ride.h). Not followed: automation, what saturators do to levels,
/// what returns do to detectors, phase within a group.
#pragma once

#include "kernels/proxy/band_mix.h"
#include "kernels/proxy/strip_course.h"

namespace mixfarm {

/// The lanes of a mix: once the channels of BandMix are set, its own are, in any order, then it
/// runs.
template <class F>
class MixCourse {
public:
    /// `room` holds `places.cells` cells.
    MF_HD MixCourse(const CourseTables& tables, const CoursePlaces& places, Memory<F> room)
        : t_(tables), at_(places), room_(room) {}

    /// As StripCourse::set has them.
    MF_HD_OUTLINED void set_strip(int s, const F* knobs, const std::uint32_t* acting,
                                  const F* inverse, const F* key_trims_db,
                                  const BandMix<F>& bands) {
        const int group = t_.stem[s].group;
        strip(s).set(knobs, acting, inverse, key_trims_db,
                     [&](int t) { return bands.group_power(group, t) * bands.master_power(t); });
    }
    MF_HD_OUTLINED void set_group(int g, const F* knobs, const BandMix<F>& bands);
    MF_HD_OUTLINED void set_master(const F* knobs) {
        MultibandCourse<F> multiband;
        multiband.set(knobs + MasterChain::first_param<Multiband>(), t_.shares);
        put(multiband, array(at_.multiband));
    }
    MF_HD void run() {
        clear(array(at_.strip), t_.stems), clear(array(at_.kept), t_.stems * kWide);
        clear(array(at_.heard), t_.stems * t_.scenes), clear(array(at_.scene_power), t_.scenes);
        for (int block = 0; block < t_.blocks; ++block) add(block);
        tell_gains();
    }
    MF_HD LevelGains<F> gains() const {
        return {array(at_.whole), array(at_.group), array(at_.common), array(at_.scene),
                array(at_.master)};
    }

private:
    using G = GroupPlaces;
    static constexpr int kWide = broad::kBands;

    MF_HD Memory<F> array(int place) const { return room_.from(place); }
    MF_HD Memory<F> group(int g) const { return array(at_.groups + g * G::kCount); }
    MF_HD bool group_acts(int g) const {
        return acts(group(g).from(G::kGlue)) || acts(group(g).from(G::kParallel));
    }
    MF_HD StripCourse<F> strip(int s) const {
        return {t_, s, array(at_.strips + s * StripPlaces::kCount), array(at_.gain),
                array(at_.crest)};
    }
    MF_HD PieceOf piece(int s, int block, int first) const {
        const CourseStem& stem = t_.stem[s];
        const auto of = [&](int other) -> const StemCourse::Frame* {
            if (other < 0) return nullptr;
            const StemCourse::Frame* const its = t_.stem[other].at(block);
            return its ? its + first : nullptr;
        };
        return {stem.at(block) + first, of(stem.duck_key), of(stem.unmask_key),
                t_.right + block * StemCourse::kBlockFrames + first};
    }
    MF_HD void add(int block);
    /// Adds a piece of a group to `mix`; whether any of its stems sounds.
    MF_HD bool add_group(int g, int block, int first, const SumOf<F>& mix);
    MF_HD void ride_group(int g, const SumOf<F>& mix);
    MF_HD F follow(int frame, MultibandCourse<F>& multiband);
    MF_HD void end_block(int s, int scene);
    MF_HD_OUTLINED void tell_gains();

    const CourseTables& t_;
    const CoursePlaces& at_;
    Memory<F> room_;
};

template <class F>
MF_HD_OUTLINED void MixCourse<F>::set_group(int g, const F* knobs, const BandMix<F>& bands) {
    constexpr int kGlue = GroupChain::first_param<Compressor>();
    CompressorCourse<F> glue, parallel;
    glue.set(knobs + kGlue);
    parallel.set(knobs + kGlue + param_count<Compressor>);
    put(glue, group(g).from(G::kGlue)), put(parallel, group(g).from(G::kParallel));
    const Memory<F> to_glue = group(g).from(G::kToGlue),
                    to_parallel = group(g).from(G::kToParallel);
    clear(to_glue, kWide), clear(to_parallel, kWide);
    if (!glue.acts() && !parallel.acts()) return;
    const F fader = prototype::amplitude(knobs[GroupChain::first_param<Fader>()]);
    for (int t = 0; t < mixfarm::kBands; ++t) {
        const F hz = F(t_.shares.hz[t]);
        // Its detectors stand in front of the fader and the master.
        const F back = F(1.f) / max_(fader * fader * bands.master_power(t), F(1e-20f));
        for (int b = 0; b < kWide; ++b) {
            const F part = F(t_.shares.flat[b][t]) * back;
            if (glue.acts()) to_glue[b] = fma_(part, glue.hears(hz), to_glue[b]);
            if (parallel.acts()) to_parallel[b] = fma_(part, parallel.hears(hz), to_parallel[b]);
        }
    }
}

/// What a group's compressors do to a piece of its sum, which goes into the mix; the same way
/// where they do nothing, so that a lane's numbers are its own.
template <class F>
MF_HD void MixCourse<F>::ride_group(int g, const SumOf<F>& mix) {
    // Classes of a sum, from its crest: lines fitted to the frames of two songs' stems, log2 units.
    constexpr float kLevel[] = {0.215f, 0.51f, 0.48f, -0.62f},
                    kSlope[] = {0.74f, 0.28f, -0.12f, -0.2f};
    auto glue = taken<CompressorCourse<F>>(group(g).from(G::kGlue));
    auto parallel = taken<CompressorCourse<F>>(group(g).from(G::kParallel));
    const Memory<F> to_glue = group(g).from(G::kToGlue),
                    to_parallel = group(g).from(G::kToParallel), of_group = array(at_.of_group);
    for (int n = 0; n < kPiece; ++n) {
        const int first = n * SumPlaces::kFrame;
        const Memory<F> from = array(at_.group_sum + first);
        F all = F(1e-20f);
        for (int b = 0; b < kWide; ++b) all = all + from[b];
        const F crest = F(0.5f) * (log2_(from[SumPlaces::kPeak]) - log2_(all));
        F level[StemCourse::kClasses];
        MF_UNROLL
        for (int k = 0; k < StemCourse::kClasses; ++k)
            level[k] = fma_(F(kSlope[k]), crest, F(kLevel[k]));
        InFrame<F> gain{F(1.f), F(1.f)};
        if (glue.acts()) gain = glue.gain(Seen<F, F>{weigh<kWide>(to_glue, from), level});
        if (parallel.acts()) {
            const F heard = gain.mean * gain.mean * weigh<kWide>(to_parallel, from);
            const InFrame<F> more = parallel.gain(Seen<F, F>{heard, level});
            gain = {gain.mean * more.mean, gain.crest * more.crest};
        }
        const F moved = gain.mean * gain.mean;
        of_group[n] = moved;
        for (int b = 0; b < kWide; ++b) mix.cells[first + b] = fma_(moved, from[b], mix[first + b]);
        for (int m = SumPlaces::kWave; m < SumPlaces::kFrame; ++m)
            mix.cells[first + m] = fma_(gain.crest, from[m], mix[first + m]);
    }
    constexpr int kCoefs = kCells<CompressorCourse> - CompressorCourse<F>::kStates;
    put<kCoefs>(glue, group(g).from(G::kGlue));
    put<kCoefs>(parallel, group(g).from(G::kParallel));
}

template <class F>
MF_HD bool MixCourse<F>::add_group(int g, int block, int first, const SumOf<F>& mix) {
    const bool rides = group_acts(g);
    const Memory<F> of_group = array(at_.of_group), sum = array(at_.group_sum);
    bool sounds = false;
    for (int s = 0; s < t_.stems; ++s) {
        if (t_.stem[s].group != g) continue;
        if (!t_.stem[s].at(block)) {
            if (first == 0) strip(s).rest();
            continue;
        }
        strip(s).run(piece(s, block, first), {sum, !sounds});
        sounds = true;
    }
    if (!sounds) {
        mixfarm::rest<CompressorCourse<F>>(group(g).from(G::kGlue));
        mixfarm::rest<CompressorCourse<F>>(group(g).from(G::kParallel));
        return false;
    }
    if (rides) ride_group(g, mix);
    for (int n = 0; n < kPiece && !rides; ++n)
        for (int i = 0; i < SumPlaces::kFrame; ++i) {
            const int at = n * SumPlaces::kFrame + i;
            if (i != SumPlaces::kPeak) mix.cells[at] = mix[at] + sum[at];
        }
    for (int s = 0; s < t_.stems; ++s)
        if (t_.stem[s].group == g && t_.stem[s].at(block))
            strip(s).count(piece(s, block, first), rides, of_group);
    return true;
}

/// One frame of the mix, number n of its piece; its power in front of the multiband.
template <class F>
MF_HD F MixCourse<F>::follow(int frame, MultibandCourse<F>& multiband) {
    const Memory<F> sum = array(at_.mix_sum + frame % kPiece * SumPlaces::kFrame);
    const auto weighted = [&] {
        F all = F(0.f);
        for (int b = 0; b < kWide; ++b) all = fma_(F(t_.k_weight[b]), sum[b], all);
        return all;
    };
    const F before = weighted();
    F all = before, peak = F(0.f), soft = F(1e30f), rest = F(1.f);
    for (int m = SumPlaces::kWave; m < SumPlaces::kFrame; ++m) {
        const F wave = sum[m];
        peak = max_(peak, wave * wave), soft = min_(soft, wave * wave);
    }
    if (multiband.acts()) {
        rest = multiband.run(sum);
        all = weighted();
    }
    room_[at_.power + frame] = all * F(t_.together[frame]);
    room_[at_.peak + frame] = peak * rest, room_[at_.soft + frame] = soft * rest;
    return before;
}

/// Adds up what is left of a stem in a block.
template <class F>
MF_HD void MixCourse<F>::end_block(int s, int scene) {
    const StripCourse<F> its = strip(s);
    const Memory<F> kept = array(at_.kept + s * kWide);
    F power = room_[at_.strip + s], heard = room_[at_.heard + s * t_.scenes + scene];
    for (int b = 0; b < kWide; ++b) {
        const F both = its.of_both(b), out = its.out(b);
        kept[b] = kept[b] + both;
        power = fma_(out, its.of_strip(b), power);
        heard = fma_(F(t_.stem[s].k[b]) * out, both, heard);
    }
    room_[at_.strip + s] = power, room_[at_.heard + s * t_.scenes + scene] = heard;
}

template <class F>
MF_HD void MixCourse<F>::add(int block) {
    const int begin = block * StemCourse::kBlockFrames, scene = t_.scene[block];
    for (int s = 0; s < t_.stems; ++s)
        if (t_.stem[s].at(block)) strip(s).begin_block();
    F sum = F(0.f);
    for (int first = 0; first < StemCourse::kBlockFrames; first += kPiece) {
        const Memory<F> mix = array(at_.mix_sum);
        bool fresh = true;
        for (int g = 0; g < console::kGroups; ++g)
            if (add_group(g, block, first, {mix, fresh})) fresh = false;
        if (fresh) clear(mix, SumPlaces::kCount);
        with<MultibandCourse<F>>(array(at_.multiband), [&](MultibandCourse<F>& multiband) {
            for (int frame = begin + first; frame < begin + first + kPiece; ++frame)
                sum = fma_(follow(frame, multiband), F(t_.together[frame]), sum);
        });
    }
    for (int s = 0; s < t_.stems; ++s)
        if (t_.stem[s].at(block)) end_block(s, scene);
    if (scene >= 0) room_[at_.scene_power + scene] = room_[at_.scene_power + scene] + sum;
}

template <class F>
MF_HD_OUTLINED void MixCourse<F>::tell_gains() {
    const auto root = [](F over, F under) {
        const F nothing = F(1e-25f);
        return exp2_(F(0.5f) * (log2_(max_(over, nothing)) - log2_(max_(under, nothing))));
    };
    const LevelGains<F> to = gains();
    F before[console::kGroups], behind[console::kGroups];
    for (int g = 0; g < console::kGroups; ++g) before[g] = behind[g] = F(0.f);
    for (int s = 0; s < t_.stems; ++s) {
        const CourseStem& stem = t_.stem[s];
        F k_out[kWide], gain[kWide], all = F(0.f), loud = F(0.f), heard = F(0.f);
        for (int b = 0; b < kWide; ++b) {
            const F kept = room_[at_.kept + s * kWide + b], out = strip(s).out(b);
            k_out[b] = F(stem.k[b]) * out;
            gain[b] = stem.dry[b] > 0 ? kept / F(stem.dry[b]) : F(1.f);
            all = fma_(out, kept, all);
            heard = fma_(k_out[b], kept, heard), loud = fma_(k_out[b], F(stem.dry[b]), loud);
        }
        const F of_strip = room_[at_.strip + s];
        to.group[s] = root(all, of_strip);
        for (int g = 0; g < console::kGroups; ++g)
            if (g == stem.group) before[g] = before[g] + of_strip, behind[g] = behind[g] + all;
        for (int t = 0; t < mixfarm::kBands; ++t) {
            F power = F(0.f);
            for (int b = 0; b < kWide; ++b)
                power = fma_(F(t_.shares.belongs[b][t]), gain[b], power);
            to.whole[s * mixfarm::kBands + t] = root(power, F(1.f));
        }
        const F mean = root(heard, loud);
        for (int k = 0; k < t_.scenes; ++k) {
            F power = F(0.f);
            for (int b = 0; b < kWide; ++b)
                power = fma_(k_out[b], F(stem.scene[k][static_cast<std::size_t>(b)]), power);
            to.scene[s * t_.scenes + k] =
                root(room_[at_.heard + s * t_.scenes + k], power) / max_(mean, F(1e-12f));
        }
    }
    for (int s = 0; s < t_.stems; ++s)
        for (int g = 0; g < console::kGroups; ++g)
            if (g == t_.stem[s].group) to.common[s] = root(behind[g], before[g]);
    const auto multiband = taken<MultibandCourse<F>>(array(at_.multiband));
    for (int t = 0; t < mixfarm::kBands; ++t)
        to.master[t] = multiband.acts() ? multiband.at(F(t_.shares.hz[t])) : F(1.f);
}

}  // namespace mixfarm
