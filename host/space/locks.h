/// Turns a job's locks into knobs that do not move.
#pragma once

#include <string>
#include <vector>

#include "host/space/space.h"

namespace mixfarm {

/// Locks the knobs that the job names, by parameter ("fader_db") where that is unique, or by effect
/// and parameter
/// ("compressor.ratio"). Throws InputError naming the stem, the key and the known ones, or the
/// legal range.
void apply_locks(const Job& job, const Song& song, std::vector<Knob>& knobs);

}  // namespace mixfarm
