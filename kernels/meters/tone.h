/// Tone: the slope of the third-octave spectrum and how the lows of both sides agree; the bands
/// themselves come from the spectrum analyser (spectrum.h).
#pragma once

#include "kernels/meters/meter.h"

namespace mixfarm {

struct Tone {
    /// Least-squares slope of band level over octaves, 100 Hz to 10 kHz, as far as the bands lie
    /// below half the rate. Band levels: white noise reads +3 dB per octave.
    /// Correlation of left and right below 112 Hz, in the bands of 25 to 100 Hz.
    static constexpr MetricInfo kMetrics[] = {{"tilt_db_per_octave", "dB/octave"},
                                              {"low_correlation", ""}};
    static constexpr int kLowBands = 7;
    static constexpr int kSums = 0;
    struct Setup {};
    template <class F>
    struct State {};

    static Setup setup(double) { return {}; }
    template <class F>
    MF_HD static void run(const Setup&, State<F>&, const F*, const F*, int) {}
    template <class F>
    MF_HD static void warm_up(const Setup&, State<F>&, const F*, const F*, int) {}
    template <class F>
    MF_HD static void end_bin(State<F>&, F*) {}
    static void join(float*, const float*, float) {}
    static void finish(const MeterRecord& record, int first_sum, float* row, int first);
};

}  // namespace mixfarm
