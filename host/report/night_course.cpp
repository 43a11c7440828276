/// How the night went, in pictures and counts.
#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "host/report/pictures.h"
#include "host/report/plot.h"

namespace mixfarm::report {
namespace {

/// What the search did for mixes of this origin. Others speak by their names.
constexpr std::pair<std::string_view, std::string_view> kOriginWords[] = {
    {"typical", "what engineers typically do"},
    {"start", "known good mixes"},
    {"sobol", "spread over all that engineers do"},
    {"prior", "drawn as engineers do it"},
    {"cma_es", "along the directions that paid, knob by knob"},
    {"cma_macros", "the same by tone, space, dynamics of whole channels"},
    {"differential", "along the difference of two mixes"},
    {"coordinate", "one knob or one direction at a time"},
    {"elites", "strips and steps from good mixes of every kind"},
    {"crossed", "whole strips of two good mixes"},
    {"moved", "small steps from one good mix"},
};

Markup rejections(const Results& results) {
    std::map<std::uint8_t, std::size_t> reasons;
    for (const std::uint8_t reason : results.rejected)
        if (reason) ++reasons[reason];
    Markup all;
    all.open("div").leaf("h4", "Rejected, whatever their terms say");
    if (reasons.empty()) return all.leaf("p", "None.", {{"class", "note"}}).close();
    std::size_t most = 0;
    for (const auto& [reason, count] : reasons) most = std::max(most, count);
    all.open("div", {{"class", "bars"}});
    for (const auto& [reason, count] : reasons) {
        all.leaf("span", reject_reason(static_cast<Reject>(reason)));
        all.open("div", {{"class", "bar"}});
        all.leaf("b", "",
                 {{"style", percent_style(
                                "width", static_cast<double>(count) / static_cast<double>(most))}});
        all.close().leaf("span", thousands(count), {{"class", "num"}});
    }
    return all.close().close();
}

/// How mixes came about, and how many of them are among the picks.
Markup origins(const Results& results) {
    struct Sort {
        std::size_t heard = 0, picked = 0;
        double best = -1;
    };
    std::map<std::string, Sort> sorts;
    for (std::size_t i = 0; i < results.rows.size(); ++i) {
        if (results.rows[i].id <= 1) continue;  // the baselines
        Sort& s = sorts[results.rows[i].origin];
        ++s.heard;
        if (!results.rejected[i]) s.best = std::max<double>(s.best, results.technical[i]);
    }
    for (const std::uint64_t id : results.picks)
        ++sorts[results.rows[row_at(results, id)].origin].picked;
    Markup all;
    all.open("div").leaf("h4", "Where mixes came from").open("table").open("thead").open("tr");
    all.leaf("th", "").leaf("th", "heard", {{"class", "n"}}).leaf("th", "best", {{"class", "n"}});
    all.leaf("th", "picked", {{"class", "n"}}).close().close().open("tbody");
    for (const auto& [name, s] : sorts) {
        const auto words = std::find_if(std::begin(kOriginWords), std::end(kOriginWords),
                                        [&](const auto& entry) { return entry.first == name; });
        all.open("tr").open("td").text(name);
        if (words != std::end(kOriginWords))
            all.empty("br").leaf("span", words->second, {{"class", "note"}});
        all.close().leaf("td", thousands(s.heard), {{"class", "n"}});
        all.leaf("td", s.best < 0 ? "\u2013" : fixed(s.best, 3), {{"class", "n"}});
        all.leaf("td", thousands(s.picked), {{"class", "n"}}).close();
    }
    return all.close().close().close();
}

}  // namespace

Markup course_section(const Results& results, std::span<const std::uint64_t> generations) {
    Markup all;
    all.open("section").leaf("h2", "How the night went");
    all.open("div", {{"class", "card"}}).leaf("h4", "Best score so far");
    all.add(course_of_the_night(results, generations));
    all.open("ul", {{"class", "key"}});
    all.open("li").leaf("i", "", {{"style", "color:var(--blue)"}}).text("best so far").close();
    all.open("li")
        .leaf("i", "", {{"class", "d"}, {"style", "background:var(--s2)"}})
        .text("a mix, over the excerpts")
        .close();
    all.open("li")
        .leaf("i", "", {{"style", "color:var(--green);border-top-style:dashed"}})
        .text("rule-based mix")
        .close();
    if (generations.size() > 1)
        all.open("li")
            .leaf("i", "", {{"style", "color:var(--edge)"}})
            .text(fmt::format("one of {} rounds begins", thousands(generations.size())))
            .close();
    all.close().open("div", {{"class", "three"}});
    all.open("div").leaf("h4", "What the excerpts foretold").add(foretold_against_whole(results));
    if (const FunnelLevel* excerpts = results.level(2);
        excerpts && std::isfinite(excerpts->spearman))
        all.leaf("p",
                 fmt::format("Rank correlation with the whole song: {}; of its best "
                             "twentieth the excerpts name {} %.",
                             fixed(excerpts->spearman, 2), fixed(100 * excerpts->recall_top5, 0)),
                 {{"class", "note"}});
    if (const auto off = results.attributes.find("warm_up_lu"); off != results.attributes.end())
        all.leaf(
            "p",
            fmt::format("Excerpts start from rest a second early. From the song's first sample "
                        "on, the slowest mixes come out at most {} LU off.",
                        off->second.substr(0, 6)),
            {{"class", "note"}});
    const FunnelLevel *glance = results.level(0), *closer = results.level(1);
    if (glance && closer && std::isfinite(glance->spearman) && std::isfinite(closer->spearman))
        all.leaf("p",
                 fmt::format("Rank correlation with the excerpts, on mixes that were drawn plainly "
                             "for the purpose: {} at first glance, {} at a closer look.",
                             fixed(glance->spearman, 2), fixed(closer->spearman, 2)),
                 {{"class", "note"}});
    all.close()
        .add(rejections(results))
        .add(origins(results))
        .close()
        .open("p", {{"class", "note"}});
    std::string heard;
    for (const FunnelLevel& level : results.funnel)
        heard += fmt::format("{}{} {} in {}", heard.empty() ? "" : ", ",
                             counted(level.candidates, "mix", "mixes"),
                             level.level == 0   ? "looked at"
                             : level.level == 1 ? "looked at more closely"
                             : level.level == 2 ? "heard over the excerpts"
                                                : "heard whole",
                             clock(level.seconds));
    if (!heard.empty()) all.text("Time of the batches: " + heard + ".");
    return all.close().close().close();
}

}  // namespace mixfarm::report
