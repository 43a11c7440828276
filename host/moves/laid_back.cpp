/// Lead and melodies sit a little behind the beat (moves.md C1: 3, 8 or 20 ms late, never
/// beyond 2.5 % of a beat and 5 ms; late is safer than early). Kit and bass keep time together.
#include <algorithm>

#include "host/moves/planners.h"

namespace mixfarm {

std::optional<Move> plan_laid_back(const Ground& ground) {
    if (!ground.sure_of_beats()) return std::nullopt;
    Move move;
    // A voice that is heard in another track, or another in it, would comb.
    for (const std::size_t s : ground.stems_of(Bus::vocals))
        if (ground.leaks(s)) return std::nullopt;
    // At fast tempi 20 ms would be another place in the bar.
    const auto most = static_cast<float>(std::min(20.0, 25 * ground.beat_s() + 5));
    for (std::size_t s = 0; s < ground.song().stems.size(); ++s) {
        if (ground.group(s) != Bus::vocals || ground.profile().stems[s].silent) continue;
        auto lane = ground.may_touch(s)
                        ? ground.lane(static_cast<int>(s), "align", "delay_ms", Law::add,
                                      {0, 8, most}, {{0, 1}}, ground.name(s))
                        : std::nullopt;
        if (!lane) return std::nullopt;  // doubles stay with their lead
        move.lanes.push_back(*std::move(lane));
    }
    move.places.push_back({0, ground.song().seconds(), "the whole song"});
    move.reason = "a voice behind the beat sounds at ease";
    return whole(move);
}

}  // namespace mixfarm
