/// Questions, answers and sounds, as the page asks for them.
#include "host/audition/session.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "host/job/input_error.h"
#include "host/rank/character.h"

namespace mixfarm::audition {
namespace {

constexpr double kLoopSeconds = 15, kLeastHeard = 3;
constexpr std::size_t kWavePoints = 600, kRenderBatch = 8, kLongestNote = 2000, kLongestOnce = 64;
constexpr double kLongestStretch = 3600;  ///< of listening, in one event

std::vector<const Sound*> plain(const std::vector<std::shared_ptr<const Sound>>& sounds) {
    std::vector<const Sound*> all;
    for (const auto& sound : sounds) all.push_back(sound.get());
    return all;
}

std::uint64_t chance() {
    std::random_device source;
    return std::uint64_t{source()} << 32 | source();
}

Json rounded(std::span<const float> values) {
    Json list = Json::array();
    for (const float v : values)
        list.push_back(std::isfinite(v) ? Json(std::round(1000 * double{v}) / 1000)
                                        : Json(nullptr));
    return list;
}

/// What tells a request, or its event, from all others; empty where nothing does.
std::string once_of(const Json& body) {
    const auto once = body.find("once");
    return once != body.end() && once->is_string() &&
                   once->get_ref<const std::string&>().size() <= kLongestOnce
               ? once->get<std::string>()
               : "";
}

}  // namespace

Session::Session(Table table, Backstage& backstage, const Taste& before, int best_of)
    : table_(std::move(table)),
      backstage_(backstage),
      choices_(table_.night / "choices.jsonl"),
      deck_(table_, before, best_of),
      shelf_(table_,
             [this](const std::vector<std::uint64_t>& ids) { return backstage_.render(ids); }),
      variants_(table_.rate, table_.frames,
                [this](const Variant& variant) {
                    return backstage_.render_without(static_cast<std::uint64_t>(variant.id),
                                                     variant.without);
                }),
      seed_(chance()) {
    for (const Json& event : choices_.read()) {
        deck_.play(event);
        done_.insert(once_of(event));
    }
    for (std::size_t i = 0; i < table_.rateable; ++i)
        keys_.push_back(fmt::format("{:016x}", chance()));
    const std::lock_guard lock(mutex_);
    go_on();
}

void Session::record(Json event, const Json& body) {
    const std::string once = once_of(body);
    if (!once.empty()) event["once"] = once;
    deck_.play(choices_.append(event));
    done_.insert(once);
    const std::string& what = event["event"].get_ref<const std::string&>();
    changes_ += what == "answer" || what == "undo" || what == "choose";
}

bool Session::again(const Json& body) const {
    const std::string once = once_of(body);
    return !once.empty() && done_.count(once) > 0;
}

void Session::go_on() {
    if (deck_.finished()) {
        shelf_.want(board());
        shelf_.expect({});
        return;
    }
    // What cannot be made or read any more is asked no longer.
    if (const Offer* offer = deck_.open(); offer && shelf_.broken(offer->slots))
        record({{"event", "withdraw"}, {"number", offer->number}});
    if (!deck_.open())
        if (const auto offer = deck_.next(shelf_.ready(), ++seed_)) record(*offer);
    if (const Offer* offer = deck_.open()) {
        shelf_.want(offer->slots);
        std::vector<std::size_t> missing;
        const std::vector<bool> ready = shelf_.ready();
        for (const std::size_t mix : offer->slots)
            if (!ready[mix]) missing.push_back(mix);
        if (!missing.empty()) shelf_.render_soon(missing, true);
        // Whoever is liked so far is likely to come again.
        std::vector<std::size_t> likely = deck_.by_taste();
        std::erase_if(likely, [&](std::size_t mix) { return !ready[mix]; });
        likely.resize(std::min(likely.size(), Shelf::kFewestKept - offer->slots.size()));
        shelf_.expect(std::move(likely));
    }
    if (rendered_for_ != deck_.answers()) {
        rendered_for_ = deck_.answers();
        shelf_.render_soon(deck_.worth_rendering(shelf_.ready(), kRenderBatch, ++seed_), false);
    }
}

std::optional<std::vector<std::size_t>> Session::slots_of(int number) const {
    if (number == 0 && deck_.finished()) return board();
    const Offer* offer = deck_.open();
    if (!deck_.finished() && offer && offer->number == number) return offer->slots;
    return std::nullopt;
}

Session::Sounds Session::sounds(const std::vector<std::size_t>& mixes) const {
    Sounds all;
    for (const std::size_t mix : mixes) {
        all.push_back(shelf_.sound(mix));
        if (!all.back()) return {};
    }
    return all;
}

Json Session::question_json(int number, const std::vector<std::size_t>& mixes,
                            const Sounds& sounds) const {
    const auto all = plain(sounds);
    const std::vector<float> differ = difference_of(all);
    const double length = std::min(kLoopSeconds, table_.seconds());
    const double from = std::min(most_different(differ, length), table_.seconds() - length);
    Json question{{"number", number}, {"kind", "best"}, {"slots", mixes.size()}};
    question["wave"] = rounded(wave_of(all, kWavePoints));
    question["differ"] = rounded(differ);
    question["loop"] = {{"from_s", from}, {"to_s", from + length}};
    return question;
}

Json Session::state() {
    const std::lock_guard lock(mutex_);
    return state_now();
}

Json Session::state_now() {
    go_on();
    Json state{{"title", table_.title}, {"seconds", table_.seconds()}, {"rate", table_.rate}};
    state["sections"] = Json::array();
    for (const SectionRecord& s : table_.sections)
        state["sections"].push_back({{"name", s.name}, {"start_s", s.start_s}, {"end_s", s.end_s}});
    state["waiting"] = nullptr;
    state["question"] = nullptr;
    const Offer* offer = deck_.finished() ? nullptr : deck_.open();
    if (offer) {
        if (const Sounds all = sounds(offer->slots); !all.empty()) {
            Json question = question_json(offer->number, offer->slots, all);
            question["kind"] = offer->pair ? "pair" : "best";
            question["heard_s"] = offer->heard_s;
            question["stars"] = offer->stars;
            question["notes"] = Json::array();
            for (const Note& note : offer->notes)
                question["notes"].push_back(
                    {{"slot", note.slot < 0 ? Json(nullptr) : Json(note.slot)},
                     {"at_s", note.at_s},
                     {"text", note.text}});
            state["question"] = std::move(question);
        }
    }
    if (!deck_.finished() && state["question"].is_null()) {
        const std::vector<bool> ready = shelf_.ready();
        bool renders = !offer;
        if (offer)
            for (const std::size_t mix : offer->slots) renders |= !ready[mix];
        const std::string trouble = shelf_.trouble();
        state["waiting"] = renders && !trouble.empty() ? trouble
                           : renders                   ? "a mix is being rendered"
                                                       : "getting the mixes ready";
    }
    const int answers = deck_.answers();
    state["answers"] = answers;
    const Offer* last = deck_.last_answered();
    state["undo"] = last ? Json(last->number) : Json(nullptr);
    const int left = deck_.answers_left();
    state["left"] = {{"answers", left}, {"minutes", left * deck_.seconds_per_answer() / 60}};
    state["confidence"] = answers > 0 ? Json(deck_.confidence()) : Json(nullptr);
    state["sure"] = deck_.sure();
    state["finished"] = deck_.finished();
    return state;
}

Json Session::map() {
    const std::lock_guard lock(mutex_);
    Json map{{"axes", Json::array()}, {"points", Json::array()}};
    for (const CharacterAxis& axis : kCharacter)
        map["axes"].push_back({{"name", axis.name},
                               {"unit", axis.unit},
                               {"lowest", axis.lowest},
                               {"highest", axis.highest}});
    // In the order of their keys: the table begins with the picks.
    std::vector<std::size_t> order(table_.rateable);
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(), [&](auto a, auto b) { return keys_[a] < keys_[b]; });
    for (const std::size_t i : order)
        map["points"].push_back({{"key", keys_[i]}, {"at", rounded(table_.mixes[i].character)}});
    return map;
}

const Offer* Session::open(const Json& body, Reply& refusal) {
    const Offer* offer = deck_.finished() ? nullptr : deck_.open();
    if (offer && body.contains("number") && body["number"] == offer->number) return offer;
    refusal = {409, Json{{"error", "this question is not open any more"}, {"state", state_now()}}};
    return nullptr;
}

namespace {

/// The slot that is spoken of; `all`: null stands for all of them.
std::optional<int> slot_in(const Json& body, const Offer& offer, bool all) {
    if (!body.contains("slot")) return std::nullopt;
    if (all && body["slot"].is_null()) return -1;
    const auto slot = answer_from(body["slot"], offer.slots.size());
    return slot && *slot >= 0 ? slot : std::nullopt;
}

}  // namespace

Reply Session::heard(const Json& body) {
    const std::lock_guard lock(mutex_);
    // A question that was just answered sounds until the next one is there.
    const auto offer = std::find_if(
        deck_.offers().begin(), deck_.offers().end(),
        [&](const Offer& o) { return body.contains("number") && body["number"] == o.number; });
    if (offer == deck_.offers().end()) return refused(409, "there is no such question");
    const auto slot = slot_in(body, *offer, false);
    if (!slot || !body.contains("seconds") || !body["seconds"].is_number())
        return refused(422, "says which slot was heard for how many seconds");
    const double seconds = body["seconds"];
    if (!(seconds > 0) || seconds > kLongestStretch)
        return refused(422, "seconds lie between 0 and 3600");
    if (!again(body))
        record(
            {{"event", "heard"}, {"number", offer->number}, {"slot", *slot}, {"seconds", seconds}},
            body);
    return done();
}

Reply Session::answer(const Json& body) {
    const std::lock_guard lock(mutex_);
    if (again(body)) return done();
    Reply refusal;
    const Offer* offer = open(body, refusal);
    if (!offer) return refusal;
    const auto given =
        body.contains("answer") ? answer_from(body["answer"], offer->slots.size()) : std::nullopt;
    if (!given) return refused(422, "the answer is a slot, cannot_tell or none_good");
    if (body.value("matched", Json(false)) != true)
        return refused(422, "only answers at matched loudness count");
    for (const double seconds : offer->heard_s)
        if (seconds < kLeastHeard)
            return refused(422, "every mix is heard for three seconds at least");
    Json event{{"event", "answer"},
               {"number", offer->number},
               {"answer", answer_json(*given)},
               {"matched", true}};
    event["switches"] = body.contains("switches") && body["switches"].is_number_unsigned()
                            ? body["switches"]
                            : Json(nullptr);
    event["loop"] = nullptr;
    if (const auto loop = body.find("loop"); loop != body.end() && loop->is_object()) {
        const Json from = loop->value("from_s", Json()), to = loop->value("to_s", Json());
        if (from.is_number() && to.is_number()) event["loop"] = {{"from_s", from}, {"to_s", to}};
    }
    record(event, body);
    return done();
}

Reply Session::undo(const Json& body) {
    const std::lock_guard lock(mutex_);
    if (again(body)) return done();
    const Offer* last = deck_.finished() ? nullptr : deck_.last_answered();
    if (!last ||
        body.value("number", Json()) != last->number)  // one that came twice takes back once
        return refused(409, "there is no such answer to take back");
    record({{"event", "undo"}, {"number", last->number}}, body);
    return done();
}

Reply Session::star(const Json& body) {
    const std::lock_guard lock(mutex_);
    Reply refusal;
    const Offer* offer = open(body, refusal);
    if (!offer) return refusal;
    const auto slot = slot_in(body, *offer, false);
    if (!slot || !body.contains("on") || !body["on"].is_boolean())
        return refused(422, "says which slot has a star or none");
    record({{"event", "star"}, {"number", offer->number}, {"slot", *slot}, {"on", body["on"]}});
    return done();
}

Reply Session::note(const Json& body) {
    const std::lock_guard lock(mutex_);
    Reply refusal;
    const Offer* offer = open(body, refusal);
    if (!offer) return refusal;
    const auto slot = slot_in(body, *offer, true);
    if (!slot || !body.contains("text") || !body["text"].is_string() || !body.contains("at_s") ||
        !body["at_s"].is_number())
        return refused(422, "a note has a slot or null, a time and a text");
    if (body["text"].get_ref<const std::string&>().size() > kLongestNote)
        return refused(422, "a note has at most 2000 bytes");
    if (!again(body))
        record({{"event", "note"},
                {"number", offer->number},
                {"slot", *slot < 0 ? Json(nullptr) : Json(*slot)},
                {"at_s", body["at_s"]},
                {"text", body["text"]}},
               body);
    return done();
}

Reply Session::ask(const Json& body) {
    const std::lock_guard lock(mutex_);
    if (deck_.finished()) return refused(409, "the questions are over");
    if (again(body)) return done();
    const auto key = body.contains("key") && body["key"].is_string()
                         ? std::find(keys_.begin(), keys_.end(), body["key"].get<std::string>())
                         : keys_.end();
    if (key == keys_.end()) return refused(404, "no mix of the map has that key");
    if (const Offer* offer = deck_.open())
        record({{"event", "withdraw"}, {"number", offer->number}});
    record(deck_.pair_with(static_cast<std::size_t>(key - keys_.begin()), ++seed_), body);
    return done();
}

}  // namespace mixfarm::audition
