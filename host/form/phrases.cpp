/// A voice's level every 10 ms, cut into runs, runs joined to phrases.
#include "host/form/phrases.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <optional>
#include <unsupported/Eigen/FFT>

#include "host/form/butterworth.h"

namespace mixfarm {
namespace {

// Frames are steps of 10 ms. Levels are means over 20 ms around the step.
constexpr int kStepsHz = 100;
constexpr double kVoiceFromHz = 120, kVoiceToHz = 6000;
constexpr double kOverFloor_db = 12, kUnderLoud_db = 30, kOffLower_db = 6;
constexpr double kLeastUnderLoud_db = 15;  ///< a voice that never rests has no floor to see
constexpr int kHang = 12, kLeastSound = 6, kLeastRun = 20;  ///< steps
constexpr int kBreathLeast = 10, kBreathMost = 50;          ///< steps
constexpr double kFlat = 0.3, kPeriodic = 0.55;             ///< what is above and below is noise
constexpr int kLowPitchHz = 75, kHighPitchHz = 350;         ///< whose periods are looked at
constexpr double kBreathQuieter_db = 8, kBreathUnderLoud_db = 20;  ///< than what follows, than all
constexpr int kWordLeast = 20, kWordMost = 90, kDipReach = 30;     ///< steps
constexpr double kDip_db = 6, kWordGuess_s = 0.5;
constexpr double kRestLeast_s = 0.35, kRestMost_s = 1, kUnknownBeat_s = 0.5;
constexpr double kLongBeats = 16;  ///< a phrase that is longer parts at lesser rests too
constexpr double kRings_db = 24;
constexpr double kRestBeats = 0.85;  ///< what rings on shortens a rest of a beat

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

double level_at_share(std::vector<double> x, double share) {
    const auto at = x.begin() + static_cast<std::ptrdiff_t>(share * (x.size() - 1));
    std::nth_element(x.begin(), at, x.end());
    return *at;
}

/// Tells noise from notes: by the geometric over the arithmetic mean of the power in the voice's
/// band, and by how alike the sound is to itself a period later.
class Noise {
public:
    Noise(const std::vector<float>& x, int rate)
        : x_(x), rate_(rate), window_(rate > 64000 ? 4096 : 2048), size_(2 * window_) {
        time_.resize(static_cast<std::size_t>(size_));
        bins_.resize(static_cast<std::size_t>(size_));
        hann_.resize(static_cast<std::size_t>(window_));
        for (int n = 0; n < window_; ++n)
            hann_[static_cast<std::size_t>(n)] =
                0.5f - 0.5f * std::cos(2 * std::numbers::pi_v<float> * (n + 0.5f) / window_);
        hann_lag_ = lags(hann_);
    }
    bool at(int step) {
        std::vector<float> frame(static_cast<std::size_t>(window_));
        const std::int64_t first = static_cast<std::int64_t>(step) * rate_ / kStepsHz - window_ / 2;
        for (int n = 0; n < window_; ++n) {
            const std::int64_t i = first + n;
            if (i < 0 || i >= static_cast<std::int64_t>(x_.size())) continue;
            frame[static_cast<std::size_t>(n)] =
                x_[static_cast<std::size_t>(i)] * hann_[static_cast<std::size_t>(n)];
        }
        const std::vector<float> lag = lags(frame);
        if (flatness() > kFlat) return true;
        if (lag[0] <= 0) return false;
        float most = 0;
        for (auto k = static_cast<std::size_t>(rate_ / kHighPitchHz);
             k < static_cast<std::size_t>(rate_ / kLowPitchHz); ++k)
            most = std::max(most, lag[k] / lag[0] * hann_lag_[0] / hann_lag_[k]);
        return most < kPeriodic;
    }

private:
    /// Autocorrelation; leaves the power spectrum in bins_.
    std::vector<float> lags(const std::vector<float>& frame) {
        std::fill(time_.begin(), time_.end(), 0.f);
        std::copy(frame.begin(), frame.end(), time_.begin());
        fft_.fwd(bins_.data(), time_.data(), size_);
        for (std::complex<float>& b : bins_) b = std::norm(b);
        std::vector<float> lag(static_cast<std::size_t>(size_));
        fft_.inv(lag.data(), bins_.data(), size_);
        return lag;
    }
    double flatness() const {
        double logs = 0, sum = 0;
        int count = 0;
        for (int k = static_cast<int>(kVoiceFromHz * 1.5 * size_ / rate_);
             k < std::min(size_ / 2, static_cast<int>(kVoiceToHz * 0.9 * size_ / rate_)); ++k) {
            const double power = double{bins_[static_cast<std::size_t>(k)].real()} + 1e-15;
            logs += std::log(power), sum += power, ++count;
        }
        return count > 0 ? std::exp(logs / count) / (sum / count) : 0;
    }

    const std::vector<float>& x_;
    int rate_, window_, size_;
    std::vector<float> time_, hann_, hann_lag_;
    std::vector<std::complex<float>> bins_;
    Eigen::FFT<float> fft_;
};

/// Steps [first, last).
struct Run {
    int first, last;
};

/// Loud moments of a stem while it sounds; of silence: none.
std::optional<double> loud_of(const std::vector<double>& level) {
    std::vector<double> heard;
    for (const double l : level)
        if (l > -90) heard.push_back(l);
    if (heard.size() < kLeastRun) return std::nullopt;
    return level_at_share(heard, 0.95);
}

/// Where the level is up: a threshold to begin, a lower one to go on, rests as short as a hang.
std::vector<Run> runs_of(const std::vector<double>& level, double loud) {
    const double floor = level_at_share(level, 0.05);
    const double on =
        std::min(std::max(floor + kOverFloor_db, loud - kUnderLoud_db), loud - kLeastUnderLoud_db);
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

/// Cuts quiet noise out of runs, and what is much softer than the voice that it leads to.
std::vector<Run> without_breaths(const std::vector<Run>& runs, const std::vector<double>& level,
                                 double loud, const std::vector<float>& x, int rate) {
    Noise noise(x, rate);
    std::vector<Run> sung;
    for (Run rest : runs) {
        const auto cut = [&](int from, int to) {
            if (to - from < kBreathLeast) return;
            if (from > rest.first) sung.push_back({rest.first, from});
            rest.first = to;
        };
        int from = rest.first, to = from;  // the noise that is being looked at
        for (int t = rest.first; t < rest.last; ++t) {
            const bool begins = from == rest.first && t - from <= kBreathMost;
            const double l = level[static_cast<std::size_t>(t)];
            if ((begins || l < loud - kBreathUnderLoud_db) && noise.at(t)) {
                to = t + 1;
            } else if (t - to >= 2) {  // three notes on end
                double breath = -120, after = -120;
                for (int b = from; b < to; ++b)
                    breath = std::max(breath, level[static_cast<std::size_t>(b)]);
                for (int a = to; a < std::min(to + kBreathMost, rest.last); ++a)
                    after = std::max(after, level[static_cast<std::size_t>(a)]);
                if (after - breath > kBreathQuieter_db) cut(from, to);
                from = to = t + 1;
            }
        }
        if (from > rest.first) cut(from, to);
        if (rest.last > rest.first) sung.push_back(rest);
    }
    return sung;
}

/// Runs whose rests are below `rest` steps become one; where that is longer than `most`, it parts
/// at its longest rest again.
std::vector<Run> phrased(const std::vector<Run>& runs, int rest, int most) {
    const auto gap = [&](std::size_t i) { return runs[i].first - runs[i - 1].last; };
    std::vector<Run> all;
    const auto add = [&](const auto& self, std::size_t from, std::size_t to) -> void {
        const Run whole{runs[from].first, runs[to - 1].last};
        std::size_t widest = from;
        for (std::size_t i = from + 1; i < to; ++i)
            if (widest == from || gap(i) > gap(widest)) widest = i;
        if (widest > from && (gap(widest) >= rest || whole.last - whole.first > most)) {
            self(self, from, widest);
            self(self, widest, to);
        } else if (whole.last - whole.first >= kLeastRun) {
            all.push_back(whole);
        }
    };
    if (!runs.empty()) add(add, 0, runs.size());
    return all;
}

/// Where a run is over to the ear: what rings on below its last two seconds goes.
int heard_until(const std::vector<double>& level, const Run& run) {
    double last = -120;
    for (int t = std::max(run.first, run.last - 2 * kStepsHz); t < run.last; ++t)
        last = std::max(last, level[static_cast<std::size_t>(t)]);
    int end = run.last;
    while (level[static_cast<std::size_t>(end - 1)] < last - kRings_db) --end;
    return end;
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
                                 const std::vector<double>& fours_s,
                                 const std::vector<PhraseJob>& given) {
    if (stem.silent || stem.left.size() < static_cast<std::size_t>(rate) / 2) return {};
    const std::vector<float> x = voice_band(stem, rate);
    const std::vector<double> level = levels_of(x, rate);
    const std::optional<double> loud = loud_of(level);
    if (!loud) return {};
    const double beat_s = beats.tempo_bpm > 0 && beats.confidence >= kSureOfBeats
                              ? 60 / beats.tempo_bpm
                              : kUnknownBeat_s;
    std::vector<Run> runs;
    for (const PhraseJob& phrase : given) {
        const int last = std::min(static_cast<int>(std::lround(phrase.end_s * kStepsHz)),
                                  static_cast<int>(level.size()));
        if (const int first = static_cast<int>(std::lround(phrase.start_s * kStepsHz));
            first < last)
            runs.push_back({first, last});
    }
    if (given.empty()) {
        runs = without_breaths(runs_of(level, *loud), level, *loud, x, rate);
        std::erase_if(runs, [](const Run& r) { return r.last - r.first < kLeastSound; });
        const double rest_s = std::clamp(kRestBeats * beat_s, kRestLeast_s, kRestMost_s);
        runs = phrased(runs, static_cast<int>(std::lround(rest_s * kStepsHz)),
                       static_cast<int>(kLongBeats * beat_s * kStepsHz));
        for (Run& run : runs) run.last = heard_until(level, run);
    }
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
