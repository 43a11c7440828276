/// A voice's level every 10 ms, cut into runs, runs joined to phrases.
#include "host/form/phrases.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <optional>
#include <unsupported/Eigen/FFT>

#include "host/analysis/biquad.h"

namespace mixfarm {
namespace {

// Frames are steps of 10 ms. Levels are means over 20 ms around the step.
constexpr int kStepsHz = 100;
constexpr double kVoiceFromHz = 120, kVoiceToHz = 6000;
constexpr double kOverFloor_db = 12, kUnderLoud_db = 30, kOffLower_db = 6;
constexpr double kLeastUnderLoud_db = 15;  ///< a voice that never rests has no floor to see
constexpr int kHang = 12, kJoined = 25, kLeastRun = 20;         ///< steps
constexpr int kBreathLeast = 10, kBreathMost = 50;              ///< steps
constexpr double kNoisy = 0.3, kBreathQuieter_db = 8;           ///< flatness; under the run's loud
constexpr int kWordLeast = 20, kWordMost = 90, kDipReach = 30;  ///< steps
constexpr double kDip_db = 6, kWordGuess_s = 0.5;
constexpr double kRestLeast_s = 0.35, kRestMost_s = 1, kUnknownBeat_s = 0.5;

/// Second-order Butterworth.
Biquad butterworth(double hz, int rate, bool high) {
    const double k = std::tan(std::numbers::pi * std::min(hz, 0.45 * rate) / rate);
    const double norm = 1 / (1 + std::numbers::sqrt2 * k + k * k);
    Biquad b;
    b.b0 = b.b2 = (high ? 1 : k * k) * norm;
    b.b1 = (high ? -2 : 2) * b.b0;
    b.a1 = 2 * (k * k - 1) * norm;
    b.a2 = (1 - std::numbers::sqrt2 * k + k * k) * norm;
    return b;
}

/// The voice's band of both sides together.
std::vector<float> voice_band(const Stem& stem, int rate) {
    Biquad high = butterworth(kVoiceFromHz, rate, true), low = butterworth(kVoiceToHz, rate, false);
    std::vector<float> x(stem.left.size());
    const float *left = stem.left_data(), *right = stem.right_data();
    for (std::size_t n = 0; n < x.size(); ++n) {
        x[n] = static_cast<float>(low(high(0.5 * (left[n] + right[n]))));
        if (n % 64 == 0) low.settle(), high.settle();
    }
    return x;
}

/// [steps] dBFS, -120 at least.
std::vector<double> levels_of(const std::vector<float>& x, int rate) {
    const auto steps = x.size() * kStepsHz / static_cast<std::size_t>(rate);
    const std::int64_t half = rate / kStepsHz;
    std::vector<double> level(steps, -120);
    for (std::size_t t = 0; t < steps; ++t) {
        const std::int64_t centre = static_cast<std::int64_t>(t) * rate / kStepsHz;
        double sum = 0;
        const auto first = std::max<std::int64_t>(0, centre - half),
                   last = std::min(static_cast<std::int64_t>(x.size()), centre + half);
        for (std::int64_t n = first; n < last; ++n) {
            const double v = x[static_cast<std::size_t>(n)];
            sum += v * v;
        }
        level[t] =
            std::max(-120.0, 10 * std::log10(sum / std::max<double>(1, last - first) + 1e-12));
    }
    return level;
}

double at_share(std::vector<double> x, double share) {
    const auto at = x.begin() + static_cast<std::ptrdiff_t>(share * (x.size() - 1));
    std::nth_element(x.begin(), at, x.end());
    return *at;
}

/// Tells noise from notes: geometric over arithmetic mean of the power in the voice's band.
class Flatness {
public:
    Flatness(const std::vector<float>& x, int rate)
        : x_(x), rate_(rate), size_(rate > 64000 ? 2048 : 1024) {
        fft_.SetFlag(Eigen::FFT<float>::HalfSpectrum);
        time_.resize(static_cast<std::size_t>(size_));
        bins_.resize(static_cast<std::size_t>(size_ / 2 + 1));
    }
    double at(int step) {
        const std::int64_t first = static_cast<std::int64_t>(step) * rate_ / kStepsHz - size_ / 2;
        for (int n = 0; n < size_; ++n) {
            const std::int64_t i = first + n;
            const bool inside = i >= 0 && i < static_cast<std::int64_t>(x_.size());
            const double window = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * (n + 0.5) / size_);
            time_[static_cast<std::size_t>(n)] =
                inside ? static_cast<float>(window * x_[static_cast<std::size_t>(i)]) : 0.f;
        }
        fft_.fwd(bins_.data(), time_.data(), size_);
        double logs = 0, sum = 0;
        int count = 0;
        for (int k = std::max(1, static_cast<int>(kVoiceFromHz * 1.5 * size_ / rate_));
             k < std::min(size_ / 2, static_cast<int>(kVoiceToHz * 0.9 * size_ / rate_)); ++k) {
            const double power = std::norm(bins_[static_cast<std::size_t>(k)]) + 1e-15;
            logs += std::log(power), sum += power, ++count;
        }
        return count > 0 ? std::exp(logs / count) / (sum / count) : 0;
    }

private:
    const std::vector<float>& x_;
    int rate_, size_;
    std::vector<float> time_;
    std::vector<std::complex<float>> bins_;
    Eigen::FFT<float> fft_;
};

/// Steps [first, last).
struct Run {
    int first, last;
};

/// Where the level is up: a threshold to begin, a lower one to go on, rests as short as a hang.
std::vector<Run> runs_of(const std::vector<double>& level) {
    const double loud = at_share(level, 0.95);
    if (loud < -90) return {};
    // Of a stem that seldom sounds, what is loud is loud while it does.
    std::vector<double> heard;
    for (const double l : level)
        if (l > -90) heard.push_back(l);
    const double loud_heard = std::max(loud, at_share(heard, 0.9));
    const double on =
        std::min(std::max(at_share(level, 0.05) + kOverFloor_db, loud_heard - kUnderLoud_db),
                 loud_heard - kLeastUnderLoud_db);
    std::vector<Run> runs;
    int first = -1, up = -1;
    const int steps = static_cast<int>(level.size());
    for (int t = 0; t < steps; ++t) {
        const double l = level[static_cast<std::size_t>(t)];
        if (first < 0 && l > on) first = t;
        if (first < 0) continue;
        if (l > on - kOffLower_db) up = t;
        if (t - up > kHang || t + 1 == steps) runs.push_back({first, up + 1}), first = -1;
    }
    return runs;
}

/// Cuts the breath off a run that begins with one; a run that is nothing else goes.
void leave_out_breaths(std::vector<Run>& runs, const std::vector<double>& level,
                       const std::vector<float>& x, int rate) {
    Flatness flatness(x, rate);
    for (Run& run : runs) {
        int noisy = run.first;
        while (noisy < run.last && noisy - run.first <= kBreathMost && flatness.at(noisy) > kNoisy)
            ++noisy;
        const int length = noisy - run.first;
        if (length < kBreathLeast || length > kBreathMost) continue;
        // What follows within half a second is the voice.
        double breath = -120, sung = -120;
        for (int t = run.first; t < noisy; ++t)
            breath = std::max(breath, level[static_cast<std::size_t>(t)]);
        for (int t = noisy; t < noisy + kBreathMost && t < static_cast<int>(level.size()); ++t)
            sung = std::max(sung, level[static_cast<std::size_t>(t)]);
        if (sung - breath > kBreathQuieter_db) run.first = noisy;
    }
    std::erase_if(runs, [](const Run& r) { return r.last <= r.first; });
}

/// Runs whose rests are below `rest` steps become one.
std::vector<Run> joined(const std::vector<Run>& runs, int rest) {
    std::vector<Run> all;
    for (const Run& r : runs) {
        if (!all.empty() && r.first - all.back().last < rest)
            all.back().last = r.last;
        else
            all.push_back(r);
    }
    return all;
}

/// Step at which what comes after the last dip rises; none where the end is held.
std::optional<int> last_word(const std::vector<double>& level, const Run& run) {
    const auto l = [&](int t) { return level[static_cast<std::size_t>(t)]; };
    const int from = std::max(run.first + 1, run.last - kWordMost);
    double after = -HUGE_VAL;
    for (int t = run.last - 1; t >= from; --t) {
        if (t <= run.last - kWordLeast && after - l(t) >= kDip_db && l(t) <= l(t - 1) &&
            l(t) <= l(t + 1)) {
            double before = -HUGE_VAL;
            for (int b = std::max(run.first, t - kDipReach); b < t; ++b)
                before = std::max(before, l(b));
            if (before - l(t) >= kDip_db) {
                int rise = t;
                while (l(rise) < std::max(0.5 * (after + l(t)), after - kDip_db)) ++rise;
                return rise;
            }
        }
        after = std::max(after, l(t));
    }
    return std::nullopt;
}

/// The group of four bars to which what begins at `start_s` belongs; an upbeat of a beat is the
/// next one's.
std::ptrdiff_t group_of(const std::vector<double>& fours_s, double start_s, double beat_s) {
    return std::upper_bound(fours_s.begin(), fours_s.end(), start_s + 1.05 * beat_s) -
           fours_s.begin();
}

}  // namespace

std::vector<Phrase> find_phrases(const Stem& stem, int rate, const Beats& beats,
                                 const std::vector<double>& fours_s) {
    if (stem.silent || stem.left.size() < static_cast<std::size_t>(rate) / 2) return {};
    const std::vector<float> x = voice_band(stem, rate);
    const std::vector<double> level = levels_of(x, rate);
    std::vector<Run> runs = runs_of(level);
    leave_out_breaths(runs, level, x, rate);
    runs = joined(runs, kJoined);
    std::erase_if(runs, [](const Run& r) { return r.last - r.first < kLeastRun; });
    const double beat_s = beats.tempo_bpm > 0 && beats.confidence >= kSureOfBeats
                              ? 60 / beats.tempo_bpm
                              : kUnknownBeat_s;
    const double rest_s = std::clamp(beat_s, kRestLeast_s, kRestMost_s);
    runs = joined(runs, static_cast<int>(std::lround(rest_s * kStepsHz)));
    std::vector<Phrase> phrases;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const Run& run = runs[i];
        Phrase p;
        p.start_s = static_cast<double>(run.first) / kStepsHz;
        p.end_s = static_cast<double>(run.last) / kStepsHz;
        const bool last = i + 1 == runs.size();
        const double next_s = last ? static_cast<double>(x.size()) / rate
                                   : static_cast<double>(runs[i + 1].first) / kStepsHz;
        p.gap_s = std::max(0.0, next_s - p.end_s);
        const std::optional<int> word = last_word(level, run);
        const bool brief = run.last - run.first <= kWordMost;
        p.last_word_s = word    ? static_cast<double>(*word) / kStepsHz
                        : brief ? p.start_s
                                : p.end_s - kWordGuess_s;
        const bool held = !word && !brief;
        p.strong = last || held || p.gap_s >= 2 * beat_s ||
                   (!fours_s.empty() &&
                    group_of(fours_s, next_s, beat_s) > group_of(fours_s, p.start_s, beat_s));
        phrases.push_back(p);
    }
    return phrases;
}

}  // namespace mixfarm
