/// Finds the knobs that a job names and checks their values.
#include "host/space/locks.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <sstream>

#include "host/job/input_error.h"
#include "host/job/nearest.h"
#include "kernels/core/check.h"

namespace mixfarm {
namespace {

/// One channel as the job speaks of it.
struct Named {
    std::string name;  ///< "stem 'vox'", "bus 'drums'"
    std::span<const EffectInfo> effects;
    std::size_t first;  ///< its first knob
    bool silent;
};

/// Knob that `key` names; throws when there is none or more than one.
std::size_t knob_called(const Named& channel, const std::string& what, const std::string& key) {
    std::vector<std::string> known, meant;
    std::size_t at = 0;
    for (const EffectInfo& effect : channel.effects)
        for (std::size_t i = 0; i < effect.params.size(); ++i) {
            const std::string full = std::string(effect.name) + "." + effect.params[i].name;
            known.push_back(full);
            if (key == full || key == effect.params[i].name) {
                meant.push_back(full);
                at = channel.first + static_cast<std::size_t>(effect.first) + i;
            }
        }
    const std::string where = channel.name + ": " + what + " '" + key + "' ";
    if (meant.empty()) {
        std::vector<std::string> names = known;
        if (key.find('.') == std::string::npos)  // compare like with like, then name the whole knob
            for (std::string& name : names) name = name.substr(name.find('.') + 1);
        throw InputError(
            "job", where + "is no knob" + did_you_mean(key, names) + " Known are: " + join(known));
    }
    if (meant.size() > 1)
        throw InputError("job", where + "could be " + join(meant) + "; write one of these");
    return at;
}

void check_range(const Named& channel, const std::string& what, const std::string& key,
                 const Knob& knob, double value) {
    if (value >= knob.low && value <= knob.high) return;
    std::ostringstream text;
    text << channel.name << ": " << what << " '" << key << "' is " << value
         << ", but must lie within " << knob.low << " to " << knob.high << ' ' << knob.unit;
    throw InputError("job", text.str());
}

/// visit(channel, locks, automation) for every stem and every bus that the job mentions.
template <class Visit>
void for_channels(const Job& job, const Song& song, Visit visit) {
    MF_CHECK_EQ(job.stems.size(), song.stems.size());
    const auto params = static_cast<std::size_t>(strip_param_count());
    for (std::size_t s = 0; s < job.stems.size(); ++s)
        visit(Named{"stem '" + song.stems[s].name + "'", strip_effects(), s * params,
                    song.stems[s].silent},
              job.stems[s].lock, job.stems[s].automation);
    for (int b = 0; b < kBuses; ++b) {
        const Bus bus = static_cast<Bus>(b);
        const auto found = job.buses.find(bus_name(bus));
        if (found != job.buses.end())
            visit(
                Named{std::string("bus '") + bus_name(bus) + "'", bus_effects(bus),
                      job.stems.size() * params + static_cast<std::size_t>(bus_first(bus)), false},
                found->second.lock, found->second.automation);
    }
}

/// A knob of what the console keeps out of play can neither be locked nor drawn.
void check_in_play(const Named& channel, const char* what, const std::string& key,
                   const Knob& knob) {
    if (knob.off)
        throw InputError("job", channel.name + ": " + what + " '" + key +
                                    "' is a knob of what console: effects: keeps off; take one of "
                                    "the two away");
}

void fix(Knob& knob, float value) {
    knob.locked = true;
    knob.prior.searched = false;
    knob.rest = value;
}

}  // namespace

void apply_locks(const Job& job, const Song& song, std::vector<Knob>& knobs) {
    for_channels(job, song, [&](const Named& channel, const auto& locks, const auto&) {
        std::set<const Knob*> taken;
        for (const auto& [key, value] : locks) {
            Knob& knob = knobs[knob_called(channel, "lock", key)];
            check_range(channel, "lock", key, knob, value);
            check_in_play(channel, "lock", key, knob);
            if (knob.scale == Scale::toggle && value != 0 && value != 1)
                throw InputError("job", channel.name + ": lock '" + key + "' is off (0) or on (1)");
            if (knob.locked && knob.rest != static_cast<float>(value) && taken.count(&knob))
                throw InputError("job", channel.name + ": lock '" + key +
                                            "' is there twice, by its short and by its full name");
            taken.insert(&knob);
            if (!channel.silent) fix(knob, static_cast<float>(value));
        }
    });
}

std::optional<double> held_by_job(const StemJob& stem, const std::string& effect,
                                  const std::string& param) {
    std::optional<double> held;
    for (const std::string& key : {param, effect + "." + param}) {
        if (const auto found = stem.lock.find(key); found != stem.lock.end()) return found->second;
        for (const AutomationJob& drawn : stem.automation)
            if (drawn.knob == key)
                for (const auto& point : drawn.points)
                    held = std::max(held.value_or(point.value), point.value);
    }
    return held;
}

std::vector<Automation> automation_of(const Job& job, const Song& song, std::vector<Knob>& knobs) {
    std::vector<Automation> all;
    for_channels(job, song, [&](const Named& channel, const auto&, const auto& automation) {
        for (const auto& drawn : automation) {
            const std::size_t at = knob_called(channel, "automation", drawn.knob);
            Knob& knob = knobs[at];
            if (knob.scale == Scale::toggle)
                throw InputError("job", channel.name + ": automation '" + drawn.knob +
                                            "' is on or off and cannot move; lock it instead");
            check_in_play(channel, "automation", drawn.knob, knob);
            Automation moving{static_cast<int>(at), {}};
            for (const auto& point : drawn.points) {
                check_range(channel, "automation", drawn.knob, knob, point.value);
                moving.points.push_back({point.at_s, static_cast<float>(point.value)});
            }
            if (channel.silent) continue;
            fix(knob, moving.points.front().value);
            all.push_back(std::move(moving));
        }
    });
    return all;
}

void switch_off(const Job& job, std::vector<Knob>& knobs) {
    // What brings every stem to its place is always in play.
    const std::set<std::string> needed = {"trim", "fader"};
    std::set<std::string> known;
    for (const Knob& knob : knobs)
        if (!needed.count(knob.effect)) known.insert(knob.effect);
    for (const std::string& name : job.effects_off) {
        if (!known.count(name)) {
            const std::vector<std::string> names(known.begin(), known.end());
            throw InputError("job", "console: effects: '" + name +
                                        "' is no effect that can be switched off" +
                                        did_you_mean(name, names) + " Known are: " + join(names));
        }
    }
    for (Knob& knob : knobs) {
        if (!kept_off(job, knob.effect, knob.name.substr(knob.name.rfind('.') + 1))) continue;
        fix(knob, knob.neutral);
        knob.off = true;
    }
}

bool kept_off(const Job& job, const std::string& effect, const std::string& param) {
    return std::any_of(job.effects_off.begin(), job.effects_off.end(), [&](const std::string& off) {
        return effect == off || (effect == "send" && param == off + "_db");
    });
}

}  // namespace mixfarm
