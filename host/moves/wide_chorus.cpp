/// Music and backing voices wider in choruses, narrower in verses (moves.md A6: 115 to 140 %
/// against 85 to 60 %). What the middle carries does not move.
#include <algorithm>

#include "host/moves/planners.h"

namespace mixfarm {

std::optional<Move> plan_wide_chorus(const Ground& ground) {
    if (!ground.sure_of_beats() || !ground.sure_of_sections()) return std::nullopt;
    const auto choruses = sections_of(ground, {SectionKind::chorus});
    const auto verses = sections_of(ground, {SectionKind::verse});
    if (choruses.empty() || verses.empty()) return std::nullopt;
    Move move;
    Shape shape;
    const double ramp = ground.beat_s();
    for (const FoundSection& s : ground.sections()) {
        const double share = s.kind == SectionKind::chorus  ? 1
                             : s.kind == SectionKind::verse ? -1
                                                            : 0;
        shape.to(share, s.start_s > 0 ? s.start_s : 0, ramp);
        if (share > 0) move.places.push_back({s.start_s, s.end_s, s.name});
    }
    for (std::size_t s = 0; s < ground.song().stems.size(); ++s) {
        const Bus group = ground.group(s);
        const bool sides =
            ground.song().stems[s].channels == 2 && ground.profile().stems[s].correlation < 0.98;
        const bool there = std::any_of(choruses.begin(), choruses.end(), [&](const auto* c) {
            return ground.plays(s, c->start_s, c->end_s) > 0.1;
        });
        if (sides && there && ground.may_touch(s) && static_cast<int>(s) != ground.form().lead &&
            ground.song().stems[s].place != Place::centre &&
            (group == Bus::music || group == Bus::vocals))
            add_lane(move, ground.lane(static_cast<int>(s), "width", "width", Law::add,
                                       {0, 0.15f, 0.4f}, shape.points(), ground.name(s)));
    }
    move.reason = "verses that are narrower by as much let the image open where the chorus is";
    return whole(move);
}

}  // namespace mixfarm
