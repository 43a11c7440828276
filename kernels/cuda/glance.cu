/// First glances: what every channel of every candidate does to the bands, then the forms of every
/// candidate.
///
/// The forms times scenes are a matrix product, [candidates x pairs] [pairs x scenes] a band, but a
/// small part of all operations, and its left side is made where it is used: a library's product
/// would first have to write it out.
#include "kernels/cuda/glance_threads.h"

namespace mixfarm::cuda {
namespace {

/// Grid [candidates / kTileSlots][stems, then buses].
__global__ void __launch_bounds__(kTileSlots) channels_kernel(const GlanceJob j) {
    const int slot = slot_of_thread(), channel = static_cast<int>(blockIdx.y);
    if (slot >= j.count) return;
    const Settings settings(j, slot);
    BandMix<float> mix = bands_of(j, slot);
    const int bus = channel - j.tables.stems;
    if (bus < 0)
        mix.set_strip(channel, settings.strip(channel), settings.acting(channel));
    else
        mix.set_bus(bus, settings.bus(bus), settings.acting(channel));
}

__global__ void __launch_bounds__(kTileSlots) forms_kernel(const GlanceJob j) {
    const int slot = slot_of_thread();
    if (slot < j.count) bands_of(j, slot).run();
}

}  // namespace

void set_channels(const GlanceJob& job, cudaStream_t stream) {
    launch(channels_kernel, grid_of(job, job.tables.stems + kBuses), stream, job);
}
void run_glance(const GlanceJob& job, cudaStream_t stream) {
    launch(forms_kernel, grid_of(job), stream, job);
}

}  // namespace mixfarm::cuda
