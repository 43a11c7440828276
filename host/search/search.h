/// Decides which mixes to try next: prior-shaped Sobol points first, then evolution by whole strips
/// and small steps.
///
/// Pure decisions: it sees points of a unit cube, scores and places, never audio. Candidate k is a
/// function of the seed, of k and of what was told before its generation was asked for, so a night
/// can be interrupted anywhere and gives the same mixes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace mixfarm {

struct Candidate {
    std::uint64_t id = 0;
    std::string origin;  ///< "typical", "sobol", "crossed", "moved"
    std::int64_t parent_a = -1, parent_b = -1;
    std::vector<float> unit;  ///< [dimensions] in [0, 1]; 0.5 is what engineers typically do
};

/// What became of a candidate.
struct Outcome {
    double score = 0;          ///< 0 = rejected
    std::vector<float> place;  ///< where it lies for the ear; distances are Euclidean, one unit
                               ///< about one noticeable step
};

struct SearchPlan {
    int dimensions = 0;
    std::vector<int>
        block;  ///< [dimensions] which strip a coordinate belongs to; blocks are inherited whole
    std::uint64_t seed = 1;
    std::uint64_t candidates = 2000;  ///< how many will be asked for in total
    std::uint64_t least_generation = 0;  ///< mixes a generation at least, whatever their number
    std::uint64_t anneal_over = 0;      ///< steps shrink over so many candidates; 0 = over all of them
    std::uint64_t first_id = 0;
};

/// Ask and tell, generation by generation.
class Search {
public:
    explicit Search(SearchPlan plan);

    /// The next generation; empty when all candidates were asked for.
    std::vector<Candidate> ask();
    /// Outcomes of the generation asked last, in its order.
    void tell(std::span<const Outcome> outcomes);

    /// Size of generation `g` (0 = the Sobol points), whatever happens in between; 0 behind the
    /// last.
    std::uint64_t generation_size(std::uint32_t g) const;
    std::uint32_t generation() const { return generation_; }

private:
    struct Member {
        Candidate candidate;
        Outcome outcome;
    };
    Candidate sobol_point(std::uint64_t index) const;
    Candidate offspring(std::uint64_t id, double step) const;

    SearchPlan plan_;
    std::uint32_t generation_ = 0;  ///< the one to be asked next
    std::uint64_t asked_ = 0;
    std::vector<Candidate> open_;
    std::vector<Member> parents_;  ///< good and far apart, best first
    std::vector<float> sobol_;     ///< generation 0, [points x (dimensions + 1)]
};

/// Points of a Sobol sequence with a random digital shift, [count x dimensions] in [0, 1).
/// Dimensions beyond the direction numbers known to the library (3667) are plain counter-based
/// random numbers.
std::vector<float> shifted_sobol(std::uint64_t count, int dimensions, std::uint64_t seed);

/// Indices of at most `count` members by greedy choice: the best first, then whoever has most of
/// score plus a bonus for distance to those already chosen (saturating at `reach`). Deterministic;
/// rejected ones (score 0) only when nothing else is left.
std::vector<int> spread_choice(std::span<const Outcome> outcomes, int count, double reach,
                               double bonus);

}  // namespace mixfarm
