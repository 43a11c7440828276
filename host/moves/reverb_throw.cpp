/// The last word of a section blooms into the next one (moves.md A4: 16, 10 or 6 dB under the
/// word).
#include "host/moves/planners.h"
#include "host/moves/throws.h"

namespace mixfarm {

std::optional<Move> plan_reverb_throw(const Ground& ground) {
    if (!ground.sure_of_beats() || !ground.sure_of_sections()) return std::nullopt;
    constexpr double kRest_s = 0.6, kApart_s = 20;
    auto move = throw_at(ground, throwable(ground, kRest_s, kApart_s, true), "hall_db", "hall",
                         {-20, -10, -6});
    if (move) move->reason = "the section ends there and leaves room for a tail";
    return move;
}

}  // namespace mixfarm
