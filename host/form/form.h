/// The form of a song, as its stems show it: beats, bars, sections, and how sure each is.
#pragma once

#include <string>
#include <vector>

#include "host/form/phrases.h"
#include "host/form/sections.h"

namespace mixfarm {

struct Form {
    Beats beats;
    Bars bars;
    Sections sections;
    /// [stems] those of one number sound in each other and move in time or pitch together
    /// (leakage_bodies).
    std::vector<int> bodies;
    int lead = -1;                ///< index of the stem that sings or leads most; -1: none
    std::vector<Phrase> phrases;  ///< the lead's, ascending
};

/// Takes as given what the song has of tempo, metre, downbeat, sections and the lead's phrases.
Form find_form(const Song& song, const Profile& profile);

/// The same; its tempo and sections, where they are sure and the job gives none, are the song's
/// from then on.
Form settle_form(Song& song, const Profile& profile);

/// "112.0 beats a minute in 4, 32 bars from 0:00 on", "intro 0:00, 4 bars; verse 1 ...". Where
/// little is sure the words say so.
std::vector<std::string> form_words(const Form& form);

}  // namespace mixfarm
