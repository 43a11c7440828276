/// Amplitudes that rise, folded over bars of four.
#include "host/form/backbeat.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace mixfarm {
namespace {

constexpr int kHitWithin = 2;         ///< steps on either side that are one hit
constexpr std::size_t kStretch = 16;  ///< beats looked at together
constexpr int kPlaces = 8;            ///< half beats of a bar
constexpr double kKickShare = 0.5;    ///< of the fit; kicks are played more freely than snares

std::vector<double> amplitude_rise(const std::vector<float>& power) {
    constexpr std::size_t kSteps = 2;
    std::vector<double> rise(power.size());
    for (std::size_t t = kSteps; t < power.size(); ++t)
        rise[t] = std::max(0.0, std::sqrt(double{power[t]}) - std::sqrt(double{power[t - kSteps]}));
    return rise;
}

double hit_near(const std::vector<double>& x, double step) {
    const auto at = static_cast<std::int64_t>(std::lround(step));
    double most = 0;
    for (std::int64_t t = at - kHitWithin; t <= at + kHitWithin; ++t)
        if (t >= 0 && t < static_cast<std::int64_t>(x.size()))
            most = std::max(most, x[static_cast<std::size_t>(t)]);
    return most;
}

using Bar = std::array<double, kPlaces>;

/// Likeness of what lies at a bar's places, begun at `first`, with hits at some of them alone.
double fit(const Bar& bar, int first, std::initializer_list<int> places) {
    double on = 0, all = 0;
    for (const int p : places) on += bar[static_cast<std::size_t>((first + p) % kPlaces)];
    for (const double h : bar) all += h * h;
    return all > 0 ? on / std::sqrt(all * static_cast<double>(places.size())) : 0;
}

}  // namespace

std::vector<double> levelled(const std::vector<double>& x) {
    constexpr int kAround = kCourseHz;
    const int n = static_cast<int>(x.size());
    std::vector<double> sum(x.size() + 1), square(x.size() + 1), out(x.size());
    for (int t = 0; t < n; ++t) {
        const auto i = static_cast<std::size_t>(t);
        sum[i + 1] = sum[i] + x[i], square[i + 1] = square[i] + x[i] * x[i];
    }
    const double all = std::sqrt(square.back() / std::max(n, 1)) + 1e-12;
    for (int t = 0; t < n; ++t) {
        const auto from = static_cast<std::size_t>(std::max(0, t - kAround)),
                   to = static_cast<std::size_t>(std::min(n, t + kAround + 1));
        const double count = static_cast<double>(to - from), mean = (sum[to] - sum[from]) / count;
        const double rms = std::sqrt((square[to] - square[from]) / count);
        out[static_cast<std::size_t>(t)] =
            std::max(0.0, x[static_cast<std::size_t>(t)] - mean) / (rms + 0.2 * all);
    }
    return out;
}

Hits hits_of(const SongCourse& course) {
    Hits hits;
    const Onsets& kit = course.of(Body::kit);
    if (kit.silent()) return hits;
    hits.kick = levelled(amplitude_rise(kit.low_power));
    hits.snare = levelled(amplitude_rise(kit.mid_power));
    for (std::size_t t = 0; t < hits.snare.size(); ++t)
        hits.snare[t] = std::max(0.0, hits.snare[t] - hit_near(hits.kick, static_cast<double>(t)));
    return hits;
}

double backbeat_fit(const Hits& hits, const std::vector<int>& beats) {
    double sum = 0;
    int count = 0;
    for (std::size_t a = 0; a + kStretch < beats.size(); a += kStretch / 2) {
        Bar kick{}, snare{};
        for (std::size_t i = 0; i < kStretch; ++i) {
            const double beat = beats[a + i], next = beats[a + i + 1];
            const std::size_t place = 2 * i % kPlaces;
            for (const auto& [half, step] : {std::pair{0u, beat}, {1u, 0.5 * (beat + next)}}) {
                kick[place + half] += hit_near(hits.kick, step);
                snare[place + half] += hit_near(hits.snare, step);
            }
        }
        double best = 0;
        for (int first = 0; first < kPlaces; ++first)
            best = std::max(best, fit(snare, first, {2, 6}) *
                                      (1 - kKickShare +
                                       kKickShare * std::max(fit(kick, first, {0, 4}),
                                                             fit(kick, first, {0, 2, 4, 6}))));
        sum += best, ++count;
    }
    return count > 0 ? sum / count : 0;
}

}  // namespace mixfarm
