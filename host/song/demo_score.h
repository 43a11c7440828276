/// The demo song on paper: form, harmony, melody, rhythm. Positions in beats (quarter notes) from
/// the start.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "host/song/demo_sound.h"

namespace mixfarm::demo {

inline constexpr double kTempo_bpm = 112;
inline constexpr std::int64_t kBeat = 23625;  ///< frames: 60 s / 112 at 44.1 kHz
inline constexpr int kBars = 32;
inline constexpr std::int64_t kFrames =
    kBars * 4 * kBeat + 2 * kRate;  ///< the last chord rings for two seconds

inline Track mono_track() {
    return {std::vector<float>(kFrames, 0.0f), {}};
}
inline Track stereo_track() {
    return {std::vector<float>(kFrames, 0.0f), std::vector<float>(kFrames, 0.0f)};
}

struct SectionPlan {
    std::string_view name;
    int first_bar, bars;
};
inline constexpr std::array<SectionPlan, 6> kForm{{
    {"intro", 0, 4},
    {"verse", 4, 8},
    {"chorus", 12, 4},
    {"verse", 16, 4},
    {"chorus", 20, 8},
    {"outro", 28, 4},
}};
const SectionPlan& section_of(int bar);

struct Chord {
    int bass;                  ///< MIDI note of the bass
    std::array<int, 4> close;  ///< four notes around middle C, voice-led from bar to bar
    std::array<int, 5> strum;  ///< five guitar strings, low to high
};
const Chord& chord_of(int bar);

struct Note {
    double beat, beats;
    int midi;
    std::string_view syllable;  ///< consonant and one or two vowels, "" for instruments
};
/// The sung melody of the whole song in order; a gap of half a beat or more is a place to breathe.
std::vector<Note> vocal_line();
/// The synth's answers to the voice and its theme in the outro.
std::vector<Note> synth_line();
/// `steps` of the C major scale above (or below) a note of that scale.
int scale_step(int midi, int steps);

/// The start frame of a sixteenth: swung, `late_ms` behind the beat, and never twice the same
/// (deviation 3 ms).
std::int64_t played_at(double beat, double late_ms, Noise& human);

}  // namespace mixfarm::demo
