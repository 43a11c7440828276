/// A part that comes in with many others waits for half a section (moves.md B3; entering voices
/// are heard as something new: Grewe 2007).
#include <algorithm>

#include "host/moves/planners.h"

namespace mixfarm {

std::optional<Move> plan_late_entry(const Ground& ground) {
    if (!ground.sure_of_beats() || !ground.sure_of_sections()) return std::nullopt;
    constexpr double kPlays = 0.4, kRests = 0.05;
    constexpr int kLeast = 8;  // bars of the section
    for (std::size_t i = 1; i < ground.sections().size(); ++i) {
        const FoundSection &before = ground.sections()[i - 1], &s = ground.sections()[i];
        if (s.bars < kLeast) continue;
        std::vector<std::size_t> enters;
        for (std::size_t k = 0; k < ground.song().stems.size(); ++k)
            if (ground.may_touch(k) && ground.plays(k, before.start_s, before.end_s) < kRests &&
                ground.plays(k, s.start_s, s.end_s) > kPlays)
                enters.push_back(k);
        if (enters.size() < 2) continue;
        const auto may_wait = [&](std::size_t k) {
            const Role role = ground.song().stems[k].role.role;
            return role == Role::pad || role == Role::strings || role == Role::percussion ||
                   role == Role::acoustic_guitar || role == Role::electric_guitar ||
                   role == Role::keys || role == Role::organ || role == Role::synth_lead;
        };
        const auto waits = std::find_if(enters.begin(), enters.end(), [&](std::size_t k) {
            return may_wait(k) && static_cast<int>(k) != ground.form().lead && !ground.leaks(k) &&
                   ground.song().stems[k].intent != Intent::lead;
        });
        if (waits == enters.end()) continue;
        // Somebody else carries the harmony meanwhile, and is not held back there.
        bool carried = ground.group(*waits) != Bus::music;
        for (const std::size_t k : ground.stems_of(Bus::music))
            carried = carried || (k != *waits && ground.plays(k, s.start_s, s.end_s) > kPlays &&
                                  !ground.taken(static_cast<int>(k), "fader", "fader_db", s.start_s,
                                                s.end_s, -1));
        if (!carried) continue;
        const double bar = ground.bar_s(), half = ground.bar_at(s.start_s, s.bars / 2 / 4 * 4);
        if (half >= s.end_s) continue;
        Move move;
        Shape shape;
        shape.to(-1, s.start_s - bar / 2, kOnset_s).to(0, half, kOnset_s);
        move.places.push_back({s.start_s, half, "first half of " + s.name});
        add_lane(move, ground.lane(static_cast<int>(*waits), "fader", "fader_db", Law::add,
                                   {0, 30, 60}, shape.points(), ground.name(*waits)));
        move.reason = std::to_string(enters.size()) +
                      " parts come in at once there; one that waits is heard when it comes";
        if (auto found = whole(move)) return found;
    }
    return std::nullopt;
}

}  // namespace mixfarm
