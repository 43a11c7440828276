/// The first levels of the funnel: looks at thousands of candidates without rendering any, at the
/// best of them more closely, and names those worth hearing.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "host/hearing.h"
#include "host/lookout.h"
#include "host/search/calibration.h"
#include "host/search/search.h"

namespace mixfarm {

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
        std::uint64_t followed;   ///< of them: those at the end, whose dynamics are looked at first
        std::size_t heard;        ///< of all
        std::size_t sampled;      ///< of those heard: drawn plainly, at the end of the list
    };
    /// Rows to be heard, best first, at the end a plain sample of what was looked at, by which the
    /// guesses are judged. They are on disk when this returns. Throws Interrupted.
    std::vector<Row> explore(const Round& round);
    /// What became of the rows explored last, in their order; fewer where the clock ended it. The
    /// baselines belong to no round.
    void learn(std::span<const Heard> heard);

    /// How guesses at a glance, made before anything of the round was heard, agree with what was
    /// heard, on the plain samples alone.
    Agreement agreement(Glance glance) const {
        return mixfarm::agreement(guessed_[static_cast<std::size_t>(glance)], found_);
    }
    double recall(Glance glance, double promoted) const {
        return recall_at(guessed_[static_cast<std::size_t>(glance)], found_, promoted);
    }
    /// Is the round behind those so far on disk already?
    bool knows_next() const { return parts_.find(rounds() + 1, 0, looked_at()) != nullptr; }
    double seconds() const { return seconds_; }  ///< of both glances
    double closer_seconds() const { return closer_seconds_; }
    /// Of a candidate of a round, all looks at it; an estimate before the first round.
    double glance_s() const;
    std::size_t sampled() const { return found_.size(); }      ///< heard, drawn plainly
    std::uint64_t closer() const { return closer_; }           ///< looked at more closely
    std::uint64_t followed() const { return followed_; }       ///< of them, closely at once
    std::uint64_t looked_at() const { return tried_.size(); }  ///< baselines included
    /// First candidates of the rounds so far.
    const std::vector<std::uint64_t>& beginnings() const { return beginnings_; }
    std::uint32_t rounds() const { return static_cast<std::uint32_t>(beginnings_.size()); }
    /// Hands over the short rows of all rounds.
    TriedTable tried() && { return std::move(tried_); }
    const Archive& archive() const { return archive_; }  ///< of what was heard

private:
    /// A candidate that was looked at closely.
    struct Seen {
        Candidate candidate;
        Glimpse glimpse;
    };
    void scout(const Round& round, Part& part);
    /// Looks at what a search asks for and tells it, until `count` candidates were asked for.
    template <class Each>
    void expedition(Search& search, std::uint64_t count, Glance glance, Part& part, Each each);
    Search search_of(const Round& round, std::uint64_t first_id, std::uint64_t candidates,
                     std::uint64_t salt) const;
    /// A search among close looks that begins with `open`; gives the best of every kind.
    std::vector<Seen> follow(const Round& round, std::vector<Candidate> open, Part& part);
    std::vector<Row> choose(const Round& round, std::vector<Seen> open,
                            std::vector<Candidate> sample) const;
    std::vector<Row> rows_of(std::span<const Seen> chosen) const;
    /// The best `most`, each good and different, by a first glance.
    std::vector<Candidate> best_of(std::vector<Candidate> open, std::size_t most) const;
    /// Looks with the experience of what was heard so far.
    std::vector<Glimpse> look(std::span<const Candidate> candidates, Glance glance) const {
        return lookout_.glimpse(candidates, glance, experience_[static_cast<std::size_t>(glance)]);
    }

    const Studio& studio_;
    NightParts& parts_;
    std::string plan_hash_;
    Lookout lookout_;
    Cube cube_;
    Archive archive_;
    std::array<Experience, 2> experience_;  ///< of the two glances
    std::vector<std::vector<float>> heard_places_;
    double errors_ = 0, guesses_ = 0;  ///< of the last round's closer looks: squares; how many
    /// Of the plain samples, at each glance, and what they turned out to score.
    std::array<std::vector<double>, 2> guessed_;
    std::vector<double> found_;
    std::vector<std::uint64_t> beginnings_;
    std::size_t first_sampled_ = 0;  ///< of the rows explored last
    TriedTable tried_;
    double seconds_ = 0, closer_seconds_ = 0, glance_s_ = 0;
    std::uint64_t closer_ = 0, followed_ = 0;
};

}  // namespace mixfarm
