/// A thread's own part of a glance.
#pragma once

#include "kernels/cuda/glance.h"
#include "kernels/cuda/launch.h"

namespace mixfarm::cuda {

__device__ inline int slot_of_thread() {
    return static_cast<int>(blockIdx.x) * kTileSlots + static_cast<int>(threadIdx.x);
}
__device__ inline BandMix<float> bands_of(const GlanceJob& j, int slot) {
    return {j.tables, j.places, j.room.of(slot), j.told.of(slot)};
}
/// A candidate's settings.
struct Settings {
    const GlanceJob& job;
    const std::uint32_t* row;

    __device__ Settings(const GlanceJob& j, int slot)
        : job(j),
          row(j.rows + static_cast<std::size_t>(slot) * static_cast<std::size_t>(j.words)) {}
    __device__ const float* knobs() const { return reinterpret_cast<const float*>(row); }
    __device__ const float* strip(int s) const { return knobs() + s * StripChain::kParams; }
    __device__ const float* bus(int b) const { return knobs() + job.first_knob[b]; }
    __device__ const std::uint32_t* acting(int channel) const { return row + job.acting + channel; }
    __device__ const float* inverses(int s) const { return knobs() + job.inverses + 2 * s; }
    __device__ float trim_db(int s) const {
        return s < 0 ? 0.f : strip(s)[StripChain::first_param<Trim>()];
    }
};
/// [tiles of candidates][channels].
inline Grid grid_of(const GlanceJob& job, int channels = 1) {
    return {dim3(static_cast<unsigned>((job.count + kTileSlots - 1) / kTileSlots),
                 static_cast<unsigned>(channels)),
            kTileSlots};
}

}  // namespace mixfarm::cuda
