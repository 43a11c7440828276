/// The slowest mixes, from rest and from the beginning.
#include "host/warm_up.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace mixfarm {
namespace {

/// Seconds that the effects in play take to forget, added up: releases, holds and decays.
double slowness_s(const Space& space, std::span<const float> values) {
    struct Effect {
        bool acts = false;
        double seconds = 0;
    };
    std::map<std::pair<int, std::string_view>, Effect> effects;
    for (std::size_t k = 0; k < values.size(); ++k) {
        const Knob& knob = space.knobs()[k];
        Effect& effect = effects[{knob.channel, knob.effect}];
        if (knob.unit == "ms")
            effect.seconds += values[k] / 1000.0;
        else if (knob.unit == "s")
            effect.seconds += values[k];
        else
            effect.acts |= values[k] != knob.neutral;
    }
    double sum = 0;
    for (const auto& [place, effect] : effects)
        if (effect.acts) sum += effect.seconds;
    return sum;
}

}  // namespace

double warm_up_error(const Studio& studio, std::span<const Heard> excerpts) {
    std::vector<Excerpt> from_the_start = studio.profile.telling;
    bool same = true;
    for (Excerpt& excerpt : from_the_start) {
        same &= excerpt.warmup == excerpt.start;
        excerpt.warmup = excerpt.start;
    }
    if (same) return 0;  // a short song is heard from its beginning
    std::vector<std::pair<double, const Row*>> slowest;
    for (const Heard& h : excerpts)
        if (h.scores.rejected == Reject::none)
            slowest.emplace_back(-slowness_s(studio.space, h.row.values), &h.row);
    std::sort(slowest.begin(), slowest.end(), [](const auto& a, const auto& b) {
        return a.first != b.first ? a.first < b.first : a.second->id < b.second->id;
    });
    slowest.resize(std::min(slowest.size(), kWarmUpMixes));
    if (slowest.empty()) return 0;
    std::vector<MixSettings> mixes;
    for (const auto& [slowness, row] : slowest) mixes.push_back(studio.space.settings(row->values));
    const std::vector<Measurement> exact =
        studio.engine->evaluate(mixes, from_the_start, studio.target);
    double most = 0;
    for (std::size_t i = 0; i < exact.size(); ++i)
        if (exact[i].finite)
            most = std::max(most, std::fabs(static_cast<double>(exact[i].master_gain_db) -
                                            slowest[i].second->master_gain_db));
    return most;
}

}  // namespace mixfarm
