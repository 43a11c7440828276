/// What a batch needs of the device's memory, counted before it is taken.
#include "kernels/cuda/batch_plan.h"
#include "kernels/cuda/buses.h"
#include "kernels/cuda/console_bank.h"
#include "kernels/cuda/master.h"
#include "kernels/cuda/spectrum.h"

namespace mixfarm::cuda {

BatchPlan::BatchPlan(const LoadedSong& song, std::span<const Excerpt> excerpts)
    : stretches(plan_stretches(song, excerpts)),
      segment_tiles(cuda::segment_tiles(song)),
      ring_frames(song.bands->size + segment_tiles * song.tile) {
    for (const Stretch& s : stretches) {
        whole_bins.push_back(s.whole_bins);
        whole_tiles += std::int64_t{s.whole_bins} * song.tiles_per_bin;
        rendered += s.rendered();
        bins += s.bins;
        frames += s.frames;
    }
}

std::size_t BatchPlan::bytes_per_slot(const LoadedSong& song, const ConsoleLayout& layout,
                                      BatchStyle style) const {
    const std::size_t energies = song.view.stems.size() + 2 * console::kGroups;
    const std::size_t floats =
        product(2 * song.tile, style.keep ? rendered : segment_tiles) +
        (style.few ? product(2 * song.tile, segment_tiles) * song.view.stems.size() : 0) +
        energies + product(2, whole_tiles) + product(1, whole_tiles / song.tiles_per_bin + 1) +
        product(meters::kSums, bins) + product(2, ring_frames) + 4;
    return sizeof(float) * (floats + limiter_cells(song)) + sizeof(ListenState) +
           sizeof(MasterState) + BandSpectrum::kBytesPerSlot +
           layout.bytes_per_slot(std::int64_t{segment_tiles} * song.tile, style.few ? 2 : 1);
}

std::size_t BatchPlan::fixed_bytes(const LoadedSong& song) const {
    // Two segments of the song, the transforms and as much again for cuFFT itself.
    return product(16 * segment_tiles * song.tile,
                   static_cast<std::int64_t>(song.view.stems.size() + song.view.layers.size())) +
           2 * BandSpectrum::fixed_bytes(*song.bands);
}

}  // namespace mixfarm::cuda
