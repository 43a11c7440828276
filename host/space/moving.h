/// What the moves of a mix make of its knobs: how they go over time, and where they stand on
/// average.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "host/moves/budget.h"
#include "host/moves/move.h"

namespace mixfarm {

struct Knob;

/// Moves of one song, bound to the knobs that they move.
class Moving {
public:
    Moving() = default;
    /// `first` is the knob of moves.front()'s strength; those of the others follow it.
    /// `power_of(channel)` is what the channel plays, [100 ms blocks]: by it averages are weighed.
    Moving(std::vector<Move> moves, std::span<const Knob> knobs, std::size_t first,
           const std::function<std::vector<double>(int channel)>& power_of);

    const std::vector<Move>& moves() const { return moves_; }
    float strength(std::span<const float> values, std::size_t move) const {
        return values[first_ + move];
    }
    /// Leaves out what is too much for one song.
    void keep_within_budget(std::span<float> values) const {
        budget_.keep_within(values.subspan(first_, moves_.size()));
    }
    /// Adds what moves in a mix of these values [knobs] to its automation; a knob that a move
    /// shifts for good is set in its row instead. Layers are numbered move by move. All strengths
    /// 0: nothing changes.
    void add(std::span<const float> values, MixSettings& mix) const;
    /// Brings the knobs to where they stand on average while moves are under way: levels by the
    /// power of their channel. Costs microseconds.
    void settle(std::span<float> values) const;

private:
    static constexpr int kSteps = 4;  ///< of strength from 0 to 1, for averages
    struct Pull {
        std::size_t move, lane;
        float mean[kSteps + 1];  ///< what it adds on average; of a reach, the share it stands open
    };
    struct Moved {
        std::size_t knob;
        bool logarithmic, send;
        float low, high;
        std::vector<Pull> pulls;
    };
    const MoveLane& lane_of(const Pull& pull) const { return moves_[pull.move].lanes[pull.lane]; }
    double share_at(const Pull& pull, double seconds) const;
    /// Does the pull do anything to a knob that stands there?
    bool acts(const Moved& moved, const Pull& pull, float value, float strength) const;
    float pulled(const Moved& moved, std::span<const Pull* const> pulls,
                 std::span<const float> values, double seconds) const;

    std::vector<Move> moves_;
    Budget budget_;
    std::size_t first_ = 0, layers_ = 0;
    std::vector<Moved> moved_;
};

}  // namespace mixfarm
