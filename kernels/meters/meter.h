/// What a meter is: sums over 10 ms bins in lanes, and a double-precision finish per candidate from
/// which every metric derives.
///
///     struct Name {
///         static constexpr MetricInfo kMetrics[] = {...};      // names as in results.h5
///         static constexpr int kSums = 3;                      // floats a bin and lane
///         struct Setup { float ...; };                         // constants of the rate
///         template <class F> struct State { F ...; };          // all zero = at rest
///         static Setup setup(double rate);
///         template <class F> static void run(const Setup&, State<F>&, const F* left, const F*
///         right, int frames);
///         // Audio before the measured stretch: filters move on, nothing is counted.
///         template <class F> static void warm_up(const Setup&, State<F>&, const F* left, const F*
///         right, int frames); template <class F> static void end_bin(State<F>&, F* sums); //
///         writes kSums, starts the next bin
///         // Adds the sums of another pair of channels of the same file, of the given weight in
///         // BS.1770.
///         static void join(float* sums, const float* pair, float weight);
///         // Reads its sums from `first_sum` on, writes its metrics to row[first]...; row holds
///         those of earlier meters. static void finish(const MeterRecord&, int first_sum, float*
///         row, int first);
///     };
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include "kernels/core/lane.h"
#include "kernels/core/maths.h"
#include "kernels/engine.h"

namespace mixfarm {

class LoudnessCourse;

/// Everything measured of one candidate.
struct MeterRecord {
    double rate = 48000;
    int channels = 2;         ///< 1 to 6; what compares two sides is NaN unless there are two
    std::vector<float> bins;  ///< [bin][sums_per_bin]
    int sums_per_bin = 0;
    /// A file keeps no bins, but these: totals and maxima of every sum, and loudness over time.
    std::vector<double> totals, tops;  ///< [sums_per_bin]
    const LoudnessCourse* course = nullptr;
    struct Stretch {
        int bins;        ///< in `bins`, a last one cut short by the song's end included
        int whole_bins;  ///< those of full length: loudness counts no others
    };
    std::vector<Stretch>
        stretches;  ///< one an excerpt, in order; blocks do not cross from one to the next
    std::int64_t frames = 0;  ///< measured frames
    std::array<double, kBands> left_power{}, right_power{}, cross_power{};

    int bin_count() const {
        return sums_per_bin ? static_cast<int>(bins.size()) / sums_per_bin : 0;
    }
    /// Frames of a whole bin of candidates, whose rates are multiples of 100.
    int bin_frames() const { return static_cast<int>(rate + 50) / 100; }
    /// Sum `s` of a meter whose sums begin at `offset`, in bin `b`.
    double at(int b, int offset) const {
        return bins[static_cast<std::size_t>(b) * static_cast<std::size_t>(sums_per_bin) +
                    static_cast<std::size_t>(offset)];
    }
};

inline double db_of_power(double power) {
    return 10 * std::log10(power > 1e-30 ? power : 1e-30);
}

}  // namespace mixfarm
