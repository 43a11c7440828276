/// Levels, notes and density of each bar.
#include "host/form/bar_points.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace mixfarm {
namespace {

constexpr double kQuiet_db = -30;    ///< below a stem's own loud level: it does not play
constexpr double kRinging_db = -12;  ///< of a bar at the end, re the median bar
constexpr std::size_t kOutro = 4;    ///< bars
constexpr double kChromaWeight = 3, kDensityWeight = 0.5;

double db(double power) {
    return 10 * std::log10(power + 1e-12);
}

/// Fills rests of a bar or two, then drops what sounds for no longer than that, such as a fill;
/// what begins or ends otherwise does so where it did.
std::vector<double> without_moments(const std::vector<double>& level) {
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
    return around(around(around(around(level, most), least), least), most);
}

/// Bars until all that is left rings out; four quiet bars at the end are an outro.
std::size_t bars_played(const Profile& profile, const std::vector<double>& edge) {
    std::vector<double> level;
    for (std::size_t b = 0; b + 1 < edge.size(); ++b) {
        double power = 0;
        for (const StemProfile& stem : profile.stems)
            if (!stem.silent) power += mean_power(stem.level_lufs, edge[b], edge[b + 1]);
        level.push_back(db(power));
    }
    std::vector<double> sorted = level;
    const auto half = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
    std::nth_element(sorted.begin(), half, sorted.end());
    std::size_t played = level.size();
    while (played > 1 && level[played - 1] < *half + kRinging_db) --played;
    return level.size() - played < kOutro ? played : level.size();
}

}  // namespace

double square_off(const BarPoint& a, const BarPoint& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum;
}

BarPoint middle(const std::vector<BarPoint>& points, int from, int to) {
    BarPoint mean(points.front().size());
    for (int b = from; b < to; ++b)
        for (std::size_t i = 0; i < mean.size(); ++i)
            mean[i] += points[static_cast<std::size_t>(b)][i] / (to - from);
    return mean;
}

double mean_power(const std::vector<float>& level, double from_s, double to_s) {
    const auto first = static_cast<std::size_t>(std::max(0.0, from_s * 10)),
               last = std::min(level.size(), static_cast<std::size_t>(std::max(0.0, to_s * 10)));
    double sum = 0;
    for (std::size_t i = first; i < last; ++i) sum += std::pow(10.0, level[i] / 10.0);
    return last > first ? sum / static_cast<double>(last - first) : 0;
}

std::vector<double> bar_edges(const Bars& bars, double seconds) {
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

std::vector<BarPoint> bar_points(const Song& song, const Profile& profile, const SongCourse& course,
                                 const std::vector<double>& edge) {
    std::vector<BarPoint> points(edge.size() - 1);
    const std::size_t played = bars_played(profile, edge);
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
        level = without_moments(level);
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
    for (std::size_t b = played; b < points.size(); ++b) points[b] = points[played - 1];
    return points;
}

}  // namespace mixfarm
