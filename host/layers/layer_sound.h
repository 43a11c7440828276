/// Sounds that are made once before the night, of a stem or for it.
#pragma once

#include <functional>
#include <vector>

#include "host/song/song.h"

namespace mixfarm {

/// As long as the song.
struct LayerSound {
    std::vector<float> left, right;  ///< [Song::frames]

    explicit LayerSound(std::int64_t frames = 0)
        : left(static_cast<std::size_t>(frames)), right(static_cast<std::size_t>(frames)) {}
};

/// Side by side over both channels of a stem: `make(in, out)` of what is there; of a mono stem
/// once.
template <class Make>
LayerSound of_both_sides(const Stem& stem, std::int64_t frames, Make make) {
    LayerSound sound(frames);
    make(stem.left, sound.left);
    if (stem.right.empty())
        sound.right = sound.left;
    else
        make(stem.right, sound.right);
    return sound;
}

/// Fades of `seconds` at both ends of [from_s, to_s), silence outside.
void keep_only(LayerSound& sound, int rate, double from_s, double to_s, double fade_s);
/// Takes away what lies in other places: [start_s, end_s) each, in the order of time.
struct Span_s {
    double start_s, end_s;
};
void keep_only(LayerSound& sound, int rate, const std::vector<Span_s>& spans, double fade_s);

}  // namespace mixfarm
