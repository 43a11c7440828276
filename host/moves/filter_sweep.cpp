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
    std::vector<std::size_t> parts = ground.stems_of(Bus::music);
    std::erase_if(parts, [&](std::size_t s) { return static_cast<int>(s) == ground.form().lead; });
    Move move;
    Shape shape;
    const std::vector<FoundSection>& all = ground.sections();
    const auto plays = [&](std::size_t s, double from, double to) {
        return ground.plays(s, from, to) > 0.3;
    };
    for (std::size_t i = 1; i < all.size() && move.places.size() < 2; ++i) {
        const bool from_rest = all[i - 1].kind == SectionKind::intro ||
                               all[i - 1].kind == SectionKind::interlude ||
                               all[i - 1].kind == SectionKind::bridge;
        const double start = all[i].start_s, from = ground.bar_at(start, -kBars);
        if (!from_rest || all[i - 1].bars < kBars || from < 0 ||
            std::none_of(parts.begin(), parts.end(),
                         [&](std::size_t s) { return plays(s, from, start); }))
            continue;
        shape.to(1, start - kRelease_s, start - kRelease_s - from).to(0, start, kRelease_s);
        move.places.push_back({from, start, "4 bars into " + all[i].name});
    }
    for (const std::size_t s : parts)
        if (std::any_of(move.places.begin(), move.places.end(),
                        [&](const Move::Place& p) { return plays(s, p.start_s, p.end_s); }))
            add_lane(move, ground.lane(static_cast<int>(s), "high_pass", "high_pass_hz", Law::reach,
                                       kHz, shape.points(), ground.name(s)));
    move.reason = "the low end that returns makes the entry";
    return whole(move);
}

}  // namespace mixfarm
