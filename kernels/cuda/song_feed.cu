/// Packing and sending the segments of a song.
#include <algorithm>
#include <cstring>

#include "kernels/cuda/song_feed.h"
#include "kernels/cuda/strips.h"

namespace mixfarm::cuda {

SongFeed::SongFeed(const LoadedSong& song, const ConsoleLayout& layout, int segment_tiles)
    : song_(song),
      layout_(layout),
      row_(segment_tiles * song.tile),
      lines_(strip_lines(static_cast<int>(layout.stems.size()))),
      rounds_(strip_rounds(static_cast<int>(layout.stems.size()))) {
    const std::size_t words = layout.sounds.size() * 2 * static_cast<std::size_t>(row_) +
                              static_cast<std::size_t>((rounds_ + 1) * (1 + segment_tiles));
    for (auto& slot : slots_) slot = std::make_unique<Slot>(words);
}

/// Bit i: stem round * lines + i is awake in `tile`.
std::uint32_t SongFeed::stems_awake(int round, std::int64_t tile) const {
    std::uint32_t bits = 0;
    for (int i = 0; i < lines_ && tile < song_.tiles; ++i) {
        const auto s = static_cast<std::size_t>(round * lines_ + i);
        if (s < layout_.stems.size() &&
            song_.awake[static_cast<std::size_t>(layout_.stems[s])][static_cast<std::size_t>(tile)])
            bits |= 1u << i;
    }
    return bits;
}

std::uint32_t SongFeed::buses_awake(std::int64_t tile) const {
    std::uint32_t bits = 0;
    for (int b = 0; b < kInnerBuses && tile < song_.tiles; ++b)
        if (song_.bus_awake[static_cast<std::size_t>(b)][static_cast<std::size_t>(tile)])
            bits |= 1u << b;
    return bits;
}

Segment SongFeed::bring(std::int64_t first, int tiles, bool fresh, cudaStream_t compute) {
    turn_ ^= 1;
    Slot& slot = *slots_[turn_];
    slot.used.wait();  // an event never recorded has happened
    const std::int64_t start = first * song_.tile;
    const auto frames = static_cast<int>(
        std::clamp<std::int64_t>(song_.view.frames - start, 0, std::int64_t{tiles} * song_.tile));
    const std::size_t row = static_cast<std::size_t>(row_), count = layout_.sounds.size();
    for (std::size_t s = 0; s < count && frames > 0; ++s) {
        const auto sound = static_cast<std::size_t>(layout_.sounds[s]),
                   stems = song_.view.stems.size();
        const bool layer = sound >= stems;
        const float* const left =
            layer ? song_.view.layers[sound - stems].left : song_.view.stems[sound].left;
        const float* const right =
            layer ? song_.view.layers[sound - stems].right : song_.view.stems[sound].right;
        std::memcpy(slot.host.data() + 2 * s * row, left + start,
                    sizeof(float) * static_cast<std::size_t>(frames));
        std::memcpy(slot.host.data() + (2 * s + 1) * row, right + start,
                    sizeof(float) * static_cast<std::size_t>(frames));
    }
    std::uint32_t* const awake = slot.host.data() + 2 * count * row;
    std::uint32_t* to = awake;
    for (int round = 0; round <= rounds_; ++round)
        for (int t = -1; t < tiles; ++t) {
            const bool slept = t < 0 && fresh;
            *to++ = slept             ? 0u
                    : round < rounds_ ? stems_awake(round, first + t)
                                      : buses_awake(first + t);
        }
    const auto words = static_cast<std::size_t>(to - slot.host.data());
    MF_CUDA(cudaMemcpyAsync(slot.device.data(), slot.host.data(), words * sizeof(std::uint32_t),
                            cudaMemcpyHostToDevice, copies_));
    slot.ready.record(copies_);
    slot.ready.hold(compute);
    const std::uint32_t* const sent = slot.device.data() + (awake - slot.host.data());
    return {tiles, frames,
            row_,  reinterpret_cast<const float*>(slot.device.data()),
            sent,  sent + static_cast<std::ptrdiff_t>(rounds_) * (1 + tiles)};
}

}  // namespace mixfarm::cuda
