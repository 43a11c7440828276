/// Sections of a song, bar by bar: where they begin, which are the same again, what kind each is.
#pragma once

#include <string>
#include <vector>

#include "host/analysis/profile.h"
#include "host/form/bars.h"

namespace mixfarm {

enum class SectionKind { intro, verse, pre_chorus, chorus, bridge, interlude, outro };
/// "intro", "verse", "pre-chorus" ...
const char* section_word(SectionKind kind);

struct FoundSection {
    std::string name;  ///< the job's, else like "chorus 2"
    double start_s = 0, end_s = 0;
    int first_bar = 0, bars = 0;  ///< of Bars::at_s; the first begins with the song
    int theme = 0;                ///< the same number: the same music again
    SectionKind kind = SectionKind::verse;
    double loudness_lufs = -70;  ///< of the stems as they are, added up
    double sung = 0;             ///< share of it in which a voice sounds
    double rise_lu = 0;      ///< loudness of its first two bars less that of the two bars before
    double low_rise_db = 0;  ///< the same of kit and bass below 150 Hz; 0 where nothing is before
    bool drop = false;       ///< both rise at once: by 3 LU and 6 dB
};
struct Sections {
    std::vector<FoundSection> found;  ///< contiguous over the whole song
    double confidence = 0;            ///< 0..1
};

/// Boundaries by dynamic programming over bars: what lies in a section is alike, sections of 4, 8
/// and 16 bars are likelier, fewer than 4 hardly so, and what rings out at the end is the last
/// one's (Marmoret, Cohen, Bimbot, "Barwise Music Structure Analysis with the Correlation
/// Block-Matching Segmentation Algorithm", TISMIR 2023, is the model). Kinds from loudness, voices,
/// how many play, and what comes again.
Sections find_sections(const Song& song, const Profile& profile, const SongCourse& course,
                       const Bars& bars);

}  // namespace mixfarm
