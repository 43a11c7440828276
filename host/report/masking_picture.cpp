/// Who covers whom, as a table whose cells are the deeper the more is covered.
#include <spdlog/fmt/fmt.h>

#include "host/report/pictures.h"

namespace mixfarm::report {
namespace {

constexpr std::size_t kMany = 16;      ///< stems from which the cells get small
constexpr double kWorthSaying = 0.05;  ///< less is not written into its cell
constexpr double kDeep = 0.55;         ///< from here on the ground is darker than the words

}  // namespace

Markup masking_matrix_picture(const Song& song, const Profile& profile) {
    const std::size_t count = song.stems.size();
    Markup all;
    all.open("div", {{"class", "scroll"}});
    all.open("table", {{"class", count > kMany ? "heat many" : "heat"}});
    all.open("thead").open("tr").leaf("th", "");
    for (const Stem& s : song.stems)
        all.open("th", {{"scope", "col"}, {"title", s.name}}).leaf("span", s.name).close();
    all.close().close().open("tbody");
    for (std::size_t a = 0; a < count; ++a) {
        const std::string& name = song.stems[a].name;
        all.open("tr").leaf("th", name, {{"scope", "row"}, {"title", name}});
        for (std::size_t b = 0; b < count; ++b) {
            if (a == b) {
                all.leaf("td", "", {{"class", "self"}});
                continue;
            }
            const double share = profile.masked_by(static_cast<int>(a), static_cast<int>(b));
            all.leaf("td", share < kWorthSaying ? "" : fixed(100 * share, 0),
                     {{"class", share > kDeep ? "deep" : ""},
                      {"style", fmt::format("background-color:rgb(var(--blues)/{})",
                                            fixed(0.06 + 0.94 * share, 2))},
                      {"title", fmt::format("{} hides {} % of {}", song.stems[b].name,
                                            fixed(100 * share, 0), name)}});
        }
        all.close();
    }
    all.close().close().close();
    return all;
}

}  // namespace mixfarm::report
