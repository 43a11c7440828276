/// What each move of the picks costs or brings: picks are made again, whole, without each.
#pragma once

#include "host/progress.h"
#include "host/store/results.h"
#include "host/studio.h"

namespace mixfarm {

/// Fills Results::made, the best pick first, with about as many mixes as were heard whole at most:
/// a short night shall not spend most of its time on this. Throws Interrupted between two batches
/// when asked to stop.
void weigh_moves(Results& results, const Studio& studio, Progress& progress);

}  // namespace mixfarm
