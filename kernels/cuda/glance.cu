/// Two kernels: what every channel of every candidate does to the bands, then the forms of every
/// candidate.
///
/// The forms times scenes are a matrix product, [candidates x pairs] [pairs x scenes] a band, but a
/// tenth of all operations, and its left side is made where it is used: a library's product would
/// first have to write it out.
#include "kernels/cuda/glance.h"
#include "kernels/cuda/launch.h"

namespace mixfarm::cuda {
namespace {

constexpr int kThreads = 128;

__device__ int slot_of_thread() {
    return static_cast<int>(blockIdx.x) * kThreads + static_cast<int>(threadIdx.x);
}
__device__ BandMix<float> mix_of(const GlanceJob& j, int slot) {
    return {j.tables, j.places, {j.room + slot, j.slots}};
}

/// Grid [candidates / kThreads][stems, then buses].
__global__ void __launch_bounds__(kThreads) channels_kernel(const GlanceJob j) {
    const int slot = slot_of_thread(), channel = static_cast<int>(blockIdx.y);
    if (slot >= j.count) return;
    const std::uint32_t* const row =
        j.rows + static_cast<std::size_t>(slot) * static_cast<std::size_t>(j.words);
    const float* const knobs = reinterpret_cast<const float*>(row);
    const std::uint32_t* const acting = row + j.knobs + channel;
    BandMix<float> mix = mix_of(j, slot);
    if (channel < j.tables.stems)
        mix.set_strip(channel, knobs + channel * StripChain::kParams, acting);
    else
        mix.set_bus(channel - j.tables.stems, knobs + j.first_knob[channel - j.tables.stems],
                    acting);
}

/// Grid [candidates / kThreads].
__global__ void __launch_bounds__(kThreads) forms_kernel(const GlanceJob j) {
    const int slot = slot_of_thread();
    if (slot < j.count) mix_of(j, slot).run();
}

}  // namespace

void run_glance(const GlanceJob& job, cudaStream_t stream) {
    const auto blocks = static_cast<unsigned>((job.count + kThreads - 1) / kThreads);
    launch(channels_kernel,
           {dim3(blocks, static_cast<unsigned>(job.tables.stems + kBuses)), kThreads}, stream, job);
    launch(forms_kernel, {blocks, kThreads}, stream, job);
}

}  // namespace mixfarm::cuda
