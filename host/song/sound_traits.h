/// What the ear would notice at once about a stem, measured on its decoded samples.
#pragma once

#include <span>

#include "host/song/role.h"

namespace mixfarm {

/// Measures a stem of any rate (Hz); `right` is empty for mono. Spectrum and pitch come from at
/// most 250 windows of about 93 ms spread evenly over the active part, so the cost does not grow
/// with the length of the song. `crest_db` is peak over RMS of the active blocks. All zeros for
/// silence.
SoundTraits measure_sound_traits(std::span<const float> left, std::span<const float> right,
                                 int rate);

}  // namespace mixfarm
