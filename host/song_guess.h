/// Which mixes are worth a whole song: what excerpts and the first glance, which knows the whole
/// song, say together, learnt from the songs that were heard already.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "host/hearing.h"
#include "host/search/calibration.h"

namespace mixfarm {

class SongGuess {
public:
    /// `excerpts`: all that were heard so, by whatever order; borrowed. The first `always` ids are
    /// baselines.
    SongGuess(const Judge& judge, const std::vector<Heard>& excerpts, std::uint64_t always);

    /// The baselines first, then the best and different, from all named before too; one in
    /// kPlainOf is taken by chance from those that are not rejected, so that excerpts are judged by
    /// more than what they promised. At most `count` indices into the excerpts, each only once.
    std::vector<std::size_t> next(std::size_t count);
    static constexpr std::size_t kPlainOf = 8;
    /// Was it taken by chance?
    bool plain(std::uint64_t id) const { return plain_.count(id) > 0; }
    void learn(std::span<const Heard> songs);
    /// How scores over the excerpts agree with those of the songs taken by chance.
    Agreement agreement() const { return mixfarm::agreement(excerpt_score_, song_score_); }

private:
    const std::vector<Heard>& excerpts_;
    std::uint64_t always_;
    Calibration calibration_;
    std::size_t named_ = 0;        ///< without the baselines
    std::vector<double> nearest_;  ///< [excerpts] distance to the nearest that was named
    std::unordered_set<std::uint64_t> plain_;
    std::vector<double> excerpt_score_, song_score_;        ///< of those
    std::vector<bool> open_;                                ///< [excerpts] not named yet
    std::unordered_map<std::uint64_t, std::size_t> place_;  ///< by id
};

}  // namespace mixfarm
