/// One after the other, and in words.
#include "host/form/form.h"

#include <cmath>
#include <cstdio>

#include "host/analysis/telling.h"
#include "host/form/bodies.h"
#include "host/form/section_kinds.h"

namespace mixfarm {
namespace {

std::string clock(double seconds) {
    const int s = static_cast<int>(seconds + 0.05);  // a downbeat at 23.999 s
    char text[16];
    std::snprintf(text, sizeof text, "%d:%02d", s / 60, s % 60);
    return text;
}

std::string sureness(double confidence) {
    char text[80];
    std::snprintf(text, sizeof text, " (%.0f %% sure%s)", 100 * confidence,
                  confidence < kSureOfBeats ? ": moves that need it stay off" : "");
    return text;
}

/// The one of those that carry the song which is heard most; -1 without any.
int lead_of(const Song& song, const Profile& profile) {
    int lead = -1;
    double most = 0;
    for (const int s : lead_stems(song, profile.stems))
        if (const double share = profile.stems[static_cast<std::size_t>(s)].active_share;
            share > most)
            most = share, lead = s;
    return lead;
}

/// Times at which groups of four bars begin, counted from each section's first bar.
std::vector<double> fours(const Bars& bars, const Sections& sections) {
    std::vector<double> at_s;
    for (const FoundSection& s : sections.found)
        for (int b = s.first_bar; b < s.first_bar + s.bars; b += 4)
            if (b < static_cast<int>(bars.at_s.size()))
                at_s.push_back(bars.at_s[static_cast<std::size_t>(b)]);
    return at_s;
}

}  // namespace

Form find_form(const Song& song, const Profile& profile) {
    const SongCourse course = song_course(song);
    Form form;
    form.beats = song.tempo_bpm > 0 && song.first_bar_s
                     ? even_beats(song.tempo_bpm, *song.first_bar_s, song.seconds())
                     : find_beats(course, song.tempo_bpm);
    form.bars = find_bars(course, form.beats, song.beats_per_bar, song.first_bar_s);
    const bool sure = form.beats.confidence >= kSureOfBeats && form.bars.confidence >= kSureOfBeats;
    form.sections = song.sections.size() > 1
                        ? given_sections(song, profile, course, form.bars, sure)
                        : find_sections(song, profile, course, form.bars);
    form.bodies = leakage_bodies(song, profile);
    form.lead = lead_of(song, profile);
    if (form.lead >= 0)
        form.phrases = find_phrases(song.stems[static_cast<std::size_t>(form.lead)], song.rate,
                                    form.beats, fours(form.bars, form.sections), song.phrases);
    return form;
}

Form settle_form(Song& song, const Profile& profile) {
    Form form = find_form(song, profile);
    if (song.tempo_bpm == 0 &&
        std::min(form.beats.confidence, form.bars.confidence) >= kSureOfBeats)
        song.tempo_bpm = form.beats.tempo_bpm;
    if (song.sections.size() < 2 && form.sections.confidence >= kSureOfBeats) {
        song.sections.clear();
        for (const FoundSection& s : form.sections.found)
            song.sections.push_back({s.name, s.start_s, s.end_s});
    }
    return form;
}

std::vector<std::string> form_words(const Form& form) {
    if (form.beats.at_s.empty()) return {"no beat can be made out"};
    char text[120];
    std::snprintf(text, sizeof text, "%.1f beats a minute in %d, %zu bars from %s on",
                  form.beats.tempo_bpm, form.bars.beats, form.bars.at_s.size(),
                  clock(form.bars.at_s.empty() ? 0 : form.bars.at_s.front()).c_str());
    std::vector<std::string> words = {
        std::string(text) + sureness(std::min(form.beats.confidence, form.bars.confidence))};
    std::string sections;
    for (const FoundSection& s : form.sections.found)
        sections += (sections.empty() ? "" : "; ") + s.name + (s.drop ? " with a drop " : " ") +
                    clock(s.start_s) + ", " + std::to_string(s.bars) +
                    (s.bars == 1 ? " bar" : " bars");
    words.push_back(sections + sureness(form.sections.confidence));
    return words;
}

}  // namespace mixfarm
