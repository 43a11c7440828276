/// How a night spends its budget: how many candidates are looked at, heard in excerpts and as whole
/// songs, in rounds and parts of which size.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "host/hearing.h"
#include "host/night_lock.h"
#include "host/scouting.h"
#include "host/studio.h"

namespace mixfarm {

/// The first candidates of every night; the search begins behind them.
inline constexpr std::uint64_t kStaticBalance = 0, kRuleBased = 1, kFirstSearched = 2;

/// How many of `candidates` are heard in excerpts: all of a few, fewer and fewer of many, as the
/// first glance sorts out more.
std::uint64_t heard_of(std::uint64_t candidates);

class Plan {
public:
    explicit Plan(const Studio& studio);

    std::uint64_t candidates;  ///< looked at, the two baselines included
    std::uint64_t heard;       ///< of them in excerpts, the two baselines included
    std::uint64_t promoted;    ///< at most so many are heard whole
    std::size_t excerpt_part, song_part;
    double time_s;  ///< 0 = no limit
    std::string hash;
    std::chrono::steady_clock::time_point begun;  ///< of the studio
    double spent_s = 0;                           ///< of the time, by earlier runs of this night

    Hearing::Context context(const Studio& studio, NightParts& parts, Progress& progress) const;

    /// How the night goes so far: seconds that one mix takes, and whether first glances and closer
    /// looks are to be trusted.
    struct Course {
        double glance_s, excerpt_s;
        bool glances, looks;
    };
    /// The next round behind `looked_at` candidates of which `heard` were heard, baselines
    /// included; `heard` of the round is 0 when there is none.
    Scouting::Round round(std::uint32_t number, std::uint64_t looked_at, std::uint64_t heard,
                          const Course& course) const;
    /// Until the time limit; without one for ever.
    double seconds_left() const;
    /// What is kept back for whole songs and for the picks, where each of a full batch of songs
    /// takes `song_s`.
    double songs_s(double song_s) const;
    double picks_s(double song_s) const;
    /// A few mixes take as long as a full batch of them: how many they count as.
    std::size_t slots(std::size_t mixes) const;
    /// Do guesses order mixes better than chance would have it by far? As long as too few are known
    /// they are trusted.
    static bool trusted(const Agreement& agreement);

private:
    std::size_t heard_in_round_, batch_;
    std::size_t pick_slots_;  ///< of rendering picks and baselines, warm_up_error and weigh_moves
};

/// How many picks are rendered side by side, so that their audio stays within bounds.
std::size_t picks_at_once(const Song& song);

/// NIGHT on disk.
class NightFolder {
public:
    /// Makes the folder, opens run.log; a new night gets its job.yaml. Throws InputError when it
    /// cannot.
    /// One process at a time: a second one is refused while the first lives.
    NightFolder(std::filesystem::path folder, const Job& job, Progress& progress);
    ~NightFolder();
    NightFolder(const NightFolder&) = delete;

    /// NIGHT/job.yaml as run, whole or not at all. To be called once `parts` has found none of
    /// another plan: a refused run leaves the night that lies there as it was. Throws InputError
    /// when it cannot.
    void write_job_as_run(const Job& job) const;

    /// With the verified parts of this plan; torn ones are reported and rendered again.
    NightParts parts(const Studio& studio, Progress& progress) const;
    /// Does a finished night of this plan lie here?
    bool finished(const std::string& plan_hash) const;
    std::filesystem::path results_file() const { return folder_ / "results.h5"; }
    std::filesystem::path picks() const { return folder_ / "picks"; }
    std::filesystem::path report_file() const { return folder_ / "report.html"; }

private:
    std::filesystem::path folder_;
    std::unique_ptr<NightLock> lock_;
};

/// Levels 0 and 2: candidates at a first glance, and those worth hearing on the telling excerpts,
/// round by round.
std::vector<Heard> hear_excerpts(const Plan& plan, const Studio& studio, Scouting& scouting,
                                 Hearing& hearing, Progress& progress);
/// Level 3: the baselines and the promoted ones, from first to last second.
std::vector<Heard> hear_songs(const Plan& plan, const Studio& studio,
                              const std::vector<Heard>& excerpts, Hearing& hearing,
                              Progress& progress);

}  // namespace mixfarm
