/// Choruses a little louder, the last one most (moves.md A2; a louder crescendo gave more chills:
/// Bannister 2020; practice: 1 to 1.5 dB, 1.8 is a lot).
#include <algorithm>

#include "host/moves/planners.h"

namespace mixfarm {

std::optional<Move> plan_chorus_lift(const Ground& ground) {
    if (!ground.sure_of_sections()) return std::nullopt;
    constexpr double kBeforeTheLast = 0.65;
    const double bar = ground.sure_of_beats() ? ground.bar_s() : 2;
    const auto choruses = sections_of(ground, {SectionKind::chorus});
    if (choruses.empty() || choruses.size() == ground.sections().size()) return std::nullopt;
    // Each takes half of the room that there is.
    const auto most = static_cast<float>(std::min(1.5, 0.5 * contrast_left(ground)));
    if (most < 0.3f) return std::nullopt;
    Shape shape;
    Move move;
    for (const FoundSection* s : choruses) {
        const bool last = s == choruses.back();
        shape.to(last || choruses.size() == 1 ? 1 : kBeforeTheLast, s->start_s, kOnset_s);
        if (!follows_at_once(choruses, *s)) shape.to(0, s->end_s + bar, bar);
        move.places.push_back({s->start_s, s->end_s, s->name});
    }
    add_lane(move, ground.lane(ground.bus(Bus::master), "trim", "trim_db", Law::add,
                               {0, std::min(0.7f, most), most}, shape.points(), "whole mix"));
    move.reason = "what people feel follows the song's rise, and these are its high points";
    return whole(move);
}

}  // namespace mixfarm
