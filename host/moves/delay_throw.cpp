/// The last word of a line repeats in time into the rest behind it (moves.md A4: first echo 14, 9
/// or 5 dB under the word, rests of a beat and a half or more, not every line; repeats no faster
/// than dotted eighths: what comes sooner is a room and no echo).
#include <cstdio>

#include "host/moves/planners.h"
#include "host/moves/throws.h"

namespace mixfarm {

std::optional<Move> plan_delay_throw(const Ground& ground) {
    if (!ground.sure_of_beats()) return std::nullopt;
    constexpr double kRest = 1.5, kApart_s = 20;  // beats
    auto move = throw_at(ground, throwable(ground, kRest * ground.beat_s(), kApart_s, false),
                         "echo_db", "echo", {-19, -9, -5});
    if (move) {
        constexpr Amounts kBeats{0.75f, 0.75f, 0.75f};
        add_lane(*move, ground.lane(ground.bus(Bus::echo), "echo", "beats", Law::reach, kBeats,
                                    {{0, 1}}, "echo"));
        char text[80];
        std::snprintf(text, sizeof text, "%s a rest of %.1f beats or more",
                      move->places.size() == 1 ? "the line ends in" : "these lines end in", kRest);
        move->reason = text;
    }
    return move;
}

}  // namespace mixfarm
