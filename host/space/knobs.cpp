/// Makes the knobs of a song: the effects' tables, what the priors of roles and buses say of them,
/// and what the words of the job change.
#include <algorithm>
#include <cmath>
#include <map>

#include "host/analysis/masking.h"
#include "host/space/balance.h"
#include "host/space/locks.h"
#include "host/space/prior_file.h"
#include "host/space/space.h"
#include "host/space/wiring.h"
#include "kernels/core/check.h"

namespace mixfarm {
namespace {

void set_searched(Knob& knob, const Percentiles& p, float high, const std::string& source) {
    const auto inside = [&](float v) { return std::clamp(v, knob.low, high); };
    knob.prior = {true, p.use, inside(p.low), inside(p.typical), inside(p.high), source};
    if (knob.prior.low >= knob.prior.high &&
        knob.scale != Scale::toggle) {  // all of it beyond the range: nothing to search
        knob.prior.searched = false;
        knob.rest = knob.prior.typical;
    }
}

/// As the prior file says, thresholds shifted by the level of what they act on, LUFS.
void follow_prior(Knob& knob, const KnobPrior& p, float level_lufs, float high) {
    const float shift = p.re_lufs ? level_lufs : 0;
    knob.rest = p.rest;
    if (p.searched)
        set_searched(knob, {p.low + shift, p.typical + shift, p.high + shift, p.use}, high,
                     p.source);
}

Knob knob_of(int stem, int channel, const EffectInfo& effect, std::size_t i,
             const std::string& channel_name) {
    const ParamSpec& spec = effect.params[i];
    return {stem,
            channel,
            effect.first + static_cast<int>(i),
            channel_name + "/" + effect.name + "." + spec.name,
            effect.name,
            spec.unit,
            spec.low,
            spec.high,
            spec.neutral,
            spec.scale,
            {},
            false,
            spec.neutral};
}

const KnobPrior* prior_of(const RolePriors& priors, const std::string& knob) {
    const auto found = priors.knobs.find(knob);
    return found != priors.knobs.end() ? &found->second : nullptr;
}

/// What the words dry and wet make of a send: none at all; always, and half as loud again.
KnobPrior with_space(KnobPrior p, Wetness space) {
    constexpr float kWetter = 4;  // dB (estimate)
    if (space == Wetness::wet && p.searched) {
        p.use = 1;
        p.low += kWetter, p.typical += kWetter, p.high += kWetter;
    }
    return p;
}

/// Level of each 100 ms block of a group, LUFS, its stems with these gains in dB.
std::vector<float> group_levels(const Profile& profile,
                                const std::vector<std::pair<int, double>>& parts) {
    std::vector<float> levels;
    for (const auto& [s, gain] : parts) {
        const std::vector<float>& own = profile.stems[static_cast<std::size_t>(s)].level_lufs;
        levels.resize(std::max(levels.size(), own.size()), 0.0f);
        for (std::size_t i = 0; i < own.size(); ++i)
            levels[i] += static_cast<float>(std::pow(10.0, (own[i] + gain) / 10));
    }
    for (float& level : levels) level = 10 * std::log10(std::max(level, 1e-12f));
    return levels;
}

}  // namespace

float search_high(const Knob& knob, std::string_view param) {
    if (knob.effect == "equalizer" && param.ends_with("_db"))
        return std::min(knob.high, kMaxBoostDb);
    if (knob.effect == "equalizer" && param.ends_with("_q")) return std::min(knob.high, kMaxQ);
    return knob.high;
}

void Space::add_strips(const Job& job, const Song& song, const Profile& profile,
                       const std::filesystem::path& priors_folder) {
    std::map<std::filesystem::path, RolePriors> files;
    const auto priors_of = [&](Role role) -> const RolePriors& {
        const auto file = prior_file(priors_folder, role);
        const auto found = files.find(file);
        return found != files.end() ? found->second
                                    : files.emplace(file, read_role_priors(file)).first->second;
    };
    std::vector<RolePriors> priors;
    for (const Stem& stem : song.stems) priors.push_back(priors_of(stem.role.role));
    const auto faders = fader_priors(song, profile, priors, priors_of(Role::lead_vocal).level);
    const RolePriors usual = read_role_priors(priors_folder / "default.yaml");
    const auto pans = pan_priors(song, profile, priors, faders);
    const SongView wired = wired_view(song, profile);
    const bool tempo_known = song.tempo_bpm > 0;

    for (std::size_t s = 0; s < song.stems.size(); ++s) {
        const Stem& stem = song.stems[s];
        for (const EffectInfo& effect : strip_effects())
            for (std::size_t i = 0; i < effect.params.size(); ++i) {
                Knob knob = knob_of(static_cast<int>(s), static_cast<int>(s), effect, i, stem.name);
                const ParamSpec& spec = effect.params[i];
                const std::string name = std::string(effect.name) + "." + spec.name;
                const float top = search_high(knob, spec.name);
                // What the job asks for by name is done, whether or not the role's engineers do it.
                const bool asked =
                    (effect.name == std::string_view("duck") && !stem.duck_under.empty()) ||
                    (effect.name == std::string_view("dynamic_eq") && !stem.make_room_for.empty());
                const KnobPrior* prior = prior_of(priors[s], name);
                if (!prior && asked) prior = prior_of(usual, name);
                const bool keyless =
                    (effect.name == std::string_view("duck") && wired.stems[s].duck_key < 0) ||
                    (name == "compressor.keyed" && wired.stems[s].duck_key < 0) ||
                    (name == "dynamic_eq.keyed" && wired.stems[s].unmask_key < 0) ||
                    (name == "send.echo_db" && !tempo_known);
                if (silent_[s]) {
                    // nothing to mix: all neutral
                } else if (name == "trim.trim_db") {
                    const float match =
                        kStemLufs - static_cast<float>(profile.stems[s].integrated_lufs);
                    knob.rest = std::clamp(match, spec.low, spec.high);
                } else if (name == "fader.fader_db") {
                    // What a locked trim leaves undone, the fader does.
                    const float rest = kStemLufs - level_[s];
                    set_searched(
                        knob,
                        {faders[s].low + rest, faders[s].typical + rest, faders[s].high + rest, 1},
                        top, priors[s].level.source);
                } else if (name == "pan.position") {
                    if (pans[s].searched)
                        set_searched(knob,
                                     {pans[s].low, pans[s].typical, pans[s].high, pans[s].use}, top,
                                     prior->source);
                    knob.locked = stem.place == Place::centre;
                } else if (keyless || stem.untouched ||
                           (std::string_view(effect.name) == "send" &&
                            stem.space == Wetness::dry)) {
                    // nothing to listen to, or nothing wanted
                } else if (name == "width.width" && stem.place == Place::wide) {
                    set_searched(knob, {1.1f, 1.35f, 1.7f, 0.8f}, top, "estimate");
                } else if (prior) {
                    KnobPrior p = *prior;
                    if (std::string_view(effect.name) == "send") p = with_space(p, stem.space);
                    if (asked && !spec.gate) p.use = 1;
                    // Where a key is listened to, its level counts.
                    const int key =
                        effect.name == std::string_view("duck")         ? wired.stems[s].duck_key
                        : effect.name == std::string_view("dynamic_eq") ? wired.stems[s].unmask_key
                                                                        : -1;
                    follow_prior(knob, p, level_[key < 0 ? s : static_cast<std::size_t>(key)], top);
                }
                knobs_.push_back(std::move(knob));
            }
        if (silent_[s]) {
            make_up_.emplace_back();
        } else {
            const double trim = level_[s] - profile.stems[s].integrated_lufs;
            const std::pair<int, double> alone[] = {{static_cast<int>(s), trim}};
            make_up_.emplace_back(loudest_stretch(song, alone, profile.stems[s].level_lufs));
        }
    }
    for (int g = 0; g < kGroupBuses; ++g) {
        std::vector<std::pair<int, double>> parts;  // stems, and gains to their usual levels
        for (std::size_t s = 0; s < song.stems.size(); ++s) {
            if (silent_[s] || group_[s] != static_cast<Bus>(g)) continue;
            const auto held = held_by_job(job.stems[s], "fader", "fader_db");
            const double level = held ? level_[s] + *held : double(kStemLufs) + faders[s].typical;
            parts.emplace_back(s, level - profile.stems[s].integrated_lufs);
        }
        const std::vector<float> levels = group_levels(profile, parts);
        group_make_up_.emplace_back(loudest_stretch(song, parts, levels));
        double mean = 0;
        int blocks = 0;
        for (const float level : levels)
            if (level > -60) mean += std::pow(10.0, level / 10), ++blocks;
        group_lufs_.push_back(blocks ? static_cast<float>(10 * std::log10(mean / blocks))
                                     : kStemLufs);
        group_size_.push_back(static_cast<int>(parts.size()));
    }
}

void Space::add_buses(const Job&, const Song& song, const Profile&,
                      const std::filesystem::path& priors_folder, std::span<const Move> moves) {
    const BusPriors priors = read_bus_priors(priors_folder / "buses.yaml");
    const auto sent = [&](const std::string& param) {
        for (const Move& move : moves)
            for (const MoveLane& lane : move.lanes)
                if (lane.effect == "send" && lane.law == Law::reach && lane.param == param)
                    return true;
        return std::any_of(knobs_.begin(), knobs_.end(), [&](const Knob& k) {
            return k.effect == "send" && k.prior.searched && k.name.ends_with("." + param);
        });
    };
    for (int b = 0; b < kBuses; ++b) {
        const Bus bus = static_cast<Bus>(b);
        const bool group = b < kGroupBuses;
        // A group of one stem has nothing to hold together; a return that nothing reaches is
        // silent.
        const bool searched = group                ? group_size_[static_cast<std::size_t>(b)] > 1
                              : bus == Bus::master ? true
                                                   : sent(std::string(bus_name(bus)) + "_db");
        const auto own = priors.find(bus_name(bus));
        for (const EffectInfo& effect : bus_effects(bus))
            for (std::size_t i = 0; i < effect.params.size(); ++i) {
                Knob knob = knob_of(-1, static_cast<int>(song.stems.size()) + b, effect, i,
                                    std::string("bus/") + bus_name(bus));
                const std::string name = std::string(effect.name) + "." + effect.params[i].name;
                // The echo's memory ends at two seconds.
                if (name == "echo.beats" && song.tempo_bpm > 0)
                    knob.high = std::min(knob.high, static_cast<float>(song.tempo_bpm / 30));
                if (own != priors.end()) {
                    const auto prior = own->second.find(name);
                    if (prior != own->second.end() && (searched || !prior->second.searched))
                        follow_prior(knob, prior->second,
                                     group ? group_lufs_[static_cast<std::size_t>(b)] : kStemLufs,
                                     search_high(knob, effect.params[i].name));
                }
                knobs_.push_back(std::move(knob));
            }
    }
}

}  // namespace mixfarm
