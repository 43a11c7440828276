/// Finished tracks that a mix should come near to: each pulls the style's curves and ranges, and
/// the target loudness, its own way as far as the job says.
#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "host/score/score.h"

namespace mixfarm {

/// One reference, measured over its whole length.
struct Reference {
    std::string name;    ///< the file's name
    std::string sha256;  ///< of the file's bytes
    double weight = 1;   ///< among the references, > 0
    ReferenceAspects amount;
    double loudness_lufs = 0, plr_db = 0, lra_lu = 0;
    double width = 0;                      ///< side-to-mid energy ratio, linear
    std::array<double, kBands> band_db{};  ///< third-octave levels re full scale
    Model model;                           ///< its amount is this reference's alone, 0 to 1
};

/// Decodes and measures the job's references, each at its own rate. Throws InputError where one is
/// no audio of one or two channels, or too short or quiet to have a loudness; a mono reference has
/// no width to match.
/// `song` and its telling seconds: where a reference to be matched in the mix itself is as long as
/// the song, within half a second, it is measured there too.
std::vector<Reference> read_references(const Job& job, const Song& song,
                                       std::span<const Excerpt> telling);

/// For every aspect the job's amounts say how far, in per cent, what the style asks for moves to
/// what the references have: to their weighted mean with all at 100, half of the way with all at
/// 50. The tone curve moves band by band, both curves brought to one mean level from 100 Hz to
/// 4 kHz; a range keeps its extent (on a logarithmic scale for the width) and moves its middle.
/// Bands where the style accepts any level take the references' where tone is asked for. What is to
/// be matched in the mix itself becomes a model.
Style toward(const Style& style, std::span<const Reference> references);
/// The loudness likewise; the ceiling stays.
Target toward(const Target& target, std::span<const Reference> references);

}  // namespace mixfarm
