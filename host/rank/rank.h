/// Orders judged mixes and picks a dozen that are good and audibly different.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "host/score/score.h"

namespace mixfarm {

inline constexpr int kWholeSong = 3;  ///< Contender::stage

/// One mix as the ranking sees it.
struct Contender {
    std::uint64_t id;
    int stage;  ///< 2 = excerpts, 3 = the whole song
    Scores scores;
    std::vector<float> place;  ///< perceptual position, see perceptual_place; same length for all
    bool baseline = false;     ///< ranked like the others, never picked: it is auditioned anyway
};

/// Where a mix lies for the ear, in units of about one just noticeable difference per axis: six
/// broad tone bands (sub, bass, low mids, mids, presence, air re the whole), width low and high,
/// correlation, crest, loudness range, lead level. [12]; NaN where not measured.
std::vector<float> perceptual_place(const Measurement& m, const StemMetrics& stems);
/// Euclidean distance of two places; axes that are NaN in either are left out, and 0 when none is
/// left.
double heard_distance(std::span<const float> a, std::span<const float> b);

/// No two picks are nearer than this, in heard_distance.
inline constexpr double kMinPickDistance = 2.0;
/// What being close to a chosen mix costs in technical score, at distance d:
/// kClosenessCost / (1 + (d / kHalfCloseDistance)^2).
inline constexpr double kClosenessCost = 0.1;
inline constexpr double kHalfCloseDistance = 2 * kMinPickDistance;
/// Picks come from within this much technical score below the best; where these do not fill the
/// list, the band is doubled, and again, until they do or all mixes have been looked at.
inline constexpr double kGoodBand = 0.05;

struct Ranking {
    /// All contenders: whole-song before excerpt, not rejected before rejected, best score first,
    /// ties by id.
    std::vector<std::uint64_t> order;
    /// As order: 0 = nothing is as good in every term and better in one, 1 = the same once those
    /// are taken away, ...; rejected mixes share one last layer.
    std::vector<int> pareto;
    std::vector<std::uint64_t> picks;  ///< good and different, best first
};

/// Greedy: the best first, then whatever gains most of score minus closeness among the good (within
/// a band below the best), never nearer than kMinPickDistance, only whole-song mixes that are not
/// rejected. Fewer picks when there are not enough. Scores and terms count in steps of 1e-6, so
/// that the last bits of another machine change nothing; ids must be unique.
Ranking rank(std::span<const Contender> contenders, int picks);

/// Indices of at most `count` contenders worth a whole-song render, in order of choice: by score,
/// but spread over `place` (greedy, deterministic, the same closeness cost as the picks). Never a
/// rejected mix, nor one that was heard over the whole song.
std::vector<int> promote(std::span<const Contender> contenders, int count);

}  // namespace mixfarm
