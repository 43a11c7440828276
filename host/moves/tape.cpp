/// Keys and pads from a tape: wow and flutter, the same curve for all of them (moves.md C4: wow
/// 0.02, 0.08 or 0.3 %, flutter a third of it).

#include "host/layers/varispeed.h"
#include "host/moves/planners.h"

namespace mixfarm {

std::optional<Move> plan_tape(const Ground& ground) {
    constexpr std::size_t kParts = 2;
    constexpr double kWow_hz = 0.6, kFlutter_hz = 8, kFlutterShare = 1.0 / 3;
    Move move;
    std::size_t parts = 0;
    for (const std::size_t s : variable_parts(ground)) {
        const Role role = ground.song().stems[s].role.role;
        const bool fits = role == Role::pad || role == Role::keys || role == Role::synth_lead;
        if (!fits || parts == kParts) continue;
        ++parts;
        add_variants(ground, move, s, {0.02, 0.08, 0.3}, "%s with %.2f %% of wow", [&](double p) {
            return [&song = ground.song(), s, wow = p / 100] {
                return read_at(song.stems[s], song,
                               tape_delay(kWow_hz, wow, kFlutter_hz, kFlutterShare * wow,
                                          song.seconds(), 0x7a9e));
            };
        });
    }
    move.places.push_back({0, ground.song().seconds(), "the whole song"});
    move.reason = "a speed that sways a little is how old records move";
    return whole(move);
}

}  // namespace mixfarm
