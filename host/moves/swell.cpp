/// A tail that rises backwards into the first word of a section (moves.md D3: a beat to two long,
/// 18, 12 or 6 dB under the word; at most three a song).
#include <algorithm>
#include <cmath>

#include "host/layers/textures.h"
#include "host/moves/planners.h"

namespace mixfarm {
namespace {

struct Entry {
    double from_s, word_s;
};

/// The first `kWord_s` of every entry, backwards through a room, forwards again: what rises ends
/// where the word begins.
LayerSound swells(const Stem& stem, const Song& song, const std::vector<Entry>& entries) {
    constexpr double kWord_s = 0.5, kEntryFade_s = 0.005;
    LayerSound all(song.frames);
    for (const Entry& e : entries) {
        LayerSound sound(song.frames);
        const auto first = static_cast<std::int64_t>(e.word_s * song.rate),
                   last = std::min(song.frames,
                                   first + static_cast<std::int64_t>(kWord_s * song.rate));
        for (std::int64_t n = first; n < last; ++n) {
            sound.left[static_cast<std::size_t>(n)] = stem.left_data()[n];
            sound.right[static_cast<std::size_t>(n)] = stem.right_data()[n];
        }
        const double length = e.word_s - e.from_s;
        reverse(sound);
        reverberate(sound, song.rate, 1.5 * length, 0x5e11);
        reverse(sound);
        high_pass(sound, song.rate, 200);
        keep_only(sound, song.rate, e.from_s, e.word_s, kEntryFade_s);
        float peak = 0, word = 0;
        for (std::size_t n = 0; n < sound.left.size(); ++n)
            peak = std::max({peak, std::abs(sound.left[n]), std::abs(sound.right[n])});
        for (std::int64_t n = first; n < last; ++n)
            word = std::max({word, std::abs(stem.left_data()[n]), std::abs(stem.right_data()[n])});
        const float gain = peak > 0 ? word / peak : 0;
        for (std::size_t n = 0; n < all.left.size(); ++n)
            all.left[n] += gain * sound.left[n], all.right[n] += gain * sound.right[n];
    }
    return all;
}

}  // namespace

std::optional<Move> plan_swell(const Ground& ground) {
    constexpr std::size_t kMost = 3;
    const Form& form = ground.form();
    if (!ground.sure_of_beats() || !ground.sure_of_sections() || form.lead < 0) return std::nullopt;
    const auto s = static_cast<std::size_t>(form.lead);
    if (!ground.may_touch(s)) return std::nullopt;
    Move move;
    std::vector<Entry> entries;
    for (const FoundSection& section : ground.sections()) {
        const auto phrase = std::find_if(form.phrases.begin(), form.phrases.end(), [&](auto& p) {
            return p.start_s > section.start_s - ground.beat_s();
        });
        if (section.start_s <= 0 || phrase == form.phrases.end() || entries.size() == kMost ||
            phrase->start_s > section.start_s + ground.bar_s())
            continue;
        const double silent_from = phrase == form.phrases.begin() ? 0 : std::prev(phrase)->end_s,
                     rest = phrase->start_s - silent_from;
        if (rest < ground.beat_s() ||
            (!entries.empty() && entries.back().word_s >= phrase->start_s))
            continue;
        const double length = std::min(rest, 2 * ground.beat_s());
        entries.push_back({phrase->start_s - length, phrase->start_s});
        move.places.push_back(
            {phrase->start_s - length, phrase->start_s, "the rest before " + section.name});
    }
    move.layers.push_back(
        {form.lead,
         false,
         0,
         1,
         {-24, -12, -6},
         "the first word of " + ground.name(s) + " rising backwards",
         [&song = ground.song(), s, entries] { return swells(song.stems[s], song, entries); }});
    move.reason = "a breath drawn in before the entry";
    return whole(move);
}

}  // namespace mixfarm
