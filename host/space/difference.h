/// One thing that sets a mix apart from another, with how much of it the ear would notice.
#pragma once

#include <string>
#include <vector>

#include "host/space/space.h"

namespace mixfarm {

/// What a difference is about; a description names each aspect of one subject once.
enum class Aspect {
    level,
    tone,
    width,
    dynamics,
    compression,
    drive,
    pan,
    filter,
    equaliser,
    space
};

struct Difference {
    std::string words;
    double size = 0;  ///< in units of about one clearly heard step; under 1 a listener may miss it
    Aspect aspect = Aspect::level;
    std::string subject;  ///< stem, family, or the part of the mix ("top", "bass", "width")
};

[[gnu::format(printf, 1, 2)]] std::string phrase(const char* format, ...);
/// "180 Hz", "6.0 kHz"
std::string frequency(double hz);

/// Two mixes of one song, settings [knobs] and measurements, this one against the reference.
struct Pair {
    const Space& space;
    const Song& song;
    std::span<const float> values, reference_values;
    const Measurement& measured;
    const Measurement& reference;
};

/// Level, pan, filters, equaliser, dynamics, drive, width and sends, stem by stem; a family of
/// stems whose levels move together is one.
std::vector<Difference> stem_differences(const Pair& pair);
/// Tone by region, width, crest and limiting of the whole mix.
std::vector<Difference> mix_differences(const Pair& pair);

}  // namespace mixfarm
