/// What a listener makes of the stems in a mix, in lanes: who lies under whom, how the lead stands,
/// who is lost. The rules are those of host/analysis/masking.h and host/score, whose tables come
/// in.
#pragma once

#include "kernels/core/maths.h"
#include "kernels/effects/effect.h"
#include "kernels/foresight.h"

namespace mixfarm {

/// The tables of Listening, in whichever memory the lanes read.
struct Ears {
    const std::uint8_t *plays, *leads;
    const float *priority, *gain, *lead_gain, *burst, *spread, *heard, *width, *importance;
    float threshold_db, audible_range, loudness, most_masking_db, audible_db;
    float buried, lost_lu, lost_buried_lu;

    /// place(vector or array) is where its values lie in that memory.
    template <class Place>
    Ears(const Listening& rule, const Place& place)
        : plays(place(rule.plays)),
          leads(place(rule.leads)),
          priority(place(rule.priority)),
          gain(place(rule.gain)),
          lead_gain(place(rule.lead_gain)),
          burst(place(rule.burst)),
          spread(place(rule.spread)),
          heard(place(rule.heard)),
          width(place(rule.width)),
          importance(place(rule.importance)),
          threshold_db(rule.threshold_db),
          audible_range(rule.audible_range),
          loudness(rule.loudness),
          most_masking_db(rule.most_masking_db),
          audible_db(rule.audible_db),
          buried(rule.buried),
          lost_lu(rule.lost_lu),
          lost_buried_lu(rule.lost_buried_lu) {}
};

template <class F>
struct Perceived {
    F masking, lead, rest, audibility;
    F lost;  ///< first stem that is lost, -1 = none
};

namespace listening {

inline constexpr float kDbOfLog2 = 3.01029996f;  ///< of powers
inline constexpr float kNothing = 1e-30f;        ///< keeps quotients finite

/// to[b] = sum of table[b][j] from[j]; all [kBands].
template <class F>
MF_HD void through(const float* table, Memory<F> from, Memory<F> to) {
    for (int b = 0; b < kBands; ++b) {
        const float* row = table + b * kBands;
        F sum = F(0.f);
        for (int j = 0; j < kBands; ++j) sum = fma_(F(row[j]), from[j], sum);
        to[b] = sum;
    }
}

/// Share of the stem under the threshold; `heard` [kBands] what the ear compares with it.
template <class F>
MF_HD F masked(const Ears& rule, Memory<F> heard, Memory<F> threshold) {
    F strongest = F(0.f);
    for (int b = 0; b < kBands; ++b) strongest = max_(strongest, heard[b]);
    const F least = strongest * F(rule.audible_range), top = log2_(strongest);
    F weights = F(0.f), under = F(0.f);
    for (int b = 0; b < kBands; ++b) {
        const F own = log2_(heard[b]);
        const F weight = where_less(heard[b], least, F(0.f),
                                    F(rule.width[b]) * exp2_(F(rule.loudness) * (own - top)));
        const F over = F(kDbOfLog2 / rule.most_masking_db) * (log2_(threshold[b]) - own);
        weights = weights + weight;
        under = fma_(weight, min_(max_(over, F(0.f)), F(1.f)), under);
    }
    return under / max_(weights, F(kNothing));
}

/// Share of what carries the lead that comes through.
template <class F>
MF_HD F audible(const Ears& rule, Memory<F> heard, Memory<F> threshold) {
    F index = F(0.f);
    for (int b = 0; b < kBands; ++b) {
        const float importance = rule.importance[b];
        if (importance == 0) continue;
        const F over =
            fma_(F(kDbOfLog2), log2_(heard[b]) - log2_(threshold[b]), F(rule.threshold_db));
        const F share = min_(max_(fma_(over, F(1.f / rule.audible_db), F(0.5f)), F(0.f)), F(1.f));
        index = fma_(F(importance), where_less(F(0.f), heard[b], share, F(0.f)), index);
    }
    return index;
}

}  // namespace listening

/// `spectrum` [stems][kBands] mean powers in the mix, `loud` [stems] K-weighted; `threshold`
/// [stems][kBands], `own` and `cover` [kBands] are room to work in.
template <class F>
MF_HD Perceived<F> listen_to(const Ears& rule, int stems, Memory<F> spectrum, Memory<F> loud,
                             Memory<F> threshold, Memory<F> own, Memory<F> cover) {
    for (int s = 0; s < stems; ++s)
        if (rule.plays[s])
            listening::through(rule.spread, spectrum.from(s * kBands), threshold.from(s * kBands));
    Perceived<F> heard{F(0.f), F(0.f), F(0.f), F(0.f), F(-1.f)};
    float priorities = 0;
    for (int s = stems - 1; s >= 0; --s) {
        F& stand = rule.leads[s] ? heard.lead : heard.rest;
        if (!rule.plays[s]) continue;
        stand = fma_(F(rule.lead_gain[s]), loud[s], stand);
        const float* gain = rule.gain + s * stems;
        F all = F(0.f);
        for (int b = 0; b < kBands; ++b) cover[b] = F(0.f);
        for (int o = 0; o < stems; ++o) {
            if (!rule.plays[o]) continue;
            all = fma_(F(gain[o]), loud[o], all);
            if (o == s) continue;
            const F against = F(gain[o] / gain[s]);
            for (int b = 0; b < kBands; ++b)
                cover[b] = fma_(against, threshold[o * kBands + b], cover[b]);
        }
        listening::through(rule.heard, spectrum.from(s * kBands), own);
        const F masked = where_less(F(0.f), loud[s], listening::masked(rule, own, cover), F(1.f));
        heard.masking = fma_(F(rule.priority[s]), masked * masked, heard.masking);
        priorities += rule.priority[s];
        if (rule.leads[s])
            heard.audibility = max_(heard.audibility, listening::audible(rule, own, cover));
        const F below = F(listening::kDbOfLog2) *
                        (log2_(F(gain[s]) * loud[s]) - log2_(max_(all, F(listening::kNothing))));
        const F limit = where_less(F(rule.buried), masked, F(rule.lost_buried_lu), F(rule.lost_lu));
        heard.lost = where_less(below, limit, F(static_cast<float>(s)), heard.lost);
    }
    if (priorities > 0) {
        const F mean = heard.masking * F(1 / priorities);
        heard.masking = where_less(F(0.f), mean, exp2_(F(0.5f) * log2_(mean)), F(0.f));
    }
    return heard;
}

}  // namespace mixfarm
