/// What a deck knows of its listener.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "host/audition/deck.h"
#include "host/taste/liking.h"

namespace mixfarm::audition {
namespace {

constexpr double kBestShare = 0.05;
constexpr double kUsualSeconds = 40;     ///< an answer, before any was given
constexpr double kLongestSeconds = 240;  ///< whoever takes longer went for coffee

/// 1 where the answer is the one of the highest value, its share where several are, else 0.
double hit(const Answer& answer, std::span<const double> value) {
    std::vector<double> of;
    for (const std::size_t i : answer.items) of.push_back(value[i]);
    const double most = *std::max_element(of.begin(), of.end());
    if (of[static_cast<std::size_t>(answer.best)] < most) return 0;
    return 1.0 / static_cast<double>(std::count(of.begin(), of.end(), most));
}

}  // namespace

std::optional<Answer> Deck::told_by(const Offer& offer) const {
    if (!offer.answer || offer.withdrawn) return std::nullopt;
    Answer told{{}, *offer.answer};
    for (std::size_t s = 0; s < offer.slots.size(); ++s) {
        if (offer.slots[s] < table_.rateable) {
            if (static_cast<int>(s) == *offer.answer)
                told.best = static_cast<int>(told.items.size());
            told.items.push_back(offer.slots[s]);
        } else if (static_cast<int>(s) == *offer.answer) {
            return std::nullopt;  // nothing is known of what a rough mix is like
        }
    }
    if (told.items.size() < 2) return std::nullopt;
    return told;
}

void Deck::learn() {
    std::vector<Answer> told;
    for (const Offer& offer : offers_)
        if (const auto answer = told_by(offer)) told.push_back(*answer);
    model_.learn(told);
    trial_.reset();
    sure_.resize(static_cast<std::size_t>(answers()));
    if (!sure_.empty()) sure_.back() = model_.confidence(favourite(), kBestShare);
}

std::vector<std::size_t> Deck::by_taste() const {
    std::vector<std::size_t> order(table_.rateable);
    std::iota(order.begin(), order.end(), std::size_t{0});
    const std::vector<double>& u = utility();
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return u[a] > u[b]; });
    return order;
}

std::size_t Deck::favourite() const {
    const std::vector<double>& u = utility();
    std::optional<std::size_t> best;
    for (const Offer& offer : offers_) {
        if (!offer.answer || offer.withdrawn) continue;
        for (const std::size_t mix : offer.slots)
            if (mix < table_.rateable && (!best || u[mix] > u[*best])) best = mix;
    }
    return best.value_or(0);
}

int Deck::answers_left() const {
    const int so_far = answers();
    if (so_far == 0) return kUsual;
    return std::clamp(answers_until(kSure, sure_), std::max(kFewest - so_far, 0),
                      std::max(kMost - so_far, 0));
}

double Deck::seconds_per_answer() const {
    std::vector<double> each;
    for (const Offer& offer : offers_)
        if (offer.answer && offer.answered_s > offer.asked_s && offer.asked_s > 0)
            each.push_back(std::min(offer.answered_s - offer.asked_s, kLongestSeconds));
    if (each.empty()) return kUsualSeconds;
    std::sort(each.begin(), each.end());
    return each[each.size() / 2];
}

const Trial& Deck::trial() const {
    if (trial_) return *trial_;
    Trial& trial = trial_.emplace();
    std::vector<double> technical;
    for (std::size_t i = 0; i < table_.rateable; ++i)
        technical.push_back(table_.mixes[i].technical);
    std::vector<std::vector<float>> places;
    for (std::size_t i = 0; i < table_.rateable; ++i) places.push_back(table_.mixes[i].place);
    const std::vector<float> middle = middle_of(places);
    Preference others = model_;
    for (const Offer& offer : offers_) {
        const auto answer = told_by(offer);
        if (offer.repeat_of) {
            if (!offer.answer || offer.withdrawn) continue;
            const Offer& before = this->offer(offer.repeat_of);
            const auto meant = [](const Offer& o) {
                return o.answer && *o.answer >= 0
                           ? static_cast<long long>(o.slots[static_cast<std::size_t>(*o.answer)])
                           : static_cast<long long>(o.answer.value_or(-3)) - 10;
            };
            ++trial.repeats;
            trial.same_again += meant(before) == meant(offer);
            continue;
        }
        if (!answer || answer->best < 0) continue;
        std::vector<Answer> told;
        for (const Offer& other : offers_) {
            if (other.number == offer.number || other.repeat_of == offer.number) continue;
            if (const auto a = told_by(other)) told.push_back(*a);
        }
        others.learn(told);
        ++trial.answers;
        // As the next night and `mixfarm rank` would use it.
        const Liking liking(others.after(), middle);
        std::vector<double> total = technical;
        for (std::size_t i = 0; i < total.size(); ++i) total[i] += liking.worth(places[i]);
        trial.right += hit(*answer, total);
        trial.technical_right += hit(*answer, technical);
    }
    return trial;
}

Taste Deck::after() const {
    Taste taste = model_.after();
    const Trial& tried = trial();
    taste.held_out.answers += tried.answers;
    taste.held_out.foretold += tried.right;
    taste.held_out.technical_alone += tried.technical_right;
    return taste;
}

}  // namespace mixfarm::audition
