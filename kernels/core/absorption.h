/// The absorption of one line of a feedback delay network: two first-order sections, designed for a
/// decay time in three bands.
///
/// Jot and Chaigne 1991 ("Digital delay networks for designing artificial reverberators", AES 90):
/// in every line of m frames a filter of -60 m / (rate T60(f)) dB, so that all modes at a frequency
/// decay alike. The filter is a gain, a low shelf and a high shelf, solved together for 125 Hz,
/// 1 kHz and 8 kHz, because the shelves interact (as the bands do in Schlecht and Habets 2017,
/// "Accurate reverberation time control in feedback delay networks").
///
/// Gliding: a first-order section is at most 1 everywhere if it is so at 0 Hz and at Nyquist, and
/// both bounds are linear in its coefficients; each section is designed that way, so every mixture
/// of two designs decays.
#pragma once

#include <cmath>
#include <numbers>

#include "kernels/core/lane.h"

namespace mixfarm::fdn {

/// y = b0 x + b1 x' + pole y', twice.
template <class F>
struct Absorption {
    F low0, low1, low_pole, high0, high1, high_pole;
};
template <class F>
struct AbsorptionState {
    F low, high;
};

template <class F>
MF_HD F absorb(F x, const Absorption<F>& c, AbsorptionState<F>& s) {
    const F y = fma_(c.low0, x, s.low);
    s.low = fma_(c.low_pole, y, c.low1 * x);
    const F z = fma_(c.high0, y, s.high);
    s.high = fma_(c.high_pole, z, c.high1 * y);
    return z;
}

/// What is set: seconds to -60 dB at the three frequencies.
struct Decay {
    double low_s, mid_s, high_s;
};
inline constexpr double kLowHz = 125, kMidHz = 1000, kHighHz = 8000;

/// Designs lines of one rate. With x the square of the bilinear frequency over that of 1 kHz,
///
///     |H|^2 = gain (1 + a x) (1 + b / x) / ((1 + p x) (1 + q / x)).
///
/// The poles p and q are set first, then the zeros a and b answer for 8 kHz and 125 Hz.
class AbsorptionDesign {
public:
    explicit AbsorptionDesign(double rate)
        : rate_(rate), unit_(std::tan(std::numbers::pi * kMidHz / rate)) {
        high_ = std::pow(std::tan(std::numbers::pi * kHighHz / rate) / unit_, 2);
        low_ = std::pow(unit_ / std::tan(std::numbers::pi * kLowHz / rate), 2);
    }
    /// For a line of `frames`, times `scale`. First-order sections fall by 18 dB in three octaves
    /// at most, and less where 1 kHz must not lose more than it should: where one pass of a line
    /// would have to differ more between two bands (short decays with small ratios), it differs as
    /// much as it can, and 1 kHz stays right.
    Absorption<float> operator()(int frames, const Decay& decay, double scale) const {
        const double pass = -60 * frames / rate_, mid = pass / decay.mid_s;  // dB
        const double low = pass / decay.low_s - mid, high = pass / decay.high_s - mid;
        // A pole costs 1 + p at 1 kHz: together no more than 0.9 of what that may lose.
        const double room = power_of(-0.9 * mid);
        const bool both = steepest(low, low_) > kPole && steepest(high, high_) > kPole;
        const double most = std::fmax(kPole, (both ? std::sqrt(room) : room) - 1);
        double p = kPole, q = kPole;
        for (int i = 0; i < 2; ++i) {
            const double p_costs = 10 * std::log10((1 + p) / (1 + kPole));
            const double q_costs = 10 * std::log10((1 + q) / (1 + kPole));
            p = std::fmin(most, steepest(high - q_costs, high_));
            q = std::fmin(most, steepest(low - p_costs, low_));
        }
        const double over_mid = 1 / ((1 + p) * (1 + q));
        const double at_high = power_of(high) * (1 + p * high_) * (1 + q / high_) * over_mid;
        const double at_low = power_of(low) * (1 + p / low_) * (1 + q * low_) * over_mid;
        double a = p, b = q;
        for (int i = 0; i < kSteps; ++i) {
            a = zero(at_high * (1 + b), b, high_);
            b = zero(at_low * (1 + a), a, low_);
        }
        // Nothing below 125 Hz or above 8 kHz lasts longer than 32 times the middle, and no
        // section is above 1: `first` and `second` are the powers of the low section towards
        // Nyquist and of the high section at 0 Hz.
        const double least = power_of(mid / 32);
        const double gain = std::fmin(least, power_of(mid) / ((1 + a) * (1 + b) * over_mid));
        b = std::fmin(b, q * least / gain);
        const double second = gain * std::fmax(1, b / q), first = gain / second;
        a = std::fmin(a, p * least / second);
        return sections(scale * std::sqrt(first), std::sqrt(b) * unit_, std::sqrt(q) * unit_,
                        std::sqrt(second), std::sqrt(a) / unit_, std::sqrt(p) / unit_);
    }

private:
    /// Poles of shelves of little gain lie at 3.8 kHz and 265 Hz: closer to the outer frequencies
    /// than to 1 kHz, so that the shelf is nearly level beyond them.
    static constexpr double kPole = 0.07;
    static constexpr int kSteps = 5;
    static double power_of(double db) { return std::pow(10.0, db / 10); }

    /// The pole, kPole at least, that alone loses 1.2 times `db` (< 0) between 1 kHz and
    /// the frequency whose x is `outer`.
    static double steepest(double db, double outer) {
        const double r = power_of(-1.2 * db);
        if (r >= outer) return 1e9;
        return std::fmax(kPole, (r - 1) / (outer - r));
    }
    /// Solves (1 + z outer) (1 + other / outer) = wanted (1 + z).
    static double zero(double wanted, double other, double outer) {
        return std::fmax(0, (wanted - (1 + other / outer)) / (outer + other - wanted));
    }
    /// first (s + b) / (s + q) and second (1 + a s) / (1 + p s), s = (1 - 1/z) / (1 + 1/z).
    static Absorption<float> sections(double first, double b, double q, double second, double a,
                                      double p) {
        const auto f = [](double x) { return static_cast<float>(x); };
        const double one = first / (1 + q), two = second / (1 + p);
        return {f(one * (1 + b)), f(-one * (1 - b)), f((1 - q) / (1 + q)),
                f(two * (1 + a)), f(two * (1 - a)),  f((p - 1) / (p + 1))};
    }

    double rate_, unit_;  ///< bilinear frequency of 1 kHz
    double high_, low_;   ///< x of 8 kHz, 1 / x of 125 Hz
};

/// |H|^2 at cos(w) of the coefficients as they are.
inline double power(const Absorption<float>& c, double cosine) {
    const auto section = [cosine](double b0, double b1, double pole) {
        return (b0 * b0 + b1 * b1 + 2 * b0 * b1 * cosine) / (1 + pole * pole - 2 * pole * cosine);
    };
    return section(c.low0, c.low1, c.low_pole) * section(c.high0, c.high1, c.high_pole);
}

}  // namespace mixfarm::fdn
