/// What a job fixes about the knobs: locks, knobs drawn over time, effects that are not in play.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "host/space/space.h"

namespace mixfarm {

/// Locks the knobs that the job names, by parameter ("fader_db") where that is unique in its
/// channel, or by effect and parameter ("compressor.ratio"). Throws InputError naming the channel,
/// the key and the known ones, or the legal range.
void apply_locks(const Job& job, const Song& song, std::vector<Knob>& knobs);

/// The value at which a stem's own job holds a knob, if it does: its lock, or the highest point
/// that it draws. Unchecked.
std::optional<double> held_by_job(const StemJob& stem, const std::string& effect,
                                  const std::string& param);

/// What the job draws over time; the knobs stand at their first point otherwise and are not
/// searched. Throws InputError as apply_locks does, and for knobs that cannot move.
std::vector<Automation> automation_of(const Job& job, const Song& song, std::vector<Knob>& knobs);

/// Takes the effects (by name, on all channels) and returns (by bus name) that the job switches off
/// out of the search. Throws InputError naming the known ones.
void switch_off(const Job& job, std::vector<Knob>& knobs);
/// Is that a knob of what the job switches off? A return goes by its sends.
bool kept_off(const Job& job, const std::string& effect, const std::string& param);

}  // namespace mixfarm
