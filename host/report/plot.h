/// A diagram whose curves stretch with the page while its words keep their size: SVG for what is
/// drawn, HTML for what is read.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/report/page.h"

namespace mixfarm::report {

struct Tick {
    double value;
    std::string label;  ///< empty: a line without words
};

/// One direction of a diagram.
struct Axis {
    double low = 0, high = 1;
    bool log = false;
    std::vector<Tick> ticks;
    std::string unit;  ///< written once, at the end of the axis

    /// 0 at `low`, 1 at `high`, beyond these outside; NaN for NaN.
    double place(double value) const;
};

/// 25 Hz to 20 kHz.
Axis frequency_axis();
/// Ticks at a round step, about `count` of them, two at least where count is 5 or more, with as
/// many decimals as the step needs.
Axis number_axis(double low, double high, int count, std::string unit);
/// Equal steps for equal ratios, 0 < low < high; ticks at 1, 2 and 5, at a round step where these
/// would be fewer than three. Two ticks at least.
Axis ratio_axis(double low, double high, std::string unit);
/// Minutes and seconds of a song.
Axis time_axis(double seconds, int count);
/// "1:05", "1:02:05" from an hour on.
std::string clock(double seconds);

using Points = std::vector<std::pair<double, double>>;  ///< in the units of the axes; NaN = a gap

class Plot {
public:
    /// `label` says in words what is to be seen, for those who cannot see it.
    Plot(Axis x, Axis y, std::string label);

    /// `kind` names a class of the style sheet (see look.cpp) here and below.
    Plot& line(const Points& points, std::string_view kind);
    /// The area between two curves over the same x.
    Plot& between(const Points& upper, const Points& lower, std::string_view kind);
    /// The area between a curve and the bottom of the diagram.
    Plot& under(const Points& points, std::string_view kind);
    /// Round dots; those that would cover each other exactly are drawn once.
    Plot& dots(const Points& points, std::string_view kind);
    /// A stretch of the x axis over the whole height.
    Plot& stretch(double from, double to, std::string_view kind);
    Plot& upright(double x, std::string_view kind);
    Plot& level(double y, std::string_view kind);
    /// Words at a point; where `href` is given, a link.
    Plot& words(double x, double y, std::string_view text, std::string_view kind,
                std::string_view href = {});
    /// HTML that lies over the diagram.
    Plot& over(const Markup& piece);

    /// `kind` adds classes to the whole, "tall" for example; `more` adds attributes.
    Markup finish(std::string_view kind = {}, const std::vector<Attribute>& more = {}) const;

private:
    std::string at(double x, double y) const;

    Axis x_, y_;
    std::string label_;
    Markup drawing_, words_;
};

/// "left:12.3%"
std::string percent_style(std::string_view property, double share);

}  // namespace mixfarm::report
