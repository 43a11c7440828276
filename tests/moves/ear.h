/// Measures of what a move does to sound, in double precision and without the automation that made
/// it: shares of stems in a mix, levels, echoes, a tone's level.
#pragma once

#include <cmath>
#include <numbers>
#include <span>
#include <vector>

#include "tests/moves/stage.h"

namespace mixfarm::moves_test {

inline double decibels(double ratio) {
    return 20 * std::log10(std::abs(ratio) + 1e-15);
}

/// A stretch of sound, [samples] of the left, then of the right.
using Stretch = std::vector<double>;

enum class Sides { both, middle, side };

/// What `sides` of a sound hold between two frames.
inline Stretch stretch(const float* left, const float* right, std::size_t from, std::size_t to,
                       Sides sides = Sides::both, double gain = 1) {
    Stretch x;
    x.reserve(2 * (to - from));
    const double sign = sides == Sides::side ? -1 : 1;
    for (std::size_t n = from; n < to; ++n)
        x.push_back(sides == Sides::both ? gain * left[n] : gain * (left[n] + sign * right[n]) / 2);
    for (std::size_t n = from; n < to && sides == Sides::both; ++n) x.push_back(gain * right[n]);
    return x;
}

inline double product(const Stretch& a, const Stretch& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum;
}

inline double rms(const Stretch& x) {
    return std::sqrt(product(x, x) / static_cast<double>(std::max<std::size_t>(1, x.size())));
}

/// How much of each part is in a mix, by least squares; NaN of a part 60 dB below the loudest.
inline std::vector<double> shares(const Stretch& mix, const std::vector<Stretch>& parts) {
    double most = 0;
    for (const Stretch& part : parts) most = std::max(most, product(part, part));
    std::vector<std::size_t> heard;
    for (std::size_t i = 0; i < parts.size(); ++i)
        if (product(parts[i], parts[i]) > 1e-6 * most) heard.push_back(i);
    const std::size_t n = heard.size();
    std::vector<std::vector<double>> rows(n, std::vector<double>(n + 1));
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t k = 0; k < n; ++k) rows[i][k] = product(parts[heard[i]], parts[heard[k]]);
        rows[i][n] = product(parts[heard[i]], mix);
    }
    for (std::size_t i = 0; i < n; ++i) {  // Gauss and Jordan
        std::size_t best = i;
        for (std::size_t k = i; k < n; ++k)
            if (std::abs(rows[k][i]) > std::abs(rows[best][i])) best = k;
        std::swap(rows[i], rows[best]);
        for (std::size_t k = 0; k < n; ++k) {
            if (k == i) continue;
            const double times = rows[k][i] / rows[i][i];
            for (std::size_t c = i; c <= n; ++c) rows[k][c] -= times * rows[i][c];
        }
    }
    std::vector<double> share(parts.size(), NAN);
    for (std::size_t i = 0; i < n; ++i) share[heard[i]] = rows[i][n] / rows[i][i];
    return share;
}

/// Stems of the unmoved mix, added up.
inline Stretch part_of(const Stage& stage, std::span<const std::size_t> stems, double from_s,
                       double to_s, Sides sides = Sides::both) {
    Stretch sum;
    for (const std::size_t s : stems) {
        const Stem& stem = stage.song().stems[s];
        const Stretch one = stretch(stem.left_data(), stem.right_data(), stage.frame(from_s),
                                    stage.frame(to_s), sides, stage.level(s));
        if (sum.empty()) sum.resize(one.size());
        for (std::size_t i = 0; i < one.size(); ++i) sum[i] += one[i];
    }
    if (sum.empty())
        sum.resize((sides == Sides::both ? 2 : 1) * (stage.frame(to_s) - stage.frame(from_s)));
    return sum;
}

inline Stretch part_of(const Stage& stage, const StereoAudio& mix, double from_s, double to_s,
                       Sides sides = Sides::both) {
    return stretch(mix.left.data(), mix.right.data(), stage.frame(from_s), stage.frame(to_s),
                   sides);
}

/// Cascaded second-order filters in double precision.
class Filter {
public:
    Filter& high_pass(double hz, double rate, double q = std::numbers::sqrt2 / 2) {
        return add(hz, rate, q, 1);
    }
    Filter& low_pass(double hz, double rate, double q = std::numbers::sqrt2 / 2) {
        return add(hz, rate, q, -1);
    }
    double operator()(double x) {
        for (Section& s : sections_) {
            const double y = s.b0 * x + s.z1;
            s.z1 = s.b1 * x - s.a1 * y + s.z2;
            s.z2 = s.b0 * x - s.a2 * y;
            x = y;
        }
        return x;
    }

private:
    struct Section {
        double b0, b1, a1, a2, z1 = 0, z2 = 0;
    };
    /// Bilinear Butterworth; the outer coefficients of the numerator are equal.
    Filter& add(double hz, double rate, double q, int sign) {
        const double k = std::tan(std::numbers::pi * hz / rate), scale = 1 / (1 + k / q + k * k),
                     b0 = (sign > 0 ? 1 : k * k) * scale;
        sections_.push_back(
            {b0, -2 * sign * b0, 2 * (k * k - 1) * scale, (1 - k / q + k * k) * scale});
        return *this;
    }
    std::vector<Section> sections_;
};

/// Fourth-order bands on either side, each channel by itself.
inline Stretch band_passed(const Stretch& x, double low_hz, double high_hz, double rate) {
    Stretch out(x.size());
    for (int side = 0; side < 2; ++side) {
        Filter filter;
        for (const double q : {0.541196100146197, 1.306562964876377})
            filter.high_pass(low_hz, rate, q).low_pass(high_hz, rate, q);
        const std::size_t half = x.size() / 2, first = side ? half : 0;
        for (std::size_t n = first; n < first + half; ++n) out[n] = filter(x[n]);
    }
    return out;
}

/// Where `x` is most like `y`, as samples by which it comes later, between two; a parabola through
/// the three highest sums.
inline double lag(const Stretch& x, const Stretch& y, int least, int most) {
    std::vector<double> sums;
    const int half = static_cast<int>(x.size() / 2);
    for (int d = least; d <= most; ++d) {
        double sum = 0;
        for (int first : {0, half})
            for (int n = std::max(0, d); n < half + std::min(0, d); ++n)
                sum += x[static_cast<std::size_t>(first + n)] *
                       y[static_cast<std::size_t>(first + n - d)];
        sums.push_back(sum);
    }
    const auto top =
        static_cast<std::size_t>(std::max_element(sums.begin(), sums.end()) - sums.begin());
    if (top == 0 || top + 1 == sums.size()) return least + static_cast<double>(top);
    const double a = sums[top - 1], b = sums[top], c = sums[top + 1];
    return least + static_cast<double>(top) + 0.5 * (a - c) / (a - 2 * b + c);
}

/// Amplitudes of tones that sound together, by least squares over sines and cosines.
inline std::vector<double> tones(const Stretch& x, std::span<const double> hz, double rate) {
    std::vector<Stretch> parts;
    for (const double f : hz)
        for (const double phase : {0.0, std::numbers::pi / 2}) {
            Stretch part(x.size());
            for (std::size_t n = 0; n < x.size(); ++n)
                part[n] =
                    std::sin(2 * std::numbers::pi * f / rate * static_cast<double>(n) + phase);
            parts.push_back(std::move(part));
        }
    const std::vector<double> found = shares(x, parts);
    std::vector<double> sizes;
    for (std::size_t i = 0; i < hz.size(); ++i)
        sizes.push_back(std::hypot(found[2 * i], found[2 * i + 1]));
    return sizes;
}

}  // namespace mixfarm::moves_test
