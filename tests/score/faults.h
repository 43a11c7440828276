/// Deliberate faults of mixes, made with the console or on the stems, and what the judge makes of
/// them.
#pragma once

#include <cstdio>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "host/score/score.h"
#include "host/space/space.h"
#include "kernels/engine.h"

namespace mixfarm::testing {

/// A song ready to be mixed and judged.
struct Desk {
    Job job;
    Song song;
    Profile profile;
    Space space;
    Judge judge;
    std::unique_ptr<Engine> engine;
    MasterTarget target;
    std::vector<Excerpt> heard;  ///< what mixes are measured over
    int stage;                   ///< 2 or 3, as Judge wants it

    /// Mixes are heard whole, or over the telling seconds, about `excerpt_s` of them.
    Desk(Job job, Song song, bool whole, double excerpt_s = 20);
    Desk(const Desk&) = delete;  // the engine borrows the song's audio
};

/// A mix as heard.
struct Judged {
    Scores scores;
    StemMetrics stems;
    Measurement measured;
};
/// A mix with a fault in the making.
struct Change {
    Change(const Desk& at, const Judged& without, std::vector<float> settings)
        : desk(at), before(without), values(std::move(settings)) {}
    const Desk& desk;
    const Judged& before;       ///< the mix without it
    std::vector<float> values;  ///< [knobs]
    std::string stems_changed;  ///< a name for what is done to stems before they come in
    std::function<void(const Stem&, int rate, std::vector<float>& right)> change_stem;
    float louder_db = 0;        ///< driven so far into the limiter, then judged as made so loud
    /// Stems that get back the level that the fault takes.
    std::function<bool(const Change&, std::size_t)> keeps_level;

    float& strip(std::size_t stem, const char* effect, const char* param);
    float& bus(Bus bus, const char* effect, const char* param);
    /// Moves the faders of all stems that sound and that `which` picks; false when there is none.
    bool faders(double db, const std::function<bool(std::size_t)>& which);
    /// A band of the master's equaliser ("bell1"), on top of what the mix has there; true.
    bool master_band(const std::string& band, float hz, float db, float q);
    std::size_t stems() const { return desk.song.stems.size(); }
    bool sounds(std::size_t stem) const { return !desk.profile.stems[stem].silent; }
    bool leads(std::size_t stem) const;
    Role role(std::size_t stem) const { return desk.song.stems[stem].role.role; }
};

struct Fault {
    const char* name;
    std::vector<std::string> named;     ///< terms and rejects that name it rightly
    std::function<bool(Change&)> make;  ///< false where the song has nothing to make it with
};
const std::vector<Fault>& faults();

/// One fault in one mix.
struct Trial {
    const Fault* fault;
    std::size_t mix;
    Judged before, after;
    bool lowered() const { return after.scores.technical < before.scores.technical; }
    /// The reject, else the term that fell most.
    std::string verdict() const;
    bool named() const;
};

/// The rule-based mix and others near the typical one. [count][knobs]
std::vector<std::vector<float>> drawn_mixes(const Desk& desk, std::size_t count);
/// Decent mixes to spoil: the same, their lead, width, tone and limiting
/// brought near what the style wants. [count][knobs]
std::vector<std::vector<float>> decent_mixes(Desk& desk, std::size_t count);
/// Every fault that the song allows, in every mix; fault by fault.
std::vector<Trial> try_faults(Desk& desk, const std::vector<std::vector<float>>& mixes);
std::vector<Judged> judge_all(Desk& desk, Engine& engine, const MasterTarget& target,
                              const std::vector<std::vector<float>>& values);

struct Tally {
    std::size_t trials = 0, lowered = 0, named = 0;
};
Tally tally(std::span<const Trial> trials);
/// One line a fault: how often it cost, how often it was named rightly, the mean fall of every
/// term, and what was said instead.
void print_table(std::FILE* out, const std::string& title, std::span<const Trial> trials);

}  // namespace mixfarm::testing
