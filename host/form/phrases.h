/// Phrases of a voice: where it sings, where it breathes, where its last words begin.
#pragma once

#include <vector>

#include "host/form/beats.h"
#include "host/song/song.h"

namespace mixfarm {

struct Phrase {
    double start_s = 0, end_s = 0;
    double gap_s = 0;        ///< to the next one, or to the song's end
    double last_word_s = 0;  ///< where its last word begins
    /// It ends a thought: two beats of rest behind it, the end of four bars, or a held last note.
    bool strong = false;
};

/// Where the stem sounds between 120 Hz and 6 kHz, breaths left out; rests of a beat (0.35 s at
/// least) part phrases, lesser ones part what is longer than four bars. Where the beat is not sure,
/// one of 0.5 s is taken. `fours_s` are the times, ascending, at which groups of four bars begin;
/// may be empty. Where phrases are given only their last words and what they end are found.
std::vector<Phrase> find_phrases(const Stem& stem, int rate, const Beats& beats,
                                 const std::vector<double>& fours_s = {},
                                 const std::vector<PhraseJob>& given = {});

}  // namespace mixfarm
