/// What a strip makes of its stem over time, 10 ms at a time, in lanes: gate, compressors and
/// transient shaper move its gain, de-esser and dynamic equaliser a part of its bands; all else
/// weights the bands once for the song.
#pragma once

#include "kernels/proxy/course_tables.h"
#include "kernels/proxy/linear_channel.h"

namespace mixfarm {

/// Frames of a piece of the song, from the block's first or a later one on; null where the stem is
/// silent.
struct PieceOf {
    const StemCourse::Frame *own, *duck_key, *unmask_key;
    const CourseTables::Sides* right;
};

/// A piece of a sum of stems [SumPlaces]; `fresh`: nothing is in it yet, whatever its cells hold.
template <class F>
struct SumOf {
    Memory<F> cells;
    bool fresh;
    MF_HD F operator[](int i) const { return fresh ? F(0.f) : cells[i]; }
};

template <class F>
class StripCourse {
public:
    /// `cells` [StripPlaces]; `gain` and `crest` [piece] are room to work in.
    MF_HD StripCourse(const CourseTables& tables, int stem, Memory<F> cells, Memory<F> gain,
                      Memory<F> crest)
        : t_(tables), stem_(tables.stem[stem]), cells_(cells), gain_(gain), crest_(crest) {}

    /// `inverse` as strip_inverses() has it; `behind(t)` is the power gain of what follows the
    /// strip, `key_trims_db` of the stems that key compressor and dynamic equaliser.
    template <class Behind>
    MF_HD void set(const F* knobs, const std::uint32_t* acting, const F* inverse,
                   const F* key_trims_db, const Behind& behind) const;

    /// A piece in which the stem sounds: adds it to `sum`.
    MF_HD void run(const PieceOf& piece, const SumOf<F>& sum) const;
    /// A block in which it does not.
    MF_HD void rest() const {
        mixfarm::rest<GateCourse<F>>(at(P::kGate));
        mixfarm::rest<BandRide<F>>(at(P::kDeEsser));
        mixfarm::rest<BandRide<F>>(at(P::kDynamicEq));
        mixfarm::rest<CompressorCourse<F>>(at(P::kCompressor));
        mixfarm::rest<CompressorCourse<F>>(at(P::kDuck));
        mixfarm::rest<ShaperCourse<F>>(at(P::kShaper));
    }
    /// Counts a piece behind the dynamics of the strip and, where it `rides`, of its group, whose
    /// power gain is `group` [piece].
    MF_HD void count(const PieceOf& piece, bool rides, Memory<F> group) const;
    MF_HD F out(int b) const { return cells_[P::kOut + b]; }
    MF_HD F of_strip(int b) const { return cells_[P::kOfStrip + b]; }
    MF_HD F of_both(int b) const { return cells_[P::kOfBoth + b]; }
    MF_HD void begin_block() const { clear(at(P::kOfStrip), 2 * kWide); }

private:
    using P = StripPlaces;
    static constexpr int kWide = broad::kBands;

    MF_HD Memory<F> at(int place) const { return cells_.from(place); }
    MF_HD bool bends() const { return acts(at(P::kDeEsser)) || acts(at(P::kDynamicEq)); }
    MF_HD Memory<F> bent(int n) const { return at(P::kBent + n * kWide); }
    template <class Power>
    MF_HD void ride(const PieceOf& piece, const SumOf<F>& sum, const Power& power) const;
    template <class Power>
    MF_HD void compress(int place, int weights, const PieceOf& piece, const Power& power) const;
    MF_HD void bend(int place, int weights, int holds, const PieceOf& piece) const;
    template <class Power>
    MF_HD void add(const PieceOf& piece, const SumOf<F>& sum, const Power& power) const;
    template <class Power>
    MF_HD void count_power(bool rides, Memory<F> group, const Power& power) const;

    const CourseTables& t_;
    const CourseStem& stem_;
    Memory<F> cells_, gain_, crest_;
};

template <class F>
template <class Behind>
MF_HD void StripCourse<F>::set(const F* knobs, const std::uint32_t* acting, const F* inverse,
                               const F* key_trims_db, const Behind& behind) const {
    constexpr int kGate = StripChain::index_of<Gate>(),
                  kCompressor = StripChain::index_of<Compressor>();
    const F one = F(1.f), zero = F(0.f), half = F(0.5f);
    const F key_gains[] = {exp2_(F(2 * kLog2PerDb) * key_trims_db[0]),
                           exp2_(F(2 * kLog2PerDb) * key_trims_db[1])};
    LinearChannel<StripChain, F> channel;
    channel.set(knobs, acting);
    GateCourse<F> gate;
    gate.set(knobs + StripChain::first_param<Gate>());
    BandRide<F> de_esser, dynamic_eq;
    de_esser.set_de_esser(knobs + StripChain::first_param<DeEsser>(), inverse[0]);
    dynamic_eq.set_dynamic_eq(knobs + StripChain::first_param<DynamicEq>(), inverse[1]);
    CompressorCourse<F> compressor, duck;
    compressor.set(knobs + StripChain::first_param<Compressor>());
    duck.set(knobs + StripChain::first_param<Compressor>() + param_count<Compressor>);
    ShaperCourse<F> shaper;
    shaper.set(knobs + StripChain::first_param<TransientShaper>());
    put(gate, at(P::kGate)), put(de_esser, at(P::kDeEsser)), put(dynamic_eq, at(P::kDynamicEq));
    put(compressor, at(P::kCompressor)), put(duck, at(P::kDuck)), put(shaper, at(P::kShaper));
    clear(at(P::kToGate), P::kLeft - P::kToGate);

    const CourseStem* const duck_key = stem_.duck_key < 0 ? nullptr : t_.stem + stem_.duck_key;
    const CourseStem* const unmask_key =
        stem_.unmask_key < 0 ? nullptr : t_.stem + stem_.unmask_key;
    F left = zero, right = zero;
    float from_left = 1e-30f, from_right = 1e-30f;
    for (int t = 0; t < kBands; ++t) {
        const F hz = F(t_.shares.hz[t]), warped = F(t_.bilinear[t]);
        const StemBands::Own own = stem_.own[t * t_.stems];
        Path<F> path;
        channel.template pass<0, kGate>(hz, path);
        const F to_gate = path.power();
        channel.template pass<kGate, kCompressor>(hz, path);
        const F before = path.power();
        channel.template pass<kCompressor, StripChain::kEffects>(hz, path);
        const F spread = path.side * F(own.side), lean = F(2.f) * path.side * F(own.lean);
        const F middle = fma_(path.side, spread, F(own.middle));
        const F power = path.power() * behind(t);
        const F l = power * path.left * path.left * (middle + lean),
                r = power * path.right * path.right * (middle - lean);
        const float from = own.middle + own.side;
        left = left + l, right = right + r;
        from_left += from + 2 * own.lean, from_right += from - 2 * own.lean;
        const F out = half * (l + r) / F(max_(from, 1e-30f));
        const F s_holds = de_esser.acts() ? de_esser.shelf_holds(warped) : zero,
                q_holds = dynamic_eq.acts() ? dynamic_eq.bell_holds(warped) : zero,
                first = compressor.acts() ? compressor.hears(hz) : one,
                second = duck.acts() ? duck.hears(hz) : one;
        for (int b = 0; b < kWide; ++b) {
            const auto add = [&](int place, F part, F what) {
                cells_[place + b] = fma_(part, what, cells_[place + b]);
            };
            const auto its = static_cast<std::size_t>(b), third = static_cast<std::size_t>(t);
            const F part = F(stem_.lies[its][third]);
            add(P::kOut, part, out);
            if (gate.acts()) add(P::kToGate, part, to_gate);
            if (de_esser.acts()) {
                add(P::kToDeEsser, part, before * s_holds);
                add(P::kDeEsserHolds, part, s_holds);
            }
            if (dynamic_eq.acts()) {
                add(P::kToDynamicEq, part, before * q_holds);
                add(P::kDynamicEqHolds, part, q_holds);
                if (unmask_key)
                    add(P::kToDynamicEq + kWide, F(unmask_key->lies[its][third]) * key_gains[1],
                        q_holds);
            }
            if (compressor.acts()) add(P::kToCompressor, part, before * first);
            if (duck.acts()) add(P::kToDuck, part, before * second);
            if (!duck_key) continue;
            const F of_key = F(duck_key->lies[its][third]) * key_gains[0];
            add(P::kToCompressor + kWide, of_key, first);
            add(P::kToDuck + kWide, of_key, second);
        }
    }
    const F mean = max_(half * (left + right), F(1e-30f));
    cells_[P::kLean] = max_(left, right) / mean;
    const float from = 0.5f * (from_left + from_right);
    const auto amplitude = [&](F to, float its) {
        const F power = to / mean * F(from / max_(its, 1e-6f * from));
        return prototype::choose(knobs[1], one, -one) * prototype::root(power);
    };
    cells_[P::kLeft] = amplitude(left, from_left);
    cells_[P::kRight] = amplitude(right, from_right);
}

template <class F>
MF_HD void StripCourse<F>::bend(int place, int weights, int holds, const PieceOf& piece) const {
    with<BandRide<F>>(at(place), [&](BandRide<F>& ride) {
        const StemCourse::Frame* const key = piece.unmask_key;
        for (int n = 0; n < kPiece; ++n) {
            F power = gain_[n] * gain_[n] * weigh<kWide>(at(weights), bent(n));
            if (ride.keyed_somewhere()) {
                const F other = key ? weigh<kWide>(at(weights + kWide), key[n].power) : F(0.f);
                power = where_less(F(0.5f), ride.keyed(), other, power);
            }
            const F more = ride.more(power);
            const Memory<F> bands = bent(n);
            for (int b = 0; b < kWide; ++b)
                bands[b] = fma_(more * cells_[holds + b], bands[b], bands[b]);
        }
    });
}

/// `power(n)`: [broad bands] of the stem's own frame n, floats or cells.
template <class F>
template <class Power>
MF_HD void StripCourse<F>::compress(int place, int weights, const PieceOf& piece,
                                    const Power& power) const {
    with<CompressorCourse<F>>(at(place), [&](CompressorCourse<F>& compressor) {
        const StemCourse::Frame *const own = piece.own, *const key = piece.duck_key;
        const F half = F(0.5f);
        for (int n = 0; n < kPiece; ++n) {
            F heard = gain_[n] * gain_[n] * weigh<kWide>(at(weights), power(n));
            F level[StemCourse::kClasses];
            MF_UNROLL
            for (int k = 0; k < StemCourse::kClasses; ++k) level[k] = F(own[n].level[k]);
            if (compressor.keyed_somewhere()) {
                const F keyed = compressor.keyed();
                const F other = key ? weigh<kWide>(at(weights + kWide), key[n].power) : F(0.f);
                heard = where_less(half, keyed, other, heard);
                MF_UNROLL
                for (int k = 0; k < StemCourse::kClasses; ++k)
                    level[k] = where_less(half, keyed, F(key ? key[n].level[k] : 0.f), level[k]);
            }
            const InFrame<F> now = compressor.gain(Seen<F, F>{heard, level});
            gain_[n] = gain_[n] * now.mean, crest_[n] = crest_[n] * now.crest;
        }
    });
}

template <class F>
template <class Power>
MF_HD void StripCourse<F>::add(const PieceOf& piece, const SumOf<F>& sum,
                               const Power& power) const {
    const F left = cells_[P::kLeft], right = cells_[P::kRight], lean = cells_[P::kLean];
    F out[kWide];
    for (int b = 0; b < kWide; ++b) out[b] = cells_[P::kOut + b];
    for (int n = 0; n < kPiece; ++n) {
        const int first = n * SumPlaces::kFrame;
        const StemCourse::Frame& own = piece.own[n];
        const auto its = power(n);
        const F moved = gain_[n] * gain_[n], crest = crest_[n];
        cells_[P::kMoved + n] = moved;
        F all = F(0.f);
        for (int b = 0; b < kWide; ++b) {
            const F part = out[b] * F(its[b]);
            all = all + part;
            sum.cells[first + b] = fma_(part, moved, sum[first + b]);
        }
        constexpr int kPeak = SumPlaces::kPeak;
        sum.cells[first + kPeak] =
            fma_(F(own.crest) * lean * crest * crest, all, sum[first + kPeak]);
        const F root = crest * prototype::root(all);
        const F on_left = root * left, on_right = root * right;
        for (std::size_t m = 0; m < ReferenceMix::kMoments; ++m) {
            const int at = first + SumPlaces::kWave + static_cast<int>(m);
            sum.cells[at] = fma_(piece.right[n][m] ? on_right : on_left, F(own.wave[m]), sum[at]);
        }
    }
}

template <class F>
template <class Power>
MF_HD void StripCourse<F>::ride(const PieceOf& piece, const SumOf<F>& sum,
                                const Power& power) const {
    if (acts(at(P::kCompressor))) compress(P::kCompressor, P::kToCompressor, piece, power);
    if (acts(at(P::kDuck))) compress(P::kDuck, P::kToDuck, piece, power);
    if (acts(at(P::kShaper)))
        with<ShaperCourse<F>>(at(P::kShaper), [&](ShaperCourse<F>& shaper) {
            for (int n = 0; n < kPiece; ++n) {
                const F level =
                    F(0.5f) * log2_(gain_[n] * gain_[n] * weigh<kWide>(at(P::kOut), power(n)));
                const InFrame<F> now = shaper.gain(level + F(piece.own[n].peak));
                gain_[n] = gain_[n] * now.mean, crest_[n] = crest_[n] * now.crest;
            }
        });
    add(piece, sum, power);
}

template <class F>
MF_HD void StripCourse<F>::run(const PieceOf& piece, const SumOf<F>& sum) const {
    const StemCourse::Frame* const own = piece.own;
    for (int n = 0; n < kPiece; ++n) gain_[n] = crest_[n] = F(1.f);
    if (acts(at(P::kGate)))
        with<GateCourse<F>>(at(P::kGate), [&](GateCourse<F>& gate) {
            for (int n = 0; n < kPiece; ++n) {
                const F level = F(0.5f) * log2_(weigh<kWide>(at(P::kToGate), own[n].power));
                gain_[n] = crest_[n] = gate.gain(level + F(own[n].peak));
            }
        });
    if (!bends()) return ride(piece, sum, [own](int n) { return &own[n].power[0]; });
    for (int n = 0; n < kPiece; ++n)
        for (int b = 0; b < kWide; ++b) bent(n)[b] = F(own[n].power[b]);
    if (acts(at(P::kDeEsser))) bend(P::kDeEsser, P::kToDeEsser, P::kDeEsserHolds, piece);
    if (acts(at(P::kDynamicEq))) bend(P::kDynamicEq, P::kToDynamicEq, P::kDynamicEqHolds, piece);
    ride(piece, sum, [this](int n) { return bent(n); });
}

template <class F>
template <class Power>
MF_HD void StripCourse<F>::count_power(bool rides, Memory<F> group, const Power& power) const {
    F strip[kWide], both[kWide];
    for (int b = 0; b < kWide; ++b) strip[b] = of_strip(b), both[b] = of_both(b);
    for (int n = 0; n < kPiece; ++n) {
        const auto its = power(n);
        for (int b = 0; b < kWide; ++b) {
            const F kept = cells_[P::kMoved + n] * F(its[b]);
            strip[b] = strip[b] + kept;
            if (rides) both[b] = fma_(group[n], kept, both[b]);
        }
    }
    for (int b = 0; b < kWide; ++b)
        cells_[P::kOfStrip + b] = strip[b], cells_[P::kOfBoth + b] = rides ? both[b] : strip[b];
}

template <class F>
MF_HD void StripCourse<F>::count(const PieceOf& piece, bool rides, Memory<F> group) const {
    const StemCourse::Frame* const own = piece.own;
    if (bends())
        count_power(rides, group, [this](int n) { return bent(n); });
    else
        count_power(rides, group, [own](int n) { return &own[n].power[0]; });
}

}  // namespace mixfarm
