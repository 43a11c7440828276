/// The rule-based technical mix: what an engineer does to these stems before taste comes in.
#pragma once

#include <vector>

#include "host/space/space.h"

namespace mixfarm {

/// Settings [knobs] by rules, from typical practice and from what the profile heard; locks and
/// untouched stems are kept.
std::vector<float> rule_based_mix(const std::vector<Knob>& knobs, const Song& song,
                                  const Profile& profile);

}  // namespace mixfarm
