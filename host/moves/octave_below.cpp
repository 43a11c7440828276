/// An octave under the bass in choruses (moves.md D1: 24, 15 or 9 dB under its own low end; low end
/// moves people). None where the result would lie below hearing.
#include <cmath>
#include <memory>

#include "host/layers/textures.h"
#include "host/moves/planners.h"

namespace mixfarm {
namespace {

constexpr double kBelow_hz = 150;

double power(const LayerSound& sound) {
    double sum = 0;
    for (const float x : sound.left) sum += double(x) * x;
    return sum;
}

}  // namespace

std::optional<Move> plan_octave_below(const Ground& ground) {
    constexpr double kFade_s = 0.03, kThere = 0.02;
    const auto choruses = sections_of(ground, {SectionKind::chorus});
    const std::vector<std::size_t> basses = ground.stems_of(Bus::bass);
    if (!ground.sure_of_sections() || choruses.empty() || basses.size() != 1) return std::nullopt;
    const std::size_t s = basses.front();
    const Song& song = ground.song();
    Move move;
    std::vector<Span_s> spans;
    for (const FoundSection* c : choruses) {
        spans.push_back({c->start_s, c->end_s});
        move.places.push_back({c->start_s, c->end_s, c->name});
    }
    LayerSound own(song.frames);
    own.left = song.stems[s].left;
    own.right.assign(song.stems[s].right_data(), song.stems[s].right_data() + song.frames);
    low_pass(own, song.rate, kBelow_hz);
    keep_only(own, song.rate, spans, kFade_s);
    auto sound = std::make_shared<LayerSound>(octave_down(song.stems[s], song, kBelow_hz));
    keep_only(*sound, song.rate, spans, kFade_s);
    const double is = power(*sound), was = power(own);
    if (was <= 0 || is < kThere * was) return std::nullopt;  // too low, or nothing to follow
    const auto gain = static_cast<float>(std::sqrt(was / is));
    for (float& x : sound->left) x *= gain;
    for (float& x : sound->right) x *= gain;
    move.layers.push_back({static_cast<int>(s),
                           false,
                           0,
                           1,
                           {-30, -15, -9},
                           "an octave under " + ground.name(s),
                           [sound] { return *sound; }});
    move.reason = "weight that only the chorus has is felt";
    return whole(move);
}

}  // namespace mixfarm
