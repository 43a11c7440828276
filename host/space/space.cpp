/// What the knobs of a song make of a point of the unit cube, and how far settings lie from what
/// engineers do.
#include "host/space/space.h"

#include <algorithm>
#include <cmath>

#include "host/space/locks.h"
#include "host/space/prior_file.h"
#include "host/space/rules.h"
#include "host/space/wiring.h"
#include "kernels/core/check.h"

namespace mixfarm {
namespace {

std::string param_of(const Knob& knob) {
    return knob.name.substr(knob.name.rfind('.') + 1);
}

/// Lengths of straight, dotted and triplet notes in beats, 1/32 to 1/2.
constexpr float kNotes[] = {0.125f,  1.f / 6, 0.25f, 1.f / 3, 0.375f, 0.5f,
                            2.f / 3, 0.75f,   1.f,   4.f / 3, 1.5f,   2.f};

/// An echo that is searched falls on a note; one that the job sets may fall anywhere.
float nearest_note(float beats, float most) {
    const auto end = std::upper_bound(std::begin(kNotes) + 1, std::end(kNotes), most);
    return *std::min_element(std::begin(kNotes), end, [&](float a, float b) {
        return std::fabs(std::log(a / beats)) < std::fabs(std::log(b / beats));
    });
}

}  // namespace

Space::Space(const Job& job, const Song& song, const Profile& profile,
             const std::filesystem::path& priors_folder) {
    MF_CHECK_EQ(song.stems.size(), profile.stems.size());
    for (std::size_t s = 0; s < song.stems.size(); ++s) {
        silent_.push_back(profile.stems[s].silent);
        group_.push_back(group_of(song.stems[s].role.role));
        const auto locked = held_by_job(job.stems[s], "trim", "trim_db");
        level_.push_back(silent_[s] || !locked
                             ? kStemLufs
                             : static_cast<float>(profile.stems[s].integrated_lufs + *locked));
    }
    audibility_ = Audibility(song, profile, level_);
    add_strips(job, song, profile, priors_folder);
    add_buses(job, song, profile, priors_folder);
    switch_off(job, knobs_);
    apply_locks(job, song, knobs_);
    automation_ = automation_of(job, song, knobs_);
    add_curves();
    rule_based_ = rule_based_mix(knobs_, song, profile);
    follow(rule_based_);
}

/// Curves of the searched knobs, and each knob's gate.
void Space::add_curves() {
    for (std::size_t k = 0; k < knobs_.size(); ++k) {
        const Knob& knob = knobs_[k];
        const auto effects =
            knob.stem >= 0
                ? strip_effects()
                : bus_effects(static_cast<Bus>(knob.channel - static_cast<int>(silent_.size())));
        int gate = -1;
        for (const EffectInfo& effect : effects) {
            if (knob.effect != effect.name) continue;
            const ParamSpec& spec =
                effect.params[static_cast<std::size_t>(knob.param - effect.first)];
            if (spec.gate)
                gate =
                    static_cast<int>(k) - knob.param + param_index(effects, effect.name, spec.gate);
        }
        gates_.push_back(gate);
        if (!knob.prior.searched) continue;
        searched_.push_back(static_cast<int>(k));
        curves_.emplace_back(
            Percentiles{knob.prior.low, knob.prior.typical, knob.prior.high, knob.prior.use},
            knob.neutral, knob.low, search_high(knob, param_of(knob)), knob.scale);
    }
}

std::size_t Space::bus_knob(Bus bus, const char* effect, const char* param) const {
    const int i = bus_param_index(bus, effect, param);
    MF_CHECK(i >= 0);
    return silent_.size() * static_cast<std::size_t>(strip_param_count()) +
           static_cast<std::size_t>(i);
}

std::vector<float> Space::values(std::span<const float> unit) const {
    MF_CHECK_EQ(unit.size(), searched_.size());
    std::vector<float> values(knobs_.size());
    for (std::size_t k = 0; k < knobs_.size(); ++k) values[k] = knobs_[k].rest;
    for (std::size_t i = 0; i < searched_.size(); ++i)
        values[static_cast<std::size_t>(searched_[i])] = curves_[i].at(unit[i]);
    const std::size_t beats = bus_knob(Bus::echo, "echo", "beats");
    if (!knobs_[beats].locked) values[beats] = nearest_note(values[beats], knobs_[beats].high);
    follow(values);
    return values;
}

MixSettings Space::settings(std::span<const float> values) const {
    MF_CHECK_EQ(values.size(), knobs_.size());
    const std::size_t strips = silent_.size() * static_cast<std::size_t>(strip_param_count());
    MixSettings mix;
    mix.strips.assign(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(strips));
    mix.buses.assign(values.begin() + static_cast<std::ptrdiff_t>(strips), values.end());
    mix.automation = automation_;
    return mix;
}

std::vector<float> Space::static_balance() const {
    const int master = static_cast<int>(silent_.size()) + static_cast<int>(Bus::master);
    std::vector<float> values(knobs_.size());
    for (std::size_t k = 0; k < knobs_.size(); ++k) {
        const Knob& knob = knobs_[k];
        const bool level_match = knob.effect == "trim" && knob.channel != master;
        values[k] = knob.locked || level_match ? knob.rest : knob.neutral;
    }
    return values;
}

std::vector<float> Space::rule_based() const {
    return rule_based_;
}

double Space::prior_distance(std::span<const float> values) const {
    MF_CHECK_EQ(values.size(), knobs_.size());
    // A common shift of all faders is undone by the master: only what is left after removing it
    // counts.
    double shift = 0;
    int faders = 0;
    const auto searched_fader = [&](const Knob& knob) {
        return knob.effect == "fader" && knob.stem >= 0 && knob.prior.searched;
    };
    for (std::size_t k = 0; k < knobs_.size(); ++k)
        if (searched_fader(knobs_[k])) shift += values[k] - knobs_[k].prior.typical, ++faders;
    if (faders) shift /= faders;

    std::vector<double> sum(silent_.size() + kBuses, 0.0);
    std::vector<int> used(silent_.size() + kBuses, 0);
    for (std::size_t i = 0; i < searched_.size(); ++i) {
        const std::size_t k = static_cast<std::size_t>(searched_[i]);
        const Knob& knob = knobs_[k];
        const int gate = gates_[k];
        const bool acts = gate < 0 || values[static_cast<std::size_t>(gate)] !=
                                          knobs_[static_cast<std::size_t>(gate)].neutral;
        if (!acts || knob.scale == Scale::toggle ||
            (knob.prior.use < 1 && values[k] == knob.neutral))
            continue;
        const double value = values[k] - (searched_fader(knob) ? shift : 0.0);
        const auto channel = static_cast<std::size_t>(knob.channel);
        sum[channel] += curves_[i].deviation(static_cast<float>(value));
        ++used[channel];
    }
    double mean = 0;
    int channels = 0;
    for (std::size_t c = 0; c < sum.size(); ++c)
        if (used[c]) mean += sum[c] / used[c], ++channels;
    return channels ? mean / channels : 0;
}

}  // namespace mixfarm
