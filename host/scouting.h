/// The first levels of the funnel: looks at thousands of candidates without rendering any, at the
/// best of them more closely, and names those worth hearing.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "host/hearing.h"
#include "host/search/calibration.h"
#include "host/search/search.h"
#include "host/studio.h"
#include "kernels/foresight.h"

namespace mixfarm {

/// What the search has to know of a song's knobs.
Cube cube_of(const Space& space);

/// A candidate that was looked at.
struct Glimpse {
    Scores scores;
    std::vector<float> metrics;  ///< all_metrics()
    std::vector<float> place, character;
};

/// Sets out from what was heard so far, round by round. A round is a function of the job, the seed,
/// the round and of all that was heard before it; so a night that was interrupted repeats it, and
/// values of a candidate that was only looked at are had by running its round again.
class Scouting {
public:
    Scouting(const Studio& studio, NightParts& parts, std::string plan_hash, int threads);

    struct Round {
        std::uint32_t number;  ///< from 1
        std::uint64_t first_id;
        std::uint64_t looked_at;  ///< candidates
        std::size_t heard;        ///< of them
        std::size_t sampled;      ///< of those heard: drawn plainly, at the end of the list
    };
    /// Rows to be heard, best first, at the end a plain sample of what was looked at, by which the
    /// guesses are judged. They are on disk when this returns. Throws Interrupted.
    std::vector<Row> explore(const Round& round);
    /// What became of the rows explored last, in their order; fewer where the clock ended it. The
    /// baselines belong to no round.
    void learn(std::span<const Heard> heard);

    /// Of candidates as they are: [candidates].
    std::vector<Glimpse> glimpse(std::span<const Candidate> candidates,
                                 Glance glance = Glance::levels) const;

    /// How guesses at a glance agree with what was heard, on the plain samples alone.
    Agreement agreement(Glance glance) const { return mixfarm::agreement(guesses(glance), found_); }
    double recall(Glance glance, double promoted) const {
        return recall_at(guesses(glance), found_, promoted);
    }
    double seconds() const { return seconds_; }  ///< of both glances
    double closer_seconds() const { return closer_seconds_; }
    std::uint64_t closer() const { return closer_; }           ///< looked at more closely
    std::uint64_t looked_at() const { return tried_.size(); }  ///< baselines included
    /// First candidates of the rounds so far.
    const std::vector<std::uint64_t>& beginnings() const { return beginnings_; }
    std::uint32_t rounds() const { return static_cast<std::uint32_t>(beginnings_.size()); }
    /// Hands over the short rows of all rounds.
    TriedTable tried() && { return std::move(tried_); }
    const Archive& archive() const { return archive_; }  ///< of what was heard

private:
    void scout(const Round& round, Part& part);
    std::vector<Row> choose(const Round& round, std::vector<Candidate> open,
                            std::vector<Candidate> sample, Part& part);
    std::vector<Row> rows_of(std::span<const Candidate> candidates) const;
    /// The best `most`, each good and different, by a first glance.
    std::vector<Candidate> best_of(std::vector<Candidate> open, std::size_t most) const;
    /// Technical score that is to be expected; 0 = rejected at first glance.
    double guess(const Candidate& candidate, const Glimpse& glimpse) const;
    /// Of the plain samples, by all that is known now.
    std::vector<double> guesses(Glance glance) const;
    /// What a candidate may hope for from its parent's surprise.
    float inherited(const Candidate& candidate) const;

    const Studio& studio_;
    NightParts& parts_;
    std::string plan_hash_;
    Foresight foresight_;
    Cube cube_;
    Archive archive_;
    Calibration calibration_, closer_calibration_;                 ///< of the two glances
    std::unordered_map<std::uint64_t, std::vector<float>> terms_;  ///< foretold, of those heard
    /// By how much a mix turned out better than guessed: of those heard, and of the round's
    /// candidates that descend from them.
    std::unordered_map<std::uint64_t, float> surprise_;
    std::vector<std::vector<float>> heard_places_;
    std::vector<std::vector<float>> sampled_;  ///< foretold_terms of the plain samples
    std::vector<double> found_;                ///< and what they turned out to score
    std::vector<std::uint64_t> beginnings_;
    std::size_t first_sampled_ = 0;  ///< of the rows explored last
    TriedTable tried_;
    double seconds_ = 0, closer_seconds_ = 0;
    std::uint64_t closer_ = 0;
};

}  // namespace mixfarm
