/// The FFT seam on the CPU: complex transforms of many lanes at once, in place, radix 4 by
/// decimation in frequency.
///
/// The spectrum comes out in digit-reversed order; `frequency(p)` tells which bin lies at place p.
/// cuFFT takes this role on GPUs.
#pragma once

#include <cmath>
#include <numbers>
#include <vector>

#include "kernels/core/check.h"
#include "kernels/core/lane.h"

namespace mixfarm {

class LaneFft {
public:
    /// `size` a power of two, at least 4.
    explicit LaneFft(int size) : size_(size), cos_(size), sin_(size), place_(size) {
        MF_CHECK(size >= 4 && (size & (size - 1)) == 0);
        for (int i = 0; i < size; ++i) {
            const double angle = 2 * std::numbers::pi * i / size;
            cos_[i] = static_cast<float>(std::cos(angle));
            sin_[i] = static_cast<float>(-std::sin(angle));
        }
        fill_places(0, size, 0, 1);
    }
    int size() const { return size_; }
    /// Place of frequency bin k, 0 <= k < size, after transform().
    int place(int k) const { return place_[k]; }

    /// Forward transform of re + i im, [size] each, unscaled.
    template <class F>
    void transform(F* re, F* im) const {
        pass(re, im, size_, 1);
    }

private:
    void fill_places(int start, int n, int offset, int stride) {
        if (n == 1) {
            place_[offset] = start;
            return;
        }
        const int radix = n == 2 ? 2 : 4;
        for (int j = 0; j < radix; ++j)
            fill_places(start + j * (n / radix), n / radix, offset + j * stride, stride * radix);
    }

    template <class F>
    void pass(F* re, F* im, int n, int stride) const {
        if (n == 1) return;
        if (n == 2) {
            const F ar = re[0], ai = im[0];
            re[0] = ar + re[1], im[0] = ai + im[1];
            re[1] = ar - re[1], im[1] = ai - im[1];
            return;
        }
        const int q = n / 4;
        for (int i = 0; i < q; ++i) {
            const F ar = re[i], ai = im[i], br = re[i + q], bi = im[i + q];
            const F cr = re[i + 2 * q], ci = im[i + 2 * q], dr = re[i + 3 * q], di = im[i + 3 * q];
            const F s0r = ar + cr, s0i = ai + ci, s1r = ar - cr, s1i = ai - ci;
            const F s2r = br + dr, s2i = bi + di, s3r = bi - di, s3i = dr - br;  // (b - d) * -i
            re[i] = s0r + s2r, im[i] = s0i + s2i;
            turn(s1r + s3r, s1i + s3i, i * stride, re[i + q], im[i + q]);
            turn(s0r - s2r, s0i - s2i, 2 * i * stride, re[i + 2 * q], im[i + 2 * q]);
            turn(s1r - s3r, s1i - s3i, 3 * i * stride, re[i + 3 * q], im[i + 3 * q]);
        }
        for (int j = 0; j < 4; ++j) pass(re + j * q, im + j * q, q, stride * 4);
    }
    template <class F>
    MF_HD void turn(F r, F i, int k, F& out_r, F& out_i) const {
        const F c = F(cos_[k]), s = F(sin_[k]);
        out_r = fma_(c, r, -(s * i));
        out_i = fma_(c, i, s * r);
    }

    int size_;
    std::vector<float> cos_, sin_;
    std::vector<int> place_;
};

}  // namespace mixfarm
