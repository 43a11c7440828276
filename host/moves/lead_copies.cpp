/// Copies of the lead for choruses: crushed under it (moves.md D4: 24, 12 or 6 dB below), and
/// doubled left and right of it (D6: 17 and 25 ms, 8 cents either way, 20, 12 or 6 dB below).
#include <cmath>
#include <numbers>

#include "host/layers/textures.h"
#include "host/layers/varispeed.h"
#include "host/moves/planners.h"

namespace mixfarm {
namespace {

constexpr double kCopyFade_s = 0.03;

/// A move with one layer on the lead that sounds in choruses.
std::optional<Move> in_choruses(const Ground& ground, Amounts level_db, const std::string& what,
                                LayerSound (*make)(const Stem&, const Song&)) {
    const auto choruses = sections_of(ground, {SectionKind::chorus});
    const int lead = ground.form().lead;
    if (!ground.sure_of_sections() || choruses.empty() || lead < 0) return std::nullopt;
    const auto s = static_cast<std::size_t>(lead);
    if (!ground.may_touch(s) || ground.group(s) != Bus::vocals) return std::nullopt;
    Move move;
    std::vector<Span_s> spans;
    for (const FoundSection* c : choruses) {
        spans.push_back({c->start_s, c->end_s});
        move.places.push_back({c->start_s, c->end_s, c->name});
    }
    move.layers.push_back(
        {lead, false, 0, 1, level_db, what, [&song = ground.song(), s, spans, make] {
             LayerSound sound = make(song.stems[s], song);
             keep_only(sound, song.rate, spans, kCopyFade_s);
             return sound;
         }});
    return move;
}

/// A copy of both sides that sways about `delay_s`, its pitch by `cents` either way.
std::vector<float> swaying(const Stem& stem, const Song& song, double delay_s, double cents,
                           double hz) {
    const double w = 2 * std::numbers::pi * hz, deep = (std::exp2(cents / 1200) - 1) / w;
    LayerSound sound =
        read_at(stem, song, [=](double t) { return delay_s + deep * std::sin(w * t); });
    for (std::size_t n = 0; n < sound.left.size(); ++n)
        sound.left[n] = 0.5f * (sound.left[n] + sound.right[n]);
    return std::move(sound.left);
}

LayerSound doubled(const Stem& stem, const Song& song) {
    LayerSound sound(song.frames);
    sound.left = swaying(stem, song, 0.017, 8, 0.31);
    sound.right = swaying(stem, song, 0.025, -8, 0.23);
    high_pass(sound, song.rate, 150);
    return sound;
}

}  // namespace

std::optional<Move> plan_crushed_lead(const Ground& ground) {
    auto move = in_choruses(ground, {-30, -12, -6}, "a crushed copy of the lead", crushed);
    if (move) move->reason = "density under the voice holds it up without raising it";
    return move;
}

std::optional<Move> plan_doubled_lead(const Ground& ground) {
    auto move = in_choruses(ground, {-26, -12, -6}, "doubles left and right of the lead", doubled);
    if (move) move->reason = "a voice that becomes many says that this is the chorus";
    return move;
}

}  // namespace mixfarm
