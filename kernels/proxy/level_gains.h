/// What dynamics do to the levels of a mix, as far as its cross powers can see: gains of stems,
/// scene by scene.
#pragma once

#include "kernels/effects/effect.h"

namespace mixfarm {

/// In the memory of the lanes.
template <class F>
struct LevelGains {
    /// [stems][bands] amplitude of the dynamics of strip and group, mean over the song.
    Memory<F> whole;
    Memory<F> group;  ///< [stems] the group's part in it
    /// [stems] what the group does to the power of all its stems, as Measurement::stem_power has
    /// it.
    Memory<F> common;
    Memory<F> scene;   ///< [stems][padded scenes] that of a scene over that of the song
    Memory<F> master;  ///< [bands] power gain of the master's multiband compressor
};

}  // namespace mixfarm
