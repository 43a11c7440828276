/// Noise, crackle, clouds, tails: sounds that a layer is made of.
#pragma once

#include <cstdint>

#include "host/layers/layer_sound.h"

namespace mixfarm {

/// Hiss of a tape: rises by 3 dB an octave from 1 kHz on, falls beyond 10 kHz; left and right know
/// nothing of each other. RMS 1.
LayerSound hiss(std::int64_t frames, int rate, std::uint64_t seed);
/// A record's surface: crackle at `per_s`, band 0.8 to 8 kHz, and rumble-free noise under it.
LayerSound crackle(std::int64_t frames, int rate, double per_s, std::uint64_t seed);

/// Grains of the stem between the times, Hann windows of `grain_s`, `overlap` of them at once, each
/// read from where the song is, give or take `jitter_s`; panned at random. Level about the stem's.
LayerSound grain_cloud(const Stem& stem, const Song& song, double grain_s, int overlap,
                       double jitter_s, std::uint64_t seed);

/// Only the tail of a room of `decay_s` (60 dB) on both sides of what sounds: decaying noise,
/// darker as it fades, of energy 1 (Moorer 1979).
void reverberate(LayerSound& sound, int rate, double decay_s, std::uint64_t seed);

/// Backwards.
void reverse(LayerSound& sound);

/// An octave below the fundamental: what lies under `below_hz` is halved in frequency by counting
/// its rises through zero, follows its level, and keeps below 90 Hz. Silent where the result would
/// lie under 27 Hz.
LayerSound octave_down(const Stem& stem, const Song& song, double below_hz);

/// Compressed hard: 12 to 1 over 18 dB under its loud level, attack 3 ms, release 80 ms; RMS as
/// before.
LayerSound crushed(const Stem& stem, const Song& song);

/// Second-order filters, in place, both sides.
void high_pass(LayerSound& sound, int rate, double hz);
void low_pass(LayerSound& sound, int rate, double hz);

}  // namespace mixfarm
