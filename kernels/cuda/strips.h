/// The strips of one segment of the song: every stem through its strip, added in stem order into
/// its group and into the returns that it is sent to.
#pragma once

#include "kernels/cuda/line.h"

namespace mixfarm::cuda {

inline constexpr int kStripStages = kStages<StripChain>;
/// Stems that run side by side in a block at most: 512 threads leave 128 registers to each, which
/// hold a quarter of a strip.
inline constexpr int kStripLines = 4;

/// Stems side by side in a block; more stems take turns in rounds of this many, in stem order.
inline int strip_lines(int stems) {
    return stems < kStripLines ? stems : kStripLines;
}
inline int strip_rounds(int stems) {
    return (stems + strip_lines(stems) - 1) / strip_lines(stems);
}

/// What a stem listens to: rows of `audio`, -1 for silence.
struct StemKeys {
    int duck, unmask;
};

/// Layers of a stem: entries of `layers` [first, end).
struct StemLayers {
    int first, end;
};
struct StripLayer {
    int sound;    ///< row of `audio`
    int instead;  ///< as LayerView::instead
};

/// Strip s is channel s. All pointers are the device's.
struct StripsJob {
    ChannelArrays channels;
    int stems, lines;
    int tile, tiles;     ///< frames a tile, tiles of the segment
    int from, to;        ///< tiles of it that are rendered now
    int frames;          ///< frames of the segment that lie inside the song
    int row;             ///< frames from one row of `audio` to the next
    const float* audio;  ///< [stems, then keys, then layers][left, right][row]
    const std::uint32_t*
        awake;  ///< [rounds][1 + tiles]: bit i is stem round * lines + i; first the tile before
    const std::uint32_t* takers;  ///< [rounds][groups, returns]: which of a round's stems go there
    const StemKeys* keys;         ///< [stems]
    const float* key_gains;       ///< [stems][duck, unmask][slots] by column: the key stem's trim
    const StemLayers* stem_layers;  ///< [stems]
    const StripLayer* layers;       ///< [layers]
    const float* layer_gains;       ///< [layers][slots] by column
    float* stem_energy;  ///< [stems][slots], added to in tiles [counted_from, counted_to); null:
                         ///< not wanted
    int counted_from, counted_to;
    int place[kInnerBuses];  ///< of a bus in `buses`; -1: nothing goes there
    float* buses;            ///< [buses][tiles][left, right][tile][slots]
    float* sound;  ///< [stems][tiles][left, right][tile][slots]: rounds side by side leave what
                   ///< comes out of their strips here; null: one after the other they add it up
};

/// `groups` times 32 slots.
void run_strips(const StripsJob& job, int groups, cudaStream_t stream);

/// Does the current device run what this build was compiled for?
bool strips_loadable();

}  // namespace mixfarm::cuda
