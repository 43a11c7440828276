/// Tension before a chorus or drop, then release: music and effects rise, the image narrows, the
/// mix dips on the last quarter of a bar and opens on the downbeat (moves.md A3; Solberg 2014).
#include <algorithm>
#include <cmath>

#include "host/moves/planners.h"

namespace mixfarm {
namespace {

/// t^2 in dB from `from_s` on, as straight lines a beat long or so; back at `to_s`.
void rise(Shape& shape, double from_s, double to_s, double sign) {
    constexpr int kSteps = 8;
    const double step = (to_s - from_s) / kSteps;
    shape.to(0, from_s, 0);
    for (int i = 1; i <= kSteps; ++i) {
        const double end = i == kSteps ? to_s - kOnset_s : from_s + i * step;
        shape.to(sign * std::pow(double(i) / kSteps, 2), end, step);
    }
    shape.to(0, to_s, kOnset_s);
}

}  // namespace

std::optional<Move> plan_build(const Ground& ground) {
    if (!ground.sure_of_beats() || !ground.sure_of_sections()) return std::nullopt;
    constexpr std::size_t kMost = 2;   // a song
    constexpr double kStaysBelow = 2;  // LU: what is built must not outgrow what it leads to
    std::vector<const FoundSection*> at = arrivals(ground);
    std::stable_sort(at.begin(), at.end(),
                     [](auto* a, auto* b) { return a->rise_lu > b->rise_lu; });
    at.resize(std::min(at.size(), kMost));
    std::sort(at.begin(), at.end(), [](auto* a, auto* b) { return a->start_s < b->start_s; });
    Move move;
    Shape level, width, dip;
    double room = 4;  // dB
    for (const FoundSection* s : at) {
        const auto before = std::find_if(ground.sections().begin(), ground.sections().end(),
                                         [&](const auto& b) { return &b + 1 == s; });
        const int bars = std::min(4, before->bars / 2);
        const double from = ground.bar_at(s->start_s, -bars);
        rise(level, from, s->start_s, 1);
        rise(width, from, s->start_s, -1);
        dip.to(-1, ground.beat_at(s->start_s, -1) + kOnset_s, kOnset_s).to(0, s->start_s, kOnset_s);
        room = std::min(room, s->rise_lu - kStaysBelow);
        move.places.push_back({from, s->start_s, std::to_string(bars) + " bars before " + s->name});
    }
    if (move.places.empty()) return std::nullopt;
    if (room > 0.5) {
        const auto most = static_cast<float>(room);
        for (const Bus group : {Bus::music, Bus::effects})
            if (ground.may_touch(group))
                add_lane(move, ground.lane(ground.bus(group), "fader", "fader_db", Law::add,
                                           {0, std::min(1.5f, most), most}, level.points(),
                                           bus_name(group)));
    }
    add_lane(move, ground.lane(ground.bus(Bus::master), "width", "width", Law::add, {0, 0.6f, 0.9f},
                               width.points(), "width of the mix"));
    add_lane(move, ground.lane(ground.bus(Bus::master), "trim", "trim_db", Law::add, {0, 1, 3},
                               dip.points(), "last beat"));
    move.reason = "tension that narrows and then opens makes what follows an arrival";
    return whole(move);
}

}  // namespace mixfarm
