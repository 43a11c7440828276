/// What part a stem plays in a song: the roles engineers think in, guessed from the name first and
/// the sound second.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace mixfarm {

enum class Role {
    lead_vocal,
    backing_vocal,
    kick,
    snare,
    tom,
    hi_hat,
    overhead,
    room,
    percussion,
    drums,
    bass_guitar,
    synth_bass,
    acoustic_guitar,
    electric_guitar,
    keys,
    organ,
    synth_lead,
    pad,
    strings,
    brass,
    fx,
    ambience,
    other
};
inline constexpr int kRoleCount = static_cast<int>(Role::other) + 1;

/// "lead_vocal" and so on; the same words in job.yaml, jobs/priors and results.h5.
std::string_view role_name(Role role);
/// Throws std::out_of_range when the name is none of them.
Role role_from_name(std::string_view name);

/// What the ear would notice at once, measured on the decoded stem.
struct SoundTraits {
    double low_share = 0;   ///< share of power below 150 Hz
    double high_share = 0;  ///< share of power above 4 kHz
    double centroid_hz = 0;
    double crest_db = 0;
    double onsets_per_s = 0;  ///< energy jumps of more than 9 dB within 20 ms
    /// Share of 100 ms blocks above -50 dB of the loudest: for guessing alone. When a stem plays is
    /// told by StemProfile::active_share.
    double active_share = 0;
    double pitch_share =
        0;  ///< share of active blocks with a clear pitch (normalised autocorrelation > 0.6)
};

struct RoleGuess {
    Role role = Role::other;
    double confidence = 0;  ///< 0..1; 1 = given by the job
    std::string reason;     ///< "named 'vox_lead'", "sounds low and pitched", "given in the job"
};

/// The name decides where it says something; the sound decides otherwise.
RoleGuess guess_role(std::string_view stem_name, const SoundTraits& sound);

/// Broad family for grouping and panning: "drums", "bass", "music", "vocals", "effects".
std::string_view role_family(Role role);

}  // namespace mixfarm
