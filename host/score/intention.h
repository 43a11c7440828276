/// What a mix means to do over the song: how its sections stand to each other.
#pragma once

#include <vector>

#include "host/analysis/profile.h"

namespace mixfarm {

/// NaN where a song has one section, or nothing of the kind.
struct Intention {
    float arc_lu;          ///< choruses over verses; without both the loudest over the quietest
    float contour_lu;      ///< standard deviation of the sections' levels, by their length
    float movement_db;     ///< how far levels of stems move from section to section: standard
                           ///< deviation of what is done to them, the mean by their power
    float lead_spread_lu;  ///< lead against rest, between the sections where it stands highest and
                           ///< lowest
};

/// Knows one song's sections. Levels are the stems' own, section by section, times trims, faders,
/// and what automation does to these; compressors are left out.
class SectionLevels {
public:
    SectionLevels() = default;
    SectionLevels(const Song& song, const Profile& profile, const std::vector<bool>& leads);
    Intention of(const MixSettings& settings) const;

private:
    struct Part {
        double start_s, end_s;
        bool verse, chorus;
        std::vector<double> power;  ///< [stems]
    };
    std::vector<Part> parts_;
    std::vector<bool> leads_;
    std::vector<Bus> group_;
};

}  // namespace mixfarm
