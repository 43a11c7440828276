/// What `mixfarm meter` says about a file: for programs and for people.
#pragma once

#include <string>

#include "host/cli/command.h"
#include "host/cli/metered_file.h"

namespace mixfarm::cli {

/// Metrics by their names; `by_channel`; the first thousand `dropouts`, whose `channel` counts from
/// 1 or is null where all have it, and `dropout_count`; third-octave `bands` and `bark` bands, of
/// stereo files with both sides, mid, side, width and correlation; the loudness `series`; the
/// `first_bad` sample. What is not defined is null: with a NaN or infinite sample, everything
/// measured.
Json meter_json(const MeteredFile& m);
/// In groups; with a table of third octaves where `bands` is set.
std::string meter_text(const MeteredFile& m, bool bands);

}  // namespace mixfarm::cli
