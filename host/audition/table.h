/// The mixes of a night that can be listened to, as results.h5 has them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "host/store/results.h"

namespace mixfarm::audition {

inline constexpr std::int64_t kRoughMix = -1;  ///< as AuditionItem::id

struct Mix {
    std::int64_t id = kRoughMix;
    std::string name;            ///< "pick 3", "static balance", "rough mix", "mix 402"
    std::string words;           ///< of picks, what they do; else empty
    std::filesystem::path file;  ///< its audio; where that does not exist it has to be rendered
    float true_peak_dbtp = 0;
    float technical = 0, percentile = 0;  ///< of its score among the whole songs; NaN where unknown
    std::vector<float> place;             ///< taste_place; empty for the rough mix
    std::vector<float> character;         ///< [kCharacterAxes]; likewise
    std::vector<float> bands_db;          ///< [bands] re the whole; likewise
    std::vector<float> terms;             ///< likewise
};

struct Table {
    std::filesystem::path night;
    std::string title;
    int rate = 0;
    std::int64_t frames = 0;
    std::vector<SectionRecord> sections;
    std::vector<double> bands_hz;
    std::vector<std::string> terms;
    std::vector<Mix> mixes;    ///< the picks first; the rough mix, if there is one, last
    std::size_t still = 0;     ///< the static balance
    float technical_best = 0;  ///< of the night's whole songs
    std::size_t rateable = 0;  ///< how many have a place: all but the rough mix

    double seconds() const { return static_cast<double>(frames) / rate; }
    /// Throws std::out_of_range.
    std::size_t index_of(std::int64_t id) const;
};

/// The most mixes on a table: so many are thought about within a moment after each answer.
inline constexpr std::size_t kMostMixes = 160;

/// Picks, static balance and rough mix, then what was `offered` already, then the best of every
/// kind of mix (cell of the archive) and of the other whole songs. Throws InputError: no night, one
/// without picks or without a second mix, no audio.
Table table_of(const std::filesystem::path& night, const Results& results,
               const std::vector<std::int64_t>& offered = {});

}  // namespace mixfarm::audition
