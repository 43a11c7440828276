/// The terms of a score as bars, and what each of them costs.
#include <spdlog/fmt/fmt.h>

#include <algorithm>

#include "host/report/pictures.h"
#include "host/report/plot.h"

namespace mixfarm::report {
namespace {

constexpr std::size_t kMostMarked = 2;
constexpr double kWorthMarking = 0.01;  ///< of the score

}  // namespace

std::vector<TermCost> term_costs(std::span<const float> terms, std::span<const double> weights) {
    double all = 0;
    for (const double w : weights) all += w;
    std::vector<TermCost> costs;
    for (std::size_t t = 0; t < std::min(terms.size(), weights.size()); ++t)
        costs.push_back({t, all > 0 ? weights[t] * (1 - terms[t]) / all : 0});
    std::stable_sort(costs.begin(), costs.end(),
                     [](const TermCost& a, const TermCost& b) { return a.cost > b.cost; });
    return costs;
}

Markup term_bars(std::span<const std::string> names, std::span<const float> terms,
                 std::span<const float> rules, std::span<const double> weights) {
    const std::vector<TermCost> costs = term_costs(terms, weights);
    Markup all;
    all.open("div", {{"class", "bars"}});
    for (std::size_t t = 0; t < names.size(); ++t) {
        const auto place = std::find_if(costs.begin(), costs.end(),
                                        [&](const TermCost& c) { return c.term == t; });
        const bool limits = place != costs.end() && place->cost >= kWorthMarking &&
                            static_cast<std::size_t>(place - costs.begin()) < kMostMarked;
        const auto share = [](float value) { return std::clamp<double>(value, 0, 1); };
        all.leaf("span", names[t]);
        all.open("div", {{"class", "bar"},
                         {"role", "img"},
                         {"aria-label", fmt::format("{} {}, rule-based mix {}", names[t],
                                                    fixed(terms[t], 2), fixed(rules[t], 2))}});
        all.leaf(
            "b", "",
            {{"class", limits ? "limit" : ""}, {"style", percent_style("width", share(terms[t]))}});
        all.leaf("i", "", {{"style", percent_style("left", share(rules[t]))}});
        all.close().leaf("span", fixed(terms[t], 3), {{"class", "num"}});
    }
    all.close();
    return all;
}

}  // namespace mixfarm::report
