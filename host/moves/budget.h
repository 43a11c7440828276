/// How many moves a mix bears at once: few, well placed.
#pragma once

#include <span>
#include <vector>

#include "host/moves/move.h"

namespace mixfarm {

/// Counted are moves of a family (4 creative, 2 of arrangement: estimates; 2 kinds of imperfection,
/// 2 layers), moves that begin or end where a section does (3), and short places within any minute
/// (4). Source: moves.md 2.9.
class Budget {
public:
    Budget() = default;
    explicit Budget(std::span<const Move> moves);

    /// `strengths` [moves]: where too many are made, the weakest are not; of equals that with the
    /// poorer evidence. What the job locks is kept, and counts. Costs a microsecond or so.
    void keep_within(std::span<float> strengths) const;

private:
    /// Moves that are counted together, each for so many.
    struct Crowd {
        std::vector<int> counts;
        int most;
    };
    void add_families(std::span<const Move> moves);
    void add_boundaries(std::span<const Move> moves);
    void add_minutes(std::span<const Move> moves);

    std::vector<char> locked_;
    std::vector<Crowd> crowds_;
};

}  // namespace mixfarm
