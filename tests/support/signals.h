/// Test signals: tones, steps, squares, clicks, noise of a given slope, and something like music;
/// all deterministic.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <random>
#include <vector>

#include "tests/support/fft_oracle.h"

namespace mixfarm::signals {

using Samples = std::vector<float>;
struct Stereo {
    Samples left, right;
    std::size_t frames() const { return left.size(); }
};

inline double amplitude(double db) {
    return std::pow(10.0, db / 20);
}

/// Uniform in [-1, 1), the same sequence with every standard library.
class Random {
public:
    explicit Random(std::uint64_t seed) : bits_(seed) {}
    double unit() { return static_cast<double>(bits_() >> 11) * 0x1p-53; }
    double both_signs() { return 2 * unit() - 1; }

private:
    std::mt19937_64 bits_;
};

inline Samples white(std::size_t frames, double peak, std::uint64_t seed) {
    Random random(seed);
    Samples x(frames);
    for (float& v : x) v = static_cast<float>(peak * random.both_signs());
    return x;
}

inline Samples sine(std::size_t frames, double hz, double rate, double peak, double phase = 0) {
    Samples x(frames);
    for (std::size_t n = 0; n < frames; ++n) {
        const double angle = 2 * std::numbers::pi * hz / rate * static_cast<double>(n) + phase;
        x[n] = static_cast<float>(peak * std::sin(angle));
    }
    return x;
}

inline Samples square(std::size_t frames, int half_period, double peak) {
    Samples x(frames);
    for (std::size_t n = 0; n < frames; ++n)
        x[n] = static_cast<float>((n / static_cast<std::size_t>(half_period)) % 2 ? -peak : peak);
    return x;
}

/// One step of a tone: how long, how loud (peak, dBFS).
struct Step {
    double seconds, db;
};
/// A 1 kHz tone whose level steps while its phase goes on.
inline Samples tone_steps(const std::vector<Step>& steps, double rate, double hz = 1000) {
    Samples x;
    for (const Step& step : steps) {
        const auto frames = static_cast<std::size_t>(std::llround(step.seconds * rate));
        const double peak = amplitude(step.db);
        for (std::size_t i = 0; i < frames; ++i) {
            const double turns = hz / rate * static_cast<double>(x.size());
            x.push_back(static_cast<float>(peak * std::sin(2 * std::numbers::pi * turns)));
        }
    }
    return x;
}

/// Periodic noise, `frames` a power of two: random phases under a density that falls by `slope` dB
/// an octave (0 white, -3.0103 pink) from low_hz to high_hz and is zero elsewhere; mean square
/// 10^(db / 10).
inline Samples sloped(std::size_t frames, double rate, double slope, double low_hz, double high_hz,
                      double db, std::uint64_t seed) {
    Random random(seed);
    std::vector<oracle::Complex> spectrum(frames);
    double power = 0;
    for (std::size_t k = 1; k < frames / 2; ++k) {
        const double hz = static_cast<double>(k) * rate / static_cast<double>(frames);
        const double angle = std::numbers::pi * random.both_signs();
        if (hz < low_hz || hz > high_hz) continue;
        const double size = amplitude(slope * std::log2(hz / 1000));
        spectrum[k] = std::polar(size, angle);
        spectrum[frames - k] = std::conj(spectrum[k]);
        power += 2 * size * size;
    }
    oracle::fft(spectrum, +1);
    const double scale = amplitude(db) / std::sqrt(power);
    Samples x(frames);
    for (std::size_t n = 0; n < frames; ++n) x[n] = static_cast<float>(scale * spectrum[n].real());
    return x;
}

/// The first 2^n samples of x without what lies above top_hz, as converters and codecs leave it;
/// the last kHz falls like a cosine.
inline Samples band_limited(const Samples& x, double rate, double top_hz) {
    std::size_t frames = 1;
    while (2 * frames <= x.size()) frames *= 2;
    std::vector<oracle::Complex> spectrum(x.begin(),
                                          x.begin() + static_cast<std::ptrdiff_t>(frames));
    oracle::fft(spectrum, -1);
    for (std::size_t k = 0; k < frames; ++k) {
        const double hz =
            static_cast<double>(std::min(k, frames - k)) * rate / static_cast<double>(frames);
        const double into = std::clamp((hz - top_hz) / 1000 + 1, 0.0, 1.0);
        spectrum[k] *= (0.5 + 0.5 * std::cos(std::numbers::pi * into)) / double(frames);
    }
    oracle::fft(spectrum, +1);
    Samples out(frames);
    for (std::size_t n = 0; n < frames; ++n) out[n] = static_cast<float>(spectrum[n].real());
    return out;
}

/// Kick, bass, chord and hats at 120 bpm with a loud and a soft half: what dynamics meters are for.
inline Stereo music(double seconds, double rate, std::uint64_t seed) {
    Random random(seed);
    const auto frames = static_cast<std::size_t>(std::llround(seconds * rate));
    Stereo out{Samples(frames), Samples(frames)};
    const double pi = std::numbers::pi;
    for (std::size_t n = 0; n < frames; ++n) {
        const double t = static_cast<double>(n) / rate;
        const double beat = std::fmod(t, 0.5), eighth = std::fmod(t + 0.25, 0.25);
        const double section = t < seconds / 2 ? 0.25 : 1.0;
        const double kick = 0.7 * std::exp(-beat * 14) *
                            std::sin(2 * pi * (45 * beat + 4 * (1 - std::exp(-beat * 30))));
        const double root = std::fmod(t, 4) < 2 ? 55 : 65.4;
        const double bass = 0.25 * std::sin(2 * pi * root * t) + 0.06 * std::sin(6 * pi * root * t);
        double chord_left = 0, chord_right = 0;
        for (const double interval : {4.0, 5.0, 6.0}) {
            chord_left += 0.06 * std::sin(2 * pi * root * interval * t);
            chord_right += 0.06 * std::sin(2 * pi * root * interval * 1.003 * t + 1);
        }
        const double hat = 0.2 * std::exp(-eighth * 60) * random.both_signs();
        const double soft = section * (bass + hat);
        out.left[n] = static_cast<float>(section * kick + soft + chord_left * 1.1);
        out.right[n] = static_cast<float>(section * kick + 0.8 * soft + chord_right);
    }
    return out;
}

inline double peak_of(const Samples& x) {
    double peak = 0;
    for (const float v : x) peak = std::max(peak, std::fabs(double(v)));
    return peak;
}

inline double mean_square(const Samples& x) {
    double sum = 0;
    for (const float v : x) sum += double(v) * v;
    return sum / static_cast<double>(std::max<std::size_t>(1, x.size()));
}

inline Samples interleaved(const Samples& left, const Samples& right) {
    Samples x(2 * left.size());
    for (std::size_t n = 0; n < left.size(); ++n) x[2 * n] = left[n], x[2 * n + 1] = right[n];
    return x;
}

}  // namespace mixfarm::signals
