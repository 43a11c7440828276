/// Where a lead's last words may bloom into the rest behind them.
#pragma once

#include "host/moves/ground.h"

namespace mixfarm {

/// A throw of `lead` into the return `send` ("echo_db") at the phrases of these indices.
std::optional<Move> throw_at(const Ground& ground, const std::vector<std::size_t>& phrases,
                             const char* send, const char* what, Amounts amounts);
/// Phrases, by index in the order of time, whose rest is at least `gap_s` long, the largest rests
/// first, none within `apart_s` of another; those that end a section, or only the others.
std::vector<std::size_t> throwable(const Ground& ground, double gap_s, double apart_s,
                                   bool section_ends);

}  // namespace mixfarm
