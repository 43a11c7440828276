/// The published audio features of whole mixes, in double precision but for the transforms.
#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "kernels/core/fft.h"
#include "kernels/engine.h"

namespace mixfarm {
namespace {

constexpr int kSize = 32768, kHop = 8192;
constexpr double kFloor = 1e-8, kLowHz = 20, kHighHz = 20000;
constexpr double kRmsWeight = 0.1, kCrestWeight = 0.001, kWidthWeight = 1, kImbalanceWeight = 1,
                 kBarkWeight = 0.1;

// Traunmueller (1990), with his corrections at both ends.
double bark_of(double hz) {
    const double z = 26.81 * hz / (1960 + hz) - 0.53;
    return z < 2 ? z + 0.15 * (2 - z) : z > 20.1 ? z + 0.22 * (z - 20.1) : z;
}
double hz_of(double bark) {
    const double z = bark < 2      ? (bark - 0.3) / 0.85
                     : bark > 20.1 ? (bark + 0.22 * 20.1) / 1.22
                                   : bark;
    return 1960 * (z + 0.53) / (26.28 - z);
}

/// Corners of the triangles: band k rises from corner k to k + 1 and falls to k + 2.
std::array<double, kBarkBands + 2> corners() {
    std::array<double, kBarkBands + 2> hz;
    const double low = bark_of(kLowHz), high = bark_of(kHighHz);
    for (std::size_t k = 0; k < hz.size(); ++k)
        hz[k] = hz_of(low + (high - low) * static_cast<double>(k) / (kBarkBands + 1));
    return hz;
}

/// Sample n of a signal mirrored at both ends; 0 beyond what has a mirror image.
float mirrored(const std::vector<float>& x, std::int64_t n) {
    const auto frames = static_cast<std::int64_t>(x.size());
    if (n < 0) n = -n;
    if (n >= frames) n = 2 * (frames - 1) - n;
    return n >= 0 && n < frames ? x[static_cast<std::size_t>(n)] : 0.f;
}

/// Mean magnitudes [kSize / 2 + 1] of left + right and left - right.
std::array<std::vector<double>, 2> mean_magnitudes(const StereoAudio& audio) {
    const LaneFft fft(kSize);
    std::vector<float> window(kSize), sum(kSize), difference(kSize);
    for (int n = 0; n < kSize; ++n)
        window[static_cast<std::size_t>(n)] =
            static_cast<float>(0.5 - 0.5 * std::cos(2 * std::numbers::pi * n / kSize));
    std::array<std::vector<double>, 2> mean;
    for (auto& m : mean) m.assign(kSize / 2 + 1, 0.0);
    const auto frames = static_cast<std::int64_t>(audio.left.size());
    const std::int64_t count = frames / kHop + 1;
    for (std::int64_t t = 0; t < count; ++t) {
        for (std::size_t n = 0; n < kSize; ++n) {
            const std::int64_t at = t * kHop + static_cast<std::int64_t>(n) - kSize / 2;
            const float l = mirrored(audio.left, at), r = mirrored(audio.right, at);
            sum[n] = window[n] * (l + r);
            difference[n] = window[n] * (l - r);
        }
        // Two real signals in one transform: their spectra are its even and odd parts.
        fft.transform(sum.data(), difference.data());
        for (int k = 0; k <= kSize / 2; ++k) {
            const auto a = static_cast<std::size_t>(fft.place(k)),
                       b = static_cast<std::size_t>(fft.place((kSize - k) % kSize));
            const double re = sum[a], im = difference[a], other_re = sum[b],
                         other_im = difference[b];
            mean[0][static_cast<std::size_t>(k)] +=
                std::hypot(re + other_re, im - other_im) / 2 / static_cast<double>(count);
            mean[1][static_cast<std::size_t>(k)] +=
                std::hypot(im + other_im, other_re - re) / 2 / static_cast<double>(count);
        }
    }
    return mean;
}

template <std::size_t N>
double mean_square(const std::array<double, N>& a, const std::array<double, N>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < N; ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum / N;
}

}  // namespace

AudioFeatures audio_features(const StereoAudio& audio) {
    AudioFeatures f;
    double square[2] = {}, peak[2] = {}, sum = 0, difference = 0;
    const std::size_t frames = audio.left.size();
    for (std::size_t n = 0; n < frames; ++n) {
        const double x[2] = {audio.left[n], audio.right[n]};
        for (int c = 0; c < 2; ++c) {
            square[c] += x[c] * x[c];
            peak[c] = std::max(peak[c], std::fabs(x[c]));
        }
        sum += (x[0] + x[1]) * (x[0] + x[1]);
        difference += (x[0] - x[1]) * (x[0] - x[1]);
    }
    const double count = static_cast<double>(std::max<std::size_t>(frames, 1));
    for (std::size_t c = 0; c < 2; ++c) {
        f.rms[c] = std::sqrt(std::max(square[c] / count, kFloor));
        f.crest_db[c] = 20 * std::log10(std::max(peak[c], kFloor) / f.rms[c]);
    }
    f.width = difference / count / std::max(sum / count, kFloor);
    f.imbalance =
        (square[1] - square[0]) / count / std::max((square[0] + square[1]) / count, kFloor);

    const auto magnitudes = mean_magnitudes(audio);
    const auto hz = corners();
    for (std::size_t side = 0; side < 2; ++side)
        for (std::size_t b = 0; b < kBarkBands; ++b) {
            double in_band = 0;
            for (std::size_t k = 0; k <= kSize / 2; ++k) {
                const double at = static_cast<double>(k) * audio.rate / kSize;
                const double share = std::min((at - hz[b]) / (hz[b + 1] - hz[b]),
                                              (hz[b + 2] - at) / (hz[b + 2] - hz[b + 1]));
                if (share > 0) in_band += share * magnitudes[side][k];
            }
            f.bark[side * kBarkBands + b] = std::log(in_band + kFloor);
        }
    return f;
}

FeatureLoss feature_loss(const AudioFeatures& mix, const AudioFeatures& reference) {
    const auto square = [](double x) { return x * x; };
    FeatureLoss loss;
    loss.rms = mean_square(mix.rms, reference.rms);
    loss.crest = mean_square(mix.crest_db, reference.crest_db);
    loss.width = square(mix.width - reference.width);
    loss.imbalance = square(mix.imbalance - reference.imbalance);
    loss.bark = mean_square(mix.bark, reference.bark);
    loss.total = kRmsWeight * loss.rms + kCrestWeight * loss.crest + kWidthWeight * loss.width +
                 kImbalanceWeight * loss.imbalance + kBarkWeight * loss.bark;
    return loss;
}

}  // namespace mixfarm
