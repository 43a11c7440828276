/// An octave under the bass in choruses (moves.md D1: 24, 15 or 9 dB under its own low end; low end
/// moves people). None where the result would lie below hearing.
#include <algorithm>
#include <cmath>

#include "host/layers/textures.h"
#include "host/moves/planners.h"

namespace mixfarm {
namespace {

constexpr double kBelow_hz = 150, kFade_s = 0.03;

/// Powers of both, in blocks of 50 ms where there is an octave, and of all of the bass.
struct Powers {
    double own = 0, octave = 0, all = 0;

    void add(const LayerSound& bass, const LayerSound& under, int rate) {
        constexpr double kSilent = 1e-3;  // of the bass: notes that are too low to halve
        const auto block = static_cast<std::size_t>(rate / 20);
        for (std::size_t first = 0; first < bass.left.size(); first += block) {
            double b = 0, u = 0;
            for (std::size_t n = first; n < std::min(first + block, bass.left.size()); ++n)
                b += double(bass.left[n]) * bass.left[n],
                    u += double(under.left[n]) * under.left[n];
            all += b;
            if (u > kSilent * b) own += b, octave += u;
        }
    }
};

/// A stretch of a stem and what is made of it; the song's frame of its first.
struct Under {
    std::int64_t first;
    LayerSound own, octave;
};

/// What runs up to the chorus lets it follow the note from its first wave on. A chorus at a time:
/// copies of whole songs would be large.
Under under(const Stem& stem, const Song& song, const Span_s& span) {
    constexpr double kAhead_s = 0.5;
    const double from_s = std::max(0.0, span.start_s - kAhead_s);
    const auto first = static_cast<std::int64_t>(from_s * song.rate),
               last = std::min(song.frames, static_cast<std::int64_t>(span.end_s * song.rate));
    Song piece;
    piece.rate = song.rate, piece.frames = last - first;
    Stem part;
    part.channels = stem.channels;
    part.left.assign(stem.left_data() + first, stem.left_data() + last);
    if (!stem.right.empty()) part.right.assign(stem.right_data() + first, stem.right_data() + last);
    const Span_s inside{span.start_s - from_s, span.end_s - from_s};
    Under made{first, LayerSound(piece.frames), octave_down(part, piece, kBelow_hz)};
    made.own.left = part.left;
    made.own.right.assign(part.right_data(), part.right_data() + piece.frames);
    low_pass(made.own, song.rate, kBelow_hz);
    for (LayerSound* sound : {&made.own, &made.octave})
        keep_only(*sound, song.rate, {inside}, kFade_s);
    return made;
}

LayerSound octaves(const Stem& stem, const Song& song, const std::vector<Span_s>& spans,
                   float gain) {
    LayerSound all(song.frames);
    for (const Span_s& span : spans) {
        const Under made = under(stem, song, span);
        for (std::size_t i = 0; i < made.octave.left.size(); ++i) {
            const auto n = static_cast<std::size_t>(made.first) + i;
            all.left[n] += gain * made.octave.left[i];
            all.right[n] += gain * made.octave.right[i];
        }
    }
    return all;
}

}  // namespace

std::optional<Move> plan_octave_below(const Ground& ground) {
    constexpr double kThere = 0.3;  // of the bass, else it is too low or no note to follow
    const auto choruses = sections_of(ground, {SectionKind::chorus});
    const std::vector<std::size_t> basses = ground.stems_of(Bus::bass);
    if (!ground.sure_of_sections() || choruses.empty() || basses.size() != 1) return std::nullopt;
    const std::size_t s = basses.front();
    const Song& song = ground.song();
    Move move;
    std::vector<Span_s> spans;
    Powers powers;
    for (const FoundSection* c : choruses) {
        spans.push_back({c->start_s, c->end_s});
        move.places.push_back({c->start_s, c->end_s, c->name});
        const Under made = under(song.stems[s], song, spans.back());
        powers.add(made.own, made.octave, song.rate);
    }
    if (powers.octave <= 0 || powers.own < kThere * powers.all) return std::nullopt;
    const auto gain = static_cast<float>(std::sqrt(powers.own / powers.octave));
    move.layers.push_back(
        {static_cast<int>(s),
         false,
         0,
         1,
         {-30, -15, -9},
         "an octave under " + ground.name(s),
         [&song, s, spans, gain] { return octaves(song.stems[s], song, spans, gain); }});
    move.reason = "weight that only the chorus has is felt";
    return whole(move);
}

}  // namespace mixfarm
