/// The night, stage by stage.
#include "host/night.h"

#include <optional>
#include <utility>

#include "host/hearing.h"
#include "host/morning.h"
#include "host/plan.h"
#include "host/studio.h"
#include "host/warm_up.h"
#include "host/weigh_moves.h"

namespace mixfarm {

Results run_night(const NightOptions& options, Progress& progress) {
    const Job job = job_for_night(options);
    const NightFolder folder(options.folder, job, progress);
    const Studio studio(job, options.device, options.threads, progress);
    Plan plan(studio);

    NightParts parts = folder.parts(studio, progress);
    plan.spent_s = folder.finished(plan.hash) ? plan.time_s : parts.seconds();
    folder.write_job_as_run(job);
    Scouting scouting(studio, parts, plan.hash, options.threads);
    Hearing hearing(plan.context(studio, parts, progress));

    std::vector<Heard> excerpts = hear_excerpts(plan, studio, scouting, hearing, progress);
    const double warm_up_lu = warm_up_error(studio, excerpts);
    std::vector<Heard> songs = hear_songs(plan, studio, excerpts, hearing, progress);

    Results results =
        gather(studio, plan, std::move(excerpts), std::move(songs), scouting, hearing);
    results.attributes["warm_up_lu"] = std::to_string(warm_up_lu);
    rank_and_describe(results, studio);
    weigh_moves(results, studio, progress);
    std::optional<RoughMix> rough = match_rough_mix(studio);
    list_audition(results, rough);
    keep_listening(options.folder, results, progress);
    write_results(folder.results_file(), results);
    MorningSounds sounds = write_picks(folder.picks(), results, studio, std::move(rough), progress);
    write_report(folder.report_file(), results, studio, scouting, std::move(sounds));
    return results;
}

}  // namespace mixfarm
