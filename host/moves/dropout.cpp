/// Drums and bass leave for the last beat before a chorus or drop and return on its downbeat
/// (moves.md B2; the return of bass and kick: Solberg 2014; the low end moves people: Van Dyck
/// 2013).
#include <algorithm>

#include "host/moves/planners.h"

namespace mixfarm {

std::optional<Move> plan_dropout(const Ground& ground) {
    if (!ground.sure_of_beats() || !ground.sure_of_sections()) return std::nullopt;
    constexpr double kFade_s = 0.015, kAhead_s = 0.005, kFill = 1.5;
    constexpr std::size_t kMost = 2;  // a song
    std::vector<std::size_t> low = ground.stems_of(Bus::drums);
    const std::vector<std::size_t> bass = ground.stems_of(Bus::bass);
    low.insert(low.end(), bass.begin(), bass.end());
    // What other microphones hear of it would be bared.
    if (ground.leaks_out(low)) return std::nullopt;
    const double beat = ground.beat_s();
    const double all = ground.power(low, 0, ground.song().seconds());
    const auto has_place = [&](const FoundSection* s) {
        const double end = s->start_s, leaving = ground.power(low, ground.beat_at(end, -1), end),
                     around = ground.power(low, end - 8 * beat, end - beat),
                     back = ground.power(low, end, end + beat);
        // Not where nothing leaves, a fill wants to be heard, or nothing returns.
        return back >= 0.1 * all && around >= 0.1 * back && leaving >= 0.05 * around &&
               leaving <= kFill * around && back >= 0.25 * around;
    };
    std::vector<const FoundSection*> at = arrivals(ground);
    std::erase_if(at, [&](const FoundSection* s) { return !has_place(s); });
    // Rather not into the first hearing, which is to be what it is; of the others first and last.
    if (at.size() > 1) at.erase(at.begin());
    if (at.size() > kMost) at = {at.front(), at.back()};
    Move move;
    Shape shape;
    for (const FoundSection* s : at) {
        const double end = s->start_s;
        const double from = ground.beat_at(end, -1);
        shape.to(-1, from + kFade_s, kFade_s).to(0, end - kAhead_s, 2 * kFade_s);
        move.places.push_back({from, end, "last beat before " + s->name});
    }
    // All that makes the low end or nothing: a bass that goes on alone is no dropout.
    for (const Bus group : {Bus::drums, Bus::bass}) {
        if (!ground.sounds(group)) continue;
        auto lane = ground.may_touch(group)
                        ? ground.lane(ground.bus(group), "fader", "fader_db", Law::add, {0, 24, 60},
                                      shape.points(), bus_name(group))
                        : std::nullopt;
        if (!lane) return std::nullopt;
        move.lanes.push_back(*std::move(lane));
    }
    move.reason = "a low end that comes back on a downbeat is what moves a room";
    return whole(move);
}

}  // namespace mixfarm
