/// All variants of all picks side by side.
#include "host/weigh_moves.h"

#include <algorithm>

#include "host/morning.h"
#include "host/score/score.h"

namespace mixfarm {

void weigh_moves(Results& results, const Studio& studio, Progress& progress) {
    const Space& space = studio.space;
    std::vector<MixSettings> mixes;
    std::vector<std::vector<float>> values;
    results.made.clear();
    const auto whole_songs = static_cast<std::size_t>(std::count_if(
        results.rows.begin(), results.rows.end(), [](const Row& r) { return r.stage == 3; }));
    for (const std::uint64_t id : results.picks) {
        const Row& row = results.rows[row_of(results, id)];
        const std::size_t before = mixes.size();
        for (std::size_t m = 0; m < space.moves().size(); ++m) {
            const float strength = row.values[space.strength_knob(m)];
            if (!(strength > 0)) continue;
            values.push_back(row.values);
            values.back()[space.strength_knob(m)] = 0;
            mixes.push_back(space.settings(values.back()));
            results.made.push_back({id, static_cast<std::int32_t>(m), strength, 0});
        }
        if (before == 0 || mixes.size() <= whole_songs + results.picks.size()) continue;
        mixes.resize(before), values.resize(before), results.made.resize(before);
        break;
    }
    if (mixes.empty()) return;
    const Excerpt whole[] = {whole_song(studio.song)};
    progress.begin("their moves", mixes.size(), 0);
    const auto batch = static_cast<std::size_t>(studio.engine->good_batch());
    for (std::size_t first = 0; first < mixes.size(); first += batch) {
        if (interrupted()) throw Interrupted{};
        const std::size_t count = std::min(batch, mixes.size() - first);
        const std::vector<Measurement> measured =
            studio.engine->evaluate(std::span(mixes).subspan(first, count), whole, studio.target);
        for (std::size_t i = 0; i < count; ++i) {
            const StemMetrics stems = studio.judge.stem_metrics(
                measured[i], mixes[first + i], space.prior_distance(values[first + i]), 3);
            results.made[first + i].technical_without =
                studio.judge.score(measured[i], stems).technical;
        }
        progress.update(first + count, -1);
    }
    progress.end();
}

}  // namespace mixfarm
