/// Long-term spectrum of left, right and their cross power in bands: Welch's method, half overlap,
/// and a window whose square and its copy half a transform later add up to one, so that every
/// sample counts the same.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "kernels/core/fft.h"
#include "kernels/meters/meter.h"

namespace mixfarm {

/// Bins lie this close at least: in mixes, of which there are many, and in files.
inline constexpr double kMixBinHz = 3, kFileBinHz = 0.75;

/// Which share of which FFT bin belongs to which band; bins on an edge are split between their two
/// bands.
struct BandMap {
    struct Share {
        int bin, band;
        float weight;
    };
    int size;                   ///< of the FFT, a power of two
    std::vector<Share> shares;  ///< band after band, by bin
    std::vector<float> window;  ///< [size]
    double scale;               ///< sum of |X|^2 of all transforms -> sum of the samples' squares

    int bands;

    struct Edges {
        double low_hz, high_hz;
    };
    BandMap(double rate, const std::vector<Edges>& edges, double bin_hz);
    /// The third-octave bands of mixes.
    explicit BandMap(double rate) : BandMap(rate, third_octaves(), kMixBinHz) {}
    static std::vector<Edges> third_octaves();
};

/// Collects one stretch of audio after another; transforms do not cross from one to the next. The
/// first begins half a transform before its stretch and the last ends after it, with silence there:
/// every sample lies in two.
template <class F>
class Spectrum {
public:
    Spectrum(const BandMap& map, const LaneFft& fft)
        : map_(map),
          fft_(fft),
          half_(map.size / 2),
          left_(half_),
          right_(half_),
          re_(map.size, F(0.f)),
          im_(map.size, F(0.f)),
          sums_(static_cast<std::size_t>(3 * map.bands * lane_count<F>)) {}

    void push(const F* left, const F* right, int frames) {
        frames_ += frames;
        for (int done = 0; done < frames;) {
            const int count = std::min(frames - done, half_ - filled_);
            const float* const window = map_.window.data() + half_ + filled_;
            for (int n = 0; n < count; ++n) {
                const F l = left[done + n], r = right[done + n], w = F(window[n]);
                left_[filled_ + n] = l, right_[filled_ + n] = r;
                re_[half_ + filled_ + n] = l * w, im_[half_ + filled_ + n] = r * w;
            }
            done += count;
            filled_ += count;
            open_ = true;
            if (filled_ == half_) analyse();
        }
    }
    void end_stretch() {
        if (!open_) return;
        if (filled_ > 0) analyse_padded();
        analyse_padded();
        std::fill_n(re_.begin(), half_, F(0.f));
        std::fill_n(im_.begin(), half_, F(0.f));
        open_ = false;
    }
    /// Mean squares of one lane, of all stretches that have ended: [map.bands] each.
    void read(int lane_index, double* left, double* right, double* cross) const {
        const double scale = frames_ > 0 ? map_.scale / static_cast<double>(frames_) : 0;
        const double* sum = sums_.data() + lane_index;
        for (int b = 0; b < map_.bands; ++b)
            for (double* const to : {left, right, cross}) {
                to[b] = *sum * scale;
                sum += lane_count<F>;
            }
    }

private:
    void analyse_padded() {
        for (int n = filled_; n < half_; ++n) {
            left_[n] = right_[n] = F(0.f);
            re_[half_ + n] = im_[half_ + n] = F(0.f);
        }
        analyse();
    }
    void analyse() {
        fft_.transform(re_.data(), im_.data());
        double* to = sums_.data();
        const auto add = [&to](const F& sum) {
            for (int i = 0; i < lane_count<F>; ++i) *to++ += lane(sum, i);
        };
        auto s = map_.shares.begin();
        for (int band = 0; band < map_.bands; ++band) {
            F left = F(0.f), right = F(0.f), cross = F(0.f);
            // Left and right share one complex transform: Z_k and Z_(N-k) hold both (factor 1/4 is
            // in `scale`).
            for (; s != map_.shares.end() && s->band == band; ++s) {
                const int p = fft_.place(s->bin), q = fft_.place(map_.size - s->bin);
                const F lr = re_[p] + re_[q], li = im_[p] - im_[q], rr = im_[p] + im_[q],
                        ri = re_[q] - re_[p];
                const F w = F(s->weight);
                left = fma_(w, fma_(lr, lr, li * li), left);
                right = fma_(w, fma_(rr, rr, ri * ri), right);
                cross = fma_(w, fma_(lr, rr, li * ri), cross);
            }
            add(left), add(right), add(cross);
        }
        // The newer half is the older one of the next transform.
        for (int n = 0; n < half_; ++n) {
            const F w = F(map_.window[n]);
            re_[n] = left_[n] * w, im_[n] = right_[n] * w;
        }
        filled_ = 0;
    }

    const BandMap& map_;
    const LaneFft& fft_;
    int half_;
    std::vector<F> left_, right_;  ///< the newer half of the next transform
    std::vector<F> re_, im_;       ///< all of it, under the window
    std::vector<double> sums_;     ///< [bands][left, right, cross][lanes]
    int filled_ = 0;               ///< of the newer half
    bool open_ = false;            ///< a stretch has begun
    std::int64_t frames_ = 0;      ///< of all stretches
};

}  // namespace mixfarm
