/// `mixfarm show`: one candidate's settings as an engineer would write them down, its metrics, and
/// why it is where it is.
#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <iostream>

#include "host/cli/channel_sheet.h"
#include "host/cli/command.h"
#include "host/cli/ranking_text.h"
#include "host/job/input_error.h"
#include "host/morning.h"
#include "host/report/made_moves.h"
#include "host/score/score.h"

namespace mixfarm::cli {
namespace {

/// A text of the night; empty where it has none.
std::string said(const Results& results, const std::string& key) {
    const auto at = results.attributes.find(key);
    return at == results.attributes.end() ? "" : at->second;
}

}  // namespace

int run_show(const std::vector<std::string>& words) {
    Arguments arguments("show NIGHT ID",
                        "Shows one candidate: every setting that matters, what was measured, and "
                        "how it was judged.\n"
                        "ID is the mix's own, the second column of `mixfarm top`; the first counts "
                        "the picks.",
                        "mixfarm show tonight 1234");
    arguments.positional("words", 2);
    if (!arguments.parse(words)) return kDone;
    arguments.required("words");
    const auto given = arguments.get<std::vector<std::string>>("words");
    if (given.size() != 2)
        throw InputError("mixfarm show", "needs a night and an id; usage: mixfarm show NIGHT ID");
    const Results results = read_results(given[0]);
    const std::size_t row = row_of(results, candidate_id(given[1]));
    const Row& r = results.rows[row];
    const auto place = static_cast<std::size_t>(
        std::find(results.order.begin(), results.order.end(), r.id) - results.order.begin());
    const auto pick = std::find(results.picks.begin(), results.picks.end(), r.id);
    if (arguments.json()) {
        Json document;
        document["id"] = r.id;
        document["origin"] = r.origin;
        document["parents"] = Json::array();
        for (const std::int64_t parent : {r.parent_a, r.parent_b})
            if (parent >= 0) document["parents"].push_back(parent);
        document["stage"] = r.stage;
        document["place"] = place + 1;
        document["pareto"] = results.pareto[place];
        document["pick"] =
            pick == results.picks.end() ? Json(nullptr) : Json(pick - results.picks.begin() + 1);
        document["technical"] = number(results.technical[row]);
        document["rejected"] = results.rejected[row]
                                   ? Json(reject_name(static_cast<Reject>(results.rejected[row])))
                                   : Json(nullptr);
        for (std::size_t t = 0; t < results.terms.size(); ++t)
            document["terms"][results.terms[t]] = number(results.scores[row][t]);
        for (const char* key : {"style", "style_sources"})
            document[key] = said(results, key).empty() ? Json(nullptr) : Json(said(results, key));
        document["metrics"] = metrics_json(results, row);
        for (std::size_t k = 0; k < results.knobs.size(); ++k)
            document["settings"][results.knobs[k].name] = number(r.values[k]);
        document["moves"] = moves_json(results, row);
        document["automation"] = Json::object();
        for (const DrawnPoint& p : results.automation)
            document["automation"][p.knob].push_back(
                {{"at_s", number(p.at_s)}, {"value", number(p.value)}});
        print(document);
        return kDone;
    }
    std::cout << fmt::format("mix {} of {}: {}, {}", r.id, given[0], r.origin,
                             r.stage == 3 ? "rendered whole" : "heard in excerpts");
    if (r.parent_a >= 0) std::cout << fmt::format(", from {}", r.parent_a);
    if (r.parent_b >= 0) std::cout << fmt::format(" and {}", r.parent_b);
    std::cout << fmt::format("\nplace {} of {}, Pareto layer {}", place + 1, results.order.size(),
                             results.pareto[place]);
    if (pick != results.picks.end()) {
        const auto p = static_cast<std::size_t>(pick - results.picks.begin());
        const std::string& wild = results.wild_cards[p];
        std::cout << fmt::format(", pick {}{}: {}", p + 1,
                                 wild.empty() ? "" : " (wild card: " + wild + ")",
                                 results.words[p]);
    }
    std::cout << "\n\nsettings\n";
    for (const ChannelLine& line : channel_sheet(results, r.values))
        std::cout << fmt::format("  {:<20} {}\n", line.channel, line.text);
    std::cout << fmt::format("  {:<20} gain {:+.1f} dB, limiter takes {:.2f} LU\n\nmeasured\n",
                             "at the end", r.master_gain_db, r.limiter_loss_lu);
    for (std::size_t m = 0; m < results.metrics.size(); ++m) {
        if (std::isfinite(r.metrics[m]))
            std::cout << fmt::format(
                "  {:<22} {:8.2f} {}\n", results.metrics[m].first, r.metrics[m],
                results.metrics[m].second == "1" ? "" : results.metrics[m].second);
    }
    if (const auto moves = report::made_moves(results, row); !moves.empty()) {
        std::cout << "\nmoves\n";
        for (const report::MoveTold& told : moves) std::cout << "  " << told.words() << "\n";
    }
    std::cout << "\njudged        this   static   rules\n";
    const std::size_t still = row_of(results, kStaticBalance), rules = row_of(results, kRuleBased);
    for (std::size_t t = 0; t < results.terms.size(); ++t)
        std::cout << fmt::format("  {:<10} {:>6.3f}   {:>6.3f}  {:>6.3f}\n", results.terms[t],
                                 results.scores[row][t], results.scores[still][t],
                                 results.scores[rules][t]);
    std::cout << fmt::format("  {:<10} {:>6.3f}   {:>6.3f}  {:>6.3f}\n", "technical",
                             results.technical[row], results.technical[still],
                             results.technical[rules]);
    if (results.rejected[row])
        std::cout << "  rejected: " << reject_reason(static_cast<Reject>(results.rejected[row]))
                  << "\n";
    // Nights of earlier versions do not say.
    if (const std::string sources = said(results, "style_sources"); !sources.empty())
        std::cout << fmt::format("\nstyle {}: {}\n", said(results, "style"), sources);
    return kDone;
}

}  // namespace mixfarm::cli
