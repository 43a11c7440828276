/// Puts the page of a night together.
#include "host/report/night_page.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>

#include "host/report/analysis_words.h"
#include "host/report/made_moves.h"
#include "host/report/night_words.h"
#include "host/report/pictures.h"
#include "host/report/plot.h"

namespace mixfarm::report {
namespace {

constexpr std::uint64_t kStill = 0, kRules = 1;
constexpr double kJustLouder = 0.1;  // LU; less is no difference in a comparison

/// A key metric with the range in which the style has nothing to complain about.
struct Figure {
    const char *metric, *name, *unit;
    int decimals;
    double low, high;        ///< NaN = any
    bool everywhere = true;  ///< in the table too, not on cards alone
};
std::vector<Figure> figures(const NightRecord& r) {
    const double any = std::nan("");
    return {{"integrated_lufs", "loudness", "LUFS", 1, any, any},
            {"true_peak_dbtp", "true peak", "dBTP", 1, any, any},
            {"loudness_range_lu", "range", "LU", 1, r.style.lra_low_lu, r.style.lra_high_lu},
            {"plr_db", "peak : loudness", "dB", 1, r.style.plr_low_db, r.style.plr_high_db},
            // The stereo term takes the image band by band; the style's range is not this one's.
            {"width", "side : mid", "", 2, any, any},
            {"lead_to_rest_lu", "lead : rest", "LU", 1, r.style.lead_low_lu, r.style.lead_high_lu},
            {"lead_audibility", "lead heard", "of 1", 2, any, any, false},
            {"reverb_to_dry_lu", "reverb : dry", "LU", 1, any, any, false},
            {"reverb_s", "reverb", "s", 1, any, any, false},
            {"distortion_db", "distortion", "dB", 1, any, any, false},
            {"effects_in_play", "effects", "a stem", 1, any, any, false},
            {"undone_db", "EQ undone", "dB a stem", 2, any, any, false}};
}

class NightPage {
public:
    NightPage(const Results& results, const NightRecord& record)
        : results_(results), record_(record) {
        for (const std::string& term : results.terms) {
            const auto given = record.weights.find(term);
            weights_.push_back(given == record.weights.end() ? 1 : given->second);
        }
    }

    Markup body() const {
        Markup all;
        all.add(heading()).add(table()).add(map()).add(picks()).add(baselines());
        return all.add(course_section(results_, record_.generations))
            .add(small_print(results_, record_, weights_));
    }

private:
    const Row& row(std::uint64_t id) const { return results_.rows[row_at(results_, id)]; }
    float score(std::uint64_t id) const { return results_.technical[row_at(results_, id)]; }
    double measured(std::uint64_t id, std::string_view name) const {
        return metric(results_, row(id).metrics, name);
    }
    /// What a pick is as a wild card; empty where it is none.
    std::string wild(std::size_t pick) const {
        return pick < results_.wild_cards.size() ? results_.wild_cards[pick] : "";
    }
    std::size_t whole_songs() const {
        return static_cast<std::size_t>(std::count_if(results_.rows.begin(), results_.rows.end(),
                                                      [](const Row& r) { return r.stage == 3; }));
    }

    Markup heading() const {
        Markup all;
        all.leaf("p", "The morning after", {{"class", "kind"}});
        all.leaf("h1", record_.title.empty() ? "A song" : record_.title);
        std::string words = fmt::format(
            "{} mixes were looked at, {} of them heard over the excerpts and {} from "
            "first to last second, ",
            thousands(results_.looked_at()),
            results_.rows.size() == results_.looked_at() ? "all" : thousands(results_.rows.size()),
            thousands(whole_songs()));
        words += results_.picks.empty()
                     ? "and none could be picked."
                     : fmt::format(
                           "and {} picked: good, and far enough apart to hear the "
                           "difference. All play at {} LUFS.",
                           counted(results_.picks.size(), "is", "are"),
                           fixed(record_.target.loudness_lufs, 1));
        if (!results_.picks.empty() && !wild(results_.picks.size() - 1).empty())
            words += " The last is a wild card: here for its character, not for its score.";
        all.leaf("p", words, {{"class", "lead"}});
        all.leaf("p",
                 "The score says how little there is to complain about technically. It cannot say "
                 "which mix moves you: that is for your ears. While one pick plays, start another: "
                 "it takes over at the same place.",
                 {{"class", "soft"}});
        return all;
    }

    void table_row(Markup& all, const std::string& place, std::uint64_t id,
                   const std::string& words, const std::string& anchor) const {
        all.open("tr").leaf("td", place, {{"class", "n"}});
        all.open("td", {{"class", "words"}});
        anchor.empty() ? all.text(words) : all.leaf("a", words, {{"href", anchor}});
        all.close().leaf("td", fixed(score(id), 3), {{"class", "n"}});
        for (const Figure& f : figures(record_))
            if (f.everywhere)
                all.leaf("td", fixed(measured(id, f.metric), f.decimals), {{"class", "n"}});
        all.close();
    }

    Markup table() const {
        Markup all;
        all.open("section").leaf("h2", "The picks");
        all.open("div", {{"class", "card scroll"}}).open("table").open("thead").open("tr");
        all.leaf("th", "")
            .leaf("th", "against the rule-based mix")
            .leaf("th", "score", {{"class", "n"}});
        for (const Figure& f : figures(record_)) {
            if (!f.everywhere) continue;
            all.open("th", {{"class", "n"}}).text(f.name);
            if (*f.unit) all.empty("br").text(f.unit);
            all.close();
        }
        all.close().close().open("tbody");
        for (std::size_t p = 0; p < results_.picks.size(); ++p)
            table_row(all, std::to_string(p + 1), results_.picks[p],
                      (wild(p).empty() ? "" : "wild card, " + wild(p) + ": ") + results_.words[p],
                      fmt::format("#pick-{}", p + 1));
        table_row(all, "", kRules, "the rule-based mix itself", "#baselines");
        table_row(all, "", kStill, "static balance: levels matched, nothing else", "#baselines");
        return all.close().close().close().close();
    }

    Markup map() const {
        Markup all;
        all.open("section").leaf("h2", "The map of all mixes");
        all.leaf("p", "Every dot is a mix, measured over the excerpts so that all compare.",
                 {{"class", "note"}});
        all.open("ul", {{"class", "key"}}).open("li").text("score: low");
        all.leaf("span", "",
                 {{"class", "ramp"}, {"role", "img"}, {"aria-label", "pale to strong"}});
        all.text("high").close().open("li");
        all.leaf("i", "", {{"class", "d"}, {"style", "background:var(--edge)"}});
        all.text("rejected").close().open("li");
        all.leaf("i", "", {{"class", "d"}, {"style", "background:var(--orange)"}});
        all.text("the picks, by their numbers").close().close();
        return all.open("div", {{"class", "card"}}).add(candidate_maps(results_)).close().close();
    }

    /// The key metrics of all mixes in a row, what other terms rest on in another.
    Markup metrics(const Row& row) const {
        Markup all;
        for (const bool everywhere : {true, false}) {
            all.open("dl", {{"class", "figures"}});
            for (const Figure& f : figures(record_))
                if (f.everywhere == everywhere)
                    add_figure(all, f, metric(results_, row.metrics, f.metric));
            all.close();
        }
        return all;
    }

    static void add_figure(Markup& all, const Figure& f, double value) {
        if (!std::isfinite(value)) return;
        const bool off = value < f.low || value > f.high;
        all.open("div").leaf("dt", f.name);
        all.open("dd", {{"class", off ? "off" : ""}}).text(fixed(value, f.decimals));
        if (*f.unit) all.text(" ").leaf("small", f.unit);
        if (std::isfinite(f.low) && std::isfinite(f.high))
            all.text(" ").leaf("small",
                               fmt::format("({} to {})", fixed(f.low, f.decimals > 1 ? 2 : 0),
                                           fixed(f.high, f.decimals > 1 ? 2 : 0)));
        all.close().close();
    }

    /// Terms, spectrum and loudness of a mix, side by side where there is room.
    Markup pictures(std::uint64_t id, const std::string& name, const Sound& sound) const {
        const std::size_t at = row_at(results_, id), rules = row_at(results_, kRules);
        Markup all;
        all.open("div", {{"class", "three"}});
        all.open("div").leaf("h4", "Terms of the score");
        all.add(term_bars(results_.terms, results_.scores[at], results_.scores[rules], weights_));
        all.leaf("p", limits_in_words(results_, at, record_), {{"class", "note"}}).close();
        all.add(curves(results_.rows[at], name, sound, id != kRules));
        return all.close().add(covering(sound.covering));
    }

    /// Spectrum and loudness, also of a mix that is none of the night's.
    Markup curves(const Row& of, const std::string& name, const Sound& sound,
                  bool beside_rules) const {
        Markup all;
        all.open("div").leaf("h4", "Spectrum against the style");
        all.add(mix_spectrum(name, of, row(kRules), record_.style)).close();
        all.open("div").leaf("h4", "Loudness over time");
        all.add(loudness_over_time(
            name, sound.loudness, record_.seconds, results_.sections, record_.target.loudness_lufs,
            beside_rules ? &record_.rules.loudness : nullptr, sound.file.empty() ? "" : "seek"));
        return all.close();
    }

    /// By how much the rough mix stays below the target, LU: its peaks allowed no more gain.
    double rough_lacks() const {
        if (!record_.rough) return 0;
        const double lacks = record_.target.loudness_lufs -
                             metric(results_, record_.rough->measured.metrics, "integrated_lufs");
        return lacks > kJustLouder ? lacks : 0;
    }
    /// In the page all play as loud as the quietest.
    Markup player(const std::string& file, const std::string& name, double down_db) const {
        Markup all;
        if (file.empty()) return all;
        return all.leaf("audio", "",
                        {{"controls", "controls"},
                         {"preload", "none"},
                         {"src", link_to(file)},
                         {"data-down", fmt::format("{:.2f}", -down_db)},
                         {"aria-label", name}});
    }
    static void add_link(Markup& all, const std::string& file) {
        if (!file.empty()) all.text(" \u00b7 ").leaf("a", "FLAC", {{"href", link_to(file)}});
    }

    /// Who covers whom in a mix: the worst in words, all to unfold.
    Markup covering(const Covering& covering) const {
        Markup all;
        const std::string words = covering_in_words(results_, covering);
        if (words.empty()) return all;
        std::vector<std::string> names;
        for (const StemRecord& stem : results_.stems) names.push_back(stem.name);
        all.leaf("p", words, {{"class", "note"}});
        all.open("details", {{"class", "note"}}).leaf("summary", "Who covers whom");
        all.leaf("p",
                 "Along a row: how much of this stem, in per cent, lies under each of the others "
                 "alone.");
        return all.add(masking_matrix_picture(names, covering.by)).close();
    }

    static Markup legend() {
        Markup all;
        const auto entry = [&](const char* kind, const char* style, const char* words) {
            all.open("li").leaf("i", "", {{"class", kind}, {"style", style}}).text(words).close();
        };
        all.open("ul", {{"class", "key"}});
        entry("", "color:var(--blue)", "this mix (loudness: short-term)");
        entry("a", "color:rgb(var(--blues)/.3)", "momentary loudness");
        entry("", "color:var(--green);border-top-style:dashed", "rule-based mix");
        entry("t", "", "its terms");
        entry("", "color:var(--soft);border-top-style:dotted", "target");
        entry("a", "color:rgb(var(--blues)/.14)", "the style's tolerance");
        entry("a", "color:var(--orange)", "terms that cost most");
        return all.close();
    }

    std::string origin(const Row& r) const {
        std::string words = fmt::format("mix {} \u00b7 {}", r.id, r.origin);
        if (r.parent_a >= 0) words += fmt::format(" from {}", r.parent_a);
        if (r.parent_b >= 0 && r.parent_b != r.parent_a)
            words += fmt::format(" and {}", r.parent_b);
        std::replace(words.begin(), words.end(), '_', ' ');
        return words;
    }

    Markup picks() const {
        Markup all;
        all.open("section").leaf("h2", "Pick by pick").add(legend());
        for (std::size_t p = 0; p < results_.picks.size(); ++p) {
            const std::uint64_t id = results_.picks[p];
            const Sound sound = p < record_.picks.size() ? record_.picks[p] : Sound{};
            all.open("article", {{"class", "card pick"}, {"id", fmt::format("pick-{}", p + 1)}});
            all.open("header").leaf("span", std::to_string(p + 1), {{"class", "badge"}});
            all.open("div");
            if (!wild(p).empty())
                all.leaf("p", "wild card: " + wild(p) + " of all picks", {{"class", "kind"}});
            all.leaf("h3", results_.words[p]);
            all.open("span", {{"class", "note"}}).text(origin(row(id)));
            add_link(all, sound.file);
            all.close().close();
            all.open("div", {{"class", "score"}, {"style", "flex:none"}});
            all.text(fixed(score(id), 3)).leaf("small", "score").close().close();
            if (!wild(p).empty())
                all.leaf("p",
                         "The mix that is least like all other picks, whatever that cost in score.",
                         {{"class", "note"}});
            all.add(player(sound.file, fmt::format("Pick {}", p + 1), rough_lacks()));
            all.add(moves(row_at(results_, id)));
            all.add(metrics(row(id)));
            all.add(pictures(id, fmt::format("pick {}", p + 1), sound)).close();
        }
        return all.close();
    }

    /// What was done on purpose, where and why.
    Markup moves(std::size_t at) const {
        Markup all;
        const std::vector<MoveTold> made = made_moves(results_, at);
        if (made.empty()) return all;
        all.open("details", {{"class", "moves"}});
        all.leaf("summary", "moves: " + moves_in_short(made)).open("ul");
        for (const MoveTold& told : made) all.leaf("li", told.words());
        return all.close().close();
    }

    Markup baselines() const {
        Markup all;
        all.open("section", {{"id", "baselines"}}).leaf("h2", "What they are compared with");
        const auto one = [&](std::uint64_t id, const char* name, const char* words,
                             const Sound& sound) {
            all.open("article", {{"class", "card pick"}}).open("header");
            all.open("div").leaf("h3", name);
            all.open("span", {{"class", "note"}}).text(words);
            add_link(all, sound.file);
            all.close().close();
            all.open("div", {{"class", "score"}, {"style", "flex:none"}});
            all.text(fixed(score(id), 3)).leaf("small", "score").close().close();
            all.add(player(sound.file, name, rough_lacks())).add(metrics(row(id)));
            all.add(pictures(id, name, sound)).close();
        };
        one(kRules, "The rule-based mix",
            "mix 1 \u00b7 typical settings of every role, shaped by what each stem needs",
            record_.rules);
        one(kStill, "Static balance", "mix 0 \u00b7 stems equally loud, nothing else",
            record_.still);
        if (record_.rough) all.add(rough_mix(*record_.rough));
        return all.close();
    }

    /// The user's own, at the loudness of the picks as far as gain alone brings it there.
    Markup rough_mix(const RoughMixRecord& rough) const {
        Markup all;
        all.open("article", {{"class", "card pick"}}).open("header");
        all.open("div").leaf("h3", "Your rough mix");
        std::string words =
            fmt::format("{} dB, nothing else is done to it", with_sign(rough.gain_db, 1));
        if (rough_lacks() > 0)
            words += fmt::format(
                "; its peaks allow no more without a limiter, so that its file stays {} LU below "
                "the picks. In this page all others are turned down by as much.",
                fixed(rough_lacks(), 1));
        all.open("span", {{"class", "note"}}).text(words);
        add_link(all, rough.sound.file);
        all.close().close().close();
        all.add(player(rough.sound.file, "Rough mix", 0)).add(metrics(rough.measured));
        all.open("div", {{"class", "three"}});
        return all.add(curves(rough.measured, "the rough mix", rough.sound, true)).close().close();
    }

    const Results& results_;
    const NightRecord& record_;
    std::vector<double> weights_;
};

}  // namespace

std::string night_page(const Results& results, const NightRecord& record) {
    return document((record.title.empty() ? "A song" : record.title) + " \u2013 the morning after",
                    NightPage(results, record).body(), true);
}

}  // namespace mixfarm::report
