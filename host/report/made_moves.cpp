/// Strengths are columns of the candidates; what a move brings is known of the picks.
#include "host/report/made_moves.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>

namespace mixfarm::report {

std::string note(float beats) {
    for (const int part : {2, 4, 8, 16, 32}) {
        const float straight = 4.0f / static_cast<float>(part);
        for (const auto& [share, word] :
             {std::pair{1.0f, ""}, {1.5f, " dotted"}, {2.0f / 3, " triplet"}})
            if (std::fabs(beats - share * straight) < 0.001f)
                return fmt::format("1/{}{}", part, word);
    }
    return fmt::format("{:.3f} beats", beats);
}

std::string MoveTold::deed() const {
    return move_words(*move, strength) +
           (repeats_beats > 0 ? "; it repeats every " + note(repeats_beats) : "");
}

std::string MoveTold::words() const {
    const std::string words = deed();
    if (!std::isfinite(brings)) return words;
    if (std::abs(brings) < 0.0005) return words + "; the score is the same without it";
    return words + fmt::format("; {} {:.3f} of score", brings > 0 ? "it brings" : "it costs",
                               std::abs(brings));
}

std::vector<MoveTold> made_moves(const Results& results, std::size_t row) {
    const Row& mix = results.rows[row];
    const auto value_of = [&](const std::string& knob) {
        const auto column = std::find_if(results.knobs.begin(), results.knobs.end(),
                                         [&](const KnobColumn& k) { return k.name == knob; });
        return column == results.knobs.end()
                   ? 0.0f
                   : mix.values[static_cast<std::size_t>(column - results.knobs.begin())];
    };
    std::vector<MoveTold> made;
    for (std::size_t m = 0; m < results.moves.size(); ++m) {
        const Move& move = results.moves[m];
        const float strength = value_of("move/" + move.name + ".strength");
        if (!(strength > 0)) continue;
        float repeats_beats = 0;
        for (const MoveLane& lane : move.lanes)
            if (lane.param == "beats")
                repeats_beats =
                    std::max(value_of("bus/echo/echo.beats"), lane.amounts.at(strength));
        const auto weighed =
            std::find_if(results.made.begin(), results.made.end(), [&](const MadeMove& known) {
                return known.id == mix.id && static_cast<std::size_t>(known.move) == m;
            });
        made.push_back({&move, strength,
                        weighed == results.made.end()
                            ? NAN
                            : results.technical[row] - weighed->technical_without,
                        repeats_beats});
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
