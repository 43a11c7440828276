/// What lies on the table in the morning: gathered results, their ranking in words, the picks as
/// audio, and a page to look at.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "host/hearing.h"
#include "host/plan.h"
#include "host/render/level_match.h"
#include "host/report/night_page.h"
#include "host/scouting.h"
#include "host/store/results.h"
#include "host/studio.h"

namespace mixfarm {

/// One row a candidate, the whole-song measurement where there is one; funnel statistics;
/// everything but the ranking.
Results gather(const Studio& studio, const Plan& plan, std::vector<Heard> excerpts,
               std::vector<Heard> songs, Scouting& scouting, const Hearing& hearing);

/// Order, Pareto layers, picks, and words for each pick (against the rule-based mix).
void rank_and_describe(Results& results, const Studio& studio);

/// The job's rough mix at the loudness of the picks; nothing where the job has none. Throws
/// InputError as read_rough_mix does.
std::optional<RoughMix> match_rough_mix(const Studio& studio);

/// Results::audition: the picks, the static balance and the rough mix, with their files.
void list_audition(Results& results, const std::optional<RoughMix>& rough);

/// What was chosen in this night's auditions goes into its new results; what belongs to another
/// plan that lay in `night` before, ids being others now, is put aside in NIGHT/earlier-N.
void keep_listening(const std::filesystem::path& night, Results& results, Progress& progress);

/// What the rendered mixes of a night sound like over time, and where they lie.
struct MorningSounds {
    std::vector<report::Sound> picks;  ///< as Results::picks
    report::Sound rules, still;        ///< the baselines; the rule-based mix is not kept as a file
    std::optional<report::RoughMixRecord> rough;
};

/// NIGHT/picks: one FLAC for each of Results::audition, all at the job's loudness; files of an
/// earlier ranking go. The rule-based mix is rendered with them and only measured.
MorningSounds write_picks(const std::filesystem::path& folder, const Results& results,
                          const Studio& studio, std::optional<RoughMix> rough, Progress& progress);

/// NIGHT/report.html: everything above to be looked at. Throws std::system_error when the disk is
/// full.
void write_report(const std::filesystem::path& file, const Results& results, const Studio& studio,
                  const Scouting& scouting, MorningSounds sounds);

/// Row of a candidate by id. Throws InputError naming the known range.
std::size_t row_of(const Results& results, std::uint64_t id);

}  // namespace mixfarm
