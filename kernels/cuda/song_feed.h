/// Brings a song to the device segment by segment: one travels while the one before is being
/// rendered.
///
/// The device never holds more than two segments of the stems, so a song may be as long as it
/// likes.
#pragma once

#include <memory>
#include <vector>

#include "kernels/console/loaded_song.h"
#include "kernels/cuda/memory.h"
#include "kernels/cuda/strips.h"

namespace mixfarm::cuda {

class SongFeed {
public:
    /// Of `song` the stems `stems`, at most `segment_tiles` tiles at a time.
    SongFeed(const LoadedSong& song, std::vector<int> stems, int segment_tiles);

    /// Sends tiles [first, first + tiles) on the feed's own stream and makes `compute` wait for
    /// them. `fresh`: the strips start at rest here. Fills the job's fields that describe the
    /// segment; they are good until the next call but one.
    void bring(std::int64_t first, int tiles, bool fresh, StripsJob& job, cudaStream_t compute);
    /// To be called when `compute` has all the work queued that reads the segment brought last.
    void release(cudaStream_t compute) {
        slots_[static_cast<std::size_t>(turn_)]->used.record(compute);
    }

private:
    struct Slot {
        Slot(std::size_t words) : host(words), device(words) {}
        PinnedBuffer<std::uint32_t>
            host;  ///< audio [stems][2][row] as float, then awake [rounds][1 + tiles]
        DeviceBuffer<std::uint32_t> device;
        Event ready, used;
    };

    const LoadedSong& song_;
    std::vector<int> stems_;
    int row_, warps_, rounds_;
    Stream copies_;
    std::unique_ptr<Slot> slots_[2];
    int turn_ = 0;
};

}  // namespace mixfarm::cuda
