/// Glances at mixes on a GPU: a thread is a candidate, its arrays lie [cell][candidate] in tiles of
/// kTileSlots candidates, so that a warp's accesses are whole lines and a tile is one stretch.
#pragma once

#include <cuda_runtime.h>

#include "kernels/proxy/loudness_ride.h"
#include "kernels/proxy/mix_course.h"

namespace mixfarm::cuda {

inline constexpr int kTileSlots = 128;

/// What lies on the device for every candidate; [tiles][cells][kTileSlots].
struct GlanceRoom {
    float* cells = nullptr;
    int count = 0;  ///< cells

    MF_HD Memory<float> of(int slot) const {
        const std::size_t tile = static_cast<std::size_t>(slot / kTileSlots);
        return {cells + tile * static_cast<std::size_t>(count) * kTileSlots + slot % kTileSlots,
                kTileSlots};
    }
};

/// All pointers are the device's.
struct GlanceJob {
    int count;             ///< candidates
    int acting, inverses;  ///< places in a row, see `rows`
    int words;             ///< of a row
    int first_knob[kBuses];
    /// [candidates][words] settings as they are, each is read once: knobs of strips and buses; bits
    /// of what acts in each of them; strip_inverses() of every stem.
    const std::uint32_t* rows;
    GlanceRoom room, told;  ///< BandPlaces
    BandTables tables;
    BandPlaces places;
};
/// What a look at dynamics needs besides.
struct CourseJob {
    GlanceRoom room, told;  ///< CoursePlaces
    CourseTables tables;
    CoursePlaces places;
    RideTarget target;
};

/// What every channel of every candidate does to the bands; in front of both others.
void set_channels(const GlanceJob& job, cudaStream_t stream);
void run_glance(const GlanceJob& job, cudaStream_t stream);
void run_course(const GlanceJob& job, const CourseJob& course, cudaStream_t stream);

}  // namespace mixfarm::cuda
