/// The inverse distribution function of one knob.
#include "host/space/quantile_curve.h"

#include <algorithm>
#include <cmath>

#include "kernels/core/check.h"

namespace mixfarm {
namespace {

constexpr double kHardly = 1e-6;  ///< of the distance from low to high
constexpr double kTail =
    0.3;  ///< reach beyond the 10th and 90th percentile, re their distance from typical
constexpr double kFarthest =
    3;  ///< a knob outside all practice is wrong, but not worse than three that are far out

}  // namespace

QuantileCurve::QuantileCurve(const Percentiles& p, float neutral, float legal_low, float legal_high,
                             Scale scale)
    : p_(p), scale_(scale), neutral_(neutral) {
    MF_CHECK(p.low <= p.typical && p.typical <= p.high &&
             (p.low < p.high || scale == Scale::toggle));
    MF_CHECK(legal_low <= p.low && p.high <= legal_high && p.use > 0 && p.use <= 1);
    side_ = p.use == 1          ? Side::around
            : neutral <= p.low  ? Side::above
            : neutral >= p.high ? Side::below
                                : Side::around;
    MF_CHECK(side_ != Side::around || p.use == 1 || p.typical == neutral);
    rest_ = p.use < 0.5f || side_ == Side::around ? 1.0 - p.use
                                                  : 0.5 * (1.0 - p.use) / (1.0 - 0.5 * p.use);
    const auto beyond = [&](float edge) {
        const double end = on_scale(edge) + kTail * (on_scale(edge) - on_scale(p.typical));
        return static_cast<float>(scale == Scale::log ? std::exp(end) : end);
    };
    lowest_ = std::min(
        p.low,
        std::max(beyond(p.low), side_ == Side::above ? std::max(neutral, legal_low) : legal_low));
    highest_ = std::max(
        p.high, std::min(beyond(p.high),
                         side_ == Side::below ? std::min(neutral, legal_high) : legal_high));
    typical_ = on_scale(p.typical);
    resting_ = on_scale(neutral);
    const double low = on_scale(p.low), high = on_scale(p.high);
    below_ = typical_ > low ? typical_ - low : high - low;  // typical may lie on an edge
    above_ = high > typical_ ? high - typical_ : high - low;

    ends_.fill(2);  // no point lies behind it
    const auto before = [](double u) { return std::nextafter(u, -1.0); };
    if (scale == Scale::toggle) {
        add_piece(before(1.0 - p.use), 0, 0);
        add_piece(1, 1, 1);
    } else {
        if (side_ == Side::above) add_piece(rest_, neutral, neutral);
        add_piece(unit_of(0.1), lowest_, p.low);
        if (side_ == Side::around && rest_ > 0) {
            add_piece(before(0.5 - 0.5 * rest_), p.low, p.typical);
            add_piece(0.5 + 0.5 * rest_, neutral, neutral);
        } else {
            add_piece(unit_of(0.5), p.low, p.typical);
        }
        add_piece(unit_of(0.9), p.typical, p.high);
        add_piece(side_ == Side::below ? before(1 - rest_) : 1, p.high, highest_);
        if (side_ == Side::below) add_piece(1, neutral, neutral);
    }
    for (std::size_t i = 0; i < count_; ++i) {
        if (pieces_[i].least != neutral || pieces_[i].most != neutral) continue;
        if (rests_.empty()) rests_.low = pieces_[i].start;
        rests_.high = ends_[i];
    }
}

void QuantileCurve::add_piece(double end, float from, float to) {
    const double start = count_ == 0 ? 0 : std::nextafter(ends_[count_ - 1], 2.0);
    const double first = on_scale(from), length = end - start;
    pieces_[count_] = {start, first, length > 0 ? (on_scale(to) - first) / length : 0, from, to};
    ends_[count_++] = end;
}

double QuantileCurve::on_scale(double value) const {
    return scale_ == Scale::log ? std::log(value) : value;
}

double QuantileCurve::unit_of(double q) const {
    if (side_ == Side::below) q = 1 - q;
    double u;
    if (side_ == Side::around) {
        u = q * (1 - rest_) + (q > 0.5 ? rest_ : 0);
    } else if (p_.use < 0.5f) {
        u = rest_ + (1 - rest_) * q;
    } else {
        u = q < 0.5 ? rest_ + (0.5 - rest_) * q / 0.5 : q;
    }
    return side_ == Side::below ? 1 - u : u;
}

float QuantileCurve::at(double u) const {
    u = std::clamp(u, 0.0, 1.0);
    std::size_t i = 0;
    for (std::size_t j = 0; j + 1 < kPieces; ++j) i += u > ends_[j];
    const Piece& piece = pieces_[i];
    const double v = piece.from + (u - piece.start) * piece.slope;
    // Nobody hears what is left; an effect at its neutral value costs nothing.
    if (scale_ != Scale::toggle && std::fabs(v - resting_) < kHardly * (below_ + above_))
        return std::clamp(neutral_, piece.least, piece.most);
    return std::clamp(static_cast<float>(scale_ == Scale::log ? std::exp(v) : v), piece.least,
                      piece.most);
}

double QuantileCurve::inverse(float value) const {
    if (!rests_.empty() && value == at(0.5 * (rests_.low + rests_.high)))
        return 0.5 * (rests_.low + rests_.high);
    double low = 0, high = 1;
    for (int halving = 0; halving < 50; ++halving) {
        const double middle = 0.5 * (low + high);
        (at(middle) < value ? low : high) = middle;
    }
    return high;
}

double QuantileCurve::deviation(float value) const {
    if (scale_ == Scale::toggle) return 0;
    const double off = on_scale(value) - typical_;
    return std::min(off < 0 ? -off / below_ : off / above_, kFarthest);
}

}  // namespace mixfarm
