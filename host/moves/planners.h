/// One planner a move, and what several of them need.
#pragma once

#include <cstdio>
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

/// What choruses may still gain on verses, LU: 8 between them are enough (moves.md A2). No less
/// than 0; plenty in a song without verses.
double contrast_left(const Ground& ground);

/// Parts of the music that may be put in another time or pitch: not the lead, none that leaks or
/// that a move before replaces; those that play most first.
std::vector<std::size_t> variable_parts(const Ground& ground);

inline void add_lane(Move& move, std::optional<MoveLane> lane) {
    if (lane) move.lanes.push_back(std::move(*lane));
}
/// Three sounds in the place of a stem, one for the strengths up to 0.34, 0.67 and 1.
/// `make(amount)` gives how each is made, `format` of stem and amount what it is called.
template <class Make>
void add_variants(const Ground& ground, Move& move, std::size_t stem, const double (&amounts)[3],
                  const char* format, Make make) {
    constexpr float kUpto[] = {0.34f, 0.67f, 1};
    for (std::size_t i = 0; i < 3; ++i) {
        char what[96];
        std::snprintf(what, sizeof what, format, ground.name(stem).c_str(), amounts[i]);
        move.layers.push_back({static_cast<int>(stem),
                               true,
                               i ? kUpto[i - 1] : 0,
                               kUpto[i],
                               {0, 0, 0},
                               what,
                               make(amounts[i])});
    }
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
