/// How a song and its excerpts are cut into tiles.
#include "kernels/console/loaded_song.h"

#include <algorithm>

#include "kernels/console/console.h"
#include "kernels/console/silence.h"
#include "kernels/core/check.h"

namespace mixfarm {

int tile_frames(int rate) {
    const int bin = rate / 100;
    return rate % 11025 == 0 ? bin / 3 : bin / 4;
}

LoadedSong::LoadedSong(const SongView& song) : view(song), tile(tile_frames(song.rate)) {
    const int bin = song.rate / 100;
    MF_CHECK(song.rate >= 32000 && song.rate % 100 == 0 && tile <= kMaxTile && bin % tile == 0);
    MF_CHECK(song.frames > 0 && !song.stems.empty() && song.tempo_bpm > 0);
    for (const StemView& stem : song.stems) {
        const auto stems = static_cast<int>(song.stems.size());
        MF_CHECK(static_cast<int>(stem.group) < console::kGroups && stem.duck_key < stems &&
                 stem.unmask_key < stems);
    }
    tiles_per_bin = bin / tile;
    tiles = (song.frames + tile - 1) / tile;
    for (const StemView& stem : song.stems)
        awake.push_back(awake_tiles(stem, song.frames, tile, song.rate));
    // A stem is awake while a layer of it sounds, whoever has it: what a mix is depends on no
    // other.
    for (const LayerView& layer : song.layers) {
        MF_CHECK(layer.stem >= 0 && layer.stem < static_cast<int>(song.stems.size()));
        auto& own = awake[static_cast<std::size_t>(layer.stem)];
        const StemView sound{layer.left, layer.right};
        const auto more = awake_tiles(sound, song.frames, tile, song.rate);
        for (std::size_t t = 0; t < own.size(); ++t) own[t] = own[t] || more[t];
    }
    bus_awake = awake_buses(song, awake, console::kGroups, console::kReturns);
    bands = std::make_unique<BandMap>(song.rate);
    fft = std::make_unique<LaneFft>(bands->size);
}

std::vector<Stretch> plan_stretches(const LoadedSong& song, std::span<const Excerpt> excerpts) {
    const int tile = song.tile, bin = tile * song.tiles_per_bin;
    std::vector<Stretch> stretches;
    for (const Excerpt& e : excerpts) {
        MF_CHECK(e.start >= 0 && e.frames > 0 && e.start % bin == 0 && e.start < song.view.frames);
        Stretch s;
        s.first = e.start / tile;
        s.warm = std::max<std::int64_t>(0, (e.start - e.warmup) / bin * song.tiles_per_bin);
        s.frames = std::min(e.frames, song.view.frames - e.start);
        s.last = s.first + (s.frames + tile - 1) / tile;
        s.bins = static_cast<int>((s.frames + bin - 1) / bin);
        s.whole_bins = static_cast<int>(s.frames / bin);
        stretches.push_back(s);
    }
    return stretches;
}

}  // namespace mixfarm
