/// The lead held where it stands by the phrase, its sinking endings carried (moves.md A1; listeners
/// mostly preferred raised vocals).
#include <algorithm>
#include <cmath>

#include "host/moves/planners.h"

namespace mixfarm {
namespace {

constexpr double kShare = 0.6;   ///< of what a phrase lies off the middle is ridden
constexpr float kMost_db = 3;    ///< at full strength
constexpr double kSlope = 6;     ///< dB a second
constexpr double kSinks_db = 4;  ///< a last word so far below its phrase is carried
constexpr double kBare_db = 15;  ///< a line that stands so alone is not pulled down further
constexpr double kCarried_db = 1.5;
constexpr double kHeard_db = 0.3;  ///< less is no ride, at full strength

double db(double power) {
    return 10 * std::log10(power + 1e-12);
}

}  // namespace

std::optional<Move> plan_vocal_ride(const Ground& ground) {
    const Form& form = ground.form();
    if (form.lead < 0 || form.phrases.size() < 3) return std::nullopt;
    const auto lead = static_cast<std::size_t>(form.lead);
    if (!ground.may_touch(lead)) return std::nullopt;
    // What it stands against: all that is no voice, each stem at the same loudness.
    const auto against = [&](double from, double to) {
        double sum = 0;
        for (std::size_t s = 0; s < ground.song().stems.size(); ++s) {
            const std::size_t one[] = {s};
            if (ground.group(s) != Bus::vocals && !ground.profile().stems[s].silent)
                sum += ground.power(one, from, to) /
                       std::pow(10.0, ground.profile().stems[s].integrated_lufs / 10);
        }
        return sum;
    };
    const std::size_t its[] = {lead};
    const auto median = [](std::vector<double> x) {
        const auto half = x.begin() + static_cast<std::ptrdiff_t>(x.size() / 2);
        std::nth_element(x.begin(), half, x.end());
        return *half;
    };
    std::vector<double> rest, over;
    for (const Phrase& p : form.phrases) rest.push_back(db(against(p.start_s, p.end_s)));
    const double bare = median(rest) - kBare_db;
    for (std::size_t i = 0; i < form.phrases.size(); ++i) {
        const Phrase& p = form.phrases[i];
        over.push_back(db(ground.power(its, p.start_s, p.end_s)) - std::max(rest[i], bare));
    }
    const double middle = median(over);

    // Bleed rides along.
    const float most = ground.leaks(lead) ? 2 : kMost_db;
    Move move;
    Shape shape;
    double before = 0, up = 0, down = 0;
    std::size_t ridden = 0;
    // Where the rest is too short for the way, it ends within the words: never steeper.
    const auto go = [&](double db, double at_s, double least_s) {
        const double ramp = std::max(least_s, std::abs(db - before) / kSlope);
        shape.to(db / kMost_db, std::max(at_s, shape.points().back().seconds + ramp), ramp);
        before = db;
        up = std::max(up, db), down = std::max(down, -db);
    };
    for (std::size_t i = 0; i < form.phrases.size(); ++i) {
        const Phrase& p = form.phrases[i];
        const double ride = std::clamp<double>(kShare * (middle - over[i]), -kMost_db, kMost_db);
        go(ride, p.start_s, 0.1);
        ridden += std::abs(ride) > kHeard_db;
        const double sinks = db(ground.power(its, p.start_s, p.last_word_s)) -
                             db(ground.power(its, p.last_word_s, p.end_s));
        if (p.last_word_s > p.start_s + 0.5 && sinks > kSinks_db)
            go(std::min<double>(ride + kCarried_db, kMost_db), p.last_word_s + 0.25, 0.25);
    }
    go(0, form.phrases.back().end_s + 0.5, 0.5);
    if (std::max(up, down) < kHeard_db) return std::nullopt;  // it stands well already
    move.places.push_back(
        {0, ground.song().seconds(),
         std::to_string(ridden) + " of " + std::to_string(form.phrases.size()) + " phrases"});
    add_lane(move, ground.lane(form.lead, "fader", "fader_db", Law::add, {0, most / 2, most},
                               shape.points(), ground.name(lead)));
    move.reason = down < kHeard_db ? "lines that sink below the others lose their words"
                  : up < kHeard_db ? "lines that stand out of the others leave the song"
                                   : "lines that sink lose their words, and lines that stand out "
                                     "leave the song";
    return whole(move);
}

}  // namespace mixfarm
