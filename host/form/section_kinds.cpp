/// Levels around where a section begins; the rules that tell a chorus from a verse.
#include "host/form/section_kinds.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "host/analysis/activity.h"
#include "host/form/bar_points.h"

namespace mixfarm {
namespace {

constexpr double kRiseBars = 2;  ///< on either side of where a section begins
constexpr double kDropLow_db = 6, kDropLu = 3;
constexpr double kUpbeat_s = 0.1;             ///< what begins a section may begin that much early
constexpr double kSilent_db = -30;            ///< below the song's mean: counts as that
constexpr double kSung = 0.25, kLate = 0.55;  ///< shares of a section, of the song
constexpr int kLongestPre = 8;                ///< bars of a pre-chorus

double mean_of_steps(const std::vector<float>& x, double from_s, double to_s) {
    const auto first = static_cast<std::size_t>(std::max(0.0, from_s * kCourseHz)),
               last = std::min(x.size(), static_cast<std::size_t>(std::max(0.0, to_s * kCourseHz)));
    double sum = 0;
    for (std::size_t t = first; t < last; ++t) sum += x[t];
    return last > first ? sum / static_cast<double>(last - first) : 0;
}

/// How much more there is after than before, both at least kSilent_db re `usual`.
double rise_db(double before, double after, double usual) {
    const double least = usual * std::pow(10.0, kSilent_db / 10);
    if (usual <= 0) return 0;
    return 10 * std::log10(std::max(after, least) / std::max(before, least));
}

/// Mean 0, spread 1 over sections, weighted by their bars.
std::vector<double> standing(const std::vector<FoundSection>& found, double FoundSection::*what) {
    double mean = 0, square = 0, bars = 0;
    for (const FoundSection& s : found) mean += s.bars * (s.*what), bars += s.bars;
    mean /= bars;
    for (const FoundSection& s : found) square += s.bars * std::pow(s.*what - mean, 2) / bars;
    std::vector<double> z;
    for (const FoundSection& s : found)
        z.push_back(square > 1e-9 ? (s.*what - mean) / std::sqrt(square) : 0);
    return z;
}

}  // namespace

const char* section_word(SectionKind kind) {
    constexpr const char* words[] = {"intro",  "verse",     "pre-chorus", "chorus",
                                     "bridge", "interlude", "outro"};
    return words[static_cast<int>(kind)];
}

void measure_section(FoundSection& s, const Song& song, const Profile& profile,
                     const SongCourse& course, double bar_s) {
    const double reach = kRiseBars * bar_s, from = std::max(0.0, s.start_s - reach),
                 to = s.start_s + reach;
    double power = 0, before = 0, after = 0, usual = 0, sung = 0;
    for (std::size_t k = 0; k < profile.stems.size(); ++k) {
        const StemProfile& stem = profile.stems[k];
        if (stem.silent) continue;
        power += mean_power(stem.level_lufs, s.start_s, s.end_s);
        before += mean_power(stem.level_lufs, from, s.start_s - kUpbeat_s);
        after += mean_power(stem.level_lufs, s.start_s, to);
        usual += mean_power(stem.level_lufs, 0, course.seconds);
        if (body_of(song.stems[k].role.role) == static_cast<int>(Body::voice))
            sung = std::max(sung, activity(stem, s.start_s, s.end_s).share);
    }
    s.loudness_lufs = std::max(-70.0, 10 * std::log10(power + 1e-12)), s.sung = sung;
    double low_before = 0, low_after = 0, low_usual = 0;
    for (const Body body : {Body::kit, Body::bass}) {
        const std::vector<float>& low = course.of(body).low_power;
        low_before += mean_of_steps(low, from, s.start_s - kUpbeat_s);
        low_after += mean_of_steps(low, s.start_s, to);
        low_usual += mean_of_steps(low, 0, course.seconds);
    }
    const bool begins_song = s.start_s < 0.5 * bar_s;
    s.rise_lu = begins_song ? 0 : rise_db(before, after, usual);
    s.low_rise_db = begins_song ? 0 : rise_db(low_before, low_after, low_usual);
    s.drop = s.low_rise_db >= kDropLow_db && s.rise_lu >= kDropLu;
}

void tell_kinds(std::vector<FoundSection>& found) {
    const std::vector<double> loud = standing(found, &FoundSection::loudness_lufs),
                              sung = standing(found, &FoundSection::sung);
    int themes = 0;
    for (const FoundSection& s : found) themes = std::max(themes, s.theme + 1);
    const auto t_size = static_cast<std::size_t>(themes);
    std::vector<double> worth(t_size), bars(t_size);
    std::vector<int> times(t_size);
    for (std::size_t i = 0; i < found.size(); ++i) {
        const auto t = static_cast<std::size_t>(found[i].theme);
        worth[t] += found[i].bars * (loud[i] + 0.5 * sung[i]), bars[t] += found[i].bars;
        ++times[t];
    }
    int chorus = -1;
    double most = 0;
    for (std::size_t t = 0; t < t_size; ++t)
        if (const double w = worth[t] / bars[t] + (times[t] > 1 ? 0.5 : -0.5); w > most)
            most = w, chorus = static_cast<int>(t);
    // A short theme that comes again and leads to the chorus each time.
    std::vector<char> leads(t_size, 1);
    for (std::size_t i = 0; i < found.size(); ++i) {
        const auto t = static_cast<std::size_t>(found[i].theme);
        const bool here = found[i].bars <= kLongestPre && times[t] > 1 && i > 0 &&
                          found[i - 1].sung > kSung && found[i - 1].theme != found[i].theme &&
                          found[i - 1].theme != chorus && i + 1 < found.size() &&
                          found[i + 1].theme == chorus;
        leads[t] = leads[t] && here;
    }
    const double end = found.back().end_s;
    const bool instrumental = std::none_of(found.begin(), found.end(),
                                           [](const FoundSection& s) { return s.sung > kSung; });
    for (std::size_t i = 0; i < found.size(); ++i) {
        FoundSection& s = found[i];
        const bool once = times[static_cast<std::size_t>(s.theme)] == 1, first = i == 0,
                   last = i + 1 == found.size();
        const bool voices = instrumental || s.sung > kSung;
        if (s.theme == chorus && found.size() > 1)
            s.kind = SectionKind::chorus;
        else if (first && (s.sung <= kSung || (once && loud[i] < 0)))
            s.kind = SectionKind::intro;
        else if (last && (s.sung <= kSung || once))
            s.kind = SectionKind::outro;
        else if (!voices)
            s.kind = SectionKind::interlude;
        else if (leads[static_cast<std::size_t>(s.theme)])
            s.kind = SectionKind::pre_chorus;
        else if (once && s.start_s > kLate * end && !last)
            s.kind = SectionKind::bridge;
        else
            s.kind = SectionKind::verse;
    }
}

void name_sections(std::vector<FoundSection>& found) {
    std::map<SectionKind, int> times, count;
    for (const FoundSection& s : found) ++times[s.kind];
    for (FoundSection& s : found) {
        const int nth = ++count[s.kind];
        if (!s.name.empty()) continue;
        s.name = section_word(s.kind);
        if (times[s.kind] > 1) s.name += " " + std::to_string(nth);
    }
}

}  // namespace mixfarm
