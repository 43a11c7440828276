/// Wishes in words, and the locks that come of them.
#include "host/keep.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <regex>
#include <utility>

#include "host/job/input_error.h"
#include "host/job/nearest.h"
#include "host/morning.h"
#include "host/space/locks.h"
#include "host/space/wiring.h"

namespace mixfarm {
namespace {

constexpr std::string_view kBusMark = "bus/";

constexpr std::string_view kMoveMark = "move";

bool is_move(const KnobColumn& knob) {
    return knob.stem == kMoveMark && knob.name.ends_with(".strength");
}

std::string trimmed(const std::string& text) {
    const auto first = text.find_first_not_of(' ');
    return first == std::string::npos ? ""
                                      : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

/// "a, b and c" at its commas and "and"s: where each part begins and ends.
std::vector<std::pair<std::size_t, std::size_t>> parts_of(const std::string& text) {
    static const std::regex between(" *, *(and +)?| +and +");
    std::vector<std::pair<std::size_t, std::size_t>> parts;
    std::size_t from = 0;
    for (std::sregex_iterator at(text.begin(), text.end(), between), end; at != end; ++at) {
        parts.emplace_back(from, static_cast<std::size_t>(at->position()));
        from = static_cast<std::size_t>(at->position() + at->length());
    }
    parts.emplace_back(from, text.size());
    return parts;
}

/// What of the console can be named.
class Names {
public:
    explicit Names(const Results& results) {
        for (const StemRecord& stem : results.stems) {
            stems_.push_back(stem.name);
            const std::string group = bus_name(group_of(role_from_name(stem.role)));
            group_of_[stem.name] = group;
            groups_[group].push_back(stem.name);
        }
        moves_ = std::any_of(results.knobs.begin(), results.knobs.end(), is_move);
        for (const KnobColumn& knob : results.knobs) {
            if (!channels_.empty() && channels_.back() == knob.stem) continue;
            channels_.push_back(knob.stem);
            if (knob.stem.starts_with(kBusMark))
                buses_.push_back(knob.stem.substr(kBusMark.size()));
        }
    }

    /// The channels of a list of names, each once.
    std::vector<std::string> channels(const std::string& text) const {
        const auto parts = parts_of(text);
        std::vector<std::string> all;
        for (std::size_t i = 0, next = 0; i < parts.size(); i = next) {
            // The longest stretch that is a name: names may hold commas and "and" themselves.
            std::vector<std::string> named;
            for (next = parts.size(); next > i; --next) {
                named =
                    called(text.substr(parts[i].first, parts[next - 1].second - parts[i].first));
                if (!named.empty()) break;
            }
            if (named.empty())
                refuse(text.substr(parts[i].first, parts[i].second - parts[i].first));
            for (std::string& channel : named)
                if (std::find(all.begin(), all.end(), channel) == all.end())
                    all.push_back(std::move(channel));
        }
        return all;
    }

    std::vector<std::string> known() const {
        std::vector<std::string> all = stems_;
        for (const std::string& bus : buses_)
            if (!is_in(stems_, bus)) all.push_back(bus);
        if (moves_) all.push_back("moves");
        all.insert(all.end(), {"returns", "all"});
        return all;
    }

private:
    static bool is_in(const std::vector<std::string>& names, const std::string& name) {
        return std::find(names.begin(), names.end(), name) != names.end();
    }
    [[noreturn]] void refuse(const std::string& word) const {
        throw InputError("mixfarm keep",
                         "nothing in this song is called '" + word + "'" + choices(word, known()));
    }
    /// A bus, with its stems where it is a group.
    std::vector<std::string> with_stems(const std::string& bus) const {
        const auto group = groups_.find(bus);
        std::vector<std::string> all =
            group == groups_.end() ? std::vector<std::string>{} : group->second;
        all.push_back(std::string(kBusMark) + bus);
        return all;
    }
    /// Empty where nothing has this name.
    std::vector<std::string> called(const std::string& name) const {
        const bool stem = is_in(stems_, name);
        if (stem && group_of_.at(name) != name) return {name};
        if (is_in(buses_, name)) return with_stems(name);
        if (name == "all") return channels_;
        if (name == "moves" && moves_) return {std::string(kMoveMark)};
        if (name == "returns") {
            std::vector<std::string> all;
            for (const Bus bus : {Bus::plate, Bus::hall, Bus::echo})
                all.push_back(std::string(kBusMark) + bus_name(bus));
            return all;
        }
        if (name.starts_with("stem ") && is_in(stems_, name.substr(5))) return {name.substr(5)};
        if (name.starts_with("group ") && groups_.count(name.substr(6)))
            return with_stems(name.substr(6));
        return {};
    }

    std::vector<std::string> channels_, stems_, buses_;
    bool moves_ = false;
    std::map<std::string, std::vector<std::string>> groups_;  ///< their stems
    std::map<std::string, std::string> group_of_;
};

const std::regex& wish_words() {
    static const std::regex words("(.+) +of +(pick +|mix +)?([0-9]{1,18})(?: +but +(.+))?");
    return words;
}

/// One text a wish: what lies between commas and says of which mix, with what belongs to it.
std::vector<std::string> wishes_in(const std::string& text) {
    std::vector<std::string> wishes;
    std::string open;
    std::size_t from = 0;
    while (from <= text.size()) {
        const std::size_t comma = std::min(text.find(',', from), text.size());
        open += (open.empty() ? "" : ", ") + trimmed(text.substr(from, comma - from));
        if (std::regex_match(open, wish_words())) wishes.push_back(std::exchange(open, ""));
        from = comma + 1;
    }
    if (open.empty()) return wishes;
    // What is left at the end goes on with the last: "all of 3 but vocal, bass".
    if (wishes.empty())
        wishes.push_back(open);
    else
        wishes.back() += ", " + open;
    return wishes;
}

std::uint64_t mix_called(const std::string& kind, const std::string& number,
                         const Results& results) {
    const std::uint64_t n = std::stoull(number);
    if (kind.starts_with("mix")) return results.rows[row_of(results, n)].id;
    if (n >= 1 && n <= results.picks.size()) return results.picks[n - 1];
    const std::string by_id = "a mix by its id is written 'mix " + number + "'";
    throw InputError("mixfarm keep", results.picks.empty()
                                         ? "this night has no picks; " + by_id
                                         : "there is no pick " + number +
                                               "; the picks of this night are 1 to " +
                                               std::to_string(results.picks.size()) + ", " + by_id);
}

Kept read_wish(const std::string& text, const Results& results, const Names& names) {
    std::smatch found;
    if (!std::regex_match(text, found, wish_words()))
        throw InputError("mixfarm keep", "'" + text +
                                             "' does not say what to keep of which mix; write "
                                             "'drums of 3', 'all of 3 but drums'. Known are: " +
                                             join(names.known()));
    Kept kept{text, mix_called(found[2], found[3], results), names.channels(trimmed(found[1])), {}};
    if (found[4].matched)
        for (const std::string& free : names.channels(trimmed(found[4])))
            std::erase(kept.names, free);
    if (kept.names.empty())
        throw InputError("mixfarm keep", "'" + text + "' keeps nothing: all of it is left free");
    for (std::size_t k = 0; k < results.knobs.size(); ++k)
        if (std::find(kept.names.begin(), kept.names.end(), results.knobs[k].stem) !=
            kept.names.end())
            kept.knobs.push_back(k);
    return kept;
}

/// What the job says of a knob's channel, and the knob's two names in it.
struct Said {
    std::map<std::string, double>& lock;
    const std::vector<AutomationJob>& automation;
    std::string full, brief;  ///< "compressor.ratio", "ratio"

    bool locks() const { return lock.count(full) || lock.count(brief); }
    bool draws() const {
        return std::any_of(automation.begin(), automation.end(), [&](const AutomationJob& drawn) {
            return drawn.knob == full || drawn.knob == brief;
        });
    }
};

Said said_of(Job& job, const KnobColumn& knob) {
    const std::string full = knob.name.substr(knob.name.rfind('/') + 1),
                      brief = full.substr(full.find('.') + 1);
    if (knob.stem.starts_with(kBusMark)) {
        BusJob& bus = job.buses[knob.stem.substr(kBusMark.size())];
        return {bus.lock, bus.automation, full, brief};
    }
    const auto stem = std::find_if(job.stems.begin(), job.stems.end(),
                                   [&](const StemJob& s) { return s.name == knob.stem; });
    if (stem == job.stems.end())
        throw InputError("job.yaml", "has no stem '" + knob.stem +
                                         "', which the results of the night have; it was changed "
                                         "since. Run it again into a new folder");
    return {stem->lock, stem->automation, full, brief};
}

/// The shortest number that is `value` again as a float and lies within the knob's range.
double written(float value, const KnobColumn& knob) {
    char text[32];
    double number = 0;
    std::from_chars(text, std::to_chars(text, text + sizeof text, value).ptr, number);
    const bool same = static_cast<float>(number) == value;
    return same && number >= knob.low && number <= knob.high ? number : double{value};
}

}  // namespace

std::vector<Kept> read_wishes(const std::vector<std::string>& texts, const Results& results) {
    const Names names(results);
    std::vector<Kept> all;
    for (const std::string& text : texts)
        for (const std::string& wish : wishes_in(text))
            all.push_back(read_wish(wish, results, names));
    if (all.empty())
        throw InputError("mixfarm keep", "say what to keep, for example 'drums of 3'. Known are: " +
                                             join(names.known()));
    return all;
}

void lock(Job& job, const Results& results, const std::vector<Kept>& all) {
    for (const Kept& kept : all) {
        const Row& row = results.rows[row_of(results, kept.id)];
        const bool moves = std::any_of(kept.knobs.begin(), kept.knobs.end(),
                                       [&](std::size_t k) { return is_move(results.knobs[k]); });
        // What the night knew nothing of is not made either.
        if (moves || kept.knobs.size() == results.knobs.size())
            for (int f = 0; f < kFamilies; ++f)
                job.moves.said[family_name(static_cast<Family>(f))] = {0, std::nullopt};
        for (const std::size_t k : kept.knobs) {
            const KnobColumn& knob = results.knobs[k];
            if (is_move(knob)) {  // one that the mix does not make is made by none
                const double strength = written(row.values[k], knob);
                job.moves.said[knob.effect] = {
                    strength, strength > 0 ? std::optional(strength) : std::nullopt};
                continue;
            }
            const Said said = said_of(job, knob);
            if (said.draws() || kept_off(job, knob.effect, said.brief)) continue;
            said.lock.erase(said.brief);
            said.lock[said.full] = written(row.values[k], knob);
        }
    }
}

bool holds_everything(const Job& job, const Results& results) {
    Job copy = job;
    return std::all_of(results.knobs.begin(), results.knobs.end(), [&](const KnobColumn& knob) {
        if (is_move(knob)) {
            const MoveJob move = job.moves.of(knob.effect, "");
            return move.locked || move.most == 0;
        }
        const Said said = said_of(copy, knob);
        return said.locks() || said.draws() || kept_off(job, knob.effect, said.brief);
    });
}

}  // namespace mixfarm
