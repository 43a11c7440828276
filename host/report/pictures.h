/// The pictures of the pages, one source file each; every one says in words what it shows.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "host/analysis/profile.h"
#include "host/analysis/raw_sum.h"
#include "host/report/page.h"
#include "host/score/terms.h"
#include "host/song/song.h"
#include "host/store/results.h"

namespace mixfarm::report {

/// Third-octave band levels, dB; NaN where there is nothing.
using Levels = std::array<double, kBands>;
/// Levels of mean squares.
Levels levels_of(std::span<const double> power);

// ---- Spectra ---------------------------------------------------------------------------------

/// A stem in front of the sum of all, both at equal loudness; `marks_hz` are bands that stand out.
/// `top_db` is the upper end of the axis, which spans 60 dB.
Markup stem_spectrum(const std::string& name, const Levels& stem, const Levels& sum,
                     std::span<const double> marks_hz, double top_db);

/// As the score has it; the level is that of the mean of both sides.
ToneMiss tone_miss(const Row& row, const Style& style);
/// A mix over the style's curve and its tolerance, beside the rule-based mix.
Markup mix_spectrum(const std::string& name, const Row& row, const Row& rules, const Style& style);

// ---- Time ------------------------------------------------------------------------------------

/// Momentary loudness as an area from lowest to highest, short-term loudness as a line; the
/// sections of the song behind. `aim_lufs` NaN = no target. `other`
/// is drawn dashed; `kind` is one of Plot::finish, "seek" for one that follows what plays.
Markup loudness_over_time(const std::string& name, const LoudnessSeries& series, double seconds,
                          std::span<const SectionRecord> sections, double aim_lufs,
                          const LoudnessSeries* other, std::string_view kind);

/// One lane a stem, as high as the stem is loud, with the excerpts shaded; sections above, the
/// loudness of the sum below, all over one axis of time.
Markup lanes(const Song& song, const Profile& profile, const RawSum& sum);

// ---- Relations -------------------------------------------------------------------------------

/// Rows are covered, columns cover. `by` [stems x stems], row by row, 0..1.
Markup masking_matrix_picture(std::span<const std::string> names, std::span<const double> by);

/// A bar a term; the ones that cost most are marked, a tick says where the rule-based mix stands.
struct TermCost {
    std::size_t term;
    double cost;  ///< score that is missing because of it: weight x (1 - term) / sum of weights
};
/// Most expensive first.
std::vector<TermCost> term_costs(std::span<const float> terms, std::span<const double> weights);
Markup term_bars(std::span<const std::string> names, std::span<const float> terms,
                 std::span<const float> rules, std::span<const double> weights);

// ---- The night -------------------------------------------------------------------------------

/// All candidates in two views, dark to bright against narrow to wide and steady to contrasted
/// against the lead's level (without a lead: how far stems are covered), measured over the excerpts
/// so that all can be compared; dots by score, picks numbered.
Markup candidate_maps(const Results& results);

/// Score of every candidate in the order of the night, the best so far, where generations begin.
Markup course_of_the_night(const Results& results, std::span<const std::uint64_t> generations);
/// What excerpts foretold against what the whole song gave.
Markup foretold_against_whole(const Results& results);

/// Both, with what was rejected and why, and where mixes came from.
Markup course_section(const Results& results, std::span<const std::uint64_t> generations);

/// Value of a metric in a row of `metrics` ([N][M] as Results has them); NaN when there is none.
double metric(const Results& results, std::span<const float> metrics, std::string_view name);
/// Row of an id, which must be there.
std::size_t row_at(const Results& results, std::uint64_t id);

}  // namespace mixfarm::report
