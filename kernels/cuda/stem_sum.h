/// Adds up what the strips left, where there was room for all rounds of stems at once.
#pragma once

#include "kernels/cuda/strips.h"

namespace mixfarm::cuda {

/// Where frame `frame` of one side of a stem's tile lies in job.sound.
MF_HD float* stem_frame(const StripsJob& job, int stem, int tile, int side, int frame, int slot) {
    return job.sound +
           static_cast<std::size_t>(((stem * job.tiles + tile) * 2 + side) * job.tile + frame) *
               static_cast<std::size_t>(job.channels.slots) +
           slot;
}

/// Tiles [job.from, job.to) of `groups` times 32 slots, in stem order, to the bit what the strips
/// themselves would have added up.
void sum_stems(const StripsJob& job, int groups, cudaStream_t stream);

}  // namespace mixfarm::cuda
