/// What accompanies steps back in the verses, so that choruses are larger without being louder
/// (moves.md A2; practice: prefer tucking the verse).
#include <algorithm>

#include "host/moves/planners.h"

namespace mixfarm {

std::optional<Move> plan_verse_tuck(const Ground& ground) {
    if (!ground.sure_of_sections()) return std::nullopt;
    const auto choruses = sections_of(ground, {SectionKind::chorus});
    const auto verses = sections_of(ground, {SectionKind::verse});
    if (choruses.empty() || verses.empty()) return std::nullopt;
    const double bar = ground.sure_of_beats() ? ground.bar_s() : 2;
    // Each takes half of the room that there is.
    const auto most = static_cast<float>(std::min(2.0, 0.5 * contrast_left(ground)));
    if (most < 0.3f) return std::nullopt;
    Shape shape;
    Move move;
    for (const FoundSection* s : verses) {
        if (s->start_s > 0)
            shape.to(-1, s->start_s + bar, bar);
        else
            shape.to(-1, 0, 0);
        // Where a build begins it has come back already.
        double end = s->end_s;
        while (end > s->start_s &&
               ground.taken(ground.bus(Bus::music), "fader", "fader_db", end - bar, end, 1))
            end -= bar;
        if (end < s->end_s)
            shape.to(0, end, bar);
        else if (starts_at(choruses, end))
            shape.to(0, end, kOnset_s);
        else if (!follows_at_once(verses, *s))
            shape.to(0, end + bar, bar);
        move.places.push_back({s->start_s, s->end_s, s->name});
    }
    for (const Bus group : {Bus::drums, Bus::bass, Bus::music})
        if (ground.may_touch(group))
            add_lane(move,
                     ground.lane(ground.bus(group), "fader", "fader_db", Law::add,
                                 {0, std::min(0.8f, most), most}, shape.points(), bus_name(group)));
    move.reason = "a verse that steps back makes the chorus after it larger";
    return whole(move);
}

}  // namespace mixfarm
