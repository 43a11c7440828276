/// What each stem is before anyone mixes it: loudness, spectrum, activity, who masks whom, and the
/// telling seconds.
#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "host/song/song.h"
#include "kernels/engine.h"

namespace mixfarm {

struct StemProfile {
    bool silent = false;  ///< no loudness: nothing to be heard, or too short
    /// It sounds, yet for less than the 0.4 s that loudness is measured over: also `silent`, since
    /// nothing can be told of it.
    bool too_short = false;
    double integrated_lufs = -70;  ///< BS.1770, gated, of the stem alone; -70 when silent
    double peak_dbfs = -120;
    double crest_db = 0;  ///< peak over RMS while it plays
    double active_share =
        0;  ///< share of 100 ms blocks above -70 LUFS and above -30 LU re its own loudest
    double correlation = 1;  ///< left against right; 1 for mono
    std::array<double, kBands>
        band_power{};  ///< mean square per third octave over the whole song, (L^2+R^2)/2
    std::vector<float> level_lufs;  ///< [100 ms blocks] K-weighted, ungated; -120 where silent
    std::vector<std::string>
        problems;  ///< in words: "boxy around 400 Hz (+7 dB)", "rumble below 36 Hz", ...
};

struct Profile {
    std::vector<StemProfile> stems;  ///< as Song::stems
    /// [stems x stems] row-major: how much of stem a's spectrum lies under stem b when both are
    /// level-matched, times the share of a's playing time in which b plays too, 0..1.
    std::vector<double> masking;
    /// At most three excerpts of the song that say most about a mix, with warm-up; together about
    /// `seconds` long.
    std::vector<Excerpt> telling;
    double masked_by(int stem, int masker) const {
        return masking[static_cast<std::size_t>(stem) * stems.size() +
                       static_cast<std::size_t>(masker)];
    }
};

/// The engine's view of a song; borrows its audio.
SongView view_of(const Song& song);
/// The whole song as one excerpt.
Excerpt whole_song(const Song& song);

/// Analyses every stem (parallel over stems, deterministic). `excerpt_seconds` bounds the telling
/// excerpts' sum.
Profile analyze(const Song& song, double excerpt_seconds = 20);

/// Share of `maskee`'s audible bands (weighted by power to 0.3 and by width in Bark) that lie below
/// the threshold which `masker` raises (host/analysis/masking.h); a band within 9 dB of it counts
/// in part, so that the share is continuous. Bands 60 dB below the maskee's strongest are not
/// audible. 0 = untouched, 1 = buried.
double masked_share(std::span<const double> maskee_band_power,
                    std::span<const double> masker_band_power);

}  // namespace mixfarm
