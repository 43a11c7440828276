/// Axes of taste, and a taste in words.
#include "host/taste/taste.h"

#include <cmath>

#include "host/rank/character.h"

namespace mixfarm {
namespace {

constexpr std::size_t kWarmFrom = 9, kWarmTo = 14, kPresentFrom = 19, kPresentTo = 24;
constexpr double kFaintDb = -40;
/// Slopes of utility per step that listeners may have before anything is known of them, and bends:
/// over the three or four steps that the good mixes of a song span, two logits.
constexpr double kSlopeSd = 0.6, kBendSd = 0.1;

double level_db(const Measurement& m, std::size_t from, std::size_t to) {
    double part = 0, all = 0;
    for (std::size_t b = 0; b < kBands; ++b) {
        const double power = static_cast<double>(m.left_power[b]) + m.right_power[b];
        all += power;
        if (b >= from && b < to) part += power;
    }
    return all > 0 ? std::max(10 * std::log10(part / all), kFaintDb) : std::nan("");
}

std::string joined(const std::vector<std::string>& parts) {
    std::string text;
    for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
    return text;
}

}  // namespace

const std::array<TasteAxis, kTasteAxes>& taste_axes() {
    static const std::array<TasteAxis, kTasteAxes> axes = [] {
        constexpr std::pair<std::string_view, std::string_view> kWords[kCharacterAxes] = {
            {"darker", "brighter"},
            {"leaner", "heavier"},
            {"narrower", "wider"},
            {"smoother", "punchier"},
            {"drier", "wetter"},
            {"lead further back", "lead further in front"},
            {"steadier", "more contrasted"}};
        std::array<TasteAxis, kTasteAxes> all;
        for (std::size_t a = 0; a < kCharacterAxes; ++a)
            all[a] = {kCharacter[a].name, kCharacter[a].unit, kCharacter[a].least_reach,
                      kWords[a].first, kWords[a].second};
        all[kCharacterAxes] = {"warmth", "dB", 1.5f, "thinner", "warmer"};
        all[kCharacterAxes + 1] = {"presence", "dB", 1.5f, "more laid back", "more present"};
        all[kCharacterAxes + 2] = {"density", "dB", 1, "airier", "denser"};
        return all;
    }();
    return axes;
}

std::vector<float> taste_place(const Measurement& m, const StemMetrics& stems) {
    std::vector<float> place = character_of(m, stems);
    place.push_back(static_cast<float>(level_db(m, kWarmFrom, kWarmTo)));
    place.push_back(static_cast<float>(level_db(m, kPresentFrom, kPresentTo)));
    place.push_back(-m.metric("plr_db"));
    return place;
}

Taste Taste::unknown() {
    Taste taste;
    taste.slope.fill({0, kSlopeSd});
    taste.bend.fill({0, kBendSd});
    return taste;
}

std::string Taste::trial() const {
    if (answers == 0) return "not learnt from answers: used as it was written";
    if (held_out.answers == 0) return "not tried on any answer yet: not used";
    char text[160];
    std::snprintf(text, sizeof text,
                  "of %d answers that it was not told it foretells %.1f, the technical score alone "
                  "%.1f: %s",
                  held_out.answers, held_out.foretold, held_out.technical_alone,
                  trusted() ? "used" : "no better, so it is not used");
    return text;
}

std::string Taste::words() const {
    std::vector<std::string> likes, unsure;
    for (std::size_t a = 0; a < kTasteAxes; ++a) {
        const TasteAxis& axis = taste_axes()[a];
        if (std::fabs(slope[a].mean) > slope[a].sd)
            likes.emplace_back(slope[a].mean < 0 ? axis.lower : axis.higher);
        else if (bend[a].mean < -bend[a].sd)
            likes.push_back("neither " + std::string(axis.lower) + " nor " +
                            std::string(axis.higher));
        else
            unsure.emplace_back(axis.name);
    }
    if (likes.empty()) return "no preference known yet";
    return "prefers " + joined(likes) + (unsure.empty() ? "" : "; unsure about " + joined(unsure));
}

}  // namespace mixfarm
