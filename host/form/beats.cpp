/// Tempo hypotheses, each tracked through the song, and the choice among them.
#include "host/form/beats.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "host/form/backbeat.h"

namespace mixfarm {
namespace {

using Course = std::vector<double>;

constexpr double kSlowest = 50, kFastest = 210;  ///< beats a minute
constexpr double kTightness = 100;  ///< of the cost of an interval that is not the period
constexpr double kUsual = 115, kOctaves = 0.9;  ///< what tempi are likely: log-normal
constexpr double kHitShare = 0.3;               ///< of kicks and snares in what beats follow
constexpr int kReach = 2;  ///< steps on either side of a beat in which a sound begins on it

/// Sounds that begin, bodies and ranges added with their weights. Empty where none of them sounds.
Course begins(const SongCourse& course, const std::array<std::array<double, 3>, kBodies>& weights) {
    Course sum(course.steps());
    bool any = false;
    for (std::size_t b = 0; b < kBodies; ++b) {
        const Onsets& onsets = course.onsets[b];
        if (onsets.silent()) continue;
        const std::vector<float>* ranges[] = {&onsets.low, &onsets.mid, &onsets.high};
        for (std::size_t r = 0; r < 3; ++r) {
            if (weights[b][r] == 0) continue;
            any = true;
            for (std::size_t t = 0; t < sum.size(); ++t) sum[t] += weights[b][r] * (*ranges[r])[t];
        }
    }
    return any ? levelled(sum) : Course{};
}

double mean_of(const Course& x) {
    return x.empty() ? 0 : std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size());
}

/// [lags] of the course less its mean, 1 at lag 0.
Course autocorrelation(const Course& x, int lags) {
    const double mean = mean_of(x);
    Course r(static_cast<std::size_t>(lags));
    for (int lag = 0; lag < lags; ++lag) {
        double sum = 0;
        for (std::size_t t = 0; t + static_cast<std::size_t>(lag) < x.size(); ++t)
            sum += (x[t] - mean) * (x[t + static_cast<std::size_t>(lag)] - mean);
        r[static_cast<std::size_t>(lag)] = sum;
    }
    const double all = r[0] + 1e-12;
    for (double& v : r) v /= all;
    return r;
}

double at(const Course& x, double place) {
    if (place < 0 || place + 1 >= static_cast<double>(x.size())) return 0;
    const auto i = static_cast<std::size_t>(place);
    const double share = place - static_cast<double>(i);
    return x[i] + share * (x[i + 1] - x[i]);
}

/// How well multiples of a period fit.
double comb(const Course& r, double period) {
    double sum = 0, weight = 0;
    for (int k = 1; k <= 8 && k * period + 1 < static_cast<double>(r.size()); ++k) {
        sum += at(r, k * period) / std::sqrt(k), weight += 1 / std::sqrt(k);
    }
    return weight > 0 ? sum / weight : 0;
}

/// Periods in steps, best comb in their neighbourhood of 4 %.
std::vector<double> periods(const Course& r) {
    const double shortest = 60.0 * kCourseHz / kFastest, longest = 60.0 * kCourseHz / kSlowest;
    double best = 0, most = -1;
    for (double p = shortest; p < longest; p *= 1.002) {
        const double likely =
            std::exp(-0.5 * std::pow(std::log2(60.0 * kCourseHz / p / kUsual) / kOctaves, 2));
        const double c = std::max(comb(r, p), 0.0) * likely;
        if (c > most) most = c, best = p;
    }
    std::vector<double> all;
    for (const double ratio : {1.0 / 3, 0.5, 1.0, 2.0, 3.0}) {
        double p = ratio * best, c = -1;
        for (double q = 0.96 * ratio * best; q < 1.04 * ratio * best; q *= 1.001)
            if (comb(r, q) > c) c = comb(r, q), p = q;
        if (p >= shortest && p <= longest) all.push_back(p);
    }
    return all;
}

/// Steps of the beats: the path of most onsets whose intervals stay near the period.
std::vector<int> follow(const Course& onsets, double period) {
    const int n = static_cast<int>(onsets.size());
    const int least = std::max(1, static_cast<int>(period / 2)),
              most = static_cast<int>(period * 2);
    Course cost(static_cast<std::size_t>(most + 1));
    for (int d = least; d <= most; ++d) {
        const double off = std::log(d / period);
        cost[static_cast<std::size_t>(d)] = kTightness * off * off;
    }
    Course sum(onsets.size());
    std::vector<int> before(onsets.size(), -1);
    for (int t = 0; t < n; ++t) {
        double best = 0;
        int from = -1;
        for (int d = least; d <= most && d <= t; ++d) {
            const double s =
                sum[static_cast<std::size_t>(t - d)] - cost[static_cast<std::size_t>(d)];
            if (s > best) best = s, from = t - d;
        }
        sum[static_cast<std::size_t>(t)] = onsets[static_cast<std::size_t>(t)] + best;
        before[static_cast<std::size_t>(t)] = from;
    }
    // The end: the best of the last two periods.
    int end = std::max(0, n - most);
    for (int t = end; t < n; ++t)
        if (sum[static_cast<std::size_t>(t)] > sum[static_cast<std::size_t>(end)]) end = t;
    std::vector<int> beats;
    for (int t = end; t >= 0; t = before[static_cast<std::size_t>(t)]) beats.push_back(t);
    std::reverse(beats.begin(), beats.end());
    return beats;
}

/// The most that begins near a step.
double near(const Course& x, double step) {
    double most = 0;
    for (int d = -kReach; d <= kReach; ++d) {
        const auto t = static_cast<std::int64_t>(std::lround(step)) + d;
        if (t >= 0 && t < static_cast<std::int64_t>(x.size()))
            most = std::max(most, x[static_cast<std::size_t>(t)]);
    }
    return most;
}

/// What lies on beats, every second one apart, in the middle between them, and at thirds of the
/// way.
struct OnBeats {
    double even = 0, odd = 0, middle = 0, thirds = 0;
    double beats() const { return 0.5 * (even + odd); }
};
OnBeats on_beats(const Course& x, const std::vector<int>& beats) {
    OnBeats on;
    int evens = 0, odds = 0, middles = 0;
    for (std::size_t i = 0; i < beats.size(); ++i) {
        (i % 2 ? on.odd : on.even) += near(x, beats[i]);
        ++(i % 2 ? odds : evens);
        if (i + 1 == beats.size()) continue;
        const double here = beats[i], step = beats[i + 1] - beats[i];
        on.middle += near(x, here + step / 2), ++middles;
        on.thirds += 0.5 * (near(x, here + step / 3) + near(x, here + step * 2 / 3));
    }
    on.even /= std::max(evens, 1), on.odd /= std::max(odds, 1), on.middle /= std::max(middles, 1);
    on.thirds /= std::max(middles, 1);
    return on;
}

/// Median interval of three, again and again: what one early or late beat does to its neighbours
/// goes. Then straight lines through seventeen beats each.
std::vector<double> smoothed(const std::vector<int>& beats, const Course& onsets) {
    std::vector<double> fine;
    for (const int b : beats) {
        // The centre of what begins there.
        double weight = 1e-9, sum = 1e-9 * b;
        for (int d = -3; d <= 3; ++d) {
            const int t = b + d;
            if (t < 0 || t >= static_cast<int>(onsets.size())) continue;
            const double o = onsets[static_cast<std::size_t>(t)];
            weight += o * o, sum += o * o * t;
        }
        fine.push_back(sum / weight);
    }
    constexpr int kAround = 8;
    std::vector<double> line(fine.size());
    const int n = static_cast<int>(fine.size());
    for (int i = 0; i < n; ++i) {
        const int from = std::max(0, i - kAround), to = std::min(n, i + kAround + 1);
        std::vector<double> weight(static_cast<std::size_t>(to - from), 1.0);
        double value = fine[static_cast<std::size_t>(i)];
        for (int turn = 0; turn < 4; ++turn) {  // what lies off the line counts less and less
            double s = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
            for (int k = from; k < to; ++k) {
                const double w = weight[static_cast<std::size_t>(k - from)], x = k - i,
                             y = fine[static_cast<std::size_t>(k)];
                s += w, sx += w * x, sy += w * y, sxx += w * x * x, sxy += w * x * y;
            }
            const double turned = s * sxx - sx * sx;
            if (std::fabs(turned) < 1e-9) break;
            const double slope = (s * sxy - sx * sy) / turned, base = (sy - slope * sx) / s;
            value = base;
            for (int k = from; k < to; ++k) {
                const double off = fine[static_cast<std::size_t>(k)] - base - slope * (k - i);
                weight[static_cast<std::size_t>(k - from)] = 1 / (1 + off * off);
            }
        }
        line[static_cast<std::size_t>(i)] = value;
    }
    return line;
}

double median(std::vector<double> x) {
    const auto half = x.begin() + static_cast<std::ptrdiff_t>(x.size() / 2);
    std::nth_element(x.begin(), half, x.end());
    return *half;
}

/// A machine's beat is exact: where most beats lie on one even grid, all do.
std::vector<double> on_grid(const std::vector<double>& beats) {
    constexpr std::size_t kLag = 16, kLeast = 48;
    constexpr double kWithin = 1, kMost = 0.7;  // 10 ms; share of the beats
    if (beats.size() < kLeast) return beats;
    std::vector<double> spans;
    for (std::size_t i = kLag; i < beats.size(); ++i)
        spans.push_back((beats[i] - beats[i - kLag]) / kLag);
    double period = median(spans), first = median(beats);
    std::size_t inside = 0;
    // Far from the middle a small error of the period is a large one of the place: outwards.
    for (double reach = 2 * kLag; inside < beats.size(); reach *= 1.5) {
        double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
        inside = 0;
        std::size_t seen = 0;
        for (const double b : beats) {
            const double k = std::round((b - first) / period);
            if (std::fabs(k) > reach) continue;
            ++seen;
            const double off = b - first - k * period;
            if (std::fabs(off) > 3 * kWithin) continue;
            inside += std::fabs(off) <= kWithin;
            n += 1, sx += k, sy += off, sxx += k * k, sxy += k * off;
        }
        const double turned = n * sxx - sx * sx;
        if (turned < 1e-9) return beats;
        const double slope = (n * sxy - sx * sy) / turned;
        first += (sy - slope * sx) / n, period += slope;
        if (seen == beats.size()) break;
    }
    if (static_cast<double>(inside) < kMost * static_cast<double>(beats.size())) return beats;
    std::vector<double> grid;
    const double begin = std::round((beats.front() - first) / period),
                 end = std::round((beats.back() - first) / period);
    for (double k = begin; k <= end; ++k) grid.push_back(first + k * period);
    return grid;
}

/// Share of beats near which the other path has one.
double agreement(const std::vector<int>& a, const std::vector<int>& b) {
    if (a.empty() || b.empty()) return 0;
    constexpr int kWithin = 7;  // 70 ms
    int same = 0;
    for (const int t : a) {
        const auto next = std::lower_bound(b.begin(), b.end(), t - kWithin);
        same += next != b.end() && *next <= t + kWithin;
    }
    return static_cast<double>(same) / static_cast<double>(a.size());
}

/// How much louder it becomes on beats in the range and body where that is most, in octaves of
/// power above each band's floor: contrast alone makes beats of what flickers in held sound.
double struck(const SongCourse& course, const std::vector<int>& beats) {
    double most = 0;
    for (const Onsets& onsets : course.onsets) {
        if (onsets.silent()) continue;
        Course rise(course.steps());
        for (std::size_t t = 0; t < rise.size(); ++t)
            rise[t] = std::max({onsets.low[t], onsets.mid[t], onsets.high[t]});
        most = std::max(most, on_beats(rise, beats).beats());
    }
    return most;
}

struct Path {
    double period = 0;
    std::vector<int> beats;
    double worth = -HUGE_VAL;
};

/// Beats carry kick and snare, the one on one and three, the other on two and four; what lies
/// between them carries less; tempi that people tap are likelier.
Path judged(double period, const Course& onsets, const Course& accents, const Hits& hits) {
    Path path{period, follow(onsets, period)};
    if (path.beats.size() < 8) return path;
    const double mean = mean_of(onsets);
    const OnBeats all = on_beats(onsets, path.beats), strong = on_beats(accents, path.beats);
    const double contrast = all.beats() / (mean + 1e-9);
    const double even =
        std::min(strong.even, strong.odd) / (std::max(strong.even, strong.odd) + 1e-9);
    const double between = std::max(strong.middle, strong.thirds) / (strong.beats() + 1e-9);
    const double bpm = 60.0 * kCourseHz / period;
    const double likely = -0.5 * std::pow(std::log2(bpm / kUsual) / kOctaves, 2);
    path.worth = std::log(contrast) + 1.5 * even - 1.5 * between + likely +
                 2 * backbeat_fit(hits, path.beats);
    return path;
}

}  // namespace

Beats even_beats(double tempo_bpm, double at_s, double song_s) {
    Beats beats;
    beats.tempo_bpm = tempo_bpm;
    beats.confidence = 1;
    const double every_s = 60 / tempo_bpm;
    for (double k = std::ceil(-at_s / every_s); at_s + k * every_s < song_s; ++k)
        beats.at_s.push_back(std::max(0.0, at_s + k * every_s));
    return beats;
}

Beats find_beats(const SongCourse& course, double tempo_bpm) {
    Course onsets = begins(course, {{{1, 1, 0.5}, {0.4, 0.4, 0}, {0.2, 0.3, 0.2}, {0, 0.1, 0.1}}});
    Beats beats;
    if (onsets.size() < 4 * kCourseHz || mean_of(onsets) <= 0) return beats;
    const Hits hits = hits_of(course);
    for (std::size_t t = 0; t < hits.kick.size(); ++t)
        onsets[t] += kHitShare * (hits.kick[t] + hits.snare[t]);
    const bool kit = !course.of(Body::kit).silent();
    // Hats and shakers divide the beat; kick, snare and bass are on it.
    const Course accents = kit ? begins(course, {{{1.5, 1, 0.3}, {0.3, 0.2, 0}, {}, {}}}) : onsets;
    std::vector<double> tried;
    if (tempo_bpm > 0)
        tried = {60.0 * kCourseHz / tempo_bpm};
    else
        tried = periods(autocorrelation(onsets, 12 * kCourseHz));
    Path best;
    for (const double period : tried) {
        Path path = judged(period, onsets, accents, hits);
        if (path.worth > best.worth || best.beats.empty()) best = std::move(path);
    }
    if (best.beats.size() < 4) return beats;
    const std::vector<double> line = smoothed(best.beats, onsets);
    for (const double step : on_grid(line)) beats.at_s.push_back(std::max(0.0, step / kCourseHz));
    std::vector<double> intervals;
    for (std::size_t i = 1; i < beats.at_s.size(); ++i)
        intervals.push_back(beats.at_s[i] - beats.at_s[i - 1]);
    beats.tempo_bpm = 60 / median(intervals);

    // Sure are beats on which much more begins than elsewhere, steadily, and that bodies agree on.
    const double contrast = on_beats(onsets, best.beats).beats() / (mean_of(onsets) + 1e-9);
    double off = 0;
    for (std::size_t i = 0; i < best.beats.size(); ++i) off += std::fabs(best.beats[i] - line[i]);
    off /= static_cast<double>(best.beats.size());
    std::vector<Course> voices = {begins(course, {{{1, 1, 0.5}, {}, {}, {}}}),
                                  begins(course, {{{}, {1, 1, 0}, {0.5, 0.7, 0.3}, {}}})};
    std::erase_if(voices, [](const Course& v) { return v.empty(); });
    double agree = voices.size() > 1 ? 1 : 0.6;
    for (const Course& voice : voices)
        if (voices.size() > 1)
            agree = std::min(agree, agreement(best.beats, follow(voice, best.period)));
    const double clear = std::clamp((contrast - 1.5) / 2.5, 0.0, 1.0),
                 steady = std::clamp(1.5 - off / 2, 0.0, 1.0),
                 // Noise, tremolo and beating reach 2.7, songs with drums 7 and more.
        there = std::clamp((struck(course, best.beats) - 2.7) / 1.3, 0.0, 1.0);
    beats.confidence = clear * steady * there * std::clamp(0.3 + 0.9 * agree, 0.0, 1.0);
    return beats;
}

}  // namespace mixfarm
