/// First glances on a GPU: a thread is a candidate, all its arrays lie [cell][candidate].
#pragma once

#include <cuda_runtime.h>

#include "kernels/proxy/band_mix.h"

namespace mixfarm::cuda {

/// All pointers are the device's.
struct GlanceJob {
    int count, slots;  ///< candidates; from one cell of a room to the next
    int knobs, words;  ///< of a row: knobs, and with a word a channel of what acts there
    int first_knob[kBuses];
    const std::uint32_t* rows;  ///< [candidates][words] settings as they are: each is read once
    float* room;                ///< [places.cells][slots]
    BandTables tables;
    BandPlaces places;
};

void run_glance(const GlanceJob& job, cudaStream_t stream);

}  // namespace mixfarm::cuda
