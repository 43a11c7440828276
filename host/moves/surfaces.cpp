/// Floors under the music: a tape's hiss all along (moves.md C5: 80, 66 or 54 LUFS under full scale
/// with the mix at -14), a record's crackle until the first chorus (D7: 70, 58 or 46).
#include <algorithm>

#include "host/layers/textures.h"
#include "host/moves/planners.h"

namespace mixfarm {
namespace {

constexpr double kFloorFade_s = 1;
/// (estimate) A part that plays all the time lies so far under the whole mix.
constexpr float kUnderMix_db = 6, kMix_lufs = -14;
constexpr float kLoud_lufs = 6.3f;  ///< of bright noise of RMS 1 on both sides

/// A part of the music that plays most of the time carries the floor, as its track would have.
int carrier(const Ground& ground) {
    constexpr double kPlays = 0.3;
    int best = -1;
    double most = 0;
    for (const std::size_t s : ground.stems_of(Bus::music))
        if (ground.profile().stems[s].active_share > kPlays && ground.carries(s) > most)
            most = ground.carries(s), best = static_cast<int>(s);
    return best;
}

/// Levels in LUFS of a mix at -14 as levels on the stem's own track.
Amounts on_track(const Ground& ground, int stem, Amounts lufs) {
    const auto own =
        static_cast<float>(ground.profile().stems[static_cast<std::size_t>(stem)].integrated_lufs);
    const float shift = own - (kMix_lufs - kUnderMix_db) - kLoud_lufs;
    return {lufs.least + shift, lufs.typical + shift, lufs.most + shift};
}

}  // namespace

std::optional<Move> plan_hiss(const Ground& ground) {
    const int stem = carrier(ground);
    if (stem < 0) return std::nullopt;
    Move move;
    const double end = ground.song().seconds();
    move.places.push_back({0, end, "the whole song"});
    move.layers.push_back({stem, false, 0, 1, on_track(ground, stem, {-90, -66, -54}),
                           "hiss on " + ground.name(static_cast<std::size_t>(stem)),
                           [&song = ground.song(), end] {
                               LayerSound sound = hiss(song.frames, song.rate, 0x415);
                               keep_only(sound, song.rate, 0, end, kFloorFade_s);
                               return sound;
                           }});
    move.reason = "a floor glues what would be silence";
    return whole(move);
}

std::optional<Move> plan_vinyl(const Ground& ground) {
    const int stem = carrier(ground);
    const auto choruses = sections_of(ground, {SectionKind::chorus});
    if (stem < 0 || !ground.sure_of_sections() || choruses.empty() || choruses.front()->start_s < 4)
        return std::nullopt;
    Move move;
    const double end = choruses.front()->start_s;
    move.places.push_back({0, end, "the time until " + choruses.front()->name});
    move.layers.push_back({stem, false, 0, 1, on_track(ground, stem, {-80, -58, -46}),
                           "crackle on " + ground.name(static_cast<std::size_t>(stem)),
                           [&song = ground.song(), end] {
                               LayerSound sound = crackle(song.frames, song.rate, 3, 0xc4ac);
                               keep_only(sound, song.rate, 0, end, kFloorFade_s);
                               return sound;
                           }});
    move.reason = "what leaves with the first chorus makes it larger";
    return whole(move);
}

}  // namespace mixfarm
