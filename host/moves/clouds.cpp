/// Halos of what is held: an octave up in a long room for the last chorus (moves.md D2: 30, 22 or
/// 14 dB below), and grains of it where little else sounds (D5: 34, 26 or 18 dB below).
#include <algorithm>

#include "host/layers/textures.h"
#include "host/layers/varispeed.h"
#include "host/moves/planners.h"

namespace mixfarm {
namespace {

constexpr double kCloudFade_s = 0.5;

/// The held part that carries best; -1 where there is none. Keys count where they are not struck.
int held_part(const Ground& ground) {
    constexpr double kPlays = 0.2, kStruck_db = 14;  // crest
    int best = -1;
    double most = 0;
    for (const std::size_t s : ground.stems_of(Bus::music)) {
        const Role role = ground.song().stems[s].role.role;
        const bool held = role == Role::pad || role == Role::strings || role == Role::organ ||
                          (role == Role::keys && ground.profile().stems[s].crest_db < kStruck_db);
        const bool plays = ground.profile().stems[s].active_share > kPlays;
        if (held && plays && static_cast<int>(s) != ground.form().lead && ground.carries(s) > most)
            most = ground.carries(s), best = static_cast<int>(s);
    }
    return best;
}

std::vector<Span_s> spans_of(const Move& move) {
    std::vector<Span_s> spans;
    for (const Move::Place& p : move.places) spans.push_back({p.start_s, p.end_s});
    return spans;
}

}  // namespace

std::optional<Move> plan_shimmer(const Ground& ground) {
    const auto choruses = sections_of(ground, {SectionKind::chorus});
    const int held = held_part(ground);
    if (!can_pitch())
        ground.leave_out(
            "the move shimmer is left out: it needs the program rubberband (Debian's package is "
            "rubberband-cli)");
    if (!ground.sure_of_sections() || choruses.empty() || held < 0 || !can_pitch())
        return std::nullopt;
    const auto s = static_cast<std::size_t>(held);
    Move move;
    const FoundSection& last = *choruses.back();
    move.places.push_back({last.start_s, last.end_s, last.name});
    move.layers.push_back({held,
                           false,
                           0,
                           1,
                           {-36, -22, -14},
                           "an octave above " + ground.name(s) + " in a long room",
                           [&song = ground.song(), s, spans = spans_of(move)] {
                               auto sound = pitched(song.stems[s], song, 12);
                               if (!sound)
                                   throw DeviceError(
                                       "rubberband, which makes the move shimmer, failed; is the "
                                       "disk of temporary files full? Try again, or set moves: "
                                       "{shimmer: 0}");
                               keep_only(*sound, song.rate, spans, kCloudFade_s);
                               high_pass(*sound, song.rate, 300);
                               reverberate(*sound, song.rate, 4, 0x5417);
                               low_pass(*sound, song.rate, 5000);
                               keep_only(*sound, song.rate, spans, kCloudFade_s);
                               return *std::move(sound);
                           }});
    move.reason = "light over the last chorus lets it stand above the others";
    return whole(move);
}

std::optional<Move> plan_grains(const Ground& ground) {
    const auto quiet =
        sections_of(ground, {SectionKind::intro, SectionKind::bridge, SectionKind::interlude});
    const int held = held_part(ground);
    if (!ground.sure_of_sections() || held < 0) return std::nullopt;
    const auto s = static_cast<std::size_t>(held);
    Move move;
    for (const FoundSection* q : quiet)
        if (ground.plays(s, q->start_s, q->end_s) > 0.3)
            move.places.push_back({q->start_s, q->end_s, q->name});
    move.layers.push_back({held,
                           false,
                           0,
                           1,
                           {-40, -26, -18},
                           "a cloud of " + ground.name(s),
                           [&song = ground.song(), s, spans = spans_of(move)] {
                               LayerSound sound =
                                   grain_cloud(song.stems[s], song, 0.09, 8, 0.12, 0x94a1);
                               high_pass(sound, song.rate, 200);
                               keep_only(sound, song.rate, spans, kCloudFade_s);
                               return sound;
                           }});
    move.reason = "a cloud of its own harmony fills what is empty there";
    return whole(move);
}

}  // namespace mixfarm
