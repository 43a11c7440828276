/// A block of frames of 10 ms of the sum of some stems, in lanes.
#pragma once

#include "kernels/core/lane.h"
#include "kernels/proxy/stem_course.h"

namespace mixfarm {

template <class F>
struct BlockSum {
    F power[StemCourse::kBlockFrames][broad::kBands];
    F peak[StemCourse::kBlockFrames];  ///< squared, as if the stems' peaks were powers
    F wave[StemCourse::kBlockFrames][ReferenceMix::kMoments];

    MF_HD void clear() {
        for (int n = 0; n < StemCourse::kBlockFrames; ++n) {
            for (int b = 0; b < broad::kBands; ++b) power[n][b] = F(0.f);
            for (int m = 0; m < ReferenceMix::kMoments; ++m) wave[n][m] = F(0.f);
            peak[n] = F(0.f);
        }
    }
};

/// Sum of weighted broad bands, given as floats or as F.
template <class F, class Power>
MF_HD F weigh(const F* weights, const Power* power) {
    F sum = weights[0] * F(power[0]);
    for (int b = 1; b < broad::kBands; ++b) sum = fma_(weights[b], F(power[b]), sum);
    return sum;
}

}  // namespace mixfarm
