/// Who covers whom, as a table whose cells are the deeper the more is covered.
#include <spdlog/fmt/fmt.h>

#include "host/report/pictures.h"

namespace mixfarm::report {
namespace {

constexpr std::size_t kMany = 16;      ///< stems from which the cells get small
constexpr double kWorthSaying = 0.05;  ///< less is not written into its cell
constexpr double kDeep = 0.55;         ///< from here on the ground is darker than the words

}  // namespace

Markup masking_matrix_picture(std::span<const std::string> names, std::span<const double> by) {
    const std::size_t count = names.size();
    Markup all;
    all.open("div", {{"class", "scroll"}});
    all.open("table", {{"class", count > kMany ? "heat many" : "heat"}});
    all.open("thead").open("tr").leaf("th", "");
    for (const std::string& name : names)
        all.open("th", {{"scope", "col"}, {"title", name}}).leaf("span", name).close();
    all.close().close().open("tbody");
    for (std::size_t a = 0; a < count; ++a) {
        all.open("tr").leaf("th", names[a], {{"scope", "row"}, {"title", names[a]}});
        for (std::size_t b = 0; b < count; ++b) {
            const double share = by[a * count + b];
            if (a == b)
                all.leaf("td", "", {{"class", "self"}});
            else if (share < kWorthSaying)
                all.leaf("td", "");
            else
                all.leaf("td", fixed(100 * share, 0),
                         {{"class", share > kDeep ? "deep" : ""},
                          {"style", fmt::format("background-color:rgb(var(--blues)/{})",
                                                fixed(0.06 + 0.94 * share, 2))},
                          {"title", fmt::format("{} hides {} % of {}", names[b],
                                                fixed(100 * share, 0), names[a])}});
        }
        all.close();
    }
    all.close().close().close();
    return all;
}

}  // namespace mixfarm::report
