/// The night, stage by stage.
#include "host/night.h"

#include "host/hearing.h"
#include "host/morning.h"
#include "host/plan.h"
#include "host/studio.h"

namespace mixfarm {

Results run_night(const NightOptions& options, Progress& progress) {
    const Job job = job_for_night(options);
    const NightFolder folder(options.folder, job, progress);
    const Studio studio(job, options.device, options.threads, progress);
    const Plan plan(studio);

    PartStore parts = folder.parts();
    std::vector<Part> stored = folder.stored(parts, studio, progress);
    folder.write_job_as_run(job);
    Hearing hearing(plan.context(studio, parts, progress), std::move(stored));
    Search search = plan.search(studio);

    std::vector<Heard> excerpts = hear_excerpts(plan, studio, search, hearing, progress);
    std::vector<Heard> songs = hear_songs(plan, studio, excerpts, hearing, progress);

    Results results = gather(studio, plan, std::move(excerpts), std::move(songs), hearing);
    rank_and_describe(results, studio);
    write_results(folder.results_file(), results);
    MorningSounds sounds = write_picks(folder.picks(), results, studio, progress);
    write_report(folder.report_file(), results, studio, search, std::move(sounds));
    return results;
}

}  // namespace mixfarm
