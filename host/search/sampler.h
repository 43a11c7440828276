/// The one interface behind which every way of choosing candidates lives.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "host/search/cube.h"

namespace mixfarm {

/// Asks for candidates and learns from their outcomes.
///
/// A candidate is a function of the seed, of its id, of how many this sampler was asked for before,
/// and of what it was told: between two tells, asking in pieces or at once gives the same, with any
/// number of threads.
class Sampler {
public:
    virtual ~Sampler() = default;

    /// The origin of its candidates.
    virtual std::string name() const = 0;
    /// One candidate an id (ids rise); fewer only where a sampler has no more. `progress`: how much
    /// of the search is over, 0..1.
    virtual std::vector<Candidate> ask(std::span<const std::uint64_t> ids, double progress) = 0;
    /// What became of every candidate asked for since the last tell, in order of asking.
    virtual void tell(std::span<const Candidate> candidates, std::span<const Outcome> outcomes) = 0;
    /// Forgets what it learned and begins anew, from the archive's elites where it has an archive.
    virtual void restart() = 0;
};

/// A candidate without parents at 0.5 everywhere.
Candidate blank(std::uint64_t id, const std::string& origin, std::size_t dimensions);

/// `count` successive ids.
std::vector<std::uint64_t> ids_from(std::uint64_t first, std::size_t count);

}  // namespace mixfarm
