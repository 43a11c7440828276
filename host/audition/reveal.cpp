/// The end of the questions: what the page is told then, what is taken, what is forgotten.
#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>

#include "host/audition/session.h"
#include "host/job/input_error.h"

namespace mixfarm::audition {
namespace {

Json number(double value, double steps = 1000) {
    return std::isfinite(value) ? Json(std::round(steps * value) / steps) : Json(nullptr);
}

Json numbers(std::span<const float> values) {
    Json list = Json::array();
    for (const float v : values) list.push_back(number(v));
    return list;
}

/// The target, which is re 1 kHz, moved to where a mix lies, whose bands are re its whole.
Json beside(const std::vector<double>& target_db, std::span<const float> bands_db) {
    double sum = 0;
    int count = 0;
    for (std::size_t b = 0; b < std::min(target_db.size(), bands_db.size()); ++b)
        if (std::isfinite(target_db[b]) && std::isfinite(bands_db[b]))
            sum += bands_db[b] - target_db[b], ++count;
    Json list = Json::array();
    for (const double level : target_db) list.push_back(number(level + sum / std::max(count, 1)));
    return list;
}

/// "vocal louder, darker top": as picks are told.
std::string first_words(const std::vector<std::string>& moves) {
    constexpr std::size_t kMost = 3;
    std::string words;
    for (std::size_t i = 0; i < std::min(moves.size(), kMost); ++i)
        words += (i ? ", " : "") + moves[i];
    return words;
}

Json notes_of(const Offer& offer, std::size_t slot) {
    Json notes = Json::array();
    for (const Note& note : offer.notes)
        if (note.slot < 0 || static_cast<std::size_t>(note.slot) == slot)
            notes.push_back({{"at_s", note.at_s}, {"text", note.text}});
    return notes;
}

}  // namespace

Reply Session::finish(bool finished) {
    const std::lock_guard lock(mutex_);
    if (deck_.finished() != finished) {
        record({{"event", finished ? "finish" : "resume"}});
        // The board has named what lies in a question that was still open.
        if (const Offer* offer = finished ? nullptr : deck_.open())
            record({{"event", "withdraw"}, {"number", offer->number}});
    }
    return done();
}

Reply Session::forget() {
    const std::lock_guard lock(mutex_);
    choices_.forget();
    deck_.forget();
    done_.clear();
    ++changes_;
    rendered_for_ = -1;
    return done();
}

std::vector<std::size_t> Session::board() const {
    constexpr std::size_t kFavourites = 4, kMost = 8;
    std::vector<std::size_t> starred, offered, mixes;
    for (const Offer& offer : deck_.offers()) {
        if (offer.withdrawn) continue;
        for (std::size_t s = 0; s < offer.slots.size(); ++s)
            if (offer.stars[s])
                starred.push_back(offer.slots[s]);
            else if (offer.answer)
                offered.push_back(offer.slots[s]);
    }
    const std::vector<bool> ready = shelf_.ready();
    const auto add = [&](std::size_t mix, std::size_t most) {
        if (ready[mix] && mixes.size() < most &&
            std::find(mixes.begin(), mixes.end(), mix) == mixes.end())
            mixes.push_back(mix);
    };
    const auto better = [&](std::size_t a, std::size_t b) {
        const auto worth = [&](std::size_t mix) {
            return mix < table_.rateable ? deck_.utility()[mix] : -HUGE_VAL;
        };
        return worth(a) > worth(b);
    };
    std::stable_sort(offered.begin(), offered.end(), better);
    for (const std::size_t mix : starred) add(mix, kMost - 2);
    for (const std::size_t mix : offered) add(mix, kFavourites);
    std::stable_sort(mixes.begin(), mixes.end(), better);
    for (std::size_t i = 0; i < table_.mixes.size(); ++i)
        if (i == table_.still || i >= table_.rateable) add(i, kMost);
    for (std::size_t i = 0; mixes.size() < 2 && i < table_.mixes.size(); ++i) add(i, kMost);
    return mixes;
}

Reply Session::reveal() {
    const Reply too_early{403, Json{{"error", "after the questions"}}};
    std::unique_lock lock(mutex_);
    if (!deck_.finished()) return too_early;
    const std::vector<std::size_t> mixes = board();
    const Deck deck = deck_;
    lock.unlock();
    // Opening the night and trying the taste take seconds: whoever listens meanwhile is served.
    const auto from_night = [&](auto ask) {  // a night that cannot be opened any more has no words
        try {
            return ask();
        } catch (const InputError&) {
            return decltype(ask()){};
        }
    };
    const Backstage::Tone tone = from_night([&] { return backstage_.tone(); });
    std::vector<std::vector<std::string>> moves_of;
    for (const std::size_t mix : mixes)
        moves_of.push_back(table_.mixes[mix].id < 0 ? std::vector<std::string>{} : from_night([&] {
            return backstage_.moves(static_cast<std::uint64_t>(table_.mixes[mix].id));
        }));
    const Trial& trial = deck.trial();
    const Taste after = deck.after();

    lock.lock();
    if (!deck_.finished()) return too_early;  // another page went on asking
    Json reveal{{"board", Json::array()}};
    for (std::size_t slot = 0; slot < mixes.size(); ++slot) {
        const Mix& mix = table_.mixes[mixes[slot]];
        int chosen = 0, offered = 0;
        bool starred = false;
        Json notes = Json::array();
        for (const Offer& offer : deck.offers()) {
            if (offer.withdrawn) continue;
            for (std::size_t s = 0; s < offer.slots.size(); ++s) {
                if (offer.slots[s] != mixes[slot]) continue;
                offered += offer.answer.has_value();
                chosen += offer.answer && *offer.answer == static_cast<int>(s);
                starred |= offer.stars[s];
                for (const Json& note : notes_of(offer, s)) notes.push_back(note);
            }
        }
        const std::vector<std::string>& moves = moves_of[slot];
        reveal["board"].push_back({{"slot", slot},
                                   {"id", mix.id},
                                   {"name", mix.name},
                                   {"words", mix.words.empty() ? first_words(moves) : mix.words},
                                   {"chosen", chosen},
                                   {"offered", offered},
                                   {"starred", starred},
                                   {"notes", notes},
                                   {"technical", number(mix.technical)},
                                   {"percentile", number(mix.percentile, 10)},
                                   {"character", numbers(mix.character)},
                                   {"bands_db", numbers(mix.bands_db)},
                                   {"terms", numbers(mix.terms)},
                                   {"moves", moves},
                                   {"made", Json::array()}});
        for (const Backstage::Made& made : made_by(mix.id))
            reveal["board"].back()["made"].push_back(
                {{"move", made.move}, {"name", made.name}, {"words", made.words}});
    }
    const Mix& best = table_.mixes[mixes.front()];
    reveal["bands_hz"] = table_.bands_hz;
    reveal["target_db"] = beside(tone.target_db, best.bands_db);
    reveal["tolerance_db"] = Json::array();
    for (const double tolerance : tone.tolerance_db)
        reveal["tolerance_db"].push_back(number(tolerance));
    reveal["terms"] = table_.terms;

    reveal["questions"] = Json::array();
    for (const Offer& offer : deck.offers()) {
        if (!offer.answer || offer.withdrawn) continue;
        Json names = Json::array();
        for (const std::size_t mix : offer.slots) names.push_back(table_.mixes[mix].name);
        reveal["questions"].push_back(
            {{"number", offer.number},
             {"names", names},
             {"answer", answer_json(*offer.answer)},
             {"repeat_of", offer.repeat_of ? Json(offer.repeat_of) : Json(nullptr)}});
    }
    reveal["taste"] = {{"words", after.words()},
                       {"right", trial.right},
                       {"technical_right", trial.technical_right},
                       {"of", trial.answers},
                       {"used", after.trusted()},
                       {"same_again", trial.same_again},
                       {"repeats", trial.repeats}};
    // The taste gap is that of the mix that was taken, or as long as none was, of the favourite.
    const std::size_t taken = deck.chosen() ? table_.index_of(*deck.chosen()) : deck.favourite();
    reveal["gap"] = nullptr;
    if (taken < table_.rateable && deck.answers() > 0)
        reveal["gap"] = {{"percentile", number(table_.mixes[taken].percentile, 10)},
                         {"technical_best", number(table_.technical_best)},
                         {"chosen", number(table_.mixes[taken].technical)}};
    reveal["chosen"] = deck.chosen() ? Json(*deck.chosen()) : Json(nullptr);
    const Sounds all = sounds(mixes);
    reveal["question"] = all.empty() ? Json(nullptr) : question_json(0, mixes, all);
    return {200, std::move(reveal)};
}

Reply Session::choose(const Json& body) {
    const std::lock_guard lock(mutex_);
    if (!deck_.finished()) return {403, Json{{"error", "after the questions"}}};
    const Json id = body.value("id", Json());
    const bool known =
        id.is_number_integer() && std::any_of(table_.mixes.begin(), table_.mixes.end(),
                                              [&](const Mix& mix) { return id == mix.id; });
    if (!known) return {422, Json{{"error", "there is no such mix"}}};
    record({{"event", "choose"}, {"id", id}});
    return done();
}

Taste Session::taste() const {
    std::unique_lock lock(mutex_);
    const Deck deck = deck_;
    lock.unlock();
    return deck.after();
}

int Session::changes() const {
    const std::lock_guard lock(mutex_);
    return changes_;
}

int Session::answers() const {
    const std::lock_guard lock(mutex_);
    return deck_.answers();
}

bool Session::finished() const {
    const std::lock_guard lock(mutex_);
    return deck_.finished();
}

std::optional<std::int64_t> Session::chosen() const {
    const std::lock_guard lock(mutex_);
    return deck_.chosen();
}

std::string Session::chosen_words() const {
    const std::lock_guard lock(mutex_);
    if (!deck_.chosen()) return "";
    const Mix& mix = table_.mixes[table_.index_of(*deck_.chosen())];
    if (!std::isfinite(mix.percentile)) return mix.name;
    return fmt::format("{}, by the technical score above {:.0f} % of the night's whole songs",
                       mix.name, mix.percentile);
}

std::vector<ChoiceRecord> Session::choices() const {
    const std::lock_guard lock(mutex_);
    std::vector<ChoiceRecord> records;
    for (const Offer& offer : deck_.offers()) {
        if (!offer.answer || offer.withdrawn) continue;
        for (std::size_t s = 0; s < offer.slots.size(); ++s) {
            ChoiceRecord record;
            record.question = offer.number;
            record.slot = static_cast<std::int32_t>(s);
            record.mix = table_.mixes[offer.slots[s]].id;
            record.chosen = *offer.answer == record.slot;
            record.heard_s = static_cast<float>(offer.heard_s[s]);
            record.repeat_of = offer.repeat_of;
            record.answer =
                *offer.answer >= 0 ? "best" : answer_json(*offer.answer).get<std::string>();
            record.time = offer.answered;
            records.push_back(std::move(record));
        }
    }
    return records;
}

}  // namespace mixfarm::audition
