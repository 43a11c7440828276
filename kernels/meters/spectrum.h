/// Long-term spectrum of left, right and their cross power in bands: Welch's method, Hann
/// window, half overlap.
#pragma once

#include <cmath>
#include <memory>
#include <vector>

#include "kernels/core/fft.h"
#include "kernels/meters/meter.h"

namespace mixfarm {

/// Which share of which FFT bin belongs to which band; bins on an edge are split between their two
/// bands.
struct BandMap {
    struct Share {
        int bin, band;
        float weight;
    };
    int size;                   ///< FFT size: a resolution of about 12 Hz
    std::vector<Share> shares;  ///< by bin
    std::vector<float> window;  ///< Hann
    double scale;               ///< |X|^2 of one frame -> mean square

    int bands;

    struct Edges {
        double low_hz, high_hz;
    };
    BandMap(double rate, const std::vector<Edges>& edges);
    /// The third-octave bands.
    explicit BandMap(double rate) : BandMap(rate, third_octaves()) {}
    static std::vector<Edges> third_octaves();
};

/// Collects one stretch of audio after another; frames do not cross from one stretch to the next.
template <class F>
class Spectrum {
public:
    Spectrum(const BandMap& map, const LaneFft& fft)
        : map_(map),
          fft_(fft),
          left_(map.size),
          right_(map.size),
          re_(map.size),
          im_(map.size),
          sums_(3 * map.bands, F(0.f)) {}

    void push(const F* left, const F* right, int frames) {
        for (int n = 0; n < frames; ++n) {
            left_[filled_] = left[n];
            right_[filled_] = right[n];
            if (++filled_ == map_.size) {
                analyse();
                const int half = map_.size / 2;
                for (int i = 0; i < half; ++i)
                    left_[i] = left_[half + i], right_[i] = right_[half + i];
                filled_ = half;
            }
        }
    }
    /// The end of a stretch; one shorter than a frame is padded with silence, so that every stretch
    /// counts.
    void end_stretch() {
        if (frames_in_stretch_ == 0 && filled_ > 0) {
            const double share = static_cast<double>(filled_) / map_.size;
            for (int i = filled_; i < map_.size; ++i) left_[i] = F(0.f), right_[i] = F(0.f);
            analyse();
            frames_ += share - 1;
        }
        filled_ = 0;
        frames_in_stretch_ = 0;
    }
    /// Mean squares of one lane: [map.bands] each.
    void read(int lane_index, double* left, double* right, double* cross) const {
        const double scale = frames_ > 0 ? map_.scale / frames_ : 0;
        for (int b = 0; b < map_.bands; ++b) {
            left[b] = lane(sums_[3 * b], lane_index) * scale;
            right[b] = lane(sums_[3 * b + 1], lane_index) * scale;
            cross[b] = lane(sums_[3 * b + 2], lane_index) * scale;
        }
    }

private:
    void analyse() {
        for (int i = 0; i < map_.size; ++i) {
            re_[i] = left_[i] * F(map_.window[i]);
            im_[i] = right_[i] * F(map_.window[i]);
        }
        fft_.transform(re_.data(), im_.data());
        // Left and right share one complex transform: Z_k and Z_(N-k) hold both (factor 1/4 is in
        // `scale`).
        for (const BandMap::Share& s : map_.shares) {
            const int p = fft_.place(s.bin), q = fft_.place(map_.size - s.bin);
            const F lr = re_[p] + re_[q], li = im_[p] - im_[q], rr = im_[p] + im_[q],
                    ri = re_[q] - re_[p];
            const F w = F(s.weight);
            F* sum = &sums_[3 * s.band];
            sum[0] = fma_(w, fma_(lr, lr, li * li), sum[0]);
            sum[1] = fma_(w, fma_(rr, rr, ri * ri), sum[1]);
            sum[2] = fma_(w, fma_(lr, rr, li * ri), sum[2]);
        }
        frames_ += 1;
        ++frames_in_stretch_;
    }

    const BandMap& map_;
    const LaneFft& fft_;
    std::vector<F> left_, right_, re_, im_;
    std::vector<F> sums_;  ///< [bands][left, right, cross]
    int filled_ = 0;
    int frames_in_stretch_ = 0;
    double frames_ = 0;
};

}  // namespace mixfarm
