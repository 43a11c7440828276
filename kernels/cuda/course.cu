/// Looks at dynamics: what strips, groups and master do over time, the forms of what that leaves,
/// the way to the target.
///
/// A thread goes through the song alone, a few frames at a time: its sums of stems stay in the
/// cache, and of a stem's dynamics it reads what acts.
#include "kernels/cuda/glance_threads.h"

namespace mixfarm::cuda {
namespace {

/// Grid [candidates / kTileSlots][stems, then groups, then the master]; once channels are set.
__global__ void __launch_bounds__(kTileSlots)
    course_channels_kernel(const GlanceJob j, const CourseJob c) {
    const int slot = slot_of_thread(), channel = static_cast<int>(blockIdx.y);
    if (slot >= j.count) return;
    const Settings settings(j, slot);
    const BandMix<float> bands = bands_of(j, slot);
    MixCourse<float> course(c.tables, c.places, c.room.of(slot));
    const int bus = channel - j.tables.stems;
    if (bus < 0) {
        const CourseStem& stem = c.tables.stem[channel];
        const float trims[] = {settings.trim_db(stem.duck_key), settings.trim_db(stem.unmask_key)};
        course.set_strip(channel, settings.strip(channel), settings.acting(channel),
                         settings.inverses(channel), trims, bands);
    } else if (bus < console::kGroups) {
        course.set_group(bus, settings.bus(bus), bands);
    } else {
        course.set_master(settings.bus(kBuses - 1));
    }
}

__global__ void __launch_bounds__(kTileSlots) course_kernel(const GlanceJob j, const CourseJob c) {
    const int slot = slot_of_thread();
    if (slot < j.count) MixCourse<float>(c.tables, c.places, c.room.of(slot)).run();
}

__global__ void __launch_bounds__(kTileSlots) ride_kernel(const GlanceJob j, const CourseJob c) {
    const int slot = slot_of_thread();
    if (slot >= j.count) return;
    const Memory<float> room = c.room.of(slot);
    const LevelGains<float> gains = MixCourse<float>(c.tables, c.places, room).gains();
    BandMix<float> levels = bands_of(j, slot);
    levels.run(&gains);
    LoudnessRide<float>(c.tables, c.places, room, c.told.of(slot)).run(levels, c.target);
}

}  // namespace

void run_course(const GlanceJob& job, const CourseJob& course, cudaStream_t stream) {
    launch(course_channels_kernel, grid_of(job, job.tables.stems + console::kGroups + 1), stream,
           job, course);
    launch(course_kernel, grid_of(job), stream, job, course);
    launch(ride_kernel, grid_of(job), stream, job, course);
}

}  // namespace mixfarm::cuda
