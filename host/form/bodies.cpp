/// Cross-correlations of all pairs of stems over stretches of the song, low and slow.
#include "host/form/bodies.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <numeric>
#include <unsupported/Eigen/FFT>

#include "host/analysis/masking.h"
#include "host/form/butterworth.h"
#include "host/form/song_course.h"

namespace mixfarm {
namespace {

constexpr double kSameRoom = 0.15, kReach_s = 0.04;
constexpr int kSlowHz = 4000;                       ///< about the rate that stems are looked at
constexpr double kFromHz = 150, kUpToHz = 1400;     ///< low notes alone would look alike
constexpr double kStretch_s = 1, kWarmUp_s = 0.05;  ///< of the filters
constexpr int kMostStretches = 64, kLeastShared = 8;
constexpr float kUnheardLufs = -70;

using Spectrum = std::vector<std::complex<float>>;

/// Seconds of a song, evenly spread.
class Stretches {
public:
    explicit Stretches(const Song& song)
        : song_(song),
          step_(std::max(1, song.rate / kSlowHz)),
          samples_(static_cast<int>(kStretch_s * song.rate / step_)),
          lags_(static_cast<int>(kReach_s * song.rate / step_)) {
        while (size_ < samples_ + lags_) size_ *= 2;
        const int all = static_cast<int>(song.seconds() / kStretch_s);
        for (int k = 0; k < std::min(all, kMostStretches); ++k)
            starts_s_.push_back(
                std::floor(static_cast<double>(k) * all / std::min(all, kMostStretches)) *
                kStretch_s);
    }
    const std::vector<double>& starts_s() const { return starts_s_; }
    int bins() const { return size_ / 2 + 1; }

    /// Of energy 1; empty where nothing sounds.
    Spectrum spectrum(const Stem& stem, double start_s) const {
        const int rate = song_.rate;
        Biquad low[] = {butterworth(kUpToHz, rate, false), butterworth(kUpToHz, rate, false)},
               high = butterworth(kFromHz, rate, true);
        std::vector<float> time(static_cast<std::size_t>(size_));
        const auto start = static_cast<std::int64_t>(start_s * rate);
        const auto last = std::min(song_.frames, start + std::int64_t{samples_} * step_);
        double energy = 0;
        const float *left = stem.left_data(), *right = stem.right_data();
        for (auto n = std::max<std::int64_t>(0, start - static_cast<int>(kWarmUp_s * rate));
             n < last; ++n) {
            const double y = low[1](low[0](high(0.5 * (left[n] + right[n]))));
            if (n < start || (n - start) % step_ != 0) continue;
            time[static_cast<std::size_t>((n - start) / step_)] = static_cast<float>(y);
            energy += y * y;
        }
        if (energy < 1e-9) return {};
        for (float& t : time) t /= static_cast<float>(std::sqrt(energy));
        Spectrum bins(static_cast<std::size_t>(this->bins()));
        Eigen::FFT<float> fft;
        fft.SetFlag(Eigen::FFT<float>::HalfSpectrum);
        fft.fwd(bins.data(), time.data(), size_);
        return bins;
    }
    /// Of a sum of cross-spectra, the largest magnitude within reach.
    double peak(const Spectrum& cross) const {
        std::vector<float> lag(static_cast<std::size_t>(size_));
        Eigen::FFT<float> fft;
        fft.SetFlag(Eigen::FFT<float>::HalfSpectrum);
        fft.inv(lag.data(), cross.data(), size_);
        double most = 0;
        for (int k = -lags_; k <= lags_; ++k)
            most = std::max<double>(most,
                                    std::fabs(lag[static_cast<std::size_t>((k + size_) % size_)]));
        return most;
    }

private:
    const Song& song_;
    int step_, samples_, lags_, size_ = 64;
    std::vector<double> starts_s_;
};

struct Pair {
    std::size_t a, b;
    int shared = 0;  ///< stretches
    Spectrum cross;
};

/// [stems] whether the stem is heard in a stretch, and whether there is more of it than silence:
/// what bleeds is soft while its own source rests.
struct Heard {
    std::vector<char> active, there;
};

Heard heard(const Profile& profile, const std::vector<std::vector<char>>& active, double start_s) {
    Heard h;
    const auto first = static_cast<std::size_t>(start_s * 10),
               last = static_cast<std::size_t>((start_s + kStretch_s) * 10);
    for (std::size_t s = 0; s < profile.stems.size(); ++s) {
        const std::vector<float>& level = profile.stems[s].level_lufs;
        std::size_t plays = 0, sounds = 0;
        for (std::size_t i = first; i < std::min(last, level.size()); ++i)
            plays += active[s][i] != 0, sounds += level[i] > kUnheardLufs;
        h.active.push_back(2 * plays >= last - first);
        h.there.push_back(2 * sounds >= last - first);
    }
    return h;
}

int root(const std::vector<int>& parent, int stem) {
    while (parent[static_cast<std::size_t>(stem)] != stem)
        stem = parent[static_cast<std::size_t>(stem)];
    return stem;
}

void join(std::vector<int>& parent, std::size_t a, std::size_t b) {
    const int x = root(parent, static_cast<int>(a)), y = root(parent, static_cast<int>(b));
    parent[static_cast<std::size_t>(std::max(x, y))] = std::min(x, y);
}

}  // namespace

std::vector<int> leakage_bodies(const Song& song, const Profile& profile) {
    const std::size_t count = song.stems.size();
    const auto is_kit = [&](std::size_t s) {
        return body_of(song.stems[s].role.role) == static_cast<int>(Body::kit);
    };
    std::vector<std::vector<char>> active;
    for (const StemProfile& stem : profile.stems) active.push_back(active_blocks(stem.level_lufs));
    const Stretches stretches(song);
    std::vector<Pair> pairs;
    for (std::size_t a = 0; a < count; ++a)
        for (std::size_t b = a + 1; b < count; ++b)
            if (!profile.stems[a].silent && !profile.stems[b].silent && !(is_kit(a) && is_kit(b)))
                pairs.push_back({a, b, 0, Spectrum(static_cast<std::size_t>(stretches.bins()))});
    std::vector<Spectrum> spectra(count);
    for (const double start_s : stretches.starts_s()) {
        const Heard h = heard(profile, active, start_s);
        tbb::parallel_for(std::size_t{0}, count, [&](std::size_t s) {
            spectra[s] = h.there[s] ? stretches.spectrum(song.stems[s], start_s) : Spectrum{};
        });
        tbb::parallel_for(std::size_t{0}, pairs.size(), [&](std::size_t p) {
            Pair& pair = pairs[p];
            const Spectrum &a = spectra[pair.a], &b = spectra[pair.b];
            if (a.empty() || b.empty() || !(h.active[pair.a] || h.active[pair.b])) return;
            ++pair.shared;
            for (std::size_t k = 0; k < a.size(); ++k) pair.cross[k] += a[k] * std::conj(b[k]);
        });
    }
    // Notes that happen to agree for a few seconds prove nothing.
    const int enough =
        std::clamp(static_cast<int>(stretches.starts_s().size()) / 4, 3, kLeastShared);
    std::vector<char> alike(pairs.size());
    tbb::parallel_for(std::size_t{0}, pairs.size(), [&](std::size_t p) {
        alike[p] = pairs[p].shared >= enough &&
                   stretches.peak(pairs[p].cross) > kSameRoom * pairs[p].shared;
    });
    std::vector<int> parent(count);
    std::iota(parent.begin(), parent.end(), 0);
    for (std::size_t a = 0; a < count; ++a)
        for (std::size_t b = a + 1; b < count; ++b)
            if (is_kit(a) && is_kit(b)) join(parent, a, b);
    for (std::size_t p = 0; p < pairs.size(); ++p)
        if (alike[p]) join(parent, pairs[p].a, pairs[p].b);
    std::vector<int> body(count, -1);
    int bodies = 0;
    for (std::size_t s = 0; s < count; ++s) {
        const auto first = static_cast<std::size_t>(root(parent, static_cast<int>(s)));
        body[s] = first == s ? bodies++ : body[first];
    }
    return body;
}

}  // namespace mixfarm
