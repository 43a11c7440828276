/// One after the other, and in words.
#include "host/form/form.h"

#include <cmath>
#include <cstdio>

namespace mixfarm {
namespace {

constexpr double kDoubtful = 0.5;

std::string clock(double seconds) {
    const int s = static_cast<int>(seconds);
    char text[16];
    std::snprintf(text, sizeof text, "%d:%02d", s / 60, s % 60);
    return text;
}

std::string doubt(double confidence) {
    return confidence < kDoubtful ? ", though that is doubtful" : "";
}

}  // namespace

Form find_form(const Song& song, const Profile& profile) {
    const SongCourse course = song_course(song);
    Form form;
    form.beats = find_beats(course, song.tempo_bpm);
    form.bars = find_bars(course, form.beats);
    form.sections = find_sections(song, profile, course, form.bars);
    return form;
}

std::vector<std::string> form_words(const Form& form) {
    if (form.beats.at_s.empty()) return {"no beat can be made out"};
    char text[120];
    std::snprintf(text, sizeof text, "%.1f beats a minute in %d, %zu bars from %s on",
                  form.beats.tempo_bpm, form.bars.beats, form.bars.at_s.size(),
                  clock(form.bars.at_s.empty() ? 0 : form.bars.at_s.front()).c_str());
    std::vector<std::string> words = {text +
                                      doubt(std::min(form.beats.confidence, form.bars.confidence))};
    std::string sections;
    for (const FoundSection& s : form.sections.found)
        sections += (sections.empty() ? "" : "; ") + std::string(section_word(s.kind)) + " " +
                    clock(s.start_s) + ", " + std::to_string(s.bars) +
                    (s.bars == 1 ? " bar" : " bars");
    words.push_back(sections + doubt(form.sections.confidence));
    return words;
}

}  // namespace mixfarm
