/// Level and stereo image from plain energies: crest factor, correlation, width, balance.
#pragma once

#include "kernels/meters/meter.h"

namespace mixfarm {

struct Level {
    static constexpr MetricInfo kMetrics[] = {
        {"crest_db", "dB"}, {"correlation", ""}, {"width", ""}, {"balance_db", "dB"}};
    static constexpr int kSums = 3;  // left^2, right^2, left * right
    struct Setup {};
    template <class F>
    struct State {
        F left, right, cross;
    };

    static Setup setup(double) { return {}; }
    template <class F>
    MF_HD static void run(const Setup&, State<F>& s, const F* left, const F* right, int frames) {
        F l = s.left, r = s.right, x = s.cross;
        for (int n = 0; n < frames; ++n) {
            l = fma_(left[n], left[n], l);
            r = fma_(right[n], right[n], r);
            x = fma_(left[n], right[n], x);
        }
        s.left = l, s.right = r, s.cross = x;
    }
    template <class F>
    MF_HD static void warm_up(const Setup&, State<F>&, const F*, const F*, int) {}
    template <class F>
    MF_HD static void end_bin(State<F>& s, F* sums) {
        sums[0] = s.left, sums[1] = s.right, sums[2] = s.cross;
        s.left = F(0.f), s.right = F(0.f), s.cross = F(0.f);
    }
    static void join(float* sums, const float* pair, float) {
        for (int i = 0; i < kSums; ++i) sums[i] += pair[i];
    }
    static void finish(const MeterRecord& record, int first_sum, float* row, int first);
};

}  // namespace mixfarm
