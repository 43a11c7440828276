/// What this core can do at most, measured in the same run as everything else: fused multiply-adds
/// a second.
#pragma once

#include <ctime>

#include "kernels/core/lane.h"

namespace mixfarm::bench {

/// Processor seconds of this thread so far: what others do on the machine at the same time does not
/// count.
inline double thread_seconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// Floating point operations a second of one core: sixteen independent chains of fused
/// multiply-adds in full registers.
[[gnu::noinline]] inline double fma_peak_flops() {
    using F = CpuLanes;
    constexpr int kChains = lane_count<F> == 16 ? 16 : 12,
                  kRounds = 3'000'000;  // as many as the registers hold
    const F a = F(0.999f), b = F(1e-3f);
    double best = 0;
    for (int take = 0; take < 5; ++take) {
        F x[kChains];
        for (int i = 0; i < kChains; ++i) x[i] = F(0.1f * static_cast<float>(i));
        const double begun = thread_seconds();
        for (int r = 0; r < kRounds; ++r) {
#pragma GCC unroll 16
            for (int i = 0; i < kChains; ++i) x[i] = fma_(x[i], a, b);
        }
        const double seconds = thread_seconds() - begun;
        F sum = x[0];
        for (int i = 1; i < kChains; ++i) sum = sum + x[i];
        volatile float keep = lane(sum, 0);
        (void)keep;
        const double flops = 2.0 * kChains * lane_count<F> * kRounds / seconds;
        best = flops > best ? flops : best;
    }
    return best;
}

}  // namespace mixfarm::bench
