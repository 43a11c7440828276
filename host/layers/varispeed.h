/// A stem read at another time: delays that move, octaves, slices.
#pragma once

#include <optional>

#include "host/layers/drift.h"
#include "host/layers/layer_sound.h"

namespace mixfarm {

/// y(t) = x(t - delay(t)), read between samples by a windowed sinc of 32 taps (Kaiser, 80 dB; Smith
/// and Gossett 1984): flat to 0.4 of the rate. What would lie outside is silent.
LayerSound read_at(const Stem& stem, const Song& song, const Curve& delay);

/// Cut into pieces at `cuts_s` (ascending; the first piece begins with the song) and moved by
/// `late_s` each, one for every cut; pieces meet in fades of `fade_s`, which begin at the cuts.
LayerSound moved_slices(const Stem& stem, const Song& song, const std::vector<double>& cuts_s,
                        const std::vector<double>& late_s, double fade_s);

/// The stem `semitones` higher by the program `rubberband`; nullopt where it is not installed or
/// fails.
std::optional<LayerSound> pitched(const Stem& stem, const Song& song, double semitones);
/// Is that program there?
bool can_pitch();

}  // namespace mixfarm
