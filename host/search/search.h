/// Decides which mixes to try next: a portfolio of samplers that share one archive and get
/// candidates according to their recent success.
///
/// Pure decisions: it sees points of a unit cube, scores and characters, never audio. Every
/// candidate is a function of the seed and of what was told before it was asked for, with any
/// number of threads, so a night can be interrupted anywhere and gives the same mixes. It remembers
/// the archive and the samplers' populations, never all candidates.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "host/search/archive.h"
#include "host/search/cube.h"
#include "host/search/samplers.h"

namespace mixfarm {

struct SearchPlan {
    Cube cube;
    std::uint64_t seed = 1;
    std::uint64_t candidates = 2000;     ///< how many will be asked for in total
    std::uint64_t least_generation = 0;  ///< mixes a generation at least, whatever their number
    std::uint64_t anneal_over = 0;  ///< steps shrink over so many candidates; 0 = over all of them
    std::uint64_t first_id = 0;
    ArchivePlan archive;
    bool fit_archive = false;                ///< narrow its box to the first samples
    bool typical = true;                     ///< the typical mix, 0.5 everywhere, comes first
    std::vector<std::vector<float>> starts;  ///< known good mixes, tried after the typical one
    /// Names of the samplers that take part; empty: all. {"prior"} is random search, {"cma_es"}
    /// the plain CMA-ES, with the same archive.
    std::vector<std::string> samplers;
};

class Search {
public:
    explicit Search(SearchPlan plan);

    /// The next `count` candidates. Before the next tell, asking in pieces or at once gives the
    /// same.
    std::vector<Candidate> ask(std::size_t count);
    /// Outcomes of all candidates asked for since the last tell, in order.
    void tell(std::span<const Outcome> outcomes);
    /// A new expedition: the archive is emptied but for these, the samplers begin anew from them,
    /// and steps shrink over `candidates` more (0: as in the plan).
    void restart(std::span<const Elite> seeds, std::uint64_t candidates = 0);

    const Archive& archive() const { return *archive_; }
    /// How much of the search is over, 0..1, as of the last tell.
    double progress() const;

    /// What each sampler was asked for and what came of it.
    struct Share {
        std::string name;
        double share = 0;                   ///< of the next candidates
        std::uint64_t asked = 0, kept = 0;  ///< kept: entered the archive
    };
    const std::vector<Share>& shares() const { return shares_; }

    /// A night's division into generations, whatever happens in between: the size of generation
    /// `g`, 0 = the first samples; 0 behind the last.
    std::uint64_t generation_size(std::uint32_t g) const;
    std::uint32_t generation() const { return generation_; }  ///< how many were told

private:
    void invite();
    void set_out();
    void settle_shares();

    SearchPlan plan_;
    std::unique_ptr<const Cube> cube_;
    std::unique_ptr<Archive> archive_;
    SamplerPtr fixed_;
    std::vector<SamplerPtr> samplers_;
    std::vector<Share> shares_;
    std::vector<double> due_;               ///< candidates owed to each sampler so far
    std::vector<double> success_, trials_;  ///< recent ones of each sampler, discounted
    bool sampling_ = true;                  ///< still the first samples
    std::vector<Elite> samples_;            ///< these, until the archive is fitted to them

    std::uint32_t generation_ = 0;
    std::uint64_t asked_ = 0, told_ = 0;
    std::uint64_t expedition_from_ = 0, anneal_over_ = 1;
    std::vector<Candidate> open_;
    std::vector<int> makers_;  ///< of open_: which sampler; -1: the fixed list
};

}  // namespace mixfarm
