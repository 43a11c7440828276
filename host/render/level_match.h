/// Finished audio brought to one loudness by gain alone, and the user's rough mix made comparable
/// with the night's.
#pragma once

#include <cstdint>
#include <filesystem>

#include "kernels/engine.h"

namespace mixfarm {

/// Audio as a meter of files has it.
struct Metered {
    Measurement measured;
    LoudnessSeries loudness;
};
Metered metered(const StereoAudio& audio);

/// Gain in dB to the target loudness; less where the true peak would pass the target's. Nothing is
/// limited: what then is missing in loudness stays missing.
double matching_gain_db(const Measurement& m, const MasterTarget& target);

/// The user's own mix at the loudness of the picks.
struct RoughMix {
    StereoAudio audio;
    Metered metered;  ///< with the gain
    double gain_db = 0;
};
/// Decodes it, at a song's rate and length, so that it plays in time with the picks; what is
/// shorter ends in silence. Throws InputError where it is no audio of one or two channels, or too
/// short or quiet to have a loudness.
RoughMix read_rough_mix(const std::filesystem::path& file, int rate, std::int64_t frames,
                        const MasterTarget& target);

}  // namespace mixfarm
