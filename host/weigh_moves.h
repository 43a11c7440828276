/// What each move of the picks costs or brings: every pick is made again, whole, without each.
#pragma once

#include "host/progress.h"
#include "host/store/results.h"
#include "host/studio.h"

namespace mixfarm {

/// Fills Results::made for the picks. Throws Interrupted between two batches when asked to stop.
void weigh_moves(Results& results, const Studio& studio, Progress& progress);

}  // namespace mixfarm
