/// A high-pass climbs through the music for four bars into a verse or chorus and lets go on its
/// downbeat (moves.md A5: 120, 250 or 600 Hz; spectral change marks builds: Solberg 2014).
#include <algorithm>

#include "host/moves/planners.h"

namespace mixfarm {

std::optional<Move> plan_filter_sweep(const Ground& ground) {
    if (!ground.sure_of_beats() || !ground.sure_of_sections()) return std::nullopt;
    constexpr int kBars = 4;
    constexpr double kRelease_s = 0.03;
    constexpr Amounts kHz{20, 250, 600};
    Move move;
    Shape shape;
    const std::vector<FoundSection>& all = ground.sections();
    for (std::size_t i = 1; i < all.size() && move.places.size() < 2; ++i) {
        const bool from_rest = all[i - 1].kind == SectionKind::intro ||
                               all[i - 1].kind == SectionKind::interlude ||
                               all[i - 1].kind == SectionKind::bridge;
        if (!from_rest || all[i - 1].bars < kBars) continue;
        const double start = all[i].start_s, from = start - kBars * ground.bar_s();
        if (from < 0) continue;
        shape.to(1, start - kRelease_s, start - kRelease_s - from).to(0, start, kRelease_s);
        move.places.push_back({from, start, "4 bars into " + all[i].name});
    }
    for (const std::size_t s : ground.stems_of(Bus::music))
        if (static_cast<int>(s) != ground.form().lead &&
            std::any_of(move.places.begin(), move.places.end(), [&](const Move::Place& p) {
                return ground.plays(s, p.start_s, p.end_s) > 0.3;
            }))
            add_lane(move, ground.lane(static_cast<int>(s), "high_pass", "high_pass_hz", Law::reach,
                                       kHz, shape.points(), ground.name(s)));
    move.reason = "the low end that returns makes the entry";
    return whole(move);
}

}  // namespace mixfarm
