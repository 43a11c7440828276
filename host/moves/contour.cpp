/// Sections that are neither verse nor chorus nearer to where a song's curve wants them: a quiet
/// bridge, a rise before the chorus (moves.md B4). What is louder than the verses already is not
/// flattened.
#include <algorithm>
#include <cmath>

#include "host/moves/planners.h"

namespace mixfarm {
namespace {

/// Loudness wanted against the verses, LU.
double wanted(SectionKind kind) {
    switch (kind) {
        case SectionKind::intro:
        case SectionKind::outro:
            return -4;
        case SectionKind::bridge:
            return -3;
        case SectionKind::interlude:
            return -2;
        case SectionKind::pre_chorus:
            return 1.5;
        default:
            return 0;
    }
}

}  // namespace

std::optional<Move> plan_contour(const Ground& ground) {
    if (!ground.sure_of_sections()) return std::nullopt;
    constexpr double kMost = 2, kTooLittle = 0.4;  // LU
    const auto verses = sections_of(ground, {SectionKind::verse});
    if (verses.empty()) return std::nullopt;
    const double bar = ground.sure_of_beats() ? ground.bar_s() : 2;
    double verse = 0, bars = 0;
    for (const FoundSection* s : verses) verse += s->bars * s->loudness_lufs, bars += s->bars;
    verse /= bars;
    Shape shape;
    Move move;
    for (const FoundSection& s : ground.sections()) {
        const double level = s.loudness_lufs - verse,
                     by = std::clamp(wanted(s.kind) - level, -kMost, kMost);
        const bool its_way = wanted(s.kind) < 0 ? by < -kTooLittle && level < 1
                                                : wanted(s.kind) > 0 && by > kTooLittle;
        // A lift before it has come down within the first bar.
        const double from = s.start_s > 0 ? s.start_s + bar : 0;
        if (!its_way || from + bar >= s.end_s ||
            ground.taken(ground.bus(Bus::master), "trim", "trim_db", from, s.end_s,
                         by > 0 ? -1 : 1))
            continue;
        shape.to(by / kMost, s.start_s > 0 ? from + bar : 0, s.start_s > 0 ? bar : 0);
        if (s.end_s < ground.song().seconds() - bar) shape.to(0, s.end_s, kOnset_s);
        move.places.push_back({from, s.end_s, s.name});
    }
    add_lane(move, ground.lane(ground.bus(Bus::master), "trim", "trim_db", Law::add, {0, 1, 2},
                               shape.points(), "whole mix"));
    move.reason = "a song that breathes from section to section is followed more easily";
    return whole(move);
}

}  // namespace mixfarm
