/// From a prior's three percentiles and its rate of use to a knob's value for every point of the
/// unit interval.
#pragma once

#include <array>

#include "kernels/core/param.h"

namespace mixfarm {

/// What QuantileCurve is made of, in physical units. low <= typical <= high, low < high.
struct Percentiles {
    float low, typical, high;  ///< 10th, 50th, 90th where the knob is used
    float use;                 ///< share of mixes that use it, 0 < use <= 1
};

/// An inverse distribution function u -> value, monotone on the knob's scale (log or linear), made
/// of
///  * the used range: straight lines through low (q = 0.1), typical (q = 0.5) and high (q = 0.9),
///  going on beyond both by
///    0.3 of the distance from typical, never past the legal range or a cap, nor past a neutral
///    value at which the knob may rest;
///  * the neutral value, where the knob rests. With the used range above neutral (a boost), n = the
///  part of the axis that
///    rests lies first, [0, n]; below neutral (a cut) it lies last; around neutral it lies in the
///    middle.
/// n: use < 0.5: n = 1 - use, so that u = 0.5 rests. use >= 0.5: u = 0.5 must be typical and the
/// half of the axis beyond it is the stronger half of practice; the other half is shared by those
/// who rest and the milder half of those who do not, in their true proportion (1 - use) : use / 2,
/// which makes n = 0.5 (1 - use) / (1 - use / 2). use = 1: n = 0, u = q. A used range on both sides
/// of neutral needs use = 1 or typical = neutral; then n = 1 - use. With use = 1 neutral is a value
/// like any other.
class QuantileCurve {
public:
    QuantileCurve(const Percentiles& p, float neutral, float legal_low, float legal_high,
                  Scale scale);

    float at(double u) const;
    /// Where at() gives that value, or the nearest there is; of a knob at rest the middle of
    /// rest().
    double inverse(float value) const;
    /// How far from typical on the knob's scale: 0 at typical, 1 at low and at high, beyond them
    /// straight on up to 3.
    double deviation(float value) const;
    /// The axis position of quantile q of the used range; the inverse of what at() does first.
    double unit_of(double q) const;
    /// Ends of the used range, tails included.
    float lowest() const { return lowest_; }
    float highest() const { return highest_; }

    /// Part of the axis, ends included.
    struct Interval {
        double low = 1, high = 0;
        bool empty() const { return low > high; }
    };
    /// Where the knob rests at its neutral value; of a toggle where it is off, its place of change
    /// the first point behind.
    Interval rest() const { return rests_; }

private:
    /// The curve over a part of the axis: straight on the scale from a value to another one.
    struct Piece {
        double start, from, slope;
        float least, most;
    };
    static constexpr std::size_t kPieces = 5;
    /// Adds the piece that ends at `end`, going from value to value.
    void add_piece(double end, float from, float to);
    double on_scale(double value) const;

    enum class Side { above, below, around };
    Percentiles p_;
    float lowest_, highest_;
    Scale scale_;
    Side side_;
    double rest_;  ///< n
    float neutral_;
    double resting_;  ///< neutral on the scale
    Interval rests_;
    std::array<Piece, kPieces> pieces_;
    std::array<double, kPieces> ends_;        ///< of the pieces, ends included
    std::size_t count_ = 0;                   ///< pieces
    double typical_, below_ = 1, above_ = 1;  ///< on the scale: distances to low and to high
};

}  // namespace mixfarm
