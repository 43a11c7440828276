/// The map of all candidates: two views with axes that a mixer would name, picks numbered.
#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "host/report/pictures.h"
#include "host/report/plot.h"

namespace mixfarm::report {
namespace {

constexpr std::size_t kMostMixes = 20000;
constexpr int kSteps = 6;         ///< of colour
constexpr double kTail = 0.01;    ///< share of mixes at either end that may lie outside
constexpr double kFlagRoom = 22;  ///< pixels from flag to flag, on a picture of this size:
constexpr double kWidthPx = 500, kHeightPx = 380;

constexpr double kAny = std::numeric_limits<double>::infinity();

/// One direction of a view: a metric and what its two ends mean.
struct Direction {
    const char* metric;
    const char* unit;
    const char *low, *high;
    bool ratio;
    double least = -kAny, most = kAny;  ///< what the metric can be
};
struct View {
    Direction x, y;
};

double quantile(std::vector<double> values, double share) {
    if (values.empty()) return std::nan("");
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(
                                         share * static_cast<double>(values.size() - 1) + 0.5);
    std::nth_element(values.begin(), at, values.end());
    return *at;
}

/// Metrics of a row over the excerpts, else over what was heard of it.
std::span<const float> compared(const Results& results, std::size_t row) {
    if (row < results.stage2_metrics.size()) {
        const auto& metrics = results.stage2_metrics[row];
        if (std::any_of(metrics.begin(), metrics.end(), [](float m) { return !std::isnan(m); }))
            return metrics;
    }
    return results.rows[row].metrics;
}

std::vector<double> values_of(const Results& results, const Direction& d) {
    std::vector<double> all;
    for (std::size_t i = 0; i < results.rows.size(); ++i) {
        const double value = metric(results, compared(results, i), d.metric);
        all.push_back(d.ratio && !(value > 1e-4) ? std::nan("") : value);
    }
    return all;
}

Axis axis_over(const Results& results, const std::vector<double>& values,
               const std::vector<std::size_t>& always, const Direction& d) {
    std::vector<double> kept;
    for (std::size_t i = 0; i < values.size(); ++i)
        if (!results.rejected[i] && std::isfinite(values[i])) kept.push_back(values[i]);
    double low = quantile(kept, kTail), high = quantile(kept, 1 - kTail);
    for (const std::size_t i : always)
        low = std::fmin(low, values[i]), high = std::fmax(high, values[i]);
    if (!std::isfinite(low)) low = d.ratio ? 0.1 : 0, high = low + 1;
    if (d.ratio) {
        const double room = std::max(std::pow(high / low, 0.08), 1.05);
        return ratio_axis(low / room, high * room, d.unit);
    }
    const double room = std::max(0.08 * (high - low), 0.05);
    return number_axis(std::max(low - room, d.least), std::min(high + room, d.most), 6, d.unit);
}

/// Where flags stand so that none covers another: pushed apart, deterministically, a little at a
/// time.
std::vector<std::pair<double, double>> apart(std::vector<std::pair<double, double>> flags) {
    for (int pass = 0; pass < 200; ++pass) {
        for (std::size_t a = 0; a < flags.size(); ++a)
            for (std::size_t b = a + 1; b < flags.size(); ++b) {
                double dx = flags[b].first - flags[a].first, dy = flags[b].second - flags[a].second;
                double distance = std::hypot(dx, dy);
                if (distance >= kFlagRoom) continue;
                if (distance < 1e-6) {  // on one spot: each in a direction of its own
                    dx = std::cos(2.4 * static_cast<double>(b));
                    dy = std::sin(2.4 * static_cast<double>(b));
                    distance = 1;
                }
                const double push = 0.26 * (kFlagRoom - std::min(distance, kFlagRoom)) / distance;
                flags[a].first -= push * dx, flags[a].second -= push * dy;
                flags[b].first += push * dx, flags[b].second += push * dy;
            }
        for (auto& [x, y] : flags) {
            x = std::clamp(x, 10.0, kWidthPx - 10);
            y = std::clamp(y, 10.0, kHeightPx - 10);
        }
    }
    return flags;
}

struct Spot {
    std::size_t row;
    std::string words, href;
    const char* kind;
};

void put_spots(Plot& plot, const Axis& x, const Axis& y, const std::vector<Spot>& spots,
               const std::vector<double>& xs, const std::vector<double>& ys) {
    std::vector<std::pair<double, double>> flags;
    std::vector<const Spot*> shown;
    Points dots;
    for (const Spot& s : spots) {
        const double right = x.place(xs[s.row]), up = y.place(ys[s.row]);
        if (!std::isfinite(right) || !std::isfinite(up)) continue;
        dots.emplace_back(xs[s.row], ys[s.row]);
        // To the upper right of the dot, so that the dot itself stays visible.
        flags.emplace_back(right * kWidthPx + 13, (1 - up) * kHeightPx - 13);
        shown.push_back(&s);
    }
    flags = apart(std::move(flags));
    const auto value = [](const Axis& axis, double share) {
        return axis.log ? axis.low * std::pow(axis.high / axis.low, share)
                        : axis.low + share * (axis.high - axis.low);
    };
    for (std::size_t i = 0; i < shown.size(); ++i) {
        const double fx = value(x, flags[i].first / kWidthPx),
                     fy = value(y, 1 - flags[i].second / kHeightPx);
        plot.line({dots[i], {fx, fy}}, "wire");
        plot.words(fx, fy, shown[i]->words, shown[i]->kind, shown[i]->href);
    }
    plot.dots(dots, "spot");
}

Markup view_of_candidates(const Results& results, const View& view,
                          const std::vector<Spot>& spots) {
    const std::vector<double> xs = values_of(results, view.x), ys = values_of(results, view.y);
    std::vector<std::size_t> always;
    for (const Spot& s : spots) always.push_back(s.row);
    Axis x = axis_over(results, xs, always, view.x), y = axis_over(results, ys, always, view.y);
    x.unit.clear();  // they stand with the words for the ends of the axes
    y.unit.clear();
    std::vector<double> scores;
    for (std::size_t i = 0; i < results.rows.size(); ++i)
        if (!results.rejected[i]) scores.push_back(results.technical[i]);
    const double dull = quantile(scores, 0.1), bright = quantile(scores, 1);
    std::vector<Points> steps(kSteps);
    Points rejected;
    const std::size_t each =
        std::max<std::size_t>(1, (results.rows.size() + kMostMixes - 1) / kMostMixes);
    for (std::size_t i = 0; i < results.rows.size(); i += each) {
        if (!std::isfinite(xs[i]) || !std::isfinite(ys[i])) continue;
        if (results.rejected[i]) {
            rejected.emplace_back(xs[i], ys[i]);
            continue;
        }
        const double share = bright > dull ? (results.technical[i] - dull) / (bright - dull) : 1;
        const int step = std::clamp(static_cast<int>(share * kSteps), 0, kSteps - 1);
        steps[static_cast<std::size_t>(step)].emplace_back(xs[i], ys[i]);
    }
    Plot plot(x, y,
              fmt::format("All mixes: {} to {} from left to right, {} to {} from bottom to top; "
                          "picks are numbered",
                          view.x.low, view.x.high, view.y.low, view.y.high));
    plot.dots(rejected, "out");
    for (int s = 0; s < kSteps; ++s)
        plot.dots(steps[static_cast<std::size_t>(s)], fmt::format("dot s{}", s));
    put_spots(plot, x, y, spots, xs, ys);
    Markup ends;
    ends.leaf("span", fmt::format("\u2190 {}", view.x.low), {{"class", "west"}});
    ends.leaf("span", view.x.unit, {{"class", "mid"}});
    ends.leaf("span", fmt::format("{} \u2192", view.x.high), {{"class", "east"}});
    ends.leaf("span", fmt::format("\u2191 {}{}", view.y.high, view.y.unit), {{"class", "north"}});
    ends.leaf("span", fmt::format("\u2193 {}", view.y.low), {{"class", "south"}});
    return plot.over(ends).finish("tall named");
}

bool measured(const Results& results, const char* name) {
    for (std::size_t i = 0; i < results.rows.size(); ++i)
        if (std::isfinite(metric(results, compared(results, i), name))) return true;
    return false;
}

}  // namespace

Markup candidate_maps(const Results& results) {
    std::vector<Spot> spots;
    for (std::size_t p = 0; p < results.picks.size(); ++p)
        spots.push_back({row_at(results, results.picks[p]), std::to_string(p + 1),
                         fmt::format("#pick-{}", p + 1), "flag"});
    const Direction tilt{"tilt_db_per_octave", "dB per octave", "darker", "brighter", false},
        width{"width", " (side : mid)", "narrower", "wider", true},
        range{"loudness_range_lu", "LU loudness range", "steadier", "more contrast", false, 0},
        lead{"lead_to_rest_lu", " (LU over the rest)", "lead further back", "lead in front", false},
        cover{"masking", "", "stems clear", "stems covered", false, 0, 1};
    Markup all;
    all.open("div", {{"class", "two"}});
    all.open("figure").leaf("h4", "Tone and width");
    all.add(view_of_candidates(results, {tilt, width}, spots)).close();
    const bool leads = measured(results, "lead_to_rest_lu");
    all.open("figure").leaf("h4", leads ? "Contrast and lead" : "Contrast and clarity");
    all.add(view_of_candidates(results, {range, leads ? lead : cover}, spots)).close();
    return all.close();
}

}  // namespace mixfarm::report
