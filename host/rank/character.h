/// What a mix is like in words that a person would use, so that a search can look for good mixes of
/// every kind.
#pragma once

#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "host/score/score.h"

namespace mixfarm {

inline constexpr int kCharacterAxes = 7;

/// One side of a mix's character.
struct CharacterAxis {
    std::string_view name, unit;
    float usual;        ///< of mixes, roughly
    float least_reach;  ///< what is told apart at least, to either side of a song's middle
    float faint;        ///< what lies lower is no lower for the ear (estimates)
    std::string_view lowest, highest;  ///< in words, of the mix that lies furthest out
};
/// brightness   level from 4 kHz on re the whole
/// weight       level up to 125 Hz re the whole
/// width        side re middle above 200 Hz, band by band, each by its loudness
/// punch        how far loudness rises within 3 s; not known before a mix is heard
/// wetness      what the returns give re the stems
/// lead         level of the lead re the rest
/// contrast     loudness range over the song
inline constexpr std::array<CharacterAxis, kCharacterAxes> kCharacter = {{
    {"brightness", "dB", -14, 2, -40, "darkest", "brightest"},
    {"weight", "dB", -4, 2, -40, "leanest", "heaviest"},
    {"width", "dB", -10, 2, -24, "narrowest", "widest"},
    {"punch", "LU", 3.5f, 0.6f, 0, "flattest", "punchiest"},
    {"wetness", "LU", -20, 4, -32, "driest", "wettest"},
    {"lead", "LU", 0, 2, -24, "lead furthest back", "lead furthest in front"},
    {"contrast", "LU", 5, 1, 0, "steadiest", "most contrasted"},
}};

/// [kCharacterAxes]; NaN where it is not known or there is nothing to know.
std::vector<float> character_of(const Measurement& m, const StemMetrics& stems);
/// The same in steps of least_reach, so that its axes compare and heard_distance tells how far
/// apart two characters are.
std::vector<float> character_steps(std::span<const float> character);

}  // namespace mixfarm
