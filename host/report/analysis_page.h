/// The page of `mixfarm analyze`: what the stems of a song are, when they play and who hides whom.
#pragma once

#include <string>

#include "host/analysis/profile.h"
#include "host/analysis/raw_sum.h"
#include "host/moves/move.h"
#include "host/song/song.h"

namespace mixfarm::report {

/// One self-contained HTML document. A function of its arguments alone. `form` says what beats and
/// sections were found (form_words), `moves` what can be made of them; both may be empty.
std::string analysis_page(const Song& song, const Profile& profile, const RawSum& sum,
                          const std::vector<std::string>& form = {},
                          const std::vector<Move>& moves = {});

}  // namespace mixfarm::report
