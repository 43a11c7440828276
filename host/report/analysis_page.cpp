/// Puts the page of a song's stems together.
#include "host/report/analysis_page.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>

#include "host/analysis/activity.h"
#include "host/analysis/cover.h"
#include "host/analysis/spectrum.h"
#include "host/report/analysis_words.h"
#include "host/report/pictures.h"
#include "host/report/plot.h"

namespace mixfarm::report {
namespace {

constexpr std::size_t kMostSections = 16;  ///< columns of the table; more are seen in the lanes

Markup heading(const Song& song, const Profile& profile, const RawSum& sum,
               const std::vector<Cover>& covered) {
    Markup all;
    all.leaf("p", "Stems before the mix", {{"class", "kind"}});
    all.leaf("h1", song.title.empty() ? "A song" : song.title);
    all.leaf("p",
             fmt::format("{}, {}, {} Hz. Summed as delivered: {} LUFS, true peak {} dBTP.",
                         counted(song.stems.size(), "stem", "stems"), clock(song.seconds()),
                         song.rate, fixed(sum.measured.metric("integrated_lufs"), 1),
                         fixed(sum.measured.metric("true_peak_dbtp"), 1)),
             {{"class", "lead"}});
    all.open("ul", {{"class", "plain"}});
    for (const std::string& words : first_words(song, profile, covered)) all.leaf("li", words);
    return all.close();
}

Markup time_section(const Song& song, const Profile& profile, const RawSum& sum) {
    Markup all;
    all.open("section").leaf("h2", "When they play");
    all.leaf("p",
             "A lane is as high as the stem is loud, from 30 LU below its own loudest moment up. "
             "The excerpts are the seconds that say most about a mix; every candidate is heard "
             "there first.",
             {{"class", "note"}});
    all.open("div", {{"class", "card"}}).add(lanes(song, profile, sum));
    all.open("ul", {{"class", "key"}});
    all.open("li")
        .leaf("i", "", {{"style", "color:var(--blue)"}})
        .text("short-term loudness of the sum (3 s), LUFS")
        .close();
    all.open("li")
        .leaf("i", "", {{"class", "a"}, {"style", "color:rgb(var(--blues)/.3)"}})
        .text("momentary loudness (0.4 s)")
        .close();
    return all.close().close().close();
}

/// What was found of the song's form, and where in it which move would act.
Markup form_section(const Song& song, const std::vector<std::string>& form,
                    const std::vector<Move>& moves) {
    const auto place = [seconds = song.seconds()](double start_s, double end_s) {
        return fmt::format("left:{:.2f}%;width:{:.2f}%", 100 * start_s / seconds,
                           100 * std::max(0.0, end_s - start_s) / seconds);
    };
    Markup all;
    if (form.empty()) return all;
    all.open("section").leaf("h2", "Form and moves");
    all.open("ul", {{"class", "plain"}});
    for (const std::string& words : form) all.leaf("li", words);
    all.close();
    if (moves.empty()) return all.close();
    all.leaf("p",
             "Creative moves that the song has places for, each as strong as the job allows. What "
             "is wrong about the form can be set right in the job: song.tempo_bpm, first_bar_s, "
             "sections, phrases.",
             {{"class", "note"}});
    all.open("div", {{"class", "card"}});
    all.open("div", {{"class", "move"}}).leaf("b", "sections");
    all.open("div", {{"class", "track names"}});
    for (const Section& s : song.sections)
        all.leaf("i", s.name, {{"style", place(s.start_s, s.end_s)}});
    all.close().close();
    for (const Move& move : moves) {
        const std::string words = move_words(move, move.most);
        const std::size_t colon = words.find(": ");
        all.open("div", {{"class", "move"}}).leaf("b", words.substr(0, colon));
        all.open("div", {{"class", "track"}, {"aria-hidden", "true"}});
        for (const Move::Place& p : move.places)
            all.leaf("i", "", {{"style", place(p.start_s, p.end_s)}});
        all.close().leaf("span", words.substr(colon + 2)).close();
    }
    return all.close().close();
}

Markup sections_table(const Song& song, const Profile& profile) {
    Markup all;
    if (song.sections.size() < 2 || song.sections.size() > kMostSections) return all;
    all.open("section").leaf("h2", "Section by section");
    all.leaf("p",
             "Share of the section in which the stem is heard, and how loud it is then (LUFS).",
             {{"class", "note"}});
    all.open("div", {{"class", "card scroll"}}).open("table").open("thead").open("tr");
    all.leaf("th", "stem");
    for (const std::string& name : section_names(song.sections))
        all.leaf("th", name, {{"class", "n"}});
    all.close().close().open("tbody");
    for (std::size_t i = 0; i < song.stems.size(); ++i) {
        if (profile.stems[i].silent) continue;
        all.open("tr").leaf("td", song.stems[i].name);
        for (const Activity& a : section_activity(profile.stems[i], song.sections)) {
            all.open("td", {{"class", "n"}});
            if (a.share > 0)
                all.text(fmt::format("{} % ", fixed(100 * a.share, 0)))
                    .leaf("span", "at " + fixed(a.lufs, 0), {{"class", "soft"}});
            else
                all.leaf("span", "\u2013", {{"class", "soft"}});
            all.close();
        }
        all.close();
    }
    return all.close().close().close().close();
}

void figure(Markup& all, const char* name, const std::string& value, const char* unit) {
    all.open("div").leaf("dt", name).open("dd").text(value);
    if (*unit) all.text(" ").leaf("small", unit);
    all.close().close();
}

/// Bands that a problem speaks of.
std::vector<double> marks(const StemProfile& p) {
    std::vector<double> hz;
    for (const std::string& problem : p.problems) {
        if (problem.starts_with("boxy")) hz.push_back(boxiness(p.band_power).hz);
        if (problem.starts_with("harsh")) hz.push_back(harshness(p.band_power).hz);
        if (problem.starts_with("rumble")) hz.push_back(29);
    }
    return hz;
}

Markup stem_card(const Song& song, const Profile& profile, const std::vector<Cover>& covered,
                 std::size_t i, const Levels& sum, double top_db) {
    const Stem& stem = song.stems[i];
    const StemProfile& p = profile.stems[i];
    Markup all;
    all.open("article", {{"class", "card"}}).leaf("h3", stem.name);
    std::string what = role_words(stem.role.role);
    if (!stem.role.reason.empty()) what += " \u00b7 " + stem.role.reason;
    all.leaf("p", what, {{"class", "note"}});
    all.open("dl", {{"class", "figures"}});
    figure(all, "loudness", fixed(p.integrated_lufs, 1), "LUFS");
    figure(all, "peak", fixed(p.peak_dbfs, 1), "dBFS");
    figure(all, "crest", fixed(p.crest_db, 1), "dB");
    figure(all, "plays", fixed(100 * p.active_share, 0), "%");
    figure(all, "left : right", stem.channels == 1 ? "mono" : with_sign(p.correlation, 2),
           stem.channels == 1 ? "" : "correlation");
    all.close();
    if (p.problems.empty()) {
        all.leaf("p", "Nothing to complain about.", {{"class", "fine"}});
    } else {
        all.open("ul", {{"class", "problems"}});
        for (const std::string& problem : p.problems) all.leaf("li", problem);
        all.close();
    }
    all.add(stem_spectrum(stem.name, levels_of(at_equal_loudness(p.band_power)), sum, marks(p),
                          top_db));
    std::string relations = hidden_by_words(song, covered, i);
    const std::string hides = hides_words(song, covered, i);
    if (!hides.empty()) relations += (relations.empty() ? "" : "; ") + hides;
    if (!relations.empty()) {
        relations[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(relations[0])));
        all.leaf("p", relations + ".", {{"class", "note"}});
    }
    return all.close();
}

Markup stems_section(const Song& song, const Profile& profile, const RawSum& sum,
                     const std::vector<Cover>& covered) {
    const Levels all_stems = levels_of(at_equal_loudness(sum.band_power));
    double top = -10;
    for (std::size_t i = 0; i < song.stems.size(); ++i)
        for (const double level : levels_of(at_equal_loudness(profile.stems[i].band_power)))
            if (!std::isnan(level)) top = std::max(top, level);
    top = 10 * std::ceil((top + 1) / 10);
    Markup all;
    all.open("section").leaf("h2", "Stem by stem");
    all.leaf("p",
             "Spectra in third octaves, every stem and the sum brought to the same loudness, so "
             "that their shapes compare.",
             {{"class", "note"}});
    all.open("ul", {{"class", "key"}});
    all.open("li").leaf("i", "", {{"style", "color:var(--blue)"}}).text("the stem").close();
    all.open("li")
        .leaf("i", "", {{"style", "color:var(--soft);border-top-style:dotted"}})
        .text("sum of all stems")
        .close();
    all.open("li")
        .leaf("i", "", {{"class", "a"}, {"style", "color:rgb(var(--oranges)/.3)"}})
        .text("what stands out")
        .close()
        .close();
    all.open("div", {{"class", "grid"}});
    for (std::size_t i = 0; i < song.stems.size(); ++i)
        if (!profile.stems[i].silent) all.add(stem_card(song, profile, covered, i, all_stems, top));
    all.close();
    if (const std::string silent = silent_words(song, profile); !silent.empty())
        all.leaf("p", silent + " There is no picture of these.", {{"class", "note"}});
    return all.close();
}

Markup masking_section(const Song& song, const Profile& profile,
                       const std::vector<Cover>& covered) {
    Markup all;
    if (song.stems.size() < 2) return all;
    all.open("section").leaf("h2", "Who hides whom");
    all.leaf("p",
             "Read along a row: how much of this stem, in per cent, lies under each of the others "
             "while both play equally loud. The deeper the colour, the less is left to hear.",
             {{"class", "note"}});
    std::vector<std::string> names;  // silent stems would be empty rows
    std::vector<double> shares;
    for (std::size_t i = 0; i < song.stems.size(); ++i) {
        if (profile.stems[i].silent) continue;
        names.push_back(song.stems[i].name);
        for (std::size_t j = 0; j < song.stems.size(); ++j)
            if (!profile.stems[j].silent)
                shares.push_back(profile.masked_by(static_cast<int>(i), static_cast<int>(j)));
    }
    if (names.size() < 2) return Markup();
    all.open("div", {{"class", "card beside"}});
    all.add(masking_matrix_picture(names, shares));
    all.open("ul", {{"class", "plain"}});
    int told = 0;
    for (const Cover& c : covered) {
        if (told++ == 8) break;
        all.leaf("li", fmt::format("{} hides {} ({})", song.stems[c.masker].name,
                                   song.stems[c.stem].name, cover_words(c)));
    }
    if (told == 0) all.leaf("li", "No stem hides a quarter of another.");
    return all.close().close().close();
}

Markup notes() {
    Markup all;
    all.open("footer");
    all.leaf("p",
             "Loudness after ITU-R BS.1770-5 with both gates; a stem plays where a tenth of a "
             "second of it lies above \u221250 LUFS and within 30 LU of its loudest. Hidden is "
             "what lies under the masking threshold that the other stem raises (Schroeder's "
             "spreading function, third octaves), times the time that both share.");
    all.leaf("p", "Made by mixfarm analyze.");
    return all.close();
}

}  // namespace

std::string analysis_page(const Song& song, const Profile& profile, const RawSum& sum,
                          const std::vector<std::string>& form, const std::vector<Move>& moves) {
    const std::vector<Cover> covered = covers(profile, kWorthTelling);
    Markup body;
    body.add(heading(song, profile, sum, covered));
    body.add(time_section(song, profile, sum)).add(form_section(song, form, moves));
    body.add(sections_table(song, profile));
    body.add(stems_section(song, profile, sum, covered));
    body.add(masking_section(song, profile, covered)).add(notes());
    return document((song.title.empty() ? "A song" : song.title) + " \u2013 stems before the mix",
                    body, false);
}

}  // namespace mixfarm::report
