/// The small print of a night's page.
#pragma once

#include <span>

#include "host/report/night_page.h"
#include "host/report/page.h"

namespace mixfarm::report {

/// What terms ask, where the style's numbers come from, what made the night. `weights` [terms].
Markup small_print(const Results& results, const NightRecord& record,
                   std::span<const double> weights);

}  // namespace mixfarm::report
