/// Loudness: ITU-R BS.1770-5 integrated with both gates, EBU Tech 3341 momentary and short-term
/// maxima, Tech 3342 range, micro-dynamics, and the loudness lost by a fold to mono; all from
/// K-weighted energies of 10 ms bins.
#pragma once

#include "kernels/meters/k_weighting.h"
#include "kernels/meters/meter.h"

namespace mixfarm {

struct Loudness {
    static constexpr MetricInfo kMetrics[] = {
        {"integrated_lufs", "LUFS"},    {"loudness_range_lu", "LU"},
        {"max_momentary_lufs", "LUFS"}, {"max_short_term_lufs", "LUFS"},
        {"mono_loss_db", "dB"},         {"microdynamics_lu", "LU"}};
    static constexpr int kSums =
        2;  // energy of left + right, twice the cross energy; both K-weighted
    using Setup = KSetup;
    template <class F>
    struct State {
        KState<F> left, right;
        F energy, cross;
    };

    static Setup setup(double rate) { return k_setup(rate); }

    template <class F>
    MF_HD static void run(const Setup& c, State<F>& s, const F* left, const F* right, int frames) {
        KState<F> l = s.left, r = s.right;
        F energy = s.energy, cross = s.cross;
        for (int n = 0; n < frames; ++n) {
            const F kl = k_weight(left[n], c, l), kr = k_weight(right[n], c, r);
            energy = fma_(kl, kl, fma_(kr, kr, energy));
            cross = fma_(kl, kr, cross);
        }
        s.left = l, s.right = r, s.energy = energy, s.cross = cross;
    }
    template <class F>
    MF_HD static void warm_up(const Setup& c, State<F>& s, const F* left, const F* right,
                              int frames) {
        run(c, s, left, right, frames);
        s.energy = F(0.f);
        s.cross = F(0.f);
    }
    template <class F>
    MF_HD static void end_bin(State<F>& s, F* sums) {
        sums[0] = s.energy;
        sums[1] = s.cross + s.cross;
        s.energy = F(0.f);
        s.cross = F(0.f);
    }
    static void join(float* sums, const float* pair, float weight) {
        for (int i = 0; i < kSums; ++i) sums[i] += weight * pair[i];
    }
    static void finish(const MeterRecord& record, int first_sum, float* row, int first);
};

inline constexpr int kMomentaryBins = 40;   ///< 400 ms
inline constexpr int kShortTermBins = 300;  ///< 3 s
/// -70 at least.
double lufs_of_power(double power);
/// The other way round.
double power_of_lufs(double level);
/// BS.1770 integrated loudness in LUFS of block energies given as mean squares summed over
/// channels; -70 when all are gated.
double gated_loudness(const std::vector<double>& block_power);

}  // namespace mixfarm
