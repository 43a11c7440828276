/// From a point of the cube to what it would sound like.
#include "host/lookout.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>

#include "host/rank/character.h"
#include "host/rank/rank.h"
#include "host/score/terms.h"
#include "host/space/wiring.h"

namespace mixfarm {
namespace {

constexpr std::size_t kCells = 1024;
constexpr double kTail = 0.02;  // of the mixes seen, on either side of the archive

}  // namespace

Cube cube_of(const Space& space) {
    Cube cube;
    for (const Coordinate& c : space.axes()) {
        const bool rests = c.rest_low <= c.rest_high;
        cube.axes.push_back({space.knobs()[static_cast<std::size_t>(c.knob)].channel,
                             rests ? c.rest_low : 0, rests ? c.rest_high : 0, c.toggle, c.gate});
    }
    for (const MacroKnob& m : space.directions())
        cube.macros.push_back({m.name, m.channel, m.pull});
    return cube;
}

Lookout::Lookout(const Studio& studio, int threads)
    : studio_(studio),
      foresight_(wired_view(studio.song, studio.profile), studio.judge.listening(), threads,
                 Glance::dynamics, studio.engine.get()) {}

std::vector<Sighting> Lookout::foretell(std::span<const Candidate> candidates,
                                        Glance glance) const {
    const std::size_t count = candidates.size();
    std::vector<MixSettings> mixes(count);
    std::vector<double> distance(count);
    tbb::parallel_for(std::size_t{0}, count, [&](std::size_t i) {
        // What follows from compressors matters where these are followed.
        std::vector<float> values(studio_.space.knobs().size());
        if (glance == Glance::levels)
            studio_.space.sketch(candidates[i].unit, values);
        else
            values = studio_.space.values(candidates[i].unit);
        distance[i] = studio_.space.prior_distance(values);
        mixes[i] = studio_.space.settled(values);
    });
    std::vector<Foretold> told = foresight_.foretell(mixes, studio_.target, glance);
    std::vector<Sighting> seen(count);
    tbb::parallel_for(std::size_t{0}, count, [&](std::size_t i) {
        seen[i].stems = studio_.judge.stem_metrics(told[i], mixes[i], distance[i]);
        seen[i].mix = std::move(told[i].mix);
    });
    return seen;
}

std::vector<Glimpse> Lookout::glimpse(std::span<const Candidate> candidates, Glance glance,
                                      const Experience& experience) const {
    std::vector<Sighting> seen = foretell(candidates, glance);
    std::vector<Glimpse> glimpses(seen.size());
    tbb::parallel_for(std::size_t{0}, seen.size(), [&](std::size_t i) {
        auto& [mix, stems] = seen[i];
        if (experience.size() > 0) {
            experience.correct(seen[i]);
            stems.reference_nearness = static_cast<float>(reference_term(mix, studio_.style, 2));
        }
        glimpses[i] = {liked(studio_.judge, studio_.liking, mix, stems),
                       perceptual_place(mix, stems), character_of(mix, stems)};
    });
    return glimpses;
}

ArchivePlan archive_plan(std::span<const Glimpse> seen, std::uint64_t seed) {
    ArchivePlan plan;
    plan.cells = kCells;
    plan.seed = seed;
    for (std::size_t a = 0; a < kCharacter.size(); ++a) {
        std::vector<float> known;
        for (const Glimpse& glimpse : seen)
            if (std::isfinite(glimpse.character[a])) known.push_back(glimpse.character[a]);
        if (known.empty()) known = {kCharacter[a].usual};
        std::sort(known.begin(), known.end());
        const auto at = [&](double share) {
            return known[static_cast<std::size_t>(share * static_cast<double>(known.size() - 1))];
        };
        const float middle = at(0.5), reach = kCharacter[a].least_reach;
        plan.axes.push_back({std::string(kCharacter[a].name), std::min(at(kTail), middle - reach),
                             std::max(at(1 - kTail), middle + reach)});
    }
    return plan;
}

}  // namespace mixfarm
