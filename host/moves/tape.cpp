/// Keys and pads from a tape: wow and flutter, the same curve for all of them (moves.md C4: wow
/// 0.02, 0.08 or 0.3 %, flutter a third of it).
#include <cstdio>

#include "host/layers/varispeed.h"
#include "host/moves/planners.h"

namespace mixfarm {

std::optional<Move> plan_tape(const Ground& ground) {
    constexpr std::size_t kParts = 2;
    constexpr double kWow_hz = 0.6, kFlutter_hz = 8, kFlutterShare = 1.0 / 3;
    Move move;
    std::size_t parts = 0;
    for (const std::size_t s : ground.stems_of(Bus::music)) {
        const Role role = ground.song().stems[s].role.role;
        const bool fits = role == Role::pad || role == Role::keys || role == Role::synth_lead;
        if (!fits || ground.replaced(s) || ground.leaks(s) ||
            static_cast<int>(s) == ground.form().lead || parts == kParts)
            continue;
        ++parts;
        float above = 0;
        for (const auto& [per_cent, upto] : {std::pair{0.02, 0.34f}, {0.08, 0.67f}, {0.3, 1.0f}}) {
            char what[96];
            std::snprintf(what, sizeof what, "%s with %.2f %% of wow", ground.name(s).c_str(),
                          per_cent);
            move.layers.push_back({static_cast<int>(s),
                                   true,
                                   above,
                                   upto,
                                   {0, 0, 0},
                                   what,
                                   [&song = ground.song(), s, wow = per_cent / 100] {
                                       return read_at(
                                           song.stems[s], song,
                                           tape_delay(kWow_hz, wow, kFlutter_hz,
                                                      kFlutterShare * wow, song.seconds(), 0x7a9e));
                                   }});
            above = upto;
        }
    }
    move.places.push_back({0, ground.song().seconds(), "the whole song"});
    move.reason = "a speed that sways a little is how old records move";
    return whole(move);
}

}  // namespace mixfarm
