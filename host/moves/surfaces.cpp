/// Floors under the music: a tape's hiss all along (moves.md C5: 80, 66 or 54 LUFS under full scale
/// with the mix at -14), a record's crackle until the first chorus (D7: 70, 58 or 46). They lie on
/// a part that plays most of the time, and are told and dosed against it.
#include <algorithm>
#include <cmath>

#include "host/layers/textures.h"
#include "host/moves/planners.h"

namespace mixfarm {
namespace {

constexpr double kFloorFade_s = 1;
constexpr double kLoud_lufs = 6.3f;  ///< of bright noise of RMS 1 on both sides

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

/// Noise that is told and dosed against that part, with fades at both ends.
MoveLayer floor_under(const Ground& ground, int stem, Amounts lufs, const std::string& what,
                      double end_s, LayerSound (*noise)(const Song&)) {
    constexpr float kPart_lufs = -14 - 6;  // (estimate) 6 dB under a mix at -14
    const auto s = static_cast<std::size_t>(stem);
    const auto gain = static_cast<float>(
        std::pow(10.0, (ground.profile().stems[s].integrated_lufs - kLoud_lufs) / 20));
    return {stem,
            false,
            0,
            1,
            {lufs.least - kPart_lufs, lufs.typical - kPart_lufs, lufs.most - kPart_lufs},
            what + " under " + ground.name(s),
            [&song = ground.song(), end_s, gain, noise] {
                LayerSound sound = noise(song);
                for (float& x : sound.left) x *= gain;
                for (float& x : sound.right) x *= gain;
                keep_only(sound, song.rate, 0, end_s, kFloorFade_s);
                return sound;
            }};
}

}  // namespace

std::optional<Move> plan_hiss(const Ground& ground) {
    const int stem = carrier(ground);
    if (stem < 0) return std::nullopt;
    Move move;
    const double end = ground.song().seconds();
    move.places.push_back({0, end, "the whole song"});
    move.layers.push_back(
        floor_under(ground, stem, {-90, -66, -54}, "hiss", end,
                    [](const Song& song) { return hiss(song.frames, song.rate, 0x415); }));
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
    move.layers.push_back(
        floor_under(ground, stem, {-80, -58, -46}, "crackle", end,
                    [](const Song& song) { return crackle(song.frames, song.rate, 3, 0xc4ac); }));
    move.reason = "what leaves with the first chorus makes it larger";
    return whole(move);
}

}  // namespace mixfarm
