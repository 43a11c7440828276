/// One move at one strength beside the mix without it, and the list of who measures which move.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <map>

#include "tests/moves/ear.h"

namespace mixfarm::moves_test {

inline constexpr float kStrengths[] = {0.25f, 0.5f, 1};

struct Heard {
    const Stage& stage;
    const Move& move;
    float strength;
    const StereoAudio &off, &on;  ///< without it and with it, both at kQuiet's loudness

    /// Straight lines over 0.5, as a job's strengths are explained.
    double amount(double least, double typical, double most) const {
        return strength < 0.5 ? least + 2 * strength * (typical - least)
                              : typical + (2 * strength - 1) * (most - typical);
    }
    /// The number that the move's words give of `who`: 0.7 of "whole mix up to +0.7 dB".
    double said(const std::string& who) const {
        const std::string words = move_words(move, strength);
        std::size_t at = words.find(who);
        if (at == std::string::npos) return NAN;
        at = words.find_first_of("+-0123456789", at + who.size());
        return at == std::string::npos ? NAN : std::strtod(words.c_str() + at, nullptr);
    }
    /// Do they use this word?
    void says(const std::string& word) const {
        const std::string words = move_words(move, strength);
        EXPECT_NE(words.find(word), std::string::npos) << word << " is not in: " << words;
    }
    /// A line of the table; a failure where it is further than `within` from what is stated.
    void reads(const std::string& what, double measured, double stated, double within,
               const char* unit) const {
        std::printf("%-6s %-12s %4.2f  %-44s %9.3f, stated %8.3f +- %g %s\n", stage.name().c_str(),
                    move.name.c_str(), strength, what.c_str(), measured, stated, within, unit);
        EXPECT_NEAR(measured, stated, within)
            << stage.name() << ", " << move.name << " at " << strength << ": " << what;
    }

    /// A line of the table; a failure above `below`.
    void stays(const std::string& what, double measured, double below, const char* unit) const {
        std::printf("%-6s %-12s %4.2f  %-44s %9.3f, below  %8.3f %s\n", stage.name().c_str(),
                    move.name.c_str(), strength, what.c_str(), measured, below, unit);
        EXPECT_LE(measured, below)
            << stage.name() << ", " << move.name << " at " << strength << ": " << what;
    }

    /// dB by which the stems of each list are louder than in the unmoved mix, but for what both
    /// mixes share; NaN of those that do not sound there.
    std::vector<double> levels_db(const std::vector<std::vector<std::size_t>>& lists, double from_s,
                                  double to_s, Sides sides = Sides::both) const {
        std::vector<Stretch> parts;
        for (const auto& stems : lists) parts.push_back(part_of(stage, stems, from_s, to_s, sides));
        std::vector<double> levels;
        const auto was = shares(part_of(stage, off, from_s, to_s, sides), parts),
                   is = shares(part_of(stage, on, from_s, to_s, sides), parts);
        for (std::size_t i = 0; i < is.size(); ++i) levels.push_back(decibels(is[i] / was[i]));
        return levels;
    }
    /// The same of the whole mix.
    double level_db(double from_s, double to_s) const {
        return decibels(
            shares(part_of(stage, on, from_s, to_s), {part_of(stage, off, from_s, to_s)})[0]);
    }
    /// Level of the mix where the move does nothing, dB: what all of it was turned up by to be as
    /// loud as the mix without the move. Fails where these stretches do not agree.
    double elsewhere_db(double margin_s) const {
        double low = HUGE_VAL, high = -HUGE_VAL;
        for (double t = 1; t + 2 < stage.song().seconds(); t += 1) {
            bool free = true;
            for (const Move::Place& p : move.places)
                free = free && (t + 1 < p.start_s - margin_s || t > p.end_s + margin_s);
            if (!free) continue;
            const double level = level_db(t, t + 1);
            low = std::min(low, level), high = std::max(high, level);
        }
        EXPECT_LE(high - low, 0.002) << move.name << " is heard outside its places";
        EXPECT_LT(low, HUGE_VAL) << "no place without it";
        return (low + high) / 2;
    }
};

/// Who measures a move: on which stage, by what.
struct Measure {
    const Stage& (*stage)();
    void (*measure)(const Heard&);
};
inline std::multimap<std::string, Measure>& measures() {
    static std::multimap<std::string, Measure> all;
    return all;
}
struct Measured {
    Measured(const char* move, const Stage& (*stage)(), void (*measure)(const Heard&)) {
        measures().emplace(move, Measure{stage, measure});
    }
};

}  // namespace mixfarm::moves_test
