/// Knobs that move: read from a job, and laid on the song's time.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "host/job/document.h"
#include "host/job/job.h"
#include "host/job/problems.h"

namespace mixfarm {

/// What a stem's or a bus's `automation:` says; points at a section are not yet on the song's time.
std::vector<AutomationJob> read_automation(const nlohmann::json& value);

/// Gives the points at sections their seconds, for all stems and buses. A problem is told for: a
/// section that is not there or is there twice, points that go back in time, and a knob that is
/// locked too or moved twice.
void settle_automation(Job& job, const Document& document, Problems& problems);

}  // namespace mixfarm
