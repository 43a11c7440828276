/// Tables and JSON of a ranking.
#include "host/cli/ranking_text.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <map>
#include <set>

#include "host/morning.h"
#include "host/report/made_moves.h"
#include "host/score/score.h"

namespace mixfarm::cli {
namespace fs = std::filesystem;

fs::path night_folder(const fs::path& path) {
    return fs::is_directory(path) ? path : path.parent_path();
}

double metric_of(const Results& results, std::size_t row, const std::string& name) {
    for (std::size_t m = 0; m < results.metrics.size(); ++m)
        if (results.metrics[m].first == name) return results.rows[row].metrics[m];
    return std::nan("");
}

Json metrics_json(const Results& results, std::size_t row) {
    Json all;
    for (std::size_t m = 0; m < results.metrics.size(); ++m)
        all[results.metrics[m].first] = number(results.rows[row].metrics[m]);
    all["master_gain_db"] = number(results.rows[row].master_gain_db);
    all["limiter_loss_lu"] = number(results.rows[row].limiter_loss_lu);
    return all;
}

Json moves_json(const Results& results, std::size_t row) {
    Json all = Json::array();
    for (const report::MoveTold& told : report::made_moves(results, row))
        all.push_back({{"name", told.move->name},
                       {"family", family_name(told.move->family)},
                       {"strength", number(told.strength)},
                       {"brings", number(told.brings)},
                       {"words", told.words()}});
    return all;
}

namespace {

/// With what makes it a wild card, where it is one.
std::string words_of(const Results& results, std::size_t pick) {
    const std::string& wild = results.wild_cards[pick];
    return (wild.empty() ? "" : "wild card, " + wild + ": ") + results.words[pick];
}

/// Audio of a pick; empty where it was not rendered.
fs::path pick_file(const fs::path& night, const Results& results, std::size_t place) {
    for (const AuditionItem& item : results.audition)
        if (item.id == static_cast<std::int64_t>(results.picks[place]) &&
            fs::exists(night / item.file))
            return night / item.file;
    return {};
}

/// How many mixes were rejected, and mostly why; nothing where none was.
void tell_rejects(const Results& results) {
    std::map<std::uint8_t, std::size_t> reasons;
    for (const std::uint8_t reason : results.rejected)
        if (reason) ++reasons[reason];
    if (reasons.empty()) return;
    std::size_t all = 0;
    for (const auto& [reason, count] : reasons) all += count;
    const auto most =
        std::max_element(reasons.begin(), reasons.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    const std::string why(reject_reason(static_cast<Reject>(most->first)));
    if (all == 1)
        std::cout << fmt::format("one of {} mixes was rejected because {}\n",
                                 results.rejected.size(), why);
    else
        std::cout << fmt::format("{} of {} mixes were rejected, most ({}) because {}\n", all,
                                 results.rejected.size(), most->second, why);
}

Json entry_json(const Results& results, std::uint64_t id) {
    const std::size_t row = row_of(results, id);
    Json entry;
    entry["id"] = id;
    entry["technical"] = number(results.technical[row]);
    if (!results.taste.empty()) {  // what the order goes by is their sum
        entry["taste"] = number(results.taste[row]);
        entry["total"] = number(results.total(row));
    }
    entry["stage"] = results.rows[row].stage;
    entry["origin"] = results.rows[row].origin;
    entry["rejected"] = results.rejected[row]
                            ? Json(reject_name(static_cast<Reject>(results.rejected[row])))
                            : Json(nullptr);
    for (std::size_t t = 0; t < results.terms.size(); ++t)
        entry["terms"][results.terms[t]] = number(results.scores[row][t]);
    entry["moves"] = moves_json(results, row);
    entry["metrics"] = metrics_json(results, row);
    return entry;
}

}  // namespace

Json ranking_json(const fs::path& night, const Results& results, int count) {
    Json document;
    document["night"] = night.string();
    document["seed"] = results.seed;
    document["candidates"] = results.looked_at();
    document["heard"] = results.rows.size();
    for (const FunnelLevel& level : results.funnel) {
        document["funnel"].push_back({{"level", level.level},
                                      {"candidates", level.candidates},
                                      {"spearman", number(level.spearman)},
                                      {"recall_top5", number(level.recall_top5)},
                                      {"promoted", number(level.promoted)},
                                      {"recall_promoted", number(level.recall_promoted)}});
    }
    document["picks"] = Json::array();
    for (std::size_t p = 0; p < results.picks.size(); ++p) {
        Json entry = entry_json(results, results.picks[p]);
        entry["words"] = results.words[p];
        entry["wild_card"] =
            results.wild_cards[p].empty() ? Json(nullptr) : Json(results.wild_cards[p]);
        entry["file"] = pick_file(night, results, p).string();
        document["picks"].push_back(std::move(entry));
    }
    document["audition"] = Json::array();
    for (const AuditionItem& item : results.audition)
        document["audition"].push_back({{"name", item.name},
                                        {"file", (night / item.file).string()},
                                        {"id", item.id < 0 ? Json(nullptr) : Json(item.id)},
                                        {"loudness_lufs", number(item.loudness_lufs)},
                                        {"true_peak_dbtp", number(item.true_peak_dbtp)},
                                        {"gain_db", number(item.gain_db)}});
    document["top"] = Json::array();
    for (std::size_t i = 0; i < results.order.size() && static_cast<int>(i) < count; ++i)
        document["top"].push_back(entry_json(results, results.order[i]));
    document["baselines"]["static_balance"] = entry_json(results, kStaticBalance);
    document["baselines"]["rule_based"] = entry_json(results, kRuleBased);
    return document;
}

void print_ranking(const fs::path& night, const Results& results, int count) {
    std::cout << fmt::format("{:>4}  {:>6}  {:>5}  {:>6}  {:>6}  {:>5}  {:>5}  {}\n", "pick", "id",
                             results.taste.empty() ? "score" : "total", "LUFS", "dBTP", "LRA",
                             "width", "against the rule-based mix");
    const auto line = [&](const std::string& place, std::uint64_t id, const std::string& words) {
        const std::size_t row = row_of(results, id);
        const auto rejected = static_cast<Reject>(results.rejected[row]);
        std::cout << fmt::format(
            "{:>4}  {:>6}  {:>5.3f}  {:>6.2f}  {:>6.2f}  {:>5.1f}  {:>5.2f}  {}\n", place, id,
            results.total(row), metric_of(results, row, "integrated_lufs"),
            metric_of(results, row, "true_peak_dbtp"), metric_of(results, row, "loudness_range_lu"),
            metric_of(results, row, "width"),
            rejected == Reject::none
                ? words
                : fmt::format("{} (rejected: {})", words, reject_reason(rejected)));
        if (const std::string moves = report::moves_in_short(report::made_moves(results, row));
            !moves.empty())
            std::cout << fmt::format("{:>4}  {:>42}  moves: {}\n", "", "", moves);
    };
    for (std::size_t p = 0; p < results.picks.size() && static_cast<int>(p) < count; ++p)
        line(std::to_string(p + 1), results.picks[p], words_of(results, p));
    if (static_cast<int>(results.picks.size()) < count) {
        // More asked for than picked: go on down the order.
        int place = static_cast<int>(results.picks.size());
        for (const std::uint64_t id : results.order) {
            if (place >= count) break;
            if (std::find(results.picks.begin(), results.picks.end(), id) != results.picks.end())
                continue;
            ++place;
            line("", id,
                 fmt::format("not a pick: nearer than {} to one, or more like them",
                             results.attributes.at("min_pick_distance")));
        }
    }
    line("-", kRuleBased, "the rule-based mix itself");
    line("-", kStaticBalance, "static balance: levels matched, nothing else");
    for (const AuditionItem& item : results.audition)
        if (item.id < 0)
            std::cout << fmt::format(
                "{:>4}  {:>6}  {:>5}  {:>6.2f}  {:>6.2f}  {:>5}  {:>5}  {}\n", "-", "", "",
                item.loudness_lufs, item.true_peak_dbtp, "", "",
                fmt::format("your {}: {:+.1f} dB, nothing else", item.name, item.gain_db));
    const std::size_t songs = static_cast<std::size_t>(std::count_if(
        results.rows.begin(), results.rows.end(), [](const Row& r) { return r.stage == 3; }));
    std::cout << fmt::format("\n{} mixes looked at, {} heard on excerpts, {} rendered whole",
                             results.looked_at(), results.rows.size(), songs);
    std::string foretold;
    for (const auto& [number, words] :
         {std::pair{0, "first glance"}, {1, "closer look"}, {2, "excerpts"}})
        if (const FunnelLevel* level = results.level(number);
            level && std::isfinite(level->spearman))
            foretold +=
                fmt::format("{} {} {:.2f}", foretold.empty() ? "" : ",", words, level->spearman);
    if (!foretold.empty())
        std::cout << "\nrank correlation of each level with a later one:" << foretold;
    if (const auto off = results.attributes.find("warm_up_lu"); off != results.attributes.end())
        std::cout << "\nexcerpts start from rest: at most " << off->second.substr(0, 6)
                  << " LU off, tried on the slowest mixes";
    std::cout << "\n";
    if (!results.taste.empty())
        std::cout << "total: the technical score and, within 0.3, what this listener likes\n";
    tell_rejects(results);
    if (const fs::path report = night / "report.html"; fs::exists(report))
        std::cout << "report:  " << report.string() << "\n";
    std::cout << "picks:   " << (night / "picks").string()
              << "\nresults: " << (night / "results.h5").string() << "\n";
}

void print_picks_moves(const Results& results, int count) {
    std::size_t shown = 0, several = 0;
    for (const std::uint64_t id : results.picks) {
        if (static_cast<int>(shown) == count) break;
        const std::size_t row = row_of(results, id);
        std::cout << fmt::format("pick {}, mix {}, score {:.4f}\n", ++shown, id,
                                 results.technical[row]);
        std::set<Family> families;
        for (const report::MoveTold& told : report::made_moves(results, row)) {
            families.insert(told.move->family);
            std::cout << (std::isfinite(told.brings)
                              ? fmt::format("  {:.4f} without ",
                                            results.technical[row] - told.brings)
                              : "  ")
                      << told.deed() << "\n";
        }
        several += families.size() > 1;
    }
    std::cout << fmt::format("{} of {} picks make moves of two families or more\n", several, shown);
}

}  // namespace mixfarm::cli
