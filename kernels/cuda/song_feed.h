/// Brings a song to the device segment by segment: one travels while the one before is being
/// rendered.
///
/// The device never holds more than two segments of the stems, so a song may be as long as it
/// likes.
#pragma once

#include <memory>
#include <vector>

#include "kernels/cuda/console_layout.h"
#include "kernels/cuda/memory.h"

namespace mixfarm::cuda {

/// A piece of the song; all pointers are the device's.
struct Segment {
    int tiles;
    int frames;          ///< that lie inside the song
    int row;             ///< frames from one row of `audio` to the next
    const float* audio;  ///< [layout.sounds][left, right][row]
    const std::uint32_t *awake,
        *bus_awake;  ///< [rounds][1 + tiles] stems of a round; [1 + tiles] groups and returns
};

class SongFeed {
public:
    /// What `layout` needs of `song`, at most `segment_tiles` tiles at a time.
    SongFeed(const LoadedSong& song, const ConsoleLayout& layout, int segment_tiles);

    /// Sends tiles [first, first + tiles) on the feed's own stream and makes `compute` wait for
    /// them. `fresh`: the console starts at rest here. Good until the next call but one.
    Segment bring(std::int64_t first, int tiles, bool fresh, cudaStream_t compute);
    /// To be called when `compute` has all the work queued that reads the segment brought last.
    void release(cudaStream_t compute) {
        slots_[static_cast<std::size_t>(turn_)]->used.record(compute);
    }

private:
    struct Slot {
        Slot(std::size_t words) : host(words), device(words) {}
        PinnedBuffer<std::uint32_t> host;  ///< a Segment's audio as float, awake, bus_awake
        DeviceBuffer<std::uint32_t> device;
        Event ready, used;
    };
    std::uint32_t stems_awake(int round, std::int64_t tile) const;
    std::uint32_t buses_awake(std::int64_t tile) const;

    const LoadedSong& song_;
    const ConsoleLayout& layout_;
    int row_, lines_, rounds_;
    Stream copies_;
    std::unique_ptr<Slot> slots_[2];
    int turn_ = 0;
};

}  // namespace mixfarm::cuda
