/// Events into questions and answers; the next question.
#include "host/audition/deck.h"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <iomanip>
#include <numeric>
#include <set>
#include <sstream>

#include "host/job/input_error.h"
#include "kernels/core/random.h"

namespace mixfarm::audition {
namespace {

/// One question in seven repeats an earlier one in another order, after so many answers; which one
/// and when is drawn, but after so many without one it comes.
constexpr double kRepeats = 1.0 / 7;
constexpr int kRepeatAfter = 3, kMostWithoutRepeat = 9;
/// What is compared with everything once, unknown to the listener: after so many answers at least
/// and at most, so that no question is known to hold it.
struct Between {
    int least, most;
};
constexpr Between kStill{1, 6}, kRough{2, 7};
constexpr double kSlipIn = 0.3;

double unix_time(const Json& event) {
    std::tm when{};
    std::istringstream text(event.value("time", ""));
    text >> std::get_time(&when, "%Y-%m-%dT%H:%M:%SZ");
    return text ? static_cast<double>(timegm(&when)) : 0;
}

Preference model_of(const Table& table, const Taste& before) {
    std::vector<std::vector<float>> places;
    std::vector<float> technical;
    for (std::size_t i = 0; i < table.rateable; ++i) {
        places.push_back(table.mixes[i].place);
        technical.push_back(table.mixes[i].technical);
    }
    return Preference(places, technical, before);
}

/// Any order is as likely as any other (Fisher and Yates).
void shuffle(std::vector<std::size_t>& items, std::uint64_t seed) {
    RandomStream random(seed, 0x5f0e);
    for (std::size_t i = items.size(); i > 1; --i) {
        const auto j = static_cast<std::size_t>(random.next() * static_cast<double>(i));
        std::swap(items[i - 1], items[std::min(j, i - 1)]);
    }
}

Json offer_event(int number, const char* kind, const Table& table,
                 const std::vector<std::size_t>& slots, int repeat_of) {
    Json event{{"event", "offer"}, {"number", number}, {"kind", kind}, {"mixes", Json::array()}};
    for (const std::size_t mix : slots) event["mixes"].push_back(table.mixes[mix].id);
    event["repeat_of"] = repeat_of ? Json(repeat_of) : Json(nullptr);
    return event;
}

}  // namespace

Json answer_json(int answer) {
    return answer == Answer::kCannotTell ? Json("cannot_tell")
           : answer == Answer::kNoneGood ? Json("none_good")
                                         : Json(answer);
}

std::optional<int> answer_from(const Json& json, std::size_t slots) {
    if (json == "cannot_tell") return Answer::kCannotTell;
    if (json == "none_good") return Answer::kNoneGood;
    if (json.is_number_integer() && json.get<long long>() >= 0 &&
        json.get<long long>() < static_cast<long long>(slots))
        return json.get<int>();
    return std::nullopt;
}

Deck::Deck(const Table& table, const Taste& before, int best_of)
    : table_(table), best_of_(best_of), model_(model_of(table, before)) {}

void Deck::forget() {
    forgotten_ = next_number() - 1;
    offers_.clear();
    finished_ = false;
    chosen_.reset();
    learn();
}

const Offer& Deck::offer(int number) const {
    for (const Offer& offer : offers_)
        if (offer.number == number) return offer;
    throw InputError("choices.jsonl", "there is no question " + std::to_string(number));
}

Offer& Deck::find(const Json& event) {
    const Offer& found = offer(event.value("number", 0));
    return offers_[static_cast<std::size_t>(&found - offers_.data())];
}

void Deck::play(const Json& event) try {
    const std::string what = event.at("event");
    const auto slot_of = [&](const Offer& offer, int least) {
        const int slot = event.at("slot").is_null() ? -1 : event.at("slot").get<int>();
        if (slot < least || slot >= static_cast<int>(offer.slots.size()))
            throw InputError("choices.jsonl", "question " + std::to_string(offer.number) +
                                                  " has no slot " + std::to_string(slot));
        return slot;
    };
    if (what == "offer") {
        Offer offer;
        offer.number = event.at("number");
        offer.pair = event.at("kind") == "pair";
        for (const std::int64_t id : event.at("mixes")) offer.slots.push_back(table_.index_of(id));
        if (offer.slots.size() < 2)
            throw InputError("choices.jsonl", "a question has two mixes at least");
        if (!event.at("repeat_of").is_null()) offer.repeat_of = event.at("repeat_of");
        offer.heard_s.assign(offer.slots.size(), 0);
        offer.stars.assign(offer.slots.size(), false);
        offer.asked_s = unix_time(event);
        offers_.push_back(std::move(offer));
    } else if (what == "heard") {
        Offer& offer = find(event);
        offer.heard_s[static_cast<std::size_t>(slot_of(offer, 0))] +=
            event.at("seconds").get<double>();
    } else if (what == "star") {
        Offer& offer = find(event);
        offer.stars[static_cast<std::size_t>(slot_of(offer, 0))] = event.at("on");
    } else if (what == "note") {
        Offer& offer = find(event);
        offer.notes.push_back({slot_of(offer, -1), event.at("at_s"), event.at("text")});
    } else if (what == "answer") {
        Offer& offer = find(event);
        offer.answer = answer_from(event.at("answer"), offer.slots.size());
        if (!offer.answer)
            throw InputError("choices.jsonl",
                             "question " + std::to_string(offer.number) + " has no such answer");
        offer.answered_s = unix_time(event);
        offer.answered = event.value("time", "");
        learn();
    } else if (what == "withdraw") {
        find(event).withdrawn = true;
    } else if (what == "undo") {
        Offer& again = find(event);
        again.answer.reset();
        for (Offer& later : offers_)
            if (later.number > again.number && !later.answer) later.withdrawn = true;
        learn();
    } else if (what == "finish") {
        finished_ = true;
    } else if (what == "resume") {
        finished_ = false;
    } else if (what == "choose") {
        chosen_ = event.at("id").get<std::int64_t>();
    } else {
        throw InputError("choices.jsonl", "there is no event '" + what + "'");
    }
} catch (const nlohmann::json::exception& e) {
    throw InputError("choices.jsonl", std::string("an event is not as it should be: ") + e.what());
} catch (const std::out_of_range& e) {
    throw InputError("choices.jsonl", std::string(e.what()) + "; it belongs to another night");
}

const Offer* Deck::open() const {
    for (auto offer = offers_.rbegin(); offer != offers_.rend(); ++offer)
        if (!offer->answer && !offer->withdrawn) return &*offer;
    return nullptr;
}

const Offer* Deck::last_answered() const {
    for (auto offer = offers_.rbegin(); offer != offers_.rend(); ++offer)
        if (offer->answer && !offer->withdrawn) return &*offer;
    return nullptr;
}

int Deck::answers() const {
    return static_cast<int>(std::count_if(offers_.begin(), offers_.end(),
                                          [](const Offer& o) { return o.answer && !o.withdrawn; }));
}

const Offer* Deck::to_repeat(const std::vector<bool>& ready, const RandomStream& chance) const {
    std::set<int> repeated;
    int since = 0;  // answers without a repeat
    std::vector<const Offer*> all;
    for (const Offer& o : offers_) {
        if (o.withdrawn) continue;
        repeated.insert(o.repeat_of);
        since = o.repeat_of ? 0 : since + 1;
    }
    for (const Offer& o : offers_)
        if (o.answer && *o.answer >= 0 && !o.withdrawn && !o.pair && !o.repeat_of &&
            !repeated.count(o.number) && o.number != offers_.back().number &&
            std::all_of(o.slots.begin(), o.slots.end(),
                        [&](std::size_t mix) { return ready[mix]; }))
            all.push_back(&o);
    if (all.empty() || answers() < kRepeatAfter ||
        (since < kMostWithoutRepeat && chance.uniform(0) >= kRepeats))
        return nullptr;
    return all[std::min(all.size() - 1, static_cast<std::size_t>(chance.uniform(1) *
                                                                 static_cast<double>(all.size())))];
}

std::optional<Json> Deck::next(const std::vector<bool>& ready, std::uint64_t seed) const {
    const int number = next_number(), so_far = answers();
    const RandomStream chance(seed, 0x511b);
    if (const Offer* again = to_repeat(ready, chance)) {
        std::vector<std::size_t> slots = again->slots;
        for (std::uint64_t other = 0; slots == again->slots; ++other)
            shuffle(slots, seed ^ other << 32);
        return offer_event(number, "best", table_, slots, again->number);
    }
    std::vector<std::size_t> among;
    for (std::size_t i = 0; i < table_.rateable; ++i)
        if (ready[i]) among.push_back(i);
    if (among.size() < 2) return std::nullopt;
    std::vector<std::size_t> slots = model_.ask(static_cast<std::size_t>(best_of_), seed, among);
    const auto offered = [&](std::size_t mix) {
        return std::any_of(offers_.begin(), offers_.end(), [&](const Offer& o) {
            return o.answer && std::find(o.slots.begin(), o.slots.end(), mix) != o.slots.end();
        });
    };
    for (std::size_t i = 0; i < table_.mixes.size(); ++i) {
        const bool rough = i >= table_.rateable;
        if ((i != table_.still && !rough) || !ready[i] || offered(i)) continue;
        const Between when = rough ? kRough : kStill;
        if (so_far < when.least || (so_far < when.most && chance.uniform(2 + i) >= kSlipIn))
            continue;
        if (std::find(slots.begin(), slots.end(), i) == slots.end()) slots.back() = i;
        break;
    }
    shuffle(slots, seed);
    return offer_event(number, "best", table_, slots, 0);
}

Json Deck::pair_with(std::size_t mix, std::uint64_t seed) const {
    std::size_t against = favourite();
    if (against == mix)
        for (const std::size_t other : by_taste())
            if (other != mix) {
                against = other;
                break;
            }
    std::vector<std::size_t> slots = {mix, against};
    if (RandomStream(seed, 0x9a18).next() < 0.5) std::swap(slots[0], slots[1]);
    return offer_event(next_number(), "pair", table_, slots, 0);
}

std::vector<std::size_t> Deck::worth_rendering(const std::vector<bool>& ready, std::size_t count,
                                               std::uint64_t seed) const {
    std::vector<std::size_t> among;
    for (std::size_t i = 0; i < table_.rateable; ++i)
        if (!ready[i]) among.push_back(i);
    return among.empty() ? among : model_.ask(count, seed, among);
}

}  // namespace mixfarm::audition
