/// What tests of layers hear with: tones taken apart into pitch and delay, spectra, slopes; all in
/// double precision.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <numbers>
#include <span>
#include <vector>

#include "host/layers/layer_sound.h"
#include "tests/support/fft_oracle.h"

namespace mixfarm::layers_test {

inline constexpr double kTurn = 2 * std::numbers::pi;
inline constexpr double kCentsOfLog = 1200 / std::numbers::ln2;

/// A song without stems.
inline Song empty_song(double seconds, int rate = 44100) {
    Song song;
    song.rate = rate, song.frames = std::llround(seconds * rate);
    return song;
}
/// f(seconds) as a stem; mono.
inline Stem stem_of(const Song& song, const std::function<double(double)>& f) {
    Stem stem;
    stem.channels = 1;
    stem.left.resize(static_cast<std::size_t>(song.frames));
    for (std::size_t n = 0; n < stem.left.size(); ++n)
        stem.left[n] = static_cast<float>(f(static_cast<double>(n) / song.rate));
    return stem;
}
inline Stem tone_of(const Song& song, double hz, double peak = 0.5) {
    return stem_of(song, [=](double t) { return peak * std::sin(kTurn * hz * t); });
}

inline double mean(std::span<const double> x) {
    double sum = 0;
    for (const double v : x) sum += v;
    return sum / static_cast<double>(std::max<std::size_t>(1, x.size()));
}
inline double deviation(std::span<const double> x) {
    const double m = mean(x);
    double sum = 0;
    for (const double v : x) sum += (v - m) * (v - m);
    return std::sqrt(sum / static_cast<double>(std::max<std::size_t>(1, x.size())));
}
inline double largest(std::span<const double> x) {
    double most = 0;
    for (const double v : x) most = std::max(most, std::fabs(v));
    return most;
}
inline double correlation(std::span<const double> x, std::span<const double> y) {
    const double mx = mean(x), my = mean(y);
    double xy = 0, xx = 0, yy = 0;
    for (std::size_t i = 0; i < std::min(x.size(), y.size()); ++i)
        xy += (x[i] - mx) * (y[i] - my), xx += (x[i] - mx) * (x[i] - mx),
            yy += (y[i] - my) * (y[i] - my);
    return xy / std::sqrt(std::max(xx * yy, 1e-300));
}
/// Of y over x, least squares.
inline double slope(std::span<const double> x, std::span<const double> y) {
    const double mx = mean(x), my = mean(y);
    double xy = 0, xx = 0;
    for (std::size_t i = 0; i < x.size(); ++i)
        xy += (x[i] - mx) * (y[i] - my), xx += (x[i] - mx) * (x[i] - mx);
    return xy / xx;
}

/// A stretch of samples.
inline std::vector<double> cut(const std::vector<float>& x, int rate, double from_s, double to_s) {
    const auto first = std::min(x.size(), static_cast<std::size_t>(std::max(0.0, from_s) * rate)),
               last = std::min(x.size(), static_cast<std::size_t>(std::max(0.0, to_s) * rate));
    return {x.begin() + static_cast<std::ptrdiff_t>(first),
            x.begin() + static_cast<std::ptrdiff_t>(std::max(first, last))};
}
inline double rms(std::span<const double> x) {
    double sum = 0;
    for (const double v : x) sum += v * v;
    return std::sqrt(sum / static_cast<double>(std::max<std::size_t>(1, x.size())));
}
inline double rms_db(const std::vector<float>& x, int rate, double from_s, double to_s) {
    return oracle::db(rms(cut(x, rate, from_s, to_s)));
}

/// Power of `size` bins' worth of spectrum, Hann windows half over each other, mean over the sound;
/// [size / 2], bin k at k rate / size. The sum is the mean square.
inline std::vector<double> power_spectrum(std::span<const double> x, std::size_t size) {
    std::vector<double> power(size / 2);
    std::vector<oracle::Complex> bins(size);
    std::size_t windows = 0;
    for (std::size_t first = 0; first + size <= x.size(); first += size / 2, ++windows) {
        for (std::size_t n = 0; n < size; ++n)
            bins[n] = x[first + n] * (0.5 - 0.5 * std::cos(kTurn * double(n) / double(size)));
        oracle::fft(bins);
        for (std::size_t k = 0; k < power.size(); ++k)
            power[k] += 2 * std::norm(bins[k]) / (0.375 * double(size) * double(size));
    }
    for (double& p : power) p /= static_cast<double>(std::max<std::size_t>(1, windows));
    return power;
}
/// Sum of its bins between two frequencies.
inline double power_between(const std::vector<double>& power, double rate, double low_hz,
                            double high_hz) {
    double sum = 0;
    for (std::size_t k = 0; k < power.size(); ++k) {
        const double hz = static_cast<double>(k) * rate / (2 * static_cast<double>(power.size()));
        if (hz >= low_hz && hz < high_hz) sum += power[k];
    }
    return sum;
}

/// How late a tone of `hz` comes at times `step_s` apart: the phase of what is left when the tone
/// is turned back, under Hann windows of `window_s`, unwrapped.
struct Lateness {
    double step_s;
    std::vector<double> at_s, late_s;
    std::vector<double> level;  ///< peak
    /// Pitch in cents between one time and the next.
    std::vector<double> cents() const {
        std::vector<double> out;
        for (std::size_t i = 0; i + 1 < late_s.size(); ++i)
            out.push_back(kCentsOfLog * std::log(1 - (late_s[i + 1] - late_s[i]) / step_s));
        return out;
    }
    /// Share of the speed, likewise.
    std::vector<double> speed() const {
        std::vector<double> out;
        for (std::size_t i = 0; i + 1 < late_s.size(); ++i)
            out.push_back(-(late_s[i + 1] - late_s[i]) / step_s);
        return out;
    }
};
inline Lateness lateness_of(const std::vector<float>& x, int rate, double hz, double from_s,
                            double to_s, double step_s = 0.005, double window_s = 0.025) {
    const auto length = static_cast<std::size_t>(window_s * rate);
    std::vector<double> window(length);
    double weight = 0;
    for (std::size_t k = 0; k < length; ++k)
        weight += window[k] = 0.5 - 0.5 * std::cos(kTurn * (double(k) + 0.5) / double(length));
    std::vector<oracle::Complex> turned(x.size());
    const oracle::Complex step = std::polar(1.0, -kTurn * hz / rate);
    oracle::Complex turn = 1;
    for (std::size_t n = 0; n < x.size(); ++n) {
        if (n % 1024 == 0) turn = std::polar(1.0, -kTurn * std::fmod(hz * double(n) / rate, 1.0));
        turned[n] = double(x[n]) * turn;
        turn = {turn.real() * step.real() - turn.imag() * step.imag(),
                turn.real() * step.imag() + turn.imag() * step.real()};
    }
    Lateness out{step_s, {}, {}, {}};
    double before = 0, turns = 0;
    for (double t = from_s; t < to_s; t += step_s) {
        const auto middle = static_cast<std::int64_t>(std::llround(t * rate)),
                   first = middle - static_cast<std::int64_t>(length / 2);
        if (first < 0 || first + static_cast<std::int64_t>(length) > std::int64_t(x.size()))
            continue;
        oracle::Complex sum = 0;
        for (std::size_t k = 0; k < length; ++k)
            sum += window[k] * turned[static_cast<std::size_t>(first) + k];
        const double phase = std::arg(sum * oracle::Complex(0, 1));  // of a sine
        if (!out.late_s.empty()) turns += std::round((before - phase) / kTurn);
        before = phase;
        out.at_s.push_back(static_cast<double>(first) / rate + 0.5 * double(length - 1) / rate);
        out.late_s.push_back(-(phase + kTurn * turns) / (kTurn * hz));
        out.level.push_back(2 * std::abs(sum) / weight);
    }
    return out;
}

/// The strongest frequency between two, by the Fourier sum over a Hann window, to 0.001 Hz or so.
inline double strongest_hz(std::vector<double> x, double rate, double low_hz, double high_hz) {
    for (std::size_t n = 0; n < x.size(); ++n)
        x[n] *= 0.5 - 0.5 * std::cos(kTurn * double(n) / double(x.size()));
    double low = low_hz, high = high_hz, best = low_hz;
    // At first so fine that no peak slips between.
    int steps = static_cast<int>(std::ceil((high - low) * 2 * double(x.size()) / rate));
    for (int round = 0; round < 4; ++round, steps = 16) {
        const double step = (high - low) / steps;
        double most = -1;
        for (int k = 0; k <= steps; ++k)
            if (const double size = std::abs(oracle::dft_at(x, low + k * step, rate)); size > most)
                most = size, best = low + k * step;
        low = best - step, high = best + step;
    }
    return best;
}

inline bool same(const LayerSound& a, const LayerSound& b) {
    const auto equal = [](const std::vector<float>& x, const std::vector<float>& y) {
        return x.size() == y.size() &&
               std::memcmp(x.data(), y.data(), x.size() * sizeof(float)) == 0;
    };
    return equal(a.left, b.left) && equal(a.right, b.right);
}

}  // namespace mixfarm::layers_test
