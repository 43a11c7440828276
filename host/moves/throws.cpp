/// Chooses phrase ends and opens a send for their last word.
#include "host/moves/throws.h"

#include <algorithm>
#include <cmath>

#include "host/moves/planners.h"

namespace mixfarm {
namespace {

const FoundSection* section_at(const Ground& ground, double seconds) {
    for (const FoundSection& s : ground.sections())
        if (seconds >= s.start_s && seconds < s.end_s) return &s;
    return nullptr;
}

/// The section in which a phrase lies: one that begins with an upbeat belongs to what follows.
const FoundSection* sung_in(const Ground& ground, const Phrase& phrase) {
    return section_at(ground, (phrase.start_s + phrase.end_s) / 2);
}

/// Is it the last of its section?
bool ends_section(const Ground& ground, std::size_t i) {
    const auto& phrases = ground.form().phrases;
    if (i + 1 == phrases.size()) return true;
    return sung_in(ground, phrases[i]) != sung_in(ground, phrases[i + 1]);
}

std::string line_name(const Ground& ground, std::size_t i) {
    const auto& phrases = ground.form().phrases;
    const FoundSection* own = sung_in(ground, phrases[i]);
    if (!own) return "a line";
    if (ends_section(ground, i) && own != &ground.sections().back())
        return "last line before " + (own + 1)->name;
    int number = 1;
    for (std::size_t k = 0; k < i; ++k) number += sung_in(ground, phrases[k]) == own;
    return "line " + std::to_string(number) + " of " + own->name;
}

}  // namespace

std::vector<std::size_t> throwable(const Ground& ground, double gap_s, double apart_s,
                                   bool section_ends) {
    const auto& phrases = ground.form().phrases;
    std::vector<std::size_t> order, taken;
    for (std::size_t i = 0; i < phrases.size(); ++i)
        if (phrases[i].gap_s >= gap_s && phrases[i].last_word_s < phrases[i].end_s &&
            ends_section(ground, i) == section_ends)
            order.push_back(i);
    const auto worth = [&](std::size_t i) {
        return std::min(phrases[i].gap_s, 4 * gap_s) + (phrases[i].strong ? gap_s : 0);
    };
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return worth(a) > worth(b); });
    for (const std::size_t i : order)
        if (std::all_of(taken.begin(), taken.end(), [&](std::size_t k) {
                return std::abs(phrases[k].end_s - phrases[i].end_s) >= apart_s;
            }))
            taken.push_back(i);
    std::sort(taken.begin(), taken.end());
    return taken;
}

std::optional<Move> throw_at(const Ground& ground, const std::vector<std::size_t>& phrases,
                             const char* send, const char* what, Amounts amounts) {
    constexpr double kOpens_s = 0.01, kCloses_s = 0.03;
    const Form& form = ground.form();
    if (form.lead < 0 || !ground.may_touch(static_cast<std::size_t>(form.lead)))
        return std::nullopt;
    Move move;
    Shape shape;
    for (const std::size_t i : phrases) {
        const Phrase& p = form.phrases[i];
        shape.to(1, p.last_word_s, kOpens_s).to(0, p.end_s + kCloses_s, kCloses_s);
        move.places.push_back({p.last_word_s, p.end_s, line_name(ground, i)});
    }
    add_lane(move, ground.lane(form.lead, "send", send, Law::reach, amounts, shape.points(),
                               std::string(what) + " on " +
                                   ground.name(static_cast<std::size_t>(form.lead))));
    return whole(move);
}

}  // namespace mixfarm
