/// Where a stem's fader and pan usually stand, given the others: role levels shared within groups,
/// sides taken in turns.
#pragma once

#include <vector>

#include "host/analysis/profile.h"
#include "host/space/prior_file.h"

namespace mixfarm {

/// Share of stem a's active blocks in which stem b is active too; 0 when either is silent, 1 for a
/// = b.
double shared_time(const Profile& profile, std::size_t a, std::size_t b);

struct FaderPrior {
    float low, typical, high;  ///< dB; 0 = as loud as a lead vocal at its typical level
};

/// Faders of level-matched stems. A group's level is shared by power among those of its stems that
/// play at the same time; intent lead raises a stem by 2 LU (or gives it the lead vocal's level
/// where no lead vocal plays), background lowers by 3 LU. `lead` is the prior of the lead vocal,
/// the anchor. [stems]; silent ones 0.
std::vector<FaderPrior> fader_priors(const Song& song, const Profile& profile,
                                     const std::vector<RolePriors>& priors, const LevelPrior& lead);

struct PanPrior {
    bool searched = false;
    float use = 1, low = 0, typical = 0, high = 0;  ///< signed, low <= high
};

/// Signed pan priors. Stems of a role take sides in turns, the first one on the side that balances
/// what stands already; a stereo stem moves by 0.3 of what a mono one does, a mono stem alone in
/// its role by half; leads and `place: centre` rest.
std::vector<PanPrior> pan_priors(const Song& song, const Profile& profile,
                                 const std::vector<RolePriors>& priors,
                                 const std::vector<FaderPrior>& faders);

}  // namespace mixfarm
