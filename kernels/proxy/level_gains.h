/// What dynamics do to the levels of a mix, as far as its cross powers can see: gains of stems,
/// scene by scene.
#pragma once

#include <array>
#include <vector>

#include "kernels/engine.h"

namespace mixfarm {

template <class F>
struct LevelGains {
    /// [stems][bands] amplitude of the dynamics of strip and group, mean over the song.
    std::vector<F> whole;
    std::vector<F> group;  ///< [stems] the group's part in it
    /// [stems] what the group does to the power of all its stems, as Measurement::stem_power has
    /// it.
    std::vector<F> common;
    std::vector<F> scene;          ///< [stems][padded scenes] that of a scene over that of the song
    std::array<F, kBands> master;  ///< power gain of the master's multiband compressor
};

}  // namespace mixfarm
