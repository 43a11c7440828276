/// What a strip makes of its stem over time, 10 ms at a time, in lanes: gate, compressors and
/// transient shaper move its gain, de-esser and dynamic equaliser a part of its bands; all else
/// weights the bands once for the song.
#pragma once

#include "kernels/console/console.h"
#include "kernels/proxy/band_ride.h"
#include "kernels/proxy/block_sum.h"
#include "kernels/proxy/compressor_course.h"
#include "kernels/proxy/linear_channel.h"
#include "kernels/proxy/shaping_course.h"

namespace mixfarm {

/// A stem that keys an effect, or null, and its trim's power gain.
template <class F>
struct CourseKey {
    const StemCourse::Stem* stem = nullptr;
    F gain{};
};

template <class F>
class StripCourse {
public:
    static constexpr int kFrames = StemCourse::kBlockFrames;
    using Sides = std::array<bool, ReferenceMix::kMoments>;

    /// `own` [third octaves] of the stem; `behind` [third octaves] power gain of what follows the
    /// strip.
    MF_HD void set(const StemCourse::Stem& stem, const StemBands::Own* const* own, const F* knobs,
                   const LinearChannel<StripChain, F>& channel, const F* behind,
                   const CourseKey<F>& duck_key, const CourseKey<F>& unmask_key, double rate);

    /// The frames of a block in which the stem sounds: adds them to `sum`. `right` [frames] are the
    /// sides of their moments.
    MF_HD void run(int block, const Sides* right, BlockSum<F>& sum);
    /// A block in which it does not.
    MF_HD void rest() {
        gate_.rest(), de_esser_.rest(), dynamic_eq_.rest(), compressor_.rest(), duck_.rest();
        shaper_.rest();
    }
    /// Of the last block: the power gain of the dynamics in each frame; with `power` the stem's own
    /// bands as de-esser and dynamic equaliser left them, else they left them alone.
    MF_HD F* moved() { return moved_; }
    MF_HD const F (*power() const)[broad::kBands] { return bends() ? power_ : nullptr; }
    MF_HD const StemCourse::Frame* frames(int block) const {
        return &stem_->frames[static_cast<std::size_t>(
            stem_->first[static_cast<std::size_t>(block)])];
    }
    /// Power gain of all else from the stem to the end of the console, in a broad band.
    MF_HD F out(int b) const { return out_[b]; }

private:
    static constexpr int kGate = StripChain::index_of<Gate>(),
                         kCompressor = StripChain::index_of<Compressor>();
    /// Weights of the broad bands in what a detector hears, of the stem and of its key.
    struct Heard {
        F own[broad::kBands], key[broad::kBands];
    };

    MF_HD bool bends() const { return de_esser_.acts() || dynamic_eq_.acts(); }
    MF_HD const StemCourse::Frame* key_frames(const CourseKey<F>& key, int block) const {
        if (!key.stem) return nullptr;
        const int first = key.stem->first[static_cast<std::size_t>(block)];
        return first < 0 ? nullptr : &key.stem->frames[static_cast<std::size_t>(first)];
    }
    MF_HD void bend(BandRide<F>& ride, const Heard& heard, const F* holds, int block);
    template <class Power>
    MF_HD void compress(CompressorCourse<F>& compressor, const Heard& heard, int block,
                        const Power& power);
    template <class Power>
    MF_HD void ride(int block, const Sides* right, BlockSum<F>& sum, const Power& power);

    const StemCourse::Stem* stem_ = nullptr;
    CourseKey<F> duck_key_, unmask_key_;
    GateCourse<F> gate_;
    BandRide<F> de_esser_, dynamic_eq_;
    CompressorCourse<F> compressor_, duck_;
    ShaperCourse<F> shaper_;
    Heard to_gate_, to_de_esser_, to_dynamic_eq_, to_compressor_, to_duck_;
    F de_esser_holds_[broad::kBands], dynamic_eq_holds_[broad::kBands];
    F out_[broad::kBands]{};
    F left_{}, right_{};  ///< amplitude of a side over what `out_` makes of both; the polarity
    F lean_{};            ///< power of the louder side over the mean of both
    F gain_[kFrames], crest_[kFrames];  ///< amplitude, in the mean and at the crest
    F moved_[kFrames], power_[kFrames][broad::kBands];
};

template <class F>
MF_HD void StripCourse<F>::set(const StemCourse::Stem& stem, const StemBands::Own* const* own,
                               const F* knobs, const LinearChannel<StripChain, F>& channel,
                               const F* behind, const CourseKey<F>& duck_key,
                               const CourseKey<F>& unmask_key, double rate) {
    stem_ = &stem, duck_key_ = duck_key, unmask_key_ = unmask_key;
    const F one = F(1.f), zero = F(0.f), half = F(0.5f);
    gate_.set(knobs + StripChain::first_param<Gate>());
    de_esser_.set_de_esser(knobs + StripChain::first_param<DeEsser>(), rate);
    dynamic_eq_.set_dynamic_eq(knobs + StripChain::first_param<DynamicEq>(), rate);
    compressor_.set(knobs + StripChain::first_param<Compressor>());
    duck_.set(knobs + StripChain::first_param<Compressor>() + param_count<Compressor>);
    shaper_.set(knobs + StripChain::first_param<TransientShaper>());
    for (F* weights : {to_gate_.own, to_de_esser_.own, to_dynamic_eq_.own, to_dynamic_eq_.key,
                       to_compressor_.own, to_compressor_.key, to_duck_.own, to_duck_.key,
                       de_esser_holds_, dynamic_eq_holds_, out_})
        for (int b = 0; b < broad::kBands; ++b) weights[b] = zero;
    F left = zero, right = zero;
    float from_left = 1e-30f, from_right = 1e-30f;
    for (std::size_t t = 0; t < kBands; ++t) {
        const F hz = F(static_cast<float>(band_centre_hz(static_cast<int>(t))));
        Path<F> path;
        channel.template pass<0, kGate>(hz, path);
        const F gate = path.power();
        channel.template pass<kGate, kCompressor>(hz, path);
        const F before = path.power();
        channel.template pass<kCompressor, StripChain::kEffects>(hz, path);
        const F spread = path.side * F(own[t]->side), lean = F(2.f) * path.side * F(own[t]->lean);
        const F middle = fma_(path.side, spread, F(own[t]->middle));
        const F power = path.power() * behind[t];
        const F l = power * path.left * path.left * (middle + lean),
                r = power * path.right * path.right * (middle - lean);
        const float from = own[t]->middle + own[t]->side;
        left = left + l, right = right + r;
        from_left += from + 2 * own[t]->lean, from_right += from - 2 * own[t]->lean;
        const F out = half * (l + r) / F(std::fmax(from, 1e-30f));
        const F s_holds =
                    de_esser_.acts() ? de_esser_.holds(band_centre_hz(static_cast<int>(t))) : zero,
                q_holds = dynamic_eq_.acts()
                              ? dynamic_eq_.holds(band_centre_hz(static_cast<int>(t)))
                              : zero,
                first = compressor_.acts() ? compressor_.hears(hz) : one,
                second = duck_.acts() ? duck_.hears(hz) : one;
        for (std::size_t b = 0; b < broad::kBands; ++b) {
            const auto add = [&](F* weights, F part, F what) {
                weights[b] = fma_(part, what, weights[b]);
            };
            const F part = F(stem.lies[b][t]);
            add(out_, part, out);
            if (gate_.acts()) add(to_gate_.own, part, gate);
            if (de_esser_.acts()) {
                add(to_de_esser_.own, part, before * s_holds);
                add(de_esser_holds_, part, s_holds);
            }
            if (dynamic_eq_.acts()) {
                add(to_dynamic_eq_.own, part, before * q_holds);
                add(dynamic_eq_holds_, part, q_holds);
                if (unmask_key.stem)
                    add(to_dynamic_eq_.key, F(unmask_key.stem->lies[b][t]) * unmask_key.gain,
                        q_holds);
            }
            if (compressor_.acts()) add(to_compressor_.own, part, before * first);
            if (duck_.acts()) add(to_duck_.own, part, before * second);
            if (!duck_key.stem) continue;
            const F of_key = F(duck_key.stem->lies[b][t]) * duck_key.gain;
            add(to_compressor_.key, of_key, first);
            add(to_duck_.key, of_key, second);
        }
    }
    const F mean = max_(half * (left + right), F(1e-30f));
    lean_ = max_(left, right) / mean;
    const float from = 0.5f * (from_left + from_right);
    const auto amplitude = [&](F to, float its) {
        const F power = to / mean * F(from / std::fmax(its, 1e-6f * from));
        return prototype::choose(knobs[1], one, -one) * prototype::root(power);
    };
    left_ = amplitude(left, from_left), right_ = amplitude(right, from_right);
}

template <class F>
MF_HD void StripCourse<F>::bend(BandRide<F>& ride, const Heard& heard, const F* holds, int block) {
    const StemCourse::Frame* const key = key_frames(unmask_key_, block);
    for (int n = 0; n < kFrames; ++n) {
        F power = gain_[n] * gain_[n] * weigh(heard.own, power_[n]);
        if (ride.keyed_somewhere()) {
            const F other = key ? weigh(heard.key, key[n].power) : F(0.f);
            power = where_less(F(0.5f), ride.keyed(), other, power);
        }
        const F more = ride.more(power);
        for (int b = 0; b < broad::kBands; ++b)
            power_[n][b] = fma_(more * holds[b], power_[n][b], power_[n][b]);
    }
}

/// `power(n)`: [broad bands] of the stem's own frame n, floats or F.
template <class F>
template <class Power>
MF_HD void StripCourse<F>::compress(CompressorCourse<F>& compressor, const Heard& heard, int block,
                                    const Power& power) {
    const StemCourse::Frame* const own = frames(block);
    const StemCourse::Frame* const key = key_frames(duck_key_, block);
    const F half = F(0.5f);
    for (int n = 0; n < kFrames; ++n) {
        const F heard_power = gain_[n] * gain_[n] * weigh(heard.own, power(n));
        InFrame<F> now;
        if (!compressor.keyed_somewhere()) {
            now = compressor.gain(Seen<F, float>{heard_power, own[n].level});
        } else {
            const F keyed = compressor.keyed();
            const F other = key ? weigh(heard.key, key[n].power) : F(0.f);
            F level[StemCourse::kClasses];
            for (int k = 0; k < StemCourse::kClasses; ++k)
                level[k] =
                    where_less(half, keyed, F(key ? key[n].level[k] : 0.f), F(own[n].level[k]));
            now = compressor.gain(Seen<F, F>{where_less(half, keyed, other, heard_power), level});
        }
        gain_[n] = gain_[n] * now.mean, crest_[n] = crest_[n] * now.crest;
    }
}

template <class F>
template <class Power>
MF_HD void StripCourse<F>::ride(int block, const Sides* right, BlockSum<F>& sum,
                                const Power& power) {
    const StemCourse::Frame* const own = frames(block);
    if (compressor_.acts()) compress(compressor_, to_compressor_, block, power);
    if (duck_.acts()) compress(duck_, to_duck_, block, power);
    if (shaper_.acts())
        for (int n = 0; n < kFrames; ++n) {
            const F level = F(0.5f) * log2_(gain_[n] * gain_[n] * weigh(out_, power(n)));
            const InFrame<F> now = shaper_.gain(level + F(own[n].peak));
            gain_[n] = gain_[n] * now.mean, crest_[n] = crest_[n] * now.crest;
        }
    for (int n = 0; n < kFrames; ++n) {
        moved_[n] = gain_[n] * gain_[n];
        F all = F(0.f);
        for (int b = 0; b < broad::kBands; ++b) {
            const F part = out_[b] * F(power(n)[b]);
            all = all + part;
            sum.power[n][b] = fma_(part, moved_[n], sum.power[n][b]);
        }
        sum.peak[n] = fma_(F(own[n].crest) * lean_ * crest_[n] * crest_[n], all, sum.peak[n]);
        const F root = crest_[n] * prototype::root(all);
        const F side[] = {root * left_, root * right_};
        for (std::size_t m = 0; m < ReferenceMix::kMoments; ++m)
            sum.wave[n][m] = fma_(side[right[n][m]], F(own[n].wave[m]), sum.wave[n][m]);
    }
}

template <class F>
MF_HD void StripCourse<F>::run(int block, const Sides* right, BlockSum<F>& sum) {
    const StemCourse::Frame* const own = frames(block);
    for (int n = 0; n < kFrames; ++n) gain_[n] = crest_[n] = F(1.f);
    if (gate_.acts())
        for (int n = 0; n < kFrames; ++n) {
            const F level = F(0.5f) * log2_(weigh(to_gate_.own, own[n].power));
            gain_[n] = crest_[n] = gate_.gain(level + F(own[n].peak));
        }
    if (!bends())
        return ride(block, right, sum, [own](int n) -> const float* { return own[n].power; });
    for (int n = 0; n < kFrames; ++n)
        for (int b = 0; b < broad::kBands; ++b) power_[n][b] = F(own[n].power[b]);
    if (de_esser_.acts()) bend(de_esser_, to_de_esser_, de_esser_holds_, block);
    if (dynamic_eq_.acts()) bend(dynamic_eq_, to_dynamic_eq_, dynamic_eq_holds_, block);
    ride(block, right, sum, [this](int n) -> const F* { return power_[n]; });
}

}  // namespace mixfarm
