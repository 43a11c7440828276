/// One planner a move, and what several of them need.
#pragma once

#include <initializer_list>

#include "host/moves/ground.h"

namespace mixfarm {

/// Plans move `name`: none where the song has no place for it or nothing of it may be touched.
#define MF_MOVE(name, family, use) std::optional<Move> plan_##name(const Ground&);
#include "host/moves/moves.def"

/// Sections of these kinds, in the order of time.
std::vector<const FoundSection*> sections_of(const Ground& ground,
                                             std::initializer_list<SectionKind> kinds);
bool starts_at(const std::vector<const FoundSection*>& sections, double seconds);
inline bool follows_at_once(const std::vector<const FoundSection*>& sections,
                            const FoundSection& before) {
    return starts_at(sections, before.end_s);
}

inline void add_lane(Move& move, std::optional<MoveLane> lane) {
    if (lane) move.lanes.push_back(std::move(*lane));
}
/// A move that moves something somewhere, or none.
inline std::optional<Move> whole(const Move& move) {
    const bool nothing = move.lanes.empty() && move.layers.empty();
    return nothing || move.places.empty() ? std::nullopt : std::optional(move);
}

/// Section starts into which a song rises, in the order of time: choruses and drops behind enough
/// of something else to lead into them.
std::vector<const FoundSection*> arrivals(const Ground& ground);

}  // namespace mixfarm
