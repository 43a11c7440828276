/// What the knobs of a song make of a point of the unit cube, and how far settings lie from what
/// engineers do.
#include "host/space/space.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "host/space/directions.h"
#include "host/space/locks.h"
#include "host/space/means.h"
#include "host/space/prior_file.h"
#include "host/space/rules.h"
#include "host/space/wiring.h"
#include "kernels/core/check.h"

namespace mixfarm {
namespace {

std::string param_of(const Knob& knob) {
    return knob.name.substr(knob.name.rfind('.') + 1);
}

/// The nearest float to an end of an interval that does not lie outside of it; `toward` lies beyond
/// the other end.
float inside(double end, float toward) {
    const auto near = static_cast<float>(end);
    const bool outside = toward > end ? near < end : near > end;
    return outside ? std::nextafter(near, toward) : near;
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
             const std::filesystem::path& priors_folder, std::vector<Move> moves) {
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
    add_buses(job, song, profile, priors_folder, moves);
    switch_off(job, knobs_);
    apply_locks(job, song, knobs_);
    automation_ = automation_of(job, song, knobs_);
    add_moves(std::move(moves), profile);
    add_curves();
    directions_ = find_directions(knobs_, searched_, gates_);
    find_followers();
    rule_based_ = rule_based_mix(knobs_, song, profile);
    raise(rule_based_);
    follow(rule_based_);
}

/// The knob without which knob k does nothing, or -1.
int Space::gate_of(std::size_t k) const {
    const Knob& knob = knobs_[k];
    if (k >= first_move_) return -1;
    const auto effects =
        knob.stem >= 0
            ? strip_effects()
            : bus_effects(static_cast<Bus>(knob.channel - static_cast<int>(silent_.size())));
    for (const EffectInfo& effect : effects) {
        if (knob.effect != effect.name) continue;
        const ParamSpec& spec = effect.params[static_cast<std::size_t>(knob.param - effect.first)];
        if (spec.gate)
            return static_cast<int>(k) - knob.param + param_index(effects, effect.name, spec.gate);
    }
    return -1;
}

void Space::add_moves(std::vector<Move> moves, const Profile& profile) {
    // Of the channel that a knob belongs to, [100 ms blocks]: the stem's own, of buses that of all.
    const auto power_of = [&](int channel) {
        std::vector<double> power;
        for (std::size_t s = 0; s < profile.stems.size(); ++s) {
            if (channel < static_cast<int>(profile.stems.size()) &&
                static_cast<std::size_t>(channel) != s)
                continue;
            const std::vector<float>& level = profile.stems[s].level_lufs;
            power.resize(std::max(power.size(), level.size()), 0.0);
            for (std::size_t i = 0; i < level.size(); ++i)
                power[i] += std::pow(10.0, level[i] / 10);
        }
        return power;
    };
    for (const Automation& drawn : automation_) {
        const auto k = static_cast<std::size_t>(drawn.knob);
        drawn_means_.emplace_back(k, mean_of(drawn, knobs_[k], power_of(knobs_[k].channel)));
    }
    first_move_ = knobs_.size();
    for (std::size_t m = 0; m < moves.size(); ++m) {
        const Move& move = moves[m];
        Knob knob{-1,
                  static_cast<int>(silent_.size()) + kBuses,
                  static_cast<int>(m),
                  "move/" + move.name + ".strength",
                  move.name,
                  "",
                  0,
                  move.most,
                  0,
                  Scale::linear,
                  {},
                  move.locked >= 0,
                  std::max(0.0f, move.locked)};
        if (!knob.locked)  // (estimate) most stay well below what the job allows
            knob.prior = {true,      move.use,  0.3f * move.most, 0.65f * move.most,
                          move.most, "moves.md"};
        knobs_.push_back(std::move(knob));
    }
    moving_ = Moving(std::move(moves), knobs_, first_move_, power_of);
}

void Space::add_curves() {
    constexpr float kNever = std::numeric_limits<float>::quiet_NaN();  // equals nothing
    std::vector<int> axis_of(knobs_.size(), -1);
    int faders = 0;
    for (std::size_t k = 0; k < knobs_.size(); ++k) {
        const Knob& knob = knobs_[k];
        rest_.push_back(knob.rest);
        gates_.push_back(gate_of(k));
        if (!knob.prior.searched) continue;
        axis_of[k] = static_cast<int>(searched_.size());
        searched_.push_back(static_cast<int>(k));
        const QuantileCurve& curve = curves_.emplace_back(
            Percentiles{knob.prior.low, knob.prior.typical, knob.prior.high, knob.prior.use},
            knob.neutral, knob.low, search_high(knob, param_of(knob)), knob.scale);
        const bool toggle = knob.scale == Scale::toggle;
        const auto [low, high] = curve.rest();
        axes_.push_back({static_cast<int>(k), inside(low, 2), inside(high, -1), toggle, -1});
        const bool fader = knob.effect == "fader" && knob.stem >= 0;
        if (fader) typical_fader_ += knob.prior.typical, ++faders;
        const auto gate = static_cast<std::size_t>(gates_[k] < 0 ? static_cast<int>(k) : gates_[k]);
        if (!toggle && k < first_move_)  // an intention is no lapse
            counted_.push_back(
                {k, gate, searched_.size() - 1, knob.prior.use < 1 ? knob.neutral : kNever,
                 gates_[k] < 0 ? kNever : knobs_[gate].neutral, knob.channel, fader});
    }
    if (faders) typical_fader_ /= faders;
    for (Coordinate& axis : axes_) {
        const int gate = gates_[static_cast<std::size_t>(axis.knob)];
        if (gate >= 0) axis.gate = axis_of[static_cast<std::size_t>(gate)];
    }
}

std::size_t Space::bus_knob(Bus bus, const char* effect, const char* param) const {
    const int i = bus_param_index(bus, effect, param);
    MF_CHECK(i >= 0);
    return silent_.size() * static_cast<std::size_t>(strip_param_count()) +
           static_cast<std::size_t>(i);
}

void Space::sketch(std::span<const float> unit, std::span<float> values) const {
    MF_CHECK_EQ(unit.size(), searched_.size());
    MF_CHECK_EQ(values.size(), knobs_.size());
    std::copy(rest_.begin(), rest_.end(), values.begin());
    for (std::size_t i = 0; i < searched_.size(); ++i)
        values[static_cast<std::size_t>(searched_[i])] = curves_[i].at(unit[i]);
    if (!knobs_[beats_].locked) values[beats_] = nearest_note(values[beats_], knobs_[beats_].high);
    moving_.keep_within_budget(values);
    raise(values);
}

std::vector<float> Space::values(std::span<const float> unit) const {
    std::vector<float> values(knobs_.size());
    sketch(unit, values);
    follow(values);
    return values;
}

std::vector<float> Space::unit_of(std::span<const float> values) const {
    MF_CHECK_EQ(values.size(), knobs_.size());
    std::vector<float> unit;
    for (std::size_t i = 0; i < searched_.size(); ++i)
        unit.push_back(
            static_cast<float>(curves_[i].inverse(values[static_cast<std::size_t>(searched_[i])])));
    return unit;
}

MixSettings Space::rows(std::span<const float> values) const {
    MF_CHECK_EQ(values.size(), knobs_.size());
    const std::size_t strips = silent_.size() * static_cast<std::size_t>(strip_param_count());
    MixSettings mix;
    mix.strips.assign(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(strips));
    mix.buses.assign(values.begin() + static_cast<std::ptrdiff_t>(strips),
                     values.begin() + static_cast<std::ptrdiff_t>(first_move_));
    return mix;
}

MixSettings Space::settings(std::span<const float> values) const {
    MixSettings mix = rows(values);
    mix.automation = automation_;
    moving_.add(values, mix);
    return mix;
}

MixSettings Space::settled(std::span<float> values) const {
    for (const auto& [knob, value] : drawn_means_) values[knob] = value;
    moving_.settle(values);
    return rows(values);
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
    for (const Counted& c : counted_)
        if (c.fader) shift += values[c.knob], ++faders;
    if (faders) shift = shift / faders - typical_fader_;

    double mean = 0, sum = 0;
    int channels = 0, used = 0;
    const auto end_channel = [&] {
        if (used) mean += sum / used, ++channels;
        sum = 0, used = 0;
    };
    int channel = -1;
    for (const Counted& c : counted_) {
        if (c.channel != channel) end_channel();
        channel = c.channel;
        if (values[c.gate] == c.gate_neutral || values[c.knob] == c.neutral) continue;
        const double value = values[c.knob] - (c.fader ? shift : 0.0);
        sum += curves_[c.axis].deviation(static_cast<float>(value));
        ++used;
    }
    end_channel();
    return channels ? mean / channels : 0;
}

}  // namespace mixfarm
