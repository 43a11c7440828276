/// What candidates look like without rendering any: from settings to scores at a glance.
#pragma once

#include <span>
#include <vector>

#include "host/experience.h"
#include "host/search/search.h"
#include "host/studio.h"
#include "kernels/foresight.h"

namespace mixfarm {

/// A candidate that was looked at.
struct Glimpse {
    Scores scores;
    std::vector<float> place, character;
};

/// Borrows the studio.
class Lookout {
public:
    Lookout(const Studio& studio, int threads);
    /// Of candidates as they are: [candidates].
    std::vector<Sighting> foretell(std::span<const Candidate> candidates, Glance glance) const;
    /// The same judged; corrected by `experience` of what was heard over the telling seconds.
    std::vector<Glimpse> glimpse(std::span<const Candidate> candidates, Glance glance,
                                 const Experience& experience = {}) const;

private:
    const Studio& studio_;
    Foresight foresight_;
};

/// What the search has to know of a song's knobs.
Cube cube_of(const Space& space);

/// An archive over what mixes of this song are like: from the lowest to the highest of almost all
/// that were seen, and a least reach about the middle where that is not known or hardly differs.
ArchivePlan archive_plan(std::span<const Glimpse> seen, std::uint64_t seed);

}  // namespace mixfarm
