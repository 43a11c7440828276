/// Loudness as bins come in: every figure of the Loudness meter, in memory that stops growing.
///
/// Up to an hour windows are kept and figures are exact. Longer stretches are counted in classes:
/// gating blocks and short-term blocks by 0.001 LU with the exact energy of every class, so that
/// gates and percentiles move by less than that; micro-dynamics by 0.005 LU within half an LU of
/// short-term loudness.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "kernels/meters/loudness.h"

namespace mixfarm {

/// Mean squares of windows.
class WindowPowers {
public:
    explicit WindowPowers(std::size_t exact) : exact_(exact) {}
    void add(double power);

    struct Sum {
        double power = 0;
        std::int64_t count = 0;
        double mean() const { return power / static_cast<double>(count); }
    };
    /// Of those over `gate`; it is included where `reached`.
    Sum above(double gate, bool reached) const;
    /// Of those of at least `gate`, each of 0 to 1: [shares]; empty where there are none.
    std::vector<double> percentiles(double gate, std::vector<double> shares) const;
    bool empty() const { return powers_.empty() && classes_.empty(); }

private:
    void count(double power);
    std::size_t exact_;
    std::vector<double> powers_;  ///< while these are no more than `exact_`
    std::vector<Sum> classes_;    ///< afterwards
};

/// How far windows of 50 ms rise above the 3 s about them.
class Rises {
public:
    explicit Rises(std::size_t exact) : exact_(exact) {}
    void add(double about, double fast);
    /// In LU, of those whose 3 s have at least the power `gate`; NaN where there are none.
    double percentile(double gate, double share) const;

private:
    struct Rise {
        float about, ratio;  ///< power of the 3 s, and of the 50 ms over it
    };
    void count(const Rise& rise);
    std::size_t exact_;
    std::vector<Rise> rises_;
    std::vector<std::vector<std::uint32_t>>
        classes_;  ///< [level][rise]; a level is empty until met
};

class LoudnessCourse {
public:
    static constexpr int kAnHour = 360'000;  ///< bins
    explicit LoudnessCourse(int channels, int exact_bins = kAnHour);
    /// Windows do not cross from one stretch to the next.
    void begin_stretch();
    /// One whole bin: K-weighted energy and twice its cross energy.
    void push(double energy, double twice_cross, int frames);
    /// Of the window that ends with the last bin; NaN in front of the first whole one.
    float momentary_lufs() const;
    float short_term_lufs() const;
    /// Loudness::kMetrics.
    void write(float* row) const;

private:
    struct Upto {
        double energy, cross;
        std::int64_t frames;
    };
    static constexpr std::int64_t kRing = 512;
    static_assert(kRing > kShortTermBins);

    const Upto& upto(std::int64_t bin) const {
        return ring_[static_cast<std::size_t>(bin % kRing)];
    }
    double power(std::int64_t from, std::int64_t to) const;
    double twice_cross_power(std::int64_t from, std::int64_t to) const;

    int channels_;
    std::array<Upto, kRing> ring_{};
    std::int64_t bins_ = 0;  ///< of this stretch
    double most_momentary_ = -1, most_short_term_ = -1;
    WindowPowers gate_, fold_, short_term_;
    WindowPowers::Sum heard_;  ///< of short-term windows every 10 ms, those over -70 LUFS
    Rises rises_;
};

}  // namespace mixfarm
