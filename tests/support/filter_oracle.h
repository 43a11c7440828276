/// What the filters ought to do: their analogue prototypes, the digital curves they are designed
/// to, and plain recursions in double whose coefficients come from poles and zeros.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <numbers>

namespace mixfarm::oracle {

enum class Shape { bell, low_shelf, high_shelf, high_pass, low_pass };

/// Numerator and denominator of a prototype of RBJ's audio-EQ cookbook, powers of s rising, corner
/// at s = j.
struct Prototype {
    std::array<double, 3> numerator, denominator;
};
inline Prototype prototype(Shape shape, double gain_db, double q) {
    const double a = std::pow(10.0, gain_db / 40), r = std::sqrt(a) / q;
    switch (shape) {
        case Shape::bell:
            return {{1, a / q, 1}, {1, 1 / (a * q), 1}};
        case Shape::low_shelf:
            return {{a * a, a * r, a}, {1, r, a}};
        case Shape::high_shelf:
            return {{a, a * r, a * a}, {a, r, 1}};
        case Shape::high_pass:
            return {{0, 0, 1}, {1, 1 / q, 1}};
        case Shape::low_pass:
            break;
    }
    return {{1, 0, 0}, {1, 1 / q, 1}};
}

/// Gain in dB at `hz` of the analogue filter.
inline double analogue_db(Shape shape, double corner_hz, double gain_db, double q, double hz) {
    const Prototype p = prototype(shape, gain_db, q);
    const std::complex<double> s{0, hz / corner_hz};
    const auto at = [s](const std::array<double, 3>& c) { return c[0] + s * (c[1] + s * c[2]); };
    return 20 * std::log10(std::abs(at(p.numerator) / at(p.denominator)) + 1e-300);
}

/// The two angles (radians a sample) at which a design meets its prototype, as core/biquad.h
/// chooses them.
inline std::array<double, 2> pins(Shape shape, double corner_hz, double gain_db, double q,
                                  double rate) {
    const double pi = std::numbers::pi, corner = 2 * pi * corner_hz / rate;
    if (shape == Shape::bell)
        return {std::min({corner, 0.728 * pi * q / (q + 0.415), 0.692 * pi}), 0.712 * pi};
    const bool shelf = shape == Shape::low_shelf || shape == Shape::high_shelf;
    const double split_db = shelf ? std::fabs(gain_db) / 40 : 0;
    const double limit = std::min(0.858 * pi * q / (q + 0.456), 0.678 * pi) /
                         std::pow(10.0, split_db * 0.261 * q / (q + 0.93));
    return {std::pow(std::pow(corner, -4) + std::pow(limit, -4), -0.25), 0.698 * pi};
}

/// The analogue frequency whose gain a design has at `hz`, squared: k t / (1 + m t) with
/// t = tan^2(pi hz / rate), through both pins.
struct Map {
    double k, m;
    explicit Map(const std::array<double, 2>& pins) {
        double slope[2], t[2];
        for (int i = 0; i < 2; ++i) {
            t[i] = std::pow(std::tan(pins[static_cast<std::size_t>(i)] / 2), 2);
            slope[i] = t[i] / std::pow(pins[static_cast<std::size_t>(i)], 2);
        }
        // 1 + m t = k slope at both.
        k = (t[1] - t[0]) / (slope[0] * t[1] - slope[1] * t[0]);
        m = (k * slope[1] - 1) / t[1];
    }
};

/// Gain in dB at `hz` of the digital filter as it is designed.
inline double filter_db(Shape shape, double corner_hz, double gain_db, double q, double hz,
                        double rate) {
    const Map map(pins(shape, corner_hz, gain_db, q, rate));
    const double t = std::pow(std::tan(std::numbers::pi * hz / rate), 2);
    const double angle = std::sqrt(map.k / (1 / t + map.m));
    return analogue_db(shape, corner_hz, gain_db, q, angle * rate / (2 * std::numbers::pi));
}

/// The same filter as a recursion in direct form I, in double: every root of the prototype in
/// W = -s^2 goes through the map backwards to z.
class Filter {
public:
    Filter(Shape shape, double hz, double db, double q, double rate) {
        const Map map(pins(shape, hz, db, q, rate));
        const double corner = 2 * std::numbers::pi * hz / rate;
        const Prototype p = prototype(shape, db, q);
        const Polynomial b = digital(p.numerator, map, corner);
        const Polynomial a = digital(p.denominator, map, corner);
        // One gain more to fix: at Nyquist for a high-pass, where W = k / m, else at 0 Hz.
        double gain = p.numerator[0] / p.denominator[0] * (1 + a[0] + a[1]) / (1 + b[0] + b[1]);
        if (shape == Shape::high_pass) {
            const double nyquist = std::sqrt(map.k / map.m) * rate / (2 * std::numbers::pi);
            gain = std::pow(10.0, analogue_db(shape, hz, db, q, nyquist) / 20) * (1 - a[0] + a[1]) /
                   (1 - b[0] + b[1]);
        }
        b_ = {gain, gain * b[0], gain * b[1]}, a_ = a;
    }
    double operator()(double x) {
        const double y = b_[0] * x + b_[1] * x1_ + b_[2] * x2_ - a_[0] * y1_ - a_[1] * y2_;
        x2_ = x1_, x1_ = x, y2_ = y1_, y1_ = y;
        return y;
    }

private:
    using Polynomial = std::array<double, 2>;  ///< of 1/z, behind a leading 1

    static Polynomial digital(const std::array<double, 3>& c, const Map& map, double corner) {
        const double square = c[2] * c[2], linear = c[1] * c[1] - 2 * c[0] * c[2];
        std::complex<double> t[2] = {-1 / map.m, -1 / map.m};  // W infinite
        if (square > 0) {
            const auto root = std::sqrt(std::complex(linear * linear - 4 * square * c[0] * c[0]));
            for (int i = 0; i < 2; ++i) {
                const auto w = corner * corner * (-linear + (i ? -root : root)) / (2 * square);
                t[i] = w / (map.k - map.m * w);
            }
        }
        std::complex<double> z[2];
        for (int i = 0; i < 2; ++i) z[i] = 2.0 / (1.0 + std::sqrt(-t[i])) - 1.0;
        return {-(z[0] + z[1]).real(), (z[0] * z[1]).real()};
    }
    std::array<double, 3> b_;
    Polynomial a_;
    double x1_ = 0, x2_ = 0, y1_ = 0, y2_ = 0;
};

}  // namespace mixfarm::oracle
