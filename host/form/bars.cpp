/// What lies on each beat, and at which count it comes again.
#include "host/form/bars.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace mixfarm {
namespace {

constexpr int kNear = 4;  ///< steps on either side of a beat

double most_near(const std::vector<float>& x, double second) {
    double most = 0;
    const auto at = static_cast<std::int64_t>(std::lround(second * kCourseHz));
    for (std::int64_t t = at - kNear; t <= at + kNear; ++t)
        if (t >= 0 && t < static_cast<std::int64_t>(x.size()))
            most = std::max<double>(most, x[static_cast<std::size_t>(t)]);
    return most;
}

/// Notes of the stretch between two seconds, sum 1 or 0.
std::array<double, 12> notes(const SongCourse& course, double from_s, double to_s) {
    std::array<double, 12> sum{};
    double all = 0;
    const auto first = static_cast<std::size_t>(std::max(0.0, std::ceil(from_s * kChromaHz))),
               last = static_cast<std::size_t>(std::max(0.0, to_s * kChromaHz));
    for (std::size_t t = first; t <= last && t < course.chroma.size(); ++t)
        for (std::size_t c = 0; c < 12; ++c)
            sum[c] += course.chroma[t][c], all += course.chroma[t][c];
    if (all > 0)
        for (double& c : sum) c /= all;
    return sum;
}

/// Mean 0, spread 1; all 0 where nothing varies.
std::vector<double> standard(std::vector<double> x) {
    double mean = 0, square = 0;
    for (const double v : x) mean += v / static_cast<double>(x.size());
    for (const double v : x) square += (v - mean) * (v - mean) / static_cast<double>(x.size());
    for (double& v : x) v = square > 1e-12 ? (v - mean) / std::sqrt(square) : 0;
    return x;
}

using OnBeat = std::vector<double>;  ///< [beats]

struct Told {
    OnBeat kick, snare, bass, chord, harmony;
};

Told told(const SongCourse& course, const std::vector<double>& beats) {
    Told t;
    const Onsets &kit = course.of(Body::kit), &bass = course.of(Body::bass),
                 &harmony = course.of(Body::harmony);
    const double period = (beats.back() - beats.front()) / static_cast<double>(beats.size() - 1);
    for (const double b : beats) {
        t.kick.push_back(kit.silent() ? 0 : most_near(kit.low, b));
        t.snare.push_back(kit.silent() ? 0 : most_near(kit.mid, b));
        t.bass.push_back(bass.silent() ? 0 : most_near(bass.low, b) + most_near(bass.mid, b));
        t.harmony.push_back(harmony.silent() ? 0 : most_near(harmony.mid, b));
        // How far the notes of the two beats from here are from those of the two before.
        const auto before = notes(course, b - 2 * period, b - 0.1 * period),
                   after = notes(course, b + 0.1 * period, b + 2 * period);
        double off = 0;
        for (std::size_t c = 0; c < 12; ++c) off += std::fabs(after[c] - before[c]);
        t.chord.push_back(off);
    }
    for (OnBeat* each : {&t.kick, &t.snare, &t.bass, &t.chord, &t.harmony}) *each = standard(*each);
    return t;
}

/// How alike beats are that lie `lag` apart, -1..1.
double alike(const Told& t, std::size_t lag) {
    double sum = 0, count = 0;
    for (const auto& [x, weight] : {std::pair{&t.kick, 1.0},
                                    {&t.snare, 1.0},
                                    {&t.bass, 0.7},
                                    {&t.chord, 1.5},
                                    {&t.harmony, 0.5}}) {
        double r = 0;
        for (std::size_t i = 0; i + lag < x->size(); ++i) r += (*x)[i] * (*x)[i + lag];
        sum += weight * r / static_cast<double>(x->size() - lag), count += weight;
    }
    return sum / count;
}

/// Mean of what begins bars on beats first, first + beats, ..., less that on the others, in
/// standard errors.
double downbeats(const OnBeat& begins, std::size_t first, std::size_t beats) {
    double on = 0, off = 0, square = 0;
    std::size_t ons = 0, offs = 0;
    for (std::size_t i = 0; i < begins.size(); ++i) {
        const bool down = i % beats == first;
        (down ? on : off) += begins[i], ++(down ? ons : offs);
        square += begins[i] * begins[i];
    }
    if (ons == 0 || offs == 0) return 0;
    const double spread = std::sqrt(square / static_cast<double>(begins.size())) + 1e-9;
    return (on / static_cast<double>(ons) - off / static_cast<double>(offs)) / spread *
           std::sqrt(static_cast<double>(ons));
}

}  // namespace

Bars find_bars(const SongCourse& course, const Beats& beats, int beats_per_bar,
               std::optional<double> downbeat_s) {
    Bars bars;
    if (beats.at_s.size() < 12) return bars;
    const Told t = told(course, beats.at_s);
    const double three = std::max(alike(t, 3), 0.0) + std::max(alike(t, 6), 0.0) +
                         0.5 * std::max(alike(t, 9), 0.0),
                 four = std::max(alike(t, 4), 0.0) + std::max(alike(t, 8), 0.0) +
                        0.5 * std::max(alike(t, 16), 0.0);
    bars.beats = beats_per_bar > 0 ? beats_per_bar : three > four ? 3 : 4;
    const auto count = static_cast<std::size_t>(bars.beats);
    OnBeat begins(beats.at_s.size());
    for (std::size_t i = 0; i < begins.size(); ++i) {
        begins[i] = t.kick[i] + 0.7 * t.bass[i] + 1.5 * t.chord[i] + 0.5 * t.harmony[i];
        // The snare of a bar in four comes on two and four.
        if (bars.beats == 4) begins[i] -= 0.7 * t.snare[i];
    }
    std::vector<double> each;
    for (std::size_t first = 0; first < count; ++first)
        each.push_back(downbeats(begins, first, count));
    const auto best = std::max_element(each.begin(), each.end());
    bars.first = static_cast<int>(best - each.begin());
    if (downbeat_s) {
        const auto& at = beats.at_s;
        const auto nearest = std::min_element(at.begin(), at.end(), [&](double a, double b) {
            return std::fabs(a - *downbeat_s) < std::fabs(b - *downbeat_s);
        });
        bars.first = static_cast<int>(static_cast<std::size_t>(nearest - at.begin()) % count);
    }
    for (std::size_t i = static_cast<std::size_t>(bars.first); i < beats.at_s.size(); i += count)
        bars.at_s.push_back(beats.at_s[i]);
    // Sure where the best count stands out, and where the metre is clearly the one.
    double second = -HUGE_VAL;
    for (std::size_t i = 0; i < each.size(); ++i)
        if (i != static_cast<std::size_t>(bars.first)) second = std::max(second, each[i]);
    const double clear = downbeat_s ? 1 : std::clamp((*best - second) / 4, 0.0, 1.0);
    const double metre =
        beats_per_bar > 0
            ? 1
            : std::clamp(0.5 + std::fabs(three - four) / (std::max(three, four) + 0.1), 0.0, 1.0);
    bars.confidence = std::min(1.0, beats.confidence * 1.2) * clear * metre;
    return bars;
}

}  // namespace mixfarm
