/// A song's analysis in sentences, the same for the terminal and for the page.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "host/analysis/cover.h"
#include "host/analysis/profile.h"
#include "host/song/song.h"

namespace mixfarm::report {

/// Less than this is not told in words.
inline constexpr double kWorthTelling = 0.25;

/// "bass guitar" for Role::bass_guitar.
std::string role_words(Role role);
/// "160 Hz", "1.3 kHz", "12 kHz"
std::string hertz(double hz);
/// "55 %, mostly 180 to 900 Hz"
std::string cover_words(const Cover& cover);
/// "hidden by clav (55 %, mostly 180 to 900 Hz) and horns (31 %)"; empty when no stem hides a
/// quarter of it. `covered` as covers() gives it.
std::string hidden_by_words(const Song& song, const std::vector<Cover>& covered, std::size_t stem);
/// "hides horns (31 %)"; empty likewise.
std::string hides_words(const Song& song, const std::vector<Cover>& covered, std::size_t stem);
/// "Without sound: kick and sweep. Too short to be judged, under 0.4 s: click."; empty when every
/// stem sounds.
std::string silent_words(const Song& song, const Profile& profile);
/// What to know first, a sentence each: loudest and quietest stem, problems, the worst cover,
/// stems that hardly play.
std::vector<std::string> first_words(const Song& song, const Profile& profile,
                                     const std::vector<Cover>& covered);
/// "verse", or "chorus 2" where a name comes back.
std::vector<std::string> numbered(std::vector<std::string> names);
/// The same of whatever has names.
template <class S>
std::vector<std::string> section_names(const std::vector<S>& sections) {
    std::vector<std::string> names;
    for (const S& section : sections) names.push_back(section.name);
    return numbered(std::move(names));
}

}  // namespace mixfarm::report
