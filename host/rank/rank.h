/// Orders judged mixes and picks a dozen that are good and audibly different.
#pragma once

#include <cstdint>
#include <span>
#include <string>
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
    /// What it is like, character_steps(); empty where that is not known.
    std::vector<float> character = {};
    int cell = -1;  ///< of the archive: the kind of mix; -1: a kind of its own
};

/// Where a mix lies for the ear, in units of about one just noticeable difference per axis: six
/// broad tone bands (sub, bass, low mids, mids, presence, air re the whole), width low and high,
/// correlation, crest, loudness range, lead level, and what is meant over the song: how far
/// choruses rise over verses, how far levels move. [14]; NaN where not measured.
std::vector<float> perceptual_place(const Measurement& m, const StemMetrics& stems);
/// Euclidean distance of two places; axes that are NaN in either are left out, and 0 when none is
/// left.
double heard_distance(std::span<const float> a, std::span<const float> b);

/// No two picks are nearer than this, in heard_distance.
inline constexpr double kMinPickDistance = 2.0;
/// What being close to a chosen mix costs in technical score where mixes are promoted, at distance
/// d: kClosenessCost / (1 + (d / kHalfCloseDistance)^2).
inline constexpr double kClosenessCost = 0.1;
inline constexpr double kHalfCloseDistance = 2 * kMinPickDistance;
/// Picks come from within this much technical score below the best; where these do not fill the
/// list, the band is doubled, and again, until they do or all mixes have been looked at.
inline constexpr double kGoodBand = 0.05;
/// Among mixes whose distance falls short of the largest by no more than this share, what is good
/// decides.
inline constexpr double kAboutAsFar = 0.1;
/// A wild card is at most this much worse than the best, and lies at least so many steps of
/// character outside of what all other picks are like.
inline constexpr double kWildBand = 0.15;
inline constexpr double kWildSteps = 1;

struct Ranking {
    /// All contenders: whole-song before excerpt, not rejected before rejected, best score first,
    /// ties by id.
    std::vector<std::uint64_t> order;
    /// As order: 0 = nothing is as good in every term and better in one, 1 = the same once those
    /// are taken away, ...; rejected mixes share one last layer.
    std::vector<int> pareto;
    std::vector<std::uint64_t> picks;  ///< good and different, best first; a wild card last
    /// What the last pick is more than all others, "darkest, widest", where it is a wild card;
    /// empty: there is none.
    std::string wild_card;
};

/// The picks span the good mixes: the best first, then, of the best mix of every kind (cell), the
/// one whose character is farthest from all chosen before, never nearer to one than
/// kMinPickDistance for the ear. Among those about as far, one that no mix beats in all terms
/// (Pareto layer) goes before one that is beaten, then the better. Only whole-song mixes that are
/// not rejected. The others of a kind come only where those do not fill the list; fewer picks when
/// there are not enough. The last gives way to a wild card where there is one: of all mixes that
/// lie outside, the one whose character is farthest from the others. Scores, terms and distances of
/// characters count in steps of 1e-6, so that the last bits of another machine change nothing; ids
/// must be unique.
Ranking rank(std::span<const Contender> contenders, int picks);

/// Indices of at most `count` contenders worth a whole-song render, in order of choice: by score,
/// but spread over `place` (greedy, deterministic, by score less kClosenessCost). Never a rejected
/// mix, nor one that was heard over the whole song. `nearest` [contenders]: how far each is from
/// what was chosen earlier, from which the new ones are to be apart too; empty: nothing was.
std::vector<int> promote(std::span<const Contender> contenders, int count,
                         std::span<const double> nearest = {});

}  // namespace mixfarm
