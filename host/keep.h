/// Keeping what is liked of a night's mixes: a channel, a group, all of a mix become locks of the
/// next job.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/job/job.h"
#include "host/store/results.h"

namespace mixfarm {

/// One wish: these channels as they are in that mix.
struct Kept {
    std::string words;               ///< as given
    std::uint64_t id;                ///< of the mix
    std::vector<std::string> names;  ///< stems and buses ("bus/drums"), each once
    std::vector<std::size_t> knobs;  ///< of them, indices into Results::knobs
};

/// Reads "drums of 3", "vocal and bass of 3", "all of 3 but vocal", one wish or several parted by
/// commas. A number counts the picks as `mixfarm top` and the page of the night do; "mix 263" is
/// any mix by its id. Names: stems; the groups with their stems and their bus; returns by name or
/// all "returns"; "master"; "moves"; "all". A name that a stem shares with its own group means the
/// group; "stem bass" and "group bass" say which. Throws InputError, with the names that there are.
std::vector<Kept> read_wishes(const std::vector<std::string>& texts, const Results& results);

/// Locks what is kept at its values in the results, later wishes over earlier ones, beside what the
/// job locks already. Knobs that the job draws or keeps out of play stay as the job has them.
void lock(Job& job, const Results& results, const std::vector<Kept>& all);

/// Does the job leave any knob of the night to be searched?
bool holds_everything(const Job& job, const Results& results);

}  // namespace mixfarm
