/// What lies on the table in the morning: gathered results, their ranking in words, and the picks
/// as audio.
#pragma once

#include <filesystem>
#include <vector>

#include "host/hearing.h"
#include "host/plan.h"
#include "host/store/results.h"
#include "host/studio.h"

namespace mixfarm {

/// One row a candidate, the whole-song measurement where there is one; funnel statistics;
/// everything but the ranking.
Results gather(const Studio& studio, const Plan& plan, std::vector<Heard> excerpts,
               std::vector<Heard> songs, const Hearing& hearing);

/// Order, Pareto layers, picks, and words for each pick (against the rule-based mix).
void rank_and_describe(Results& results, const Studio& studio);

/// NIGHT/picks: one FLAC a pick, all at the job's loudness; files of an earlier ranking go.
void write_picks(const std::filesystem::path& folder, const Results& results, const Studio& studio,
                 Progress& progress);

/// Row of a candidate by id. Throws InputError naming the known range.
std::size_t row_of(const Results& results, std::uint64_t id);

}  // namespace mixfarm
