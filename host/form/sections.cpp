/// Bars as points, sections as heaps of them.
#include "host/form/sections.h"

#include <algorithm>
#include <cmath>

#include "host/form/bar_points.h"
#include "host/form/section_kinds.h"

namespace mixfarm {
namespace {

constexpr int kLongest = 32, kShortest = 2;  ///< bars of a section
constexpr double kSame = 0.35;               ///< distance of sections that are one theme
/// The price of a section: so many times what bars inside of one differ by, or what bars do that
/// lie a section apart, whichever is more.
constexpr double kPrice = 4, kPriceLagged = 0.5, kLeastPrice = 1e-3;

double at_share(std::vector<double> x, double share) {
    const auto at = x.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(x.size()));
    std::nth_element(x.begin(), at, x.end());
    return *at;
}

/// First bars of sections, ascending from 0.
std::vector<int> boundaries(const std::vector<BarPoint>& points) {
    const int n = static_cast<int>(points.size());
    const std::size_t width = points.front().size();
    std::vector<BarPoint> sum(points.size() + 1, BarPoint(width));
    std::vector<double> square(points.size() + 1);
    for (std::size_t b = 0; b < points.size(); ++b) {
        square[b + 1] = square[b];
        for (std::size_t i = 0; i < width; ++i) {
            sum[b + 1][i] = sum[b][i] + points[b][i];
            square[b + 1] += points[b][i] * points[b][i];
        }
    }
    const auto scatter = [&](int from, int to) {
        const auto a = static_cast<std::size_t>(from), z = static_cast<std::size_t>(to);
        double around = square[z] - square[a];
        for (std::size_t i = 0; i < width; ++i) {
            const double s = sum[z][i] - sum[a][i];
            around -= s * s / (to - from);
        }
        return std::max(around, 0.0);
    };
    // What bars differ by inside of sections: from the most alike of those just before. And what
    // bars differ by that lie a section apart.
    std::vector<double> apart, lagged;
    for (std::size_t b = 4; b < points.size(); ++b) {
        apart.push_back(0.5 * std::min({square_off(points[b], points[b - 1]),
                                        square_off(points[b], points[b - 2]),
                                        square_off(points[b], points[b - 4])}));
        lagged.push_back(square_off(points[b], points[b >= 8 ? b - 8 : b - 4]));
    }
    const double price = apart.empty()
                             ? kLeastPrice
                             : std::max({kPrice * at_share(apart, 0.5),
                                         kPriceLagged * at_share(lagged, 0.5), kLeastPrice});
    const auto odd = [](int bars) {
        return bars % 8 == 0   ? 0.0
               : bars % 4 == 0 ? 0.2
               : bars < 4      ? 3.0
               : bars % 2 == 0 ? 1.0
                               : 1.8;
    };
    // A song may begin within a section, and its last one may ring on.
    const auto price_of = [&](int from, int to) {
        const bool edge = (from == 0 || to == n) && to - from >= 4;
        return price * (1 + (edge ? 0.5 : 1) * odd(to - from));
    };
    std::vector<double> cost(points.size() + 1, HUGE_VAL);
    std::vector<int> from(points.size() + 1, 0);
    cost[0] = 0;
    for (int z = 1; z <= n; ++z)
        for (int a = std::max(0, z - kLongest); a < z; ++a) {
            if (z - a < kShortest && a > 0 && z < n) continue;
            const double c = cost[static_cast<std::size_t>(a)] + scatter(a, z) + price_of(a, z);
            if (c < cost[static_cast<std::size_t>(z)])
                cost[static_cast<std::size_t>(z)] = c, from[static_cast<std::size_t>(z)] = a;
        }
    std::vector<int> firsts;
    for (int z = n; z > 0; z = from[static_cast<std::size_t>(z)])
        firsts.push_back(from[static_cast<std::size_t>(z)]);
    std::reverse(firsts.begin(), firsts.end());
    return firsts;
}

/// How far sections differ from their neighbours, against how far bars of one section do.
double confidence_of(const std::vector<BarPoint>& points, const std::vector<int>& firsts) {
    if (firsts.size() < 2) return 0.2;
    const auto last_of = [&](std::size_t i) {
        return i + 1 < firsts.size() ? firsts[i + 1] : static_cast<int>(points.size());
    };
    double inside = 0;
    std::vector<BarPoint> means;
    for (std::size_t i = 0; i < firsts.size(); ++i) {
        means.push_back(middle(points, firsts[i], last_of(i)));
        for (int b = firsts[i]; b < last_of(i); ++b)
            inside += square_off(points[static_cast<std::size_t>(b)], means.back());
    }
    inside = std::sqrt(inside / static_cast<double>(points.size())) + 1e-6;
    double sum = 0;
    for (std::size_t i = 1; i < means.size(); ++i)
        sum += std::clamp(std::sqrt(square_off(means[i], means[i - 1])) / inside - 0.5, 0.0, 1.0);
    return sum / static_cast<double>(means.size() - 1);
}

}  // namespace

Sections find_sections(const Song& song, const Profile& profile, const SongCourse& course,
                       const Bars& bars) {
    Sections sections;
    const std::vector<double> edge = bar_edges(bars, song.seconds());
    const std::vector<BarPoint> points = bar_points(song, profile, course, edge);
    const int n = static_cast<int>(points.size());
    const double bar_s = song.seconds() / n;
    const std::vector<int> firsts =
        n >= 4 && !points.front().empty() ? boundaries(points) : std::vector<int>{0};
    std::vector<BarPoint> means;
    for (std::size_t i = 0; i < firsts.size(); ++i) {
        const int a = firsts[i], z = i + 1 < firsts.size() ? firsts[i + 1] : n;
        FoundSection s;
        s.start_s = edge[static_cast<std::size_t>(a)], s.end_s = edge[static_cast<std::size_t>(z)];
        s.first_bar = a, s.bars = z - a;
        measure_section(s, song, profile, course, bar_s);
        means.push_back(middle(points, a, z));
        sections.found.push_back(s);
    }
    // The same again: nearest to a section before, within what is called the same.
    int themes = 0;
    for (std::size_t i = 0; i < means.size(); ++i) {
        double least = HUGE_VAL;
        for (std::size_t k = 0; k < i; ++k)
            if (const double off = std::sqrt(square_off(means[i], means[k])); off < least)
                least = off, sections.found[i].theme = sections.found[k].theme;
        if (least > kSame * std::sqrt(static_cast<double>(means[i].size()) / 20))
            sections.found[i].theme = themes++;
    }
    tell_kinds(sections.found);
    name_sections(sections.found);
    sections.confidence = confidence_of(points, firsts) * std::min(1.0, 0.2 + bars.confidence);
    return sections;
}

}  // namespace mixfarm
