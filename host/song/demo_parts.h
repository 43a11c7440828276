/// The players of the demo song: each renders its part over the whole song at a natural level of
/// its own.
#pragma once

#include <vector>

#include "host/song/demo_sound.h"

namespace mixfarm::demo {

Track play_kick();
Track play_snare();
Track play_hats();
Track play_toms();
Track play_percussion();  ///< stereo: shaker left, tambourine and congas right
/// Stereo: the kit as heard from above with its reflections, and the crash cymbals.
Track play_overheads(const Track& kick, const Track& snare, const Track& hats, const Track& toms);

Track play_bass();
Track play_guitar();  ///< stereo: two takes of plucked strings (Karplus-Strong)
Track play_keys();    ///< stereo: frequency-modulated electric piano with tremolo
Track play_pad();     ///< stereo
Track play_synth_lead();
Track play_effects();  ///< stereo: risers, impacts; silent most of the time

Track sing_lead();
Track sing_backing();  ///< stereo: four voices

}  // namespace mixfarm::demo
