/// Which seconds of a song say most about a mix of it.
#pragma once

#include <vector>

#include "host/analysis/profile.h"

namespace mixfarm {

/// Index of the stems that carry the song: intent lead and lead vocals, else synth leads, else
/// backing vocals; none with intent background; may be empty.
std::vector<int> lead_stems(const Song& song, const std::vector<StemProfile>& stems);

/// At most three disjoint excerpts of about seconds / 3 each, in song order, on the 100 ms grid,
/// with 1 s of warm-up: where most plays at once, where the lead enters or leads most, and the
/// quietest stretch that is still played. Stems that none of them would hear pull the second and
/// third towards them. The whole song when it is not longer than `seconds`.
std::vector<Excerpt> telling_excerpts(const Song& song, const std::vector<StemProfile>& stems,
                                      double seconds);

}  // namespace mixfarm
