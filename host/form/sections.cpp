/// Bars as points, sections as heaps of them.
#include "host/form/sections.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "host/analysis/activity.h"

namespace mixfarm {
namespace {

constexpr double kQuiet_db = -30;  ///< below a stem's own loud level: it does not play
constexpr double kChromaWeight = 3, kDensityWeight = 0.5;
constexpr int kLongest = 32, kShortest = 2;  ///< bars of a section
constexpr double kSame = 0.35;               ///< distance of sections that are one theme
constexpr double kPrice = 4;                 ///< of a section, in what bars inside of one differ by

using Point = std::vector<double>;

double mean_power(const std::vector<float>& level, double from_s, double to_s) {
    const auto first = static_cast<std::size_t>(std::max(0.0, from_s * 10)),
               last = std::min(level.size(), static_cast<std::size_t>(std::max(0.0, to_s * 10)));
    double sum = 0;
    for (std::size_t i = first; i < last; ++i) sum += std::pow(10.0, level[i] / 10.0);
    return last > first ? sum / static_cast<double>(last - first) : 0;
}

double db(double power) {
    return 10 * std::log10(power + 1e-12);
}

/// Edges of bars: the song's begin, downbeats, the song's end.
std::vector<double> edges(const Bars& bars, double seconds) {
    std::vector<double> at = bars.at_s;
    if (at.empty()) at.push_back(0);
    const double bar =
        at.size() > 1 ? (at.back() - at.front()) / static_cast<double>(at.size() - 1) : seconds;
    at.front() = 0;  // an upbeat belongs to the first bar
    while (at.size() > 1 && seconds - at.back() < 0.5 * bar) at.pop_back();
    while (seconds - at.back() > 1.5 * bar) at.push_back(at.back() + bar);
    at.push_back(seconds);
    return at;
}

/// Fills rests of a bar or two; what begins or ends does so where it did.
std::vector<double> without_rests(const std::vector<double>& level) {
    const auto around = [](const std::vector<double>& x, auto choose) {
        std::vector<double> out = x;
        for (std::size_t i = 0; i < x.size(); ++i) {
            if (i > 0) out[i] = choose(out[i], x[i - 1]);
            if (i + 1 < x.size()) out[i] = choose(out[i], x[i + 1]);
        }
        return out;
    };
    const auto most = [](double a, double b) { return std::max(a, b); };
    const auto least = [](double a, double b) { return std::min(a, b); };
    return around(around(level, most), least);
}

/// What each bar is: every stem's level against its own loud one, the notes, how much begins.
std::vector<Point> points_of(const Song& song, const Profile& profile, const SongCourse& course,
                             const std::vector<double>& edge) {
    std::vector<Point> points(edge.size() - 1);
    std::vector<double> loud;
    double most = 0;
    for (const StemProfile& stem : profile.stems) {
        std::vector<float> sorted = stem.level_lufs;
        // Risers and noises lead over from one section to the next: they belong to neither.
        const int body = body_of(song.stems[loud.size()].role.role);
        if (sorted.empty() || stem.silent || body < 0) {
            loud.push_back(0);
            continue;
        }
        const auto at = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() * 95 / 100);
        std::nth_element(sorted.begin(), at, sorted.end());
        loud.push_back(std::pow(10.0, *at / 10.0));
        most = std::max(most, loud.back());
    }
    for (std::size_t s = 0; s < profile.stems.size(); ++s) {
        if (loud[s] <= 0) continue;
        std::vector<double> level;
        for (std::size_t b = 0; b < points.size(); ++b)
            level.push_back(db(mean_power(profile.stems[s].level_lufs, edge[b], edge[b + 1])) -
                            db(loud[s]));
        // A stem that is hardly heard anywhere says less.
        const double weight = std::clamp(1 + (db(loud[s]) - db(most)) / 30, 0.2, 1.0);
        level = without_rests(level);
        for (std::size_t b = 0; b < points.size(); ++b)
            points[b].push_back(weight * std::clamp(level[b] / -kQuiet_db, -1.0, 0.0));
    }
    for (std::size_t b = 0; b < points.size(); ++b) {
        const double from = edge[b], to = edge[b + 1];
        std::array<double, 12> notes{};
        double sum = 1e-9;
        for (auto t = static_cast<std::size_t>(from * kChromaHz);
             t < static_cast<std::size_t>(to * kChromaHz) && t < course.chroma.size(); ++t)
            for (std::size_t c = 0; c < 12; ++c)
                notes[c] += course.chroma[t][c], sum += course.chroma[t][c];
        for (const double n : notes) points[b].push_back(kChromaWeight * 0.3 * n / sum);
        for (const Onsets& onsets : course.onsets) {
            if (onsets.silent()) continue;
            double begun = 0;
            const auto first = static_cast<std::size_t>(from * kCourseHz),
                       last = std::min(static_cast<std::size_t>(to * kCourseHz), onsets.mid.size());
            for (std::size_t t = first; t < last; ++t) begun += onsets.mid[t];
            points[b].push_back(kDensityWeight * begun /
                                std::max<double>(1, static_cast<double>(last - first)));
        }
    }
    return points;
}

double square_off(const Point& a, const Point& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum;
}

/// First bars of sections, ascending from 0.
std::vector<int> boundaries(const std::vector<Point>& points) {
    const int n = static_cast<int>(points.size());
    const std::size_t width = points.front().size();
    std::vector<Point> sum(points.size() + 1, Point(width));
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
    // What bars differ by inside of sections: from the most alike of those just before.
    std::vector<double> apart;
    for (std::size_t b = 4; b < points.size(); ++b)
        apart.push_back(0.5 * std::min({square_off(points[b], points[b - 1]),
                                        square_off(points[b], points[b - 2]),
                                        square_off(points[b], points[b - 4])}));
    std::sort(apart.begin(), apart.end());
    const double usual = apart.empty() ? 1e-3 : std::max(apart[apart.size() / 2], 1e-3);
    const double price = kPrice * usual;
    const auto odd = [](int bars) {
        return bars % 8 == 0   ? 0.0
               : bars % 4 == 0 ? 0.15
               : bars < 4      ? 2.5
               : bars % 2 == 0 ? 0.5
                               : 1.0;
    };
    std::vector<double> cost(points.size() + 1, HUGE_VAL);
    std::vector<int> from(points.size() + 1, 0);
    cost[0] = 0;
    for (int z = 1; z <= n; ++z)
        for (int a = std::max(0, z - kLongest); a < z; ++a) {
            const bool edge = a == 0 || z == n;
            if (z - a < kShortest && !edge) continue;
            const double c = cost[static_cast<std::size_t>(a)] + scatter(a, z) +
                             price * (1 + (edge && z - a > 1 ? 0.3 : 0.6) * odd(z - a));
            if (c < cost[static_cast<std::size_t>(z)])
                cost[static_cast<std::size_t>(z)] = c, from[static_cast<std::size_t>(z)] = a;
        }
    std::vector<int> firsts;
    for (int z = n; z > 0; z = from[static_cast<std::size_t>(z)])
        firsts.push_back(from[static_cast<std::size_t>(z)]);
    std::reverse(firsts.begin(), firsts.end());
    return firsts;
}

Point middle(const std::vector<Point>& points, int from, int to) {
    Point mean(points.front().size());
    for (int b = from; b < to; ++b)
        for (std::size_t i = 0; i < mean.size(); ++i)
            mean[i] += points[static_cast<std::size_t>(b)][i] / (to - from);
    return mean;
}

/// How far sections differ from their neighbours, against how far bars of one section do.
double confidence_of(const std::vector<Point>& points, const std::vector<int>& firsts) {
    if (firsts.size() < 2) return 0.2;
    const auto last_of = [&](std::size_t i) {
        return i + 1 < firsts.size() ? firsts[i + 1] : static_cast<int>(points.size());
    };
    double inside = 0;
    std::vector<Point> means;
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

/// Mean 0, spread 1 over sections, weighted by their bars.
std::vector<double> standing(const std::vector<FoundSection>& found, double FoundSection::*what) {
    double mean = 0, square = 0, bars = 0;
    for (const FoundSection& s : found) mean += s.bars * (s.*what), bars += s.bars;
    mean /= bars;
    for (const FoundSection& s : found) square += s.bars * std::pow(s.*what - mean, 2) / bars;
    std::vector<double> z;
    for (const FoundSection& s : found)
        z.push_back(square > 1e-9 ? (s.*what - mean) / std::sqrt(square) : 0);
    return z;
}

/// The chorus is the loud, sung theme that comes again; verses are the other sung ones, a bridge
/// one that comes once and late; what is not sung is intro, interlude or outro by its place.
void name_kinds(std::vector<FoundSection>& found) {
    constexpr double kSung = 0.25, kLate = 0.55;
    const std::vector<double> loud = standing(found, &FoundSection::loudness_lufs),
                              sung = standing(found, &FoundSection::sung);
    int themes = 0;
    for (const FoundSection& s : found) themes = std::max(themes, s.theme + 1);
    const auto t_size = static_cast<std::size_t>(themes);
    std::vector<double> worth(t_size), bars(t_size);
    std::vector<int> times(t_size);
    for (std::size_t i = 0; i < found.size(); ++i) {
        const auto t = static_cast<std::size_t>(found[i].theme);
        worth[t] += found[i].bars * (loud[i] + 0.5 * sung[i]), bars[t] += found[i].bars;
        ++times[t];
    }
    int chorus = -1;
    double most = 0;
    for (std::size_t t = 0; t < t_size; ++t)
        if (const double w = worth[t] / bars[t] + (times[t] > 1 ? 0.5 : -0.5); w > most)
            most = w, chorus = static_cast<int>(t);
    const double end = found.back().end_s;
    for (std::size_t i = 0; i < found.size(); ++i) {
        FoundSection& s = found[i];
        const bool voices = s.sung > kSung, first = i == 0, last = i + 1 == found.size();
        if (s.theme == chorus && found.size() > 1)
            s.kind = SectionKind::chorus;
        else if (first && !voices)
            s.kind = SectionKind::intro;
        else if (last && !voices)
            s.kind = SectionKind::outro;
        else if (!voices)
            s.kind = SectionKind::interlude;
        else if (times[static_cast<std::size_t>(s.theme)] == 1 && s.start_s > kLate * end && !last)
            s.kind = SectionKind::bridge;
        else
            s.kind = SectionKind::verse;
    }
}

}  // namespace

const char* section_word(SectionKind kind) {
    constexpr const char* words[] = {"intro", "verse", "chorus", "bridge", "interlude", "outro"};
    return words[static_cast<int>(kind)];
}

Sections find_sections(const Song& song, const Profile& profile, const SongCourse& course,
                       const Bars& bars) {
    Sections sections;
    const std::vector<double> edge = edges(bars, song.seconds());
    const std::vector<Point> points = points_of(song, profile, course, edge);
    const std::vector<int> firsts =
        points.size() >= 4 && !points.front().empty() ? boundaries(points) : std::vector<int>{0};
    std::vector<Point> means;
    for (std::size_t i = 0; i < firsts.size(); ++i) {
        const int a = firsts[i],
                  z = i + 1 < firsts.size() ? firsts[i + 1] : static_cast<int>(points.size());
        FoundSection s;
        s.start_s = edge[static_cast<std::size_t>(a)], s.end_s = edge[static_cast<std::size_t>(z)];
        s.first_bar = a, s.bars = z - a;
        double power = 0, sung = 0;
        for (std::size_t k = 0; k < profile.stems.size(); ++k) {
            const StemProfile& stem = profile.stems[k];
            if (stem.silent) continue;
            power += mean_power(stem.level_lufs, s.start_s, s.end_s);
            if (body_of(song.stems[k].role.role) != static_cast<int>(Body::voice)) continue;
            sung = std::max(sung, activity(stem, s.start_s, s.end_s).share);
        }
        s.loudness_lufs = std::max(-70.0, db(power)), s.sung = sung;
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
    name_kinds(sections.found);
    sections.confidence = confidence_of(points, firsts) * std::min(1.0, 0.2 + bars.confidence);
    return sections;
}

}  // namespace mixfarm
