/// What a listener likes, in terms that a person can read and carry from song to song.
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "host/score/score.h"

namespace mixfarm {

/// One thing that a listener may like more or less of.
struct TasteAxis {
    std::string_view name, unit;
    float step;                      ///< what is told apart at least, in `unit`
    std::string_view lower, higher;  ///< of mixes, in words
};
inline constexpr int kTasteAxes = 10;
/// The axes of character (host/rank/character.h), then
/// warmth     level from 180 to 560 Hz re the whole
/// presence   level from 1.8 to 5.6 kHz re the whole
/// density    how far peaks stand above loudness: the ratio of peak to loudness, turned round
const std::array<TasteAxis, kTasteAxes>& taste_axes();

/// [kTasteAxes] in the axes' units; NaN where it is not known or there is nothing to know.
std::vector<float> taste_place(const Measurement& m, const StemMetrics& stems);

/// Normal belief about a number.
struct Belief {
    double mean = 0, sd = 1;
};

/// What is believed of a listener. Utility counts in logits: one more wins 73 of 100 comparisons.
/// Of each axis a slope a step away from the song's middle, and a bend: below 0 there is a best
/// amount and both sides of it are liked less.
struct Taste {
    Belief technical{0.5, 0.5};  ///< per 0.05 of technical score
    std::array<Belief, kTasteAxes> slope, bend;
    int answers = 0, songs = 0;  ///< that it was learnt from
    /// Of so many answers that it was not told it foretold so many, and so many the technical score
    /// alone.
    struct HeldOut {
        int answers = 0;
        double foretold = 0, technical_alone = 0;
    } held_out;
    /// False where it was learnt from answers and not found to be better than the technical score:
    /// then nobody uses it. One that somebody wrote by hand is theirs.
    bool trusted() const { return answers == 0 || held_out.foretold > held_out.technical_alone; }

    /// "of 12 answers that it was not told it foretells 11.0, the technical score alone 8.0: used";
    /// always to be told with a taste.
    std::string trial() const;

    /// Of a listener of whom nothing is known.
    static Taste unknown();
    /// "prefers darker, lead further in front; unsure about width". Nothing is said of what is as
    /// likely wrong as one in six.
    std::string words() const;
};

/// Throws InputError naming the file and the line where it is no taste. Written whole or not at
/// all.
Taste read_taste(const std::filesystem::path& file);
std::string taste_text(const Taste& taste);  ///< such a file
void write_taste(const std::filesystem::path& file, const Taste& taste);

}  // namespace mixfarm
