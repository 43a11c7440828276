/// Axes, curves and words of a diagram.
#include "host/report/plot.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace mixfarm::report {
namespace {

constexpr double kGrid = 1000;  ///< width and height of a drawing in its own units

/// A place in the drawing, rounded; far outside is as good as outside.
long grid(double share) {
    return std::isnan(share) ? 0 : std::lround(kGrid * std::clamp(share, -1.0, 2.0));
}

void path_of(std::string_view kind, const std::string& d, Markup& into) {
    if (!d.empty()) into.empty("path", {{"class", std::string(kind)}, {"d", d}});
}

}  // namespace

double Axis::place(double value) const {
    if (!log) return (value - low) / (high - low);
    return value > 0 ? std::log(value / low) / std::log(high / low) : std::nan("");
}

Axis frequency_axis() {
    Axis axis{22.4, 22400, true, {}, ""};
    for (const auto& [hz, label] :
         std::initializer_list<std::pair<double, const char*>>{{50, ""},
                                                               {100, "100 Hz"},
                                                               {200, ""},
                                                               {500, ""},
                                                               {1000, "1 kHz"},
                                                               {2000, ""},
                                                               {5000, ""},
                                                               {10000, "10 kHz"}})
        axis.ticks.push_back({hz, label});
    return axis;
}

Axis number_axis(double low, double high, int count, std::string unit) {
    if (!(high > low)) {  // all values alike, or none at all
        const double middle = std::isfinite(low) ? low : 0, room = std::fabs(middle) * 0.1 + 1;
        low = middle - room, high = middle + room;
    }
    const double rough = (high - low) / std::max(count, 1);
    const double decade = std::pow(10, std::floor(std::log10(rough)));
    double step = 10 * decade;
    for (const double round : {1.0, 2.0, 5.0})
        if (round * decade >= rough * 0.999) {
            step = round * decade;
            break;
        }
    const int decimals = std::max(0, static_cast<int>(std::ceil(-std::log10(step) - 1e-9)));
    Axis axis{low, high, false, {}, std::move(unit)};
    const double slack = (high - low) * 1e-6;
    for (double k = std::ceil((low - slack) / step); k * step <= high + slack; ++k) {
        std::string label = fixed(k * step, decimals);
        if (label[0] == '-') label = "\u2212" + label.substr(1);
        axis.ticks.push_back({k * step, label});
    }
    return axis;
}

Axis ratio_axis(double low, double high, std::string unit) {
    constexpr std::size_t kFewest = 3;
    Axis axis{low, high, true, {}, std::move(unit)};
    for (double decade = std::pow(10, std::floor(std::log10(low))); decade <= high; decade *= 10)
        for (const double digit : {1.0, 2.0, 5.0}) {
            const double value = decade * digit;
            const int decimals =
                std::max(0, static_cast<int>(std::ceil(-std::log10(value) - 1e-9)));
            if (value >= low && value <= high)
                axis.ticks.push_back({value, fixed(value, decimals)});
        }
    // Over less than a decade equal steps serve as well, and there are enough of them.
    if (axis.ticks.size() < kFewest) axis.ticks = number_axis(low, high, 5, "").ticks;
    return axis;
}

std::string clock(double seconds) {
    const long s = std::lround(std::max(seconds, 0.0));
    return s < 3600 ? fmt::format("{}:{:02}", s / 60, s % 60)
                    : fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
}

Axis time_axis(double seconds, int count) {
    Axis axis{0, std::max(seconds, 0.1), false, {}, ""};
    double step = 3600;
    for (const double round : {1., 2., 5., 10., 15., 30., 60., 120., 300., 600., 900., 1800.})
        if (round * count >= axis.high) {
            step = round;
            break;
        }
    for (double t = 0; t <= axis.high; t += step) axis.ticks.push_back({t, clock(t)});
    return axis;
}

std::string percent_style(std::string_view property, double share) {
    return fmt::format("{}:{}%", property, fixed(std::isfinite(share) ? 100 * share : 0, 2));
}

Plot::Plot(Axis x, Axis y, std::string label)
    : x_(std::move(x)), y_(std::move(y)), label_(std::move(label)) {
    std::string lines;
    for (const Tick& t : x_.ticks) {
        const double share = x_.place(t.value);
        lines += fmt::format("M{} 0V1000", grid(share));
        if (!t.label.empty())
            words_.leaf("span", t.label,
                        {{"class", "tx"}, {"style", percent_style("left", share)}});
    }
    for (const Tick& t : y_.ticks) {
        const double share = 1 - y_.place(t.value);
        lines += fmt::format("M0 {}H1000", grid(share));
        if (!t.label.empty())
            words_.leaf("span", t.label, {{"class", "ty"}, {"style", percent_style("top", share)}});
    }
    if (!x_.unit.empty()) words_.leaf("span", x_.unit, {{"class", "ux"}});
    if (!y_.unit.empty()) words_.leaf("span", y_.unit, {{"class", "uy"}});
    path_of("grid", lines, drawing_);
}

std::string Plot::at(double x, double y) const {
    return fmt::format("{} {}", grid(x_.place(x)), grid(1 - y_.place(y)));
}

Plot& Plot::line(const Points& points, std::string_view kind) {
    std::string d;
    bool drawing = false;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const auto& [x, y] = points[i];
        if (!std::isfinite(x) || std::isnan(y)) {
            drawing = false;
            continue;
        }
        d.append(1, drawing ? 'L' : 'M').append(at(x, y));
        const bool alone = !drawing && (i + 1 == points.size() || std::isnan(points[i + 1].second));
        if (alone) d += "h1";
        drawing = true;
    }
    path_of(kind, d, drawing_);
    return *this;
}

Plot& Plot::between(const Points& upper, const Points& lower, std::string_view kind) {
    std::string d;
    const auto there = [&](std::size_t i) {
        return i < std::min(upper.size(), lower.size()) && !std::isnan(upper[i].second) &&
               !std::isnan(lower[i].second);
    };
    for (std::size_t first = 0; first < upper.size(); ++first) {
        if (!there(first)) continue;
        std::size_t last = first;
        while (there(last + 1)) ++last;
        for (std::size_t i = first; i <= last; ++i)
            d.append(1, i == first ? 'M' : 'L').append(at(upper[i].first, upper[i].second));
        for (std::size_t i = last + 1; i-- > first;)
            d.append(1, 'L').append(at(lower[i].first, lower[i].second));
        d += "Z";
        first = last;
    }
    path_of(kind, d, drawing_);
    return *this;
}

Plot& Plot::under(const Points& points, std::string_view kind) {
    Points bottom = points;
    for (auto& [x, y] : bottom)
        if (!std::isnan(y)) y = y_.low;
    return between(points, bottom, kind);
}

Plot& Plot::dots(const Points& points, std::string_view kind) {
    std::set<std::pair<long, long>> places;
    for (const auto& [x, y] : points) {
        const double right = x_.place(x), up = y_.place(y);
        if (right >= 0 && right <= 1 && up >= 0 && up <= 1)
            places.emplace(grid(right), grid(1 - up));
    }
    std::string d;
    for (const auto& [x, y] : places) d += fmt::format("M{} {}h.1", x, y);
    path_of(kind, d, drawing_);
    return *this;
}

Plot& Plot::stretch(double from, double to, std::string_view kind) {
    const long left = grid(x_.place(from)), right = grid(x_.place(to));
    path_of(kind, fmt::format("M{} 0H{}V1000H{}Z", left, right, left), drawing_);
    return *this;
}

Plot& Plot::upright(double x, std::string_view kind) {
    path_of(kind, fmt::format("M{} 0V1000", grid(x_.place(x))), drawing_);
    return *this;
}

Plot& Plot::level(double y, std::string_view kind) {
    path_of(kind, fmt::format("M0 {}H1000", grid(1 - y_.place(y))), drawing_);
    return *this;
}

Plot& Plot::words(double x, double y, std::string_view text, std::string_view kind,
                  std::string_view href) {
    const std::string style =
        percent_style("left", x_.place(x)) + ";" + percent_style("top", 1 - y_.place(y));
    if (href.empty())
        words_.leaf("span", text, {{"class", std::string(kind)}, {"style", style}});
    else
        words_.leaf("a", text,
                    {{"class", std::string(kind)}, {"style", style}, {"href", std::string(href)}});
    return *this;
}

Plot& Plot::over(const Markup& piece) {
    words_.add(piece);
    return *this;
}

Markup Plot::finish(std::string_view kind, const std::vector<Attribute>& more) const {
    Markup all;
    std::vector<Attribute> attributes = more;
    attributes.push_back({"class", kind.empty() ? "plot" : "plot " + std::string(kind)});
    all.open("div", attributes);
    all.open("svg", {{"viewBox", "0 0 1000 1000"},
                     {"preserveAspectRatio", "none"},
                     {"role", "img"},
                     {"aria-label", label_}});
    all.add(drawing_).close().add(words_).close();
    return all;
}

}  // namespace mixfarm::report
