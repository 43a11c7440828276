/// A candidate's settings channel by channel, the way an engineer writes them down for a recall.
#pragma once

#include <string>
#include <vector>

#include "host/store/results.h"

namespace mixfarm::cli {

struct ChannelLine {
    std::string channel;  ///< stem name, "drums group", "plate return", "master"
    std::string text;     ///< "HP 80 Hz; EQ -3.2 dB at 350 Hz Q 2.4; comp 3:1 over -27 dB, ..."
};

/// Every channel on which something is set, in the order of the console; what changes nothing is
/// left out.
std::vector<ChannelLine> channel_sheet(const Results& results, const std::vector<float>& values);

}  // namespace mixfarm::cli
