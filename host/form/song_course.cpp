/// Spectra of the bodies' sums, and what rises in them.
#include "host/form/song_course.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <span>
#include <unsupported/Eigen/FFT>

namespace mixfarm {
namespace {

constexpr double kWindow_s = 0.04, kChromaWindow_s = 0.17;
constexpr double kLowHz = 150, kMidHz = 2000, kHighHz = 16000, kFirstHz = 30;
constexpr int kRiseSteps = 2;
constexpr double kFloor = 1e-4;  ///< of a band's loud level (-40 dB): what is below counts little
constexpr double kEmpty = 1e-7;  ///< of the loudest band's: what a window lets through from others
constexpr double kChromaFrom = 55, kChromaTo = 1760;

/// A power of two of about that many seconds.
int transform_size(int rate, double seconds) {
    int size = 64;
    while (size * 1.41 < seconds * rate) size *= 2;
    return size;
}

/// Power spectra of a signal at evenly spaced moments.
class Spectra {
public:
    Spectra(int rate, double window_s)
        : size_(transform_size(rate, window_s)), window_(static_cast<std::size_t>(size_)) {
        for (int n = 0; n < size_; ++n)
            window_[static_cast<std::size_t>(n)] =
                static_cast<float>(0.5 - 0.5 * std::cos(2 * std::numbers::pi * (n + 0.5) / size_));
        fft_.SetFlag(Eigen::FFT<float>::HalfSpectrum);
        time_.resize(static_cast<std::size_t>(size_));
        bins_.resize(static_cast<std::size_t>(size_ / 2 + 1));
    }
    int bins() const { return size_ / 2 + 1; }
    /// Around `centre`; what lies outside of the signal is silent. Valid until the next one.
    std::span<const std::complex<float>> at(const std::vector<float>& x, std::int64_t centre) {
        const std::int64_t first = centre - size_ / 2;
        for (int n = 0; n < size_; ++n) {
            const std::int64_t i = first + n;
            const bool inside = i >= 0 && i < static_cast<std::int64_t>(x.size());
            time_[static_cast<std::size_t>(n)] =
                inside ? x[static_cast<std::size_t>(i)] * window_[static_cast<std::size_t>(n)]
                       : 0.f;
        }
        fft_.fwd(bins_.data(), time_.data(), size_);
        return bins_;
    }

private:
    int size_;
    std::vector<float> window_, time_;
    std::vector<std::complex<float>> bins_;
    Eigen::FFT<float> fft_;
};

/// The bodies' stems added up, both sides together; empty where none sounds.
std::vector<float> sum_of(const Song& song, Body body) {
    std::vector<float> sum;
    for (const Stem& stem : song.stems) {
        if (stem.silent || body_of(stem.role.role) != static_cast<int>(body)) continue;
        sum.resize(static_cast<std::size_t>(song.frames));
        const float *left = stem.left_data(), *right = stem.right_data();
        for (std::size_t n = 0; n < sum.size(); ++n) sum[n] += 0.5f * (left[n] + right[n]);
    }
    return sum;
}

/// Bins [first, last) of a band and the range it counts to.
struct Band {
    int first, last, range;
};

/// Third octaves, one bin wide at least.
std::vector<Band> bands_of(int bins, int rate) {
    std::vector<Band> bands;
    const double bin_hz = 0.5 * rate / (bins - 1);
    int first = std::max(1, static_cast<int>(std::lround(kFirstHz / bin_hz)));
    for (double hz = kFirstHz; hz < std::min(kHighHz, 0.45 * rate) && first < bins;) {
        hz *= std::exp2(1.0 / 3);
        const int last = std::min(bins, static_cast<int>(std::lround(hz / bin_hz)));
        if (last <= first) continue;
        const double centre = 0.5 * (first + last) * bin_hz;
        bands.push_back({first, last, centre < kLowHz ? 0 : centre < kMidHz ? 1 : 2});
        first = last;
    }
    return bands;
}

Onsets onsets_of(const std::vector<float>& x, int rate, std::size_t steps) {
    Onsets onsets;
    if (x.empty()) return onsets;
    Spectra spectra(rate, kWindow_s);
    const std::vector<Band> bands = bands_of(spectra.bins(), rate);
    std::vector<std::vector<float>> level(bands.size(), std::vector<float>(steps));
    for (std::size_t t = 0; t < steps; ++t) {
        const auto spectrum = spectra.at(x, static_cast<std::int64_t>(t) * rate / kCourseHz);
        for (std::size_t b = 0; b < bands.size(); ++b) {
            float power = 0;
            for (int k = bands[b].first; k < bands[b].last; ++k)
                power += std::norm(spectrum[static_cast<std::size_t>(k)]);
            level[b][t] = power;
        }
    }
    onsets.low_power.assign(steps, 0), onsets.mid_power.assign(steps, 0);
    for (std::size_t b = 0; b < bands.size(); ++b) {
        if (bands[b].range > 1) continue;
        std::vector<float>& sum = bands[b].range == 0 ? onsets.low_power : onsets.mid_power;
        for (std::size_t t = 0; t < steps; ++t) sum[t] += level[b][t];
    }
    std::array<int, 3> counts{};
    std::array<std::vector<float>*, 3> ranges = {&onsets.low, &onsets.mid, &onsets.high};
    for (std::vector<float>* range : ranges) range->assign(steps, 0);
    std::vector<float> loud;
    for (const std::vector<float>& of_band : level) {
        std::vector<float> sorted = of_band;
        const auto at = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() * 95 / 100);
        std::nth_element(sorted.begin(), at, sorted.end());
        loud.push_back(*at);
    }
    const float loudest = bands.empty() ? 0 : *std::max_element(loud.begin(), loud.end());
    for (std::size_t b = 0; b < bands.size(); ++b) {
        const float floor =
            std::max(static_cast<float>(kFloor) * loud[b], static_cast<float>(kEmpty) * loudest) +
            1e-12f;
        for (float& l : level[b]) l = std::log2(1 + l / floor);
        const auto range = static_cast<std::size_t>(bands[b].range);
        ++counts[range];
        for (std::size_t t = kRiseSteps; t < steps; ++t)
            (*ranges[range])[t] += std::max(0.f, level[b][t] - level[b][t - kRiseSteps]);
    }
    for (std::size_t r = 0; r < 3; ++r)
        for (float& o : *ranges[r]) o /= static_cast<float>(std::max(counts[r], 1));
    return onsets;
}

std::vector<std::array<float, 12>> chroma_of(const std::vector<float>& x, int rate,
                                             std::size_t looks) {
    std::vector<std::array<float, 12>> chroma(looks);
    if (x.empty()) return chroma;
    Spectra spectra(rate, kChromaWindow_s);
    const double bin_hz = 0.5 * rate / (spectra.bins() - 1);
    const int first = static_cast<int>(kChromaFrom / bin_hz),
              last = std::min(spectra.bins() - 1, static_cast<int>(kChromaTo / bin_hz));
    for (std::size_t t = 0; t < looks; ++t) {
        const auto spectrum = spectra.at(x, static_cast<std::int64_t>(t) * rate / kChromaHz);
        float sum = 0;
        for (int k = std::max(first, 1); k < last; ++k) {
            const auto at = static_cast<std::size_t>(k);
            const float here = std::abs(spectrum[at]), before = std::abs(spectrum[at - 1]),
                        after = std::abs(spectrum[at + 1]);
            if (here < before || here < after) continue;  // peaks alone are notes
            const float bend = before - 2 * here + after;
            const double place = k + (bend < 0 ? 0.5 * (before - after) / bend : 0);
            const double note = 12 * std::log2(place * bin_hz / 440) + 69;
            const int nearest = static_cast<int>(std::lround(note));
            const float weight = std::sqrt(here);
            chroma[t][static_cast<std::size_t>(((nearest % 12) + 12) % 12)] += weight;
            sum += weight;
        }
        if (sum > 1e-3f)
            for (float& c : chroma[t]) c /= sum;
        else
            chroma[t] = {};
    }
    return chroma;
}

}  // namespace

int body_of(Role role) {
    const std::string_view family = role_family(role);
    return family == "drums"    ? static_cast<int>(Body::kit)
           : family == "bass"   ? static_cast<int>(Body::bass)
           : family == "music"  ? static_cast<int>(Body::harmony)
           : family == "vocals" ? static_cast<int>(Body::voice)
                                : -1;
}

SongCourse song_course(const Song& song) {
    SongCourse course;
    course.seconds = song.seconds();
    const auto looks = static_cast<std::size_t>(course.seconds * kChromaHz);
    tbb::parallel_for(0, kBodies + 1, [&](int part) {
        if (part < kBodies) {
            course.onsets[static_cast<std::size_t>(part)] =
                onsets_of(sum_of(song, static_cast<Body>(part)), song.rate, course.steps());
            return;
        }
        std::vector<float> notes = sum_of(song, Body::harmony);
        const std::vector<float> bass = sum_of(song, Body::bass);
        notes.resize(std::max(notes.size(), bass.size()));
        for (std::size_t n = 0; n < bass.size(); ++n) notes[n] += bass[n];
        course.chroma = chroma_of(notes, song.rate, looks);
    });
    return course;
}

}  // namespace mixfarm
