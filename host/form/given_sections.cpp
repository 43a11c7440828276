/// What the job says of a song's sections, put on its bars.
#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>
#include <optional>

#include "host/form/bar_points.h"
#include "host/form/section_kinds.h"

namespace mixfarm {
namespace {

constexpr double kUnknownBar_s = 2;

/// Words in small letters; what is no letter parts them.
std::vector<std::string> words_of(const std::string& name) {
    std::vector<std::string> words(1);
    for (const char c : name) {
        const auto u = static_cast<unsigned char>(c);
        if (std::isalpha(u) || u >= 0x80)
            words.back() += static_cast<char>(std::tolower(u));
        else if (!words.back().empty())
            words.emplace_back();
    }
    if (words.back().empty()) words.pop_back();
    return words;
}

struct KindWord {
    const char* begins;  ///< of a word
    SectionKind kind;
};
/// The first that fits counts: a pre-chorus is no chorus, a breakdown no bridge.
constexpr KindWord kKindWords[] = {
    {"prechorus", SectionKind::pre_chorus}, {"pre", SectionKind::pre_chorus},
    {"build", SectionKind::pre_chorus},     {"lift", SectionKind::pre_chorus},
    {"chorus", SectionKind::chorus},        {"hook", SectionKind::chorus},
    {"refrain", SectionKind::chorus},       {"drop", SectionKind::chorus},
    {"bridge", SectionKind::bridge},        {"middle", SectionKind::bridge},
    {"break", SectionKind::interlude},      {"interlude", SectionKind::interlude},
    {"solo", SectionKind::interlude},       {"instrumental", SectionKind::interlude},
    {"intro", SectionKind::intro},          {"outro", SectionKind::outro},
    {"coda", SectionKind::outro},           {"end", SectionKind::outro},
    {"verse", SectionKind::verse},          {"strophe", SectionKind::verse}};

bool any_begins(const std::vector<std::string>& words, std::string_view with) {
    return std::any_of(words.begin(), words.end(),
                       [&](const std::string& w) { return w.starts_with(with); });
}

std::optional<SectionKind> kind_of(const std::vector<std::string>& words) {
    for (const KindWord& w : kKindWords)
        if (any_begins(words, w.begins)) return w.kind;
    return std::nullopt;
}

/// Index of the edge nearest to a second.
int nearest(const std::vector<double>& edge, double second) {
    const auto after = std::lower_bound(edge.begin(), edge.end(), second);
    if (after == edge.begin()) return 0;
    if (after == edge.end()) return static_cast<int>(edge.size()) - 1;
    const bool before = second - *(after - 1) < *after - second;
    return static_cast<int>(after - edge.begin()) - (before ? 1 : 0);
}

}  // namespace

std::optional<SectionKind> kind_of_name(const std::string& name) {
    return kind_of(words_of(name));
}

Sections given_sections(const Song& song, const Profile& profile, const SongCourse& course,
                        const Bars& bars, bool bars_sure) {
    Sections sections;
    sections.confidence = 1;
    const std::vector<double> edge = bar_edges(bars, song.seconds());
    const double bar_s = bars.at_s.size() > 1 ? (bars.at_s.back() - bars.at_s.front()) /
                                                    static_cast<double>(bars.at_s.size() - 1)
                                              : kUnknownBar_s;
    std::map<std::string, int> themes;
    std::vector<std::optional<SectionKind>> kinds;
    for (const Section& given : song.sections) {
        FoundSection s;
        s.name = given.name, s.start_s = given.start_s;
        s.first_bar = nearest(edge, given.start_s);
        // Two that would begin with one bar stay where they are.
        const bool own = sections.found.empty() || sections.found.back().first_bar < s.first_bar;
        if (bars_sure && own) s.start_s = edge[static_cast<std::size_t>(s.first_bar)];
        const std::vector<std::string> words = words_of(given.name);
        std::string theme;
        for (const std::string& w : words) theme += w + " ";
        s.theme = themes.emplace(theme, static_cast<int>(themes.size())).first->second;
        kinds.push_back(kind_of(words));
        sections.found.push_back(s);
    }
    for (std::size_t i = 0; i < sections.found.size(); ++i) {
        FoundSection& s = sections.found[i];
        const bool last = i + 1 == sections.found.size();
        s.end_s = last ? song.seconds() : sections.found[i + 1].start_s;
        s.bars = (last ? static_cast<int>(edge.size()) - 1 : sections.found[i + 1].first_bar) -
                 s.first_bar;
        measure_section(s, song, profile, course, bar_s);
    }
    tell_kinds(sections.found);  // names that say nothing
    for (std::size_t i = 0; i < sections.found.size(); ++i) {
        FoundSection& s = sections.found[i];
        s.kind = kinds[i].value_or(s.kind);
        s.drop = s.drop || any_begins(words_of(s.name), "drop");
    }
    name_sections(sections.found);
    return sections;
}

}  // namespace mixfarm
