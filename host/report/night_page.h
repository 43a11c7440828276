/// The page of a night: its picks, what was measured of them, the map of all mixes, and how the
/// night went.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "host/job/job.h"
#include "host/score/score.h"
#include "host/store/results.h"
#include "kernels/engine.h"

namespace mixfarm::report {

/// A mix that was rendered: where it lies, how loud it is over time, who covers whom in it.
struct Sound {
    std::string file;  ///< relative to NIGHT, with slashes; empty = not kept as a file
    LoudnessSeries loudness;
    Covering covering;
};

/// The user's own mix, at the loudness of the picks by gain alone.
struct RoughMixRecord {
    Sound sound;
    Row measured;  ///< metrics as Results::metrics, NaN where only stems could tell; powers
    double gain_db = 0;
};

/// What a night leaves beside its results.
struct NightRecord {
    std::string title;
    double seconds = 0;  ///< of the song
    Target target;
    Style style;
    std::map<std::string, double> weights;   ///< term -> weight, 1 where missing
    std::vector<std::uint64_t> generations;  ///< id of the first mix of each
    std::vector<Sound> picks;                ///< as Results::picks
    Sound rules, still;                      ///< the baselines
    std::optional<RoughMixRecord> rough;     ///< where the job gives one
};

/// One self-contained HTML document beside NIGHT/picks. A function of its arguments alone.
std::string night_page(const Results& results, const NightRecord& record);

/// What limits a mix most, in words: "held back by tone (0.05 of the score): 6 dB too much at 63
/// Hz".
std::string limits_in_words(const Results& results, std::size_t row, const NightRecord& record);

/// Who is covered most, what comes through of the lead, and how it stands in every section, a
/// sentence each.
std::string covering_in_words(const Results& results, const Covering& covering);

}  // namespace mixfarm::report
