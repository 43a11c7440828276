/// The consoles of many candidates over a song: coefficients, states and delay memories on the
/// device, the song that feeds them, and the knobs that move.
#pragma once

#include <span>
#include <vector>

#include "kernels/cuda/automation.h"
#include "kernels/cuda/buses.h"
#include "kernels/cuda/song_feed.h"
#include "kernels/cuda/strips.h"

namespace mixfarm::cuda {

/// Frames of one launch, about: long enough to hide what a launch costs, short enough for thousands
/// of candidates.
inline constexpr int kSegmentFrames = 2048;
inline int segment_tiles(const LoadedSong& song) {
    return kSegmentFrames > song.tile ? kSegmentFrames / song.tile : 1;
}

/// Which measured tiles add to which sums of left^2 + right^2.
struct Energies {
    float* stems = nullptr;   ///< [stems][slots] behind the strips; null: not wanted
    float* groups = nullptr;  ///< [in, out][groups][slots]
    int from = 0, to = 0;     ///< tiles of the segment
};

class ConsoleBank {
public:
    /// `slots` at least the mixes, a multiple of 32: those left over repeat the first mix. `few`:
    /// as in BatchStyle.
    ConsoleBank(const LoadedSong& song, ConsoleLayout layout, std::span<const MixSettings> mixes,
                int slots, bool few, cudaStream_t stream);

    /// Queues on `stream`, with what the strips can do ahead of it on a stream of the bank's own,
    /// tiles [first, first + tiles) of `groups` times 32 slots; `columns` says whose
    /// settings a slot runs with, `mix` receives [tiles][left, right][tile][slots] (null where the
    /// layout is a single strip). `fresh`: everything starts at rest.
    void run(std::int64_t first, int tiles, bool fresh, const int* columns, int groups, float* mix,
             const Energies& energies, const Listening& listening = {});

    /// Where the layout is a single strip: what it gave in the last run,
    /// [tiles][left, right][tile][slots].
    const float* strip_sound() const { return buses_[turn_].data(); }
    const ConsoleLayout& layout() const { return layout_; }

private:
    void design(std::span<const MixSettings> mixes);
    void set_layers(std::span<const MixSettings> mixes);
    void set_keys(std::span<const MixSettings> mixes);
    void set_takers();
    bool overlaps() const { return few_ && layout_.whole() && !knobs_.any(); }
    void run_tiles(StripsJob& strips, BusesJob& buses, int from, int to, int groups);
    /// Writes what the knobs' last move changed into a set of coefficients.
    void update(std::uint32_t* coefs);

    const LoadedSong& song_;
    ConsoleLayout layout_;
    int slots_;
    bool few_;
    cudaStream_t stream_;
    MovingKnobs knobs_;
    SongFeed feed_;
    std::vector<std::uint32_t> bus_effects_;  ///< [kBuses] in play
    DeviceBuffer<ChannelPlace> places_;
    DeviceBuffer<std::uint32_t> coefs_, target_, states_, gliding_, takers_;
    DeviceBuffer<float> memory_, key_gains_, sound_;
    /// Where strips run ahead, they fill one while the buses work on the other. Where knobs move,
    /// which both read, they do not.
    DeviceBuffer<float> buses_[2];
    Stream ahead_;
    Event begun_, filled_[2];
    BusBranches branches_;
    int turn_ = 0;
    DeviceBuffer<StemKeys> keys_;
    DeviceBuffer<StemLayers> stem_layers_;
    DeviceBuffer<StripLayer> layers_;
    DeviceBuffer<float> layer_gains_;
    DeviceBuffer<CoefUpdate> updates_;
};

}  // namespace mixfarm::cuda
