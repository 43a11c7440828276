/// Packing and sending the segments of a song.
#include <algorithm>
#include <cstring>

#include "kernels/cuda/song_feed.h"

namespace mixfarm::cuda {

SongFeed::SongFeed(const LoadedSong& song, std::vector<int> stems, int segment_tiles)
    : song_(song),
      stems_(std::move(stems)),
      row_(segment_tiles * song.tile),
      warps_(strip_warps(static_cast<int>(stems_.size()))),
      rounds_(strip_rounds(static_cast<int>(stems_.size()))) {
    const std::size_t words = stems_.size() * 2 * static_cast<std::size_t>(row_) +
                              static_cast<std::size_t>(rounds_ * (1 + segment_tiles));
    for (auto& slot : slots_) slot = std::make_unique<Slot>(words);
}

void SongFeed::bring(std::int64_t first, int tiles, bool fresh, StripsJob& job,
                     cudaStream_t compute) {
    turn_ ^= 1;
    Slot& slot = *slots_[turn_];
    slot.used.wait();  // an event never recorded has happened
    const std::int64_t start = first * song_.tile;
    const auto frames = static_cast<int>(
        std::clamp<std::int64_t>(song_.view.frames - start, 0, std::int64_t{tiles} * song_.tile));
    const std::size_t row = static_cast<std::size_t>(row_), count = stems_.size();
    for (std::size_t s = 0; s < count && frames > 0; ++s) {
        const StemView& stem = song_.view.stems[static_cast<std::size_t>(stems_[s])];
        std::memcpy(slot.host.data() + 2 * s * row, stem.left + start,
                    sizeof(float) * static_cast<std::size_t>(frames));
        std::memcpy(slot.host.data() + (2 * s + 1) * row, stem.right + start,
                    sizeof(float) * static_cast<std::size_t>(frames));
    }
    std::uint32_t* awake = slot.host.data() + 2 * count * row;
    for (int round = 0; round < rounds_; ++round) {
        for (int t = -1; t < tiles; ++t) {
            std::uint32_t bits = 0;
            const std::int64_t tile = first + t;
            for (int w = 0; w < warps_ && tile < song_.tiles && (t >= 0 || !fresh); ++w) {
                const auto s = static_cast<std::size_t>(round * warps_ + w);
                if (s < count && song_.awake[static_cast<std::size_t>(stems_[s])]
                                            [static_cast<std::size_t>(tile)])
                    bits |= 1u << w;
            }
            *awake++ = bits;
        }
    }
    const std::size_t words = static_cast<std::size_t>(awake - slot.host.data());
    MF_CUDA(cudaMemcpyAsync(slot.device.data(), slot.host.data(), words * sizeof(std::uint32_t),
                            cudaMemcpyHostToDevice, copies_));
    slot.ready.record(copies_);
    MF_CUDA(cudaStreamWaitEvent(compute, slot.ready, 0));
    job.stems = static_cast<int>(count);
    job.warps = warps_;
    job.tile = song_.tile;
    job.tiles = tiles;
    job.frames = frames;
    job.row = row_;
    job.audio = reinterpret_cast<const float*>(slot.device.data());
    job.awake = slot.device.data() + 2 * count * row;
}

}  // namespace mixfarm::cuda
