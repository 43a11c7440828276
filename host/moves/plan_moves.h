/// From a song and its form to the moves that can be made in it.
#pragma once

#include "host/moves/ground.h"

namespace mixfarm {

/// Every move that the song has a place for and the job allows, in the order of moves.def: those
/// with the best evidence choose their places first. What needs beats or sections is left out
/// where these are not sure. Sounds take 1 GiB together at most: those that the job locks have
/// theirs first, then those that it names. `left_out` says what cannot be made, in words.
std::vector<Move> plan_moves(const Job& job, const Song& song, const Profile& profile,
                             const Form& form, std::vector<std::string>* left_out = nullptr);

/// Names of all moves there are, and of which family each is.
struct MoveKind {
    std::string_view name;
    Family family;
};
std::span<const MoveKind> move_kinds();

}  // namespace mixfarm
