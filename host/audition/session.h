/// One morning: what the page asks for and what it is told. Knows no HTTP.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "host/audition/choices.h"
#include "host/audition/deck.h"
#include "host/audition/shelf.h"
#include "host/audition/table.h"
#include "host/audition/variants.h"

namespace mixfarm::audition {

/// The night itself. Loading its stems takes a while, so that this happens when it is first needed;
/// thread-safe. All throw InputError where the night can no longer be opened.
class Backstage {
public:
    virtual ~Backstage() = default;
    virtual std::vector<StereoAudio> render(const std::vector<std::uint64_t>& ids) = 0;
    /// What was done in a mix, against the rule-based one, in words.
    virtual std::vector<std::string> moves(std::uint64_t id) = 0;
    struct Tone {
        std::vector<double> target_db, tolerance_db;  ///< [bands] re 1 kHz, NaN where any is right
    };
    virtual Tone tone() = 0;
    /// A creative move that a mix makes.
    struct Made {
        int move;  ///< its number in this night
        std::string name, words;
    };
    /// Those of a mix, the strongest first. At once: nothing has to be loaded.
    virtual std::vector<Made> made(std::uint64_t id) = 0;
    /// The mix as it would be if it did not make these moves.
    virtual StereoAudio render_without(std::uint64_t id, const std::vector<int>& moves) = 0;
};

/// Moves of a mix of the board that are switched off.
struct Without {
    std::size_t slot = 0;
    std::vector<int> moves;  ///< numbers, ascending, at least one
};

struct Reply {
    int status = 200;
    Json body;
};
inline Reply refused(int status, const std::string& words) {
    return {status, Json{{"error", words}}};
}

/// Thread-safe. See schemas/audition.md for every answer.
class Session {
public:
    /// Reads what was chosen before. Throws InputError where choices.jsonl is of another night.
    Session(Table table, Backstage& backstage, const Taste& before, int best_of);

    Json state();
    /// A stretch as WAV, without some of the mix's moves (ascending); or a reply that says why not.
    Reply audio(int number, std::size_t slot, double from_s, double to_s, std::string& wav,
                const std::vector<int>& without = {});
    Reply levels(int number, double from_s, double to_s, Monitor monitor,
                 const std::vector<Without>& without = {});
    /// Has that sound made; whether it is there.
    Reply without(const Without& off);
    Json map();
    Reply reveal();
    Reply heard(const Json& body);
    Reply answer(const Json& body);
    Reply undo(const Json& body);
    Reply star(const Json& body);
    Reply note(const Json& body);
    Reply ask(const Json& body);
    Reply finish(bool finished);
    Reply choose(const Json& body);
    Reply forget();
    bool finished() const;
    const std::filesystem::path& choices_file() const { return choices_.file(); }

    /// What the answers so far tell of the listener; how many there are; how well they are
    /// foretold.
    Taste taste() const;
    int answers() const;
    /// How often answers or the choice changed since this session began.
    int changes() const;
    /// What was answered, mix by mix, as results.h5 has it.
    std::vector<ChoiceRecord> choices() const;
    std::optional<std::int64_t> chosen() const;
    /// "pick 3, by the technical score above 71 % of the night's whole songs"; empty as long as no
    /// mix was taken.
    std::string chosen_words() const;

private:
    using Sounds = std::vector<std::shared_ptr<const Sound>>;

    /// Done and on disk, in this order; the mutex is held. `body`: the request that it came by.
    void record(Json event, const Json& body = Json::object());
    /// The request came before, and its answer was lost on the way.
    bool again(const Json& body) const;
    Json state_now();
    /// Offers a question where none is open, and has what it needs brought.
    void go_on();
    /// Mixes of a question, or of the board (number 0).
    std::optional<std::vector<std::size_t>> slots_of(int number) const;
    std::vector<std::size_t> board() const;
    /// All sounds of these mixes; empty while one is missing.
    Sounds sounds(const std::vector<std::size_t>& mixes) const;
    Json question_json(int number, const std::vector<std::size_t>& mixes,
                       const Sounds& sounds) const;
    /// What keeps these moves of a slot of the board from being switched off; nothing does.
    std::optional<Reply> not_of_board(const std::vector<std::size_t>& board,
                                      const Without& off) const;
    /// The creative moves of a mix; the rough mix has none.
    std::vector<Backstage::Made> made_by(std::int64_t id) const;
    /// The open question when that is its number; else a reply that says it is over.
    const Offer* open(const Json& body, Reply& refusal);
    Reply done() { return {200, state_now()}; }

    mutable std::mutex mutex_;
    Table table_;
    Backstage& backstage_;
    Choices choices_;
    Deck deck_;
    Shelf shelf_;
    Variants variants_;
    std::vector<std::string> keys_;  ///< [rateable] of the map, new in every session
    std::set<std::string> done_;     ///< `once` of requests
    std::uint64_t seed_;
    int changes_ = 0;
    int rendered_for_ = -1;  ///< answers when mixes were last sent to be rendered
};

}  // namespace mixfarm::audition
