/// A night's work on one song: from a job to ranked mixes, results.h5 and audible picks.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "host/job/job.h"
#include "host/progress.h"
#include "host/store/results.h"

namespace mixfarm {

struct NightOptions {
    std::filesystem::path job;
    std::filesystem::path
        folder;  ///< NIGHT; made when missing, continued when it holds parts of the same plan
    std::optional<std::uint64_t> candidates;  ///< these three and `taste` override the job
    std::optional<std::uint64_t> seed;
    std::optional<double> time_s;
    std::filesystem::path taste;  ///< likewise
    std::string device = "auto";  ///< auto, cpu, cuda, cuda:1
    int threads = 0;              ///< 0 = all cores
};

/// Works through the night and returns what results.h5 holds. Throws InputError, DeviceError,
/// std::system_error (disk full) and Interrupted; in the last three cases the same call goes on
/// where this one stopped.
Results run_night(const NightOptions& options, Progress& progress);

/// What was known of the listener before the night: a copy, in its folder.
std::filesystem::path taste_before(const std::filesystem::path& folder);
/// The job as it runs: overrides applied, paths absolute.
Job job_for_night(const NightOptions& options);

}  // namespace mixfarm
