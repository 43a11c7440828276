/// Asks every planner in turn and keeps what the job allows.
#include "host/moves/plan_moves.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "host/moves/planners.h"

namespace mixfarm {
namespace {

struct Kind {
    MoveKind kind;
    float use;
    bool asked;  ///< made only where the job names it
    std::optional<Move> (*plan)(const Ground&);
};
constexpr Kind kKinds[] = {
#define MF_MOVE(name, family, use) {{#name, Family::family}, use, false, plan_##name},
#define MF_MOVE_ASKED(name, family, use) {{#name, Family::family}, use, true, plan_##name},
#include "host/moves/moves.def"
};
constexpr auto kNames = [] {
    std::array<MoveKind, std::size(kKinds)> names{};
    for (std::size_t i = 0; i < names.size(); ++i) names[i] = kKinds[i].kind;
    return names;
}();

/// Sections with whose start a place of the move begins or ends, within a beat; the first starts
/// nothing new.
std::vector<int> boundaries_of(const Move& move, const Ground& ground) {
    const double near_s = ground.sure_of_beats() ? ground.beat_s() : 0.5;
    std::vector<int> found;
    for (std::size_t i = 1; i < ground.sections().size(); ++i) {
        const double at = ground.sections()[i].start_s;
        if (std::any_of(move.places.begin(), move.places.end(), [&](const Move::Place& p) {
                return std::abs(p.start_s - at) < near_s || std::abs(p.end_s - at) < near_s;
            }))
            found.push_back(static_cast<int>(i));
    }
    return found;
}

}  // namespace

std::span<const MoveKind> move_kinds() {
    return kNames;
}

namespace {

/// Drops the moves whose sounds find no room, in words.
void keep_within_memory(std::vector<Move>& moves, const Job& job, const Song& song,
                        const Ground& ground) {
    constexpr std::size_t kMostBytes = std::size_t{1} << 30;
    const std::size_t sound_bytes = 2 * sizeof(float) * static_cast<std::size_t>(song.frames);
    const auto claim = [&](const Move& move) {
        return move.locked >= 0 ? 0 : job.moves.said.count(move.name) ? 1 : 2;
    };
    std::size_t bytes = 0;
    std::vector<char> fits(moves.size(), 1);
    for (int rank = 0; rank < 3; ++rank)
        for (std::size_t m = 0; m < moves.size(); ++m) {
            const std::size_t own = moves[m].layers.size() * sound_bytes;
            if (claim(moves[m]) != rank || own == 0) continue;
            fits[m] = bytes + own <= kMostBytes;
            if (fits[m])
                bytes += own;
            else
                ground.leave_out("the move " + moves[m].name +
                                 " is left out: sounds of moves take 1 GiB of memory at most, and "
                                 "the song is long");
        }
    std::size_t m = 0;
    std::erase_if(moves, [&](const Move&) { return !fits[m++]; });
}

}  // namespace

std::vector<Move> plan_moves(const Job& job, const Song& song, const Profile& profile,
                             const Form& form, std::vector<std::string>* left_out) {
    Ground ground(job, song, profile, form);
    std::vector<Move> moves;
    for (const Kind& kind : kKinds) {
        const MoveJob allowed =
            job.moves.of(std::string(kind.kind.name), family_name(kind.kind.family));
        if (allowed.most <= 0) continue;
        if (kind.asked && !job.moves.said.count(std::string(kind.kind.name))) continue;
        ground.plan_locked(allowed.locked.has_value());
        std::optional<Move> move = kind.plan(ground);
        if (!move) continue;
        move->name = kind.kind.name;
        move->family = kind.kind.family;
        move->most = static_cast<float>(allowed.most);
        move->locked = static_cast<float>(allowed.locked.value_or(-1));
        // Who lets it go further wants it more often.
        move->use = std::min(0.95f, kind.use * (0.5f + move->most));
        move->boundaries = boundaries_of(*move, ground);
        ground.claim(*move);
        moves.push_back(std::move(*move));
    }
    keep_within_memory(moves, job, song, ground);
    if (left_out) *left_out = ground.left_out();
    return moves;
}

}  // namespace mixfarm
