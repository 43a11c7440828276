/// True peak as in BS.1770-5 Annex 2, with a longer filter of our own: four times oversampled, the
/// sample itself included.
///
/// Four-phase Kaiser-windowed sinc, 16 taps a phase, beta 4, cut 0.99, each phase of unit gain at
/// DC: within 0.12 dB of flat up to 0.84 of Nyquist (Annex 2's own filter: 0.24 dB at DC already).
/// A block whose sample peak times the filter's largest absolute sum cannot beat the peak so far is
/// skipped; the maximum is the same.
#pragma once

#include "kernels/meters/meter.h"

namespace mixfarm {

namespace oversampling {
inline constexpr int kTaps = 16;
inline constexpr int kHistory = kTaps - 1;
inline constexpr int kDelay = 8;  ///< the window of sample n is centred between n - 8 and n - 7
inline constexpr float kAbsoluteSum = 2.17119f;  ///< of the half-way phase, the largest, rounded up
#define MF_QUARTER_TAPS                                                                   \
    {                                                                                     \
        -0.00381769729f, 0.00823394209f, -0.0154820038f, 0.0270820558f, -0.0461161323f,   \
            0.0808652341f, -0.166032434f, 0.893592715f, 0.303095937f, -0.124902345f,      \
            0.0720235780f, -0.0448499806f, 0.0278928764f, -0.0165366102f, 0.00888714753f, \
            -0.00393630983f                                                               \
    }
#define MF_HALF_TAPS                                                                   \
    {                                                                                  \
        -0.00566391507f, 0.0123319700f, -0.0228721928f, 0.0390346050f, -0.0642391890f, \
            0.107188731f, -0.200020149f, 0.634240150f                                  \
    }

/// Largest magnitude of the four interpolated points that follow x[7] (itself included) up to x[8];
/// x has kTaps values.
template <class F>
MF_HD F peak(const F* x) {
    constexpr float quarter[kTaps] = MF_QUARTER_TAPS;
    constexpr float half[kTaps / 2] = MF_HALF_TAPS;
    F a = F(quarter[0]) * x[0], b = F(half[0]) * (x[0] + x[15]), c = F(quarter[0]) * x[15];
    MF_UNROLL
    for (int i = 1; i < kTaps; ++i) {
        a = fma_(F(quarter[i]), x[i], a);
        c = fma_(F(quarter[i]), x[15 - i], c);
        if (i < kTaps / 2) b = fma_(F(half[i]), x[i] + x[15 - i], b);
    }
    return max_(max_(abs_(x[7]), abs_(a)), max_(abs_(b), abs_(c)));
}
}  // namespace oversampling

struct TruePeak {
    static constexpr MetricInfo kMetrics[] = {{"true_peak_dbtp", "dBTP"},
                                              {"sample_peak_dbfs", "dBFS"},
                                              {"plr_db", "dB"},
                                              {"psr_db", "dB"}};
    static constexpr int kSums = 2;  // sample peak, true peak of the bin (where it could matter)
    struct Setup {};
    template <class F>
    struct State {
        F left[oversampling::kHistory], right[oversampling::kHistory];
        F sample, peak;  ///< of this bin
        F highest;       ///< true peak so far
    };

    static Setup setup(double) { return {}; }

    template <class F>
    MF_HD static void run(const Setup&, State<F>& s, const F* left, const F* right, int frames) {
        constexpr int kHistory = oversampling::kHistory, kBlock = 32;
        F highest_sample = F(0.f);
        MF_UNROLL
        for (int n = 0; n < frames; ++n)
            highest_sample = max_(highest_sample, max_(abs_(left[n]), abs_(right[n])));
        F reach = highest_sample;
        MF_UNROLL
        for (int i = 0; i < kHistory; ++i)
            reach = max_(reach, max_(abs_(s.left[i]), abs_(s.right[i])));
        s.sample = max_(s.sample, highest_sample);
        if (all_at_most(reach * F(oversampling::kAbsoluteSum), s.highest)) {
            keep_history(s.left, left, frames);
            keep_history(s.right, right, frames);
            return;
        }
        F l[kHistory + kBlock], r[kHistory + kBlock];
        F highest = F(0.f);
        MF_UNROLL
        for (int start = 0; start < frames; start += kBlock) {
            const int count = frames - start < kBlock ? frames - start : kBlock;
            MF_UNROLL
            for (int i = 0; i < kHistory; ++i) l[i] = s.left[i], r[i] = s.right[i];
            MF_UNROLL
            for (int i = 0; i < count; ++i)
                l[kHistory + i] = left[start + i], r[kHistory + i] = right[start + i];
            MF_UNROLL
            for (int i = 0; i < count; ++i)
                highest = max_(highest, max_(oversampling::peak(l + i), oversampling::peak(r + i)));
            MF_UNROLL
            for (int i = 0; i < kHistory; ++i) s.left[i] = l[count + i], s.right[i] = r[count + i];
        }
        s.peak = max_(s.peak, highest);
        s.highest = max_(s.highest, highest);
    }
    template <class F>
    MF_HD static void warm_up(const Setup&, State<F>& s, const F* left, const F* right,
                              int frames) {
        keep_history(s.left, left, frames);
        keep_history(s.right, right, frames);
    }
    template <class F>
    MF_HD static void end_bin(State<F>& s, F* sums) {
        sums[0] = s.sample;
        sums[1] = max_(s.peak, s.sample);
        s.sample = F(0.f);
        s.peak = F(0.f);
    }
    static void join(float* sums, const float* pair, float) {
        for (int i = 0; i < kSums; ++i) sums[i] = std::fmax(sums[i], pair[i]);
    }
    static void finish(const MeterRecord& record, int first_sum, float* row, int first);

private:
    template <class F>
    MF_HD static void keep_history(F* history, const F* x, int frames) {
        constexpr int kHistory = oversampling::kHistory;
        MF_UNROLL
        for (int i = 0; i < kHistory; ++i) {
            const int from = frames - kHistory + i;
            history[i] = from >= 0 ? x[from] : history[i + frames];
        }
    }
};

}  // namespace mixfarm
