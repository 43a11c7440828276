/// One stem of one mix behind its strip, as audio.
#pragma once

#include "kernels/console/loaded_song.h"

namespace mixfarm::cuda {

/// Over the whole song, without any master gain.
StereoAudio strip_sound(const LoadedSong& song, const MixSettings& mix, int stem);

}  // namespace mixfarm::cuda
