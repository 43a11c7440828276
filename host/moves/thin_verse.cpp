/// A part that plays nearly all the time is held back in the first verse (moves.md B1: 4 or 8 dB,
/// or left out). Harmony and pulse each keep a carrier.
#include <algorithm>

#include "host/moves/planners.h"

namespace mixfarm {

std::optional<Move> plan_thin_verse(const Ground& ground) {
    if (!ground.sure_of_beats() || !ground.sure_of_sections()) return std::nullopt;
    constexpr double kEver = 0.6, kThere = 0.5;  // shares of the time
    const auto verses = sections_of(ground, {SectionKind::verse});
    if (verses.empty()) return std::nullopt;
    const FoundSection& verse = *verses.front();
    std::vector<std::size_t> carriers;
    for (const std::size_t s : ground.stems_of(Bus::music))
        if (ground.plays(s, verse.start_s, verse.end_s) > kThere &&
            ground.song().stems[s].intent != Intent::lead &&
            static_cast<int>(s) != ground.form().lead)
            carriers.push_back(s);
    if (carriers.size() < 2) return std::nullopt;  // what is left alone carries the harmony
    // The one that the others cover most is missed least.
    const auto covered = [&](std::size_t s) {
        double most = 0;
        for (const std::size_t k : carriers)
            if (k != s)
                most = std::max(
                    most, ground.profile().masked_by(static_cast<int>(s), static_cast<int>(k)));
        return most;
    };
    std::erase_if(carriers, [&](std::size_t s) {
        return ground.leaks(s) || ground.plays(s, 0, ground.song().seconds()) < kEver;
    });
    if (carriers.empty()) return std::nullopt;
    const std::size_t held =
        *std::max_element(carriers.begin(), carriers.end(),
                          [&](std::size_t a, std::size_t b) { return covered(a) < covered(b); });
    Move move;
    Shape shape;
    const double beat = ground.beat_s();
    shape.to(-1, std::max(verse.start_s, 0.0), beat).to(0, verse.end_s, beat);
    move.places.push_back({verse.start_s, verse.end_s, verse.name});
    add_lane(move, ground.lane(static_cast<int>(held), "fader", "fader_db", Law::add, {0, 8, 40},
                               shape.points(), ground.name(held)));
    move.reason = "what is held back in the verse is new in the section after it";
    return whole(move);
}

}  // namespace mixfarm
