/// How a night spends its budget: which candidates are heard in excerpts, which as whole songs, in
/// parts of which size.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "host/hearing.h"
#include "host/search/search.h"
#include "host/studio.h"

namespace mixfarm {

/// The first candidates of every night; the search begins behind them.
inline constexpr std::uint64_t kStaticBalance = 0, kRuleBased = 1, kFirstSearched = 2;

class Plan {
public:
    explicit Plan(const Studio& studio);

    std::uint64_t candidates;  ///< heard in excerpts, the two baselines included
    std::uint64_t promoted;    ///< at most so many are heard whole
    std::size_t excerpt_part, song_part;
    double time_s;  ///< 0 = no limit
    std::string hash;
    std::chrono::steady_clock::time_point begun = std::chrono::steady_clock::now();

    Hearing::Context context(const Studio& studio, PartStore& parts, Progress& progress) const;
    Search search(const Studio& studio) const;
    /// Has `share` of the time limit gone by? Never without a limit.
    bool spent(double share) const;
};

/// NIGHT on disk.
class NightFolder {
public:
    /// Makes the folder, opens run.log; a new night gets its job.yaml. Throws InputError when it
    /// cannot.
    /// One process at a time: a second one is refused while the first lives.
    NightFolder(std::filesystem::path folder, const Job& job, Progress& progress);
    ~NightFolder();
    NightFolder(const NightFolder&) = delete;

    /// NIGHT/job.yaml as run, whole or not at all. To be called once `stored` has found no parts of
    /// another plan: a refused run leaves the night that lies there as it was. Throws InputError
    /// when it cannot.
    void write_job_as_run(const Job& job) const;

    PartStore parts() const;
    /// Verified parts of this plan; torn ones are reported and rendered again.
    std::vector<Part> stored(const PartStore& parts, const Studio& studio,
                             Progress& progress) const;
    std::filesystem::path results_file() const { return folder_ / "results.h5"; }
    std::filesystem::path picks() const { return folder_ / "picks"; }
    std::filesystem::path report_file() const { return folder_ / "report.html"; }

private:
    std::filesystem::path folder_;
    int lock_ = -1;
};

/// Stage 2: every candidate on the telling excerpts, generation by generation.
std::vector<Heard> hear_excerpts(const Plan& plan, const Studio& studio, Search& search,
                                 Hearing& hearing, Progress& progress);
/// Stage 3: the baselines and the promoted ones, from first to last second.
std::vector<Heard> hear_songs(const Plan& plan, const Studio& studio,
                              const std::vector<Heard>& excerpts, Hearing& hearing,
                              Progress& progress);

}  // namespace mixfarm
