/// Sentences about stems.
#include "host/report/analysis_words.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <map>

#include "host/report/page.h"

namespace mixfarm::report {
namespace {

constexpr double kApartLu = 12;  ///< stems further apart are worth a sentence
constexpr std::size_t kMostCovers = 4, kMostNames = 8;  ///< told by name
constexpr double kHardlyPlays = 0.1;                    ///< of the song

/// "a", "a and b", "a, b and c", "a, b and 7 more"
std::string listed(std::vector<std::string> words, std::size_t most) {
    if (words.size() > most + 1) {
        const std::size_t more = words.size() - most;
        words.resize(most);
        words.push_back(fmt::format("{} more", more));
    }
    std::string all;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) all += i + 1 == words.size() ? " and " : ", ";
        all += words[i];
    }
    return all;
}

}  // namespace

std::string role_words(Role role) {
    std::string words(role_name(role));
    std::replace(words.begin(), words.end(), '_', ' ');
    return words;
}

std::string hertz(double hz) {
    if (hz >= 9950) return fmt::format("{:.0f} kHz", hz / 1000);
    if (hz >= 995) return fmt::format("{:.1f} kHz", hz / 1000);
    const double step = hz >= 100 ? 10 : 1;
    return fmt::format("{:.0f} Hz", step * std::round(hz / step));
}

std::string cover_words(const Cover& cover) {
    std::string words = fmt::format("{:.0f} %", 100 * cover.share);
    if (cover.low_hz <= 0) return words;
    // The ends of the third octaves are no ends for the ear.
    const bool from_bottom = cover.low_hz<30, to_top = cover.high_hz> 20000;
    if (from_bottom && to_top) return words + ", everywhere";
    if (from_bottom) return words + ", mostly below " + hertz(cover.high_hz);
    if (to_top) return words + ", mostly above " + hertz(cover.low_hz);
    std::string low = hertz(cover.low_hz);
    const std::string high = hertz(cover.high_hz), unit = high.substr(high.find(' '));
    if (low.ends_with(unit)) low.resize(low.size() - unit.size());  // said once
    return words + fmt::format(", mostly {} to {}", low, high);
}

std::string hidden_by_words(const Song& song, const std::vector<Cover>& covered, std::size_t stem) {
    std::vector<std::string> all;
    for (const Cover& c : covered)
        if (c.stem == stem && c.share >= kWorthTelling)
            all.push_back(fmt::format("{} ({})", song.stems[c.masker].name, cover_words(c)));
    return all.empty() ? "" : "hidden by " + listed(all, kMostCovers);
}

std::string hides_words(const Song& song, const std::vector<Cover>& covered, std::size_t stem) {
    std::vector<std::string> all;
    for (const Cover& c : covered)
        if (c.masker == stem && c.share >= kWorthTelling)
            all.push_back(fmt::format("{} ({:.0f} %)", song.stems[c.stem].name, 100 * c.share));
    return all.empty() ? "" : "hides " + listed(all, kMostCovers);
}

std::string silent_words(const Song& song, const Profile& profile) {
    std::vector<std::string> silent, brief;
    for (std::size_t i = 0; i < song.stems.size(); ++i)
        if (profile.stems[i].silent)
            (profile.stems[i].too_short ? brief : silent).push_back(song.stems[i].name);
    std::string words;
    if (!silent.empty()) words = fmt::format("Without sound: {}.", listed(silent, kMostNames));
    if (!brief.empty())
        words += fmt::format("{}Too short to be judged, under 0.4 s: {}.", words.empty() ? "" : " ",
                             listed(brief, kMostNames));
    return words;
}

std::vector<std::string> first_words(const Song& song, const Profile& profile,
                                     const std::vector<Cover>& covered) {
    std::vector<std::string> all, troubled, rare;
    bool any = false;
    std::size_t loudest = song.stems.size(), quietest = loudest;
    for (std::size_t i = 0; i < song.stems.size(); ++i) {
        const StemProfile& p = profile.stems[i];
        if (p.silent) continue;
        any = true;
        if (!p.problems.empty()) troubled.push_back(song.stems[i].name);
        if (p.active_share < kHardlyPlays) rare.push_back(song.stems[i].name);
        const auto lufs = [&](std::size_t s) { return profile.stems[s].integrated_lufs; };
        if (loudest == song.stems.size() || lufs(i) > lufs(loudest)) loudest = i;
        if (quietest == song.stems.size() || lufs(i) < lufs(quietest)) quietest = i;
    }
    if (!troubled.empty())
        all.push_back(fmt::format("{} a second look before mixing: {}.",
                                  troubled.size() == 1
                                      ? "One stem deserves"
                                      : fmt::format("{} stems deserve", troubled.size()),
                                  listed(troubled, kMostNames)));
    else if (any)
        all.push_back("No stem shows a fault that would have to be mended before mixing.");
    if (const std::string silent = silent_words(song, profile); !silent.empty())
        all.push_back(silent);
    if (!covered.empty() && covered.front().share >= kWorthTelling) {
        const Cover& worst = covered.front();
        all.push_back(fmt::format("Most in the way at equal loudness: {} hides {} ({}).",
                                  song.stems[worst.masker].name, song.stems[worst.stem].name,
                                  cover_words(worst)));
    } else if (any && song.stems.size() > 1) {
        all.push_back("At equal loudness no stem hides a quarter of another: there is room.");
    }
    if (loudest != quietest) {
        const double apart =
            profile.stems[loudest].integrated_lufs - profile.stems[quietest].integrated_lufs;
        if (apart >= kApartLu)
            all.push_back(fmt::format("{} is delivered {:.0f} LU louder than {}.",
                                      song.stems[loudest].name, apart, song.stems[quietest].name));
    }
    if (!rare.empty())
        all.push_back(
            fmt::format("Heard for less than a tenth of the song: {}.", listed(rare, kMostNames)));
    return all;
}

std::vector<std::string> numbered(std::vector<std::string> names) {
    std::map<std::string, int> total, seen;
    for (const std::string& name : names) ++total[name];
    for (std::string& name : names)
        if (total[name] > 1) name = fmt::format("{} {}", name, ++seen[name]);
    return names;
}

}  // namespace mixfarm::report
