/// The questions of a morning: what was offered and answered so far, what to ask next, and what is
/// known of the listener by now.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/audition/choices.h"
#include "host/audition/table.h"
#include "host/taste/preference.h"
#include "kernels/core/random.h"

namespace mixfarm::audition {

struct Note {
    int slot;  ///< -1: of all
    double at_s;
    std::string text;
};

/// One question.
struct Offer {
    int number = 0;                  ///< from 1
    std::vector<std::size_t> slots;  ///< mixes of the table, as they were laid out
    bool pair = false;               ///< asked for on the map, rather than the next of the deck
    int repeat_of = 0;               ///< number of a question with the same mixes; 0: none
    std::vector<double> heard_s;     ///< [slots]
    std::vector<bool> stars;         ///< [slots]
    std::vector<Note> notes;
    std::optional<int> answer;  ///< slot, Answer::kCannotTell or kNoneGood
    bool withdrawn = false;
    double asked_s = 0, answered_s = 0;  ///< Unix time
    std::string answered;                ///< the same, as the event has it
};

/// How well the taste, as ranking and search use it (Liking), foretells answers that it was not
/// told, against the technical score alone.
struct Trial {
    int answers = 0;                        ///< that named a best one, repeats left out
    double right = 0, technical_right = 0;  ///< ties share
    int repeats = 0, same_again = 0;
};

/// An answer as events have it; of an event, nothing where there is no such answer.
Json answer_json(int answer);
std::optional<int> answer_from(const Json& json, std::size_t slots);

class Deck {
public:
    /// Answers until the listener can be told something, what is usual, and no more than these.
    static constexpr int kFewest = 8, kUsual = 12, kMost = 25;
    static constexpr double kSure = 0.8;

    Deck(const Table& table, const Taste& before, int best_of);

    /// What happened, new or read again. Throws InputError where an event does not fit what came
    /// before it.
    void play(const Json& event);
    void forget();

    const std::vector<Offer>& offers() const { return offers_; }
    /// The question that waits for an answer.
    const Offer* open() const;
    const Offer* last_answered() const;
    /// Throws InputError: no such question.
    const Offer& offer(int number) const;
    int answers() const;
    bool finished() const { return finished_; }
    std::optional<std::int64_t> chosen() const { return chosen_; }

    /// The event that offers the next question, of mixes that are `ready` [mixes]; where that is
    /// fewer than two, nothing. Deterministic in the seed, which
    /// decides the order of the slots.
    std::optional<Json> next(const std::vector<bool>& ready, std::uint64_t seed) const;
    /// The event that offers a mix against the best so far.
    Json pair_with(std::size_t mix, std::uint64_t seed) const;
    /// `count` mixes not `ready` that are worth being made so.
    std::vector<std::size_t> worth_rendering(const std::vector<bool>& ready, std::size_t count,
                                             std::uint64_t seed) const;

    /// Expected utility, best first: all mixes that have a place.
    std::vector<std::size_t> by_taste() const;
    /// The best of those that were offered; without an answer, the first pick.
    std::size_t favourite() const;
    /// Probability that it is among the listener's best twentieth of the table; 0 before an answer.
    double confidence() const { return sure_.empty() ? 0 : sure_.back(); }
    /// That is enough to stop at.
    bool sure() const { return confidence() >= kSure; }
    /// How many more answers may be needed, by how fast the confidence rose so far, and how long
    /// that takes.
    int answers_left() const;
    double seconds_per_answer() const;
    const Trial& trial() const;
    /// What is known of the listener by now, how well it foretells included.
    Taste after() const;
    const std::vector<double>& utility() const { return model_.mean(); }

private:
    int next_number() const { return (offers_.empty() ? forgotten_ : offers_.back().number) + 1; }
    Offer& find(const Json& event);
    void learn();
    /// The question that comes again now, or null.
    const Offer* to_repeat(const std::vector<bool>& ready, const RandomStream& chance) const;
    /// As the model takes it: without the rough mix; nothing where that leaves nothing.
    std::optional<Answer> told_by(const Offer& offer) const;

    const Table& table_;
    int best_of_;
    std::vector<Offer> offers_;
    int forgotten_ = 0;  ///< the last question before everything was forgotten
    bool finished_ = false;
    std::optional<std::int64_t> chosen_;
    Preference model_;
    std::vector<double> sure_;            ///< [answers] confidence after each
    mutable std::optional<Trial> trial_;  ///< of the answers so far, once it was asked for
};

}  // namespace mixfarm::audition
