/// The grains the demo song is made of: maths without libm (so that every machine makes the same
/// samples), noise, filters.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace mixfarm::demo {

inline constexpr int kRate = 44100;  ///< Hz

/// One stem while it is rendered; `right` is empty for mono.
struct Track {
    std::vector<float> left, right;
};

/// sin(2 pi turns) by its Taylor series on a quarter turn; error below 1e-9.
inline double sine(double turns) {
    double t = turns - std::floor(turns + 0.5);
    if (t > 0.25) t = 0.5 - t;
    if (t < -0.25) t = -0.5 - t;
    const double x = 6.283185307179586 * t, q = x * x;
    return x * (1 + q * (-1.0 / 6 +
                         q * (1.0 / 120 +
                              q * (-1.0 / 5040 + q * (1.0 / 362880 +
                                                      q * (-1.0 / 39916800 + q / 6227020800.0))))));
}
inline double cosine(double turns) {
    return sine(turns + 0.25);
}

/// 2^x, relative error below 1e-9.
inline double exp2_exact(double x) {
    const double whole = std::floor(x + 0.5), f = (x - whole) * 0.6931471805599453;
    const double e =
        1 + f * (1 + f * (0.5 + f * (1.0 / 6 +
                                     f * (1.0 / 24 +
                                          f * (1.0 / 120 +
                                               f * (1.0 / 720 + f * (1.0 / 5040 + f / 40320)))))));
    return std::ldexp(e, static_cast<int>(whole));
}
inline double gain(double db) {
    return exp2_exact(db / 6.020599913279624);
}
inline double hertz(double midi) {
    return 440 * exp2_exact((midi - 69) / 12);
}
/// The factor a sample that makes an exponential fall by 60 dB in `seconds`.
inline double fall_60(double seconds) {
    return exp2_exact(-9.965784284662087 / (seconds * kRate));
}

/// splitmix64: the same numbers everywhere.
class Noise {
public:
    explicit Noise(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15u + 0x632be59bd9b4e019u) {}
    std::uint64_t bits() {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return z ^ (z >> 31);
    }
    /// Uniform in -1 .. 1.
    double operator()() {
        return static_cast<double>(static_cast<std::int64_t>(bits() >> 11)) * 0x1p-52 - 1;
    }
    /// Roughly normal (sum of three), deviation 1.
    double bell() { return (*this)() + (*this)() + (*this)(); }

private:
    std::uint64_t state_;
};

/// Two-pole state variable filter in its trapezoidal form (Zavalishin, The Art of VA Filter Design,
/// chapter 4).
class Filter {
public:
    Filter(double hz, double q) { tune(hz, q); }
    void tune(double hz, double q) {
        const double turns = 0.5 * std::min(hz, 0.45 * kRate) / kRate;
        const double g = sine(turns) / cosine(turns);
        k_ = 1 / q;
        a1_ = 1 / (1 + g * (g + k_));
        a2_ = g * a1_;
        a3_ = g * a2_;
    }
    void run(double x) {
        const double v3 = x - s2_;
        band_ = a1_ * s1_ + a2_ * v3;
        low_ = s2_ + a2_ * s1_ + a3_ * v3;
        s1_ = 2 * band_ - s1_;
        s2_ = 2 * low_ - s2_;
        high_ = x - k_ * band_ - low_;
    }
    double low(double x) { return run(x), low_; }
    double high(double x) { return run(x), high_; }
    /// Unity gain at its centre.
    double band(double x) { return run(x), k_ * band_; }

private:
    double k_ = 1, a1_ = 0, a2_ = 0, a3_ = 0, s1_ = 0, s2_ = 0, band_ = 0, low_ = 0, high_ = 0;
};

/// A bell of `db` at `hz`, in place.
inline void add_bell(std::vector<float>& x, double hz, double q, double db) {
    Filter filter(hz, q);
    const double extra = gain(db) - 1;
    for (float& v : x) v = static_cast<float>(v + extra * filter.band(v));
}

inline void cut_below(std::vector<float>& x, double hz) {
    Filter filter(hz, 0.7071);
    for (float& v : x) v = static_cast<float>(filter.high(v));
}

/// A saw of amplitude 1 whose step is smoothed over two samples (polyBLEP): little aliasing below 5
/// kHz.
class Saw {
public:
    explicit Saw(double start_turns = 0) : phase_(start_turns) {}
    double operator()(double hz) {
        const double step = hz / kRate;
        phase_ += step;
        if (phase_ >= 1) phase_ -= 1;
        double y = 2 * phase_ - 1;
        if (phase_ < step) {
            const double t = phase_ / step - 1;
            y += t * t;
        } else if (phase_ > 1 - step) {
            const double t = (phase_ - 1) / step + 1;
            y -= t * t;
        }
        return y;
    }

private:
    double phase_;
};

/// Rational soft clipper, slope 1 at zero, limit 1.
inline double soften(double x) {
    x = std::clamp(x, -3.0, 3.0);
    return x * (27 + x * x) / (27 + 9 * x * x);
}

/// 0 to 1 over x in 0 .. 1, with level ends.
inline double smooth_step(double x) {
    x = std::clamp(x, 0.0, 1.0);
    return x * x * (3 - 2 * x);
}

/// Gate that rises in `rise` frames and falls in `fall` frames after `length`.
inline double gate(std::int64_t i, std::int64_t length, double rise, double fall) {
    return smooth_step(static_cast<double>(i) / rise) *
           (1 - smooth_step(static_cast<double>(i - length) / fall));
}

/// Adds `value` at frame `at` where the buffer has one.
inline void mix_in(std::vector<float>& out, std::int64_t at, double value) {
    if (at >= 0 && at < static_cast<std::int64_t>(out.size()))
        out[static_cast<std::size_t>(at)] += static_cast<float>(value);
}

}  // namespace mixfarm::demo
