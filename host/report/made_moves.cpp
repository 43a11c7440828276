/// Strengths are columns of the candidates; what a move brings is known of the picks.
#include "host/report/made_moves.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>

namespace mixfarm::report {

std::string MoveTold::words() const {
    std::string words = move_words(*move, strength);
    if (!std::isfinite(brings)) return words;
    if (std::abs(brings) < 0.0005) return words + "; the score is the same without it";
    return words + fmt::format("; {} {:.3f} of score", brings > 0 ? "it brings" : "it costs",
                               std::abs(brings));
}

std::vector<MoveTold> made_moves(const Results& results, std::size_t row) {
    const Row& mix = results.rows[row];
    std::vector<MoveTold> made;
    for (std::size_t m = 0; m < results.moves.size(); ++m) {
        const std::string knob = "move/" + results.moves[m].name + ".strength";
        const auto column = std::find_if(results.knobs.begin(), results.knobs.end(),
                                         [&](const KnobColumn& k) { return k.name == knob; });
        if (column == results.knobs.end()) continue;
        const float strength = mix.values[static_cast<std::size_t>(column - results.knobs.begin())];
        if (!(strength > 0)) continue;
        const auto weighed =
            std::find_if(results.made.begin(), results.made.end(), [&](const MadeMove& known) {
                return known.id == mix.id && static_cast<std::size_t>(known.move) == m;
            });
        made.push_back({&results.moves[m], strength,
                        weighed == results.made.end()
                            ? NAN
                            : results.technical[row] - weighed->technical_without});
    }
    std::stable_sort(made.begin(), made.end(),
                     [](const auto& a, const auto& b) { return a.strength > b.strength; });
    return made;
}

std::string moves_in_short(const std::vector<MoveTold>& moves) {
    std::string text;
    for (const MoveTold& told : moves) {
        std::string name = told.move->name;
        std::replace(name.begin(), name.end(), '_', ' ');
        text += (text.empty() ? "" : ", ") + name;
    }
    return text;
}

}  // namespace mixfarm::report
