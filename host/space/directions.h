/// Which knobs move together when an engineer wants a channel brighter, fuller, nearer.
#pragma once

#include <span>
#include <vector>

#include "host/space/space.h"

namespace mixfarm {

/// Of every channel, in the order of the channels. `searched` are indices into `knobs`; `gates`
/// [knobs] the knob without which each one does nothing, or -1.
std::vector<MacroKnob> find_directions(std::span<const Knob> knobs, std::span<const int> searched,
                                       std::span<const int> gates);

}  // namespace mixfarm
