/// Builds the knobs of a song from the effects' tables, the priors of its roles and the job's
/// locks.
#include "host/space/space.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "host/space/balance.h"
#include "host/space/locks.h"
#include "host/space/prior_file.h"
#include "host/space/rules.h"
#include "kernels/core/check.h"

namespace mixfarm {
namespace {

/// The parameter that decides whether this one acts at all: a band's gain, a compressor's ratio, a
/// saturator's mix; or "".
std::string gate_of(std::string_view effect, std::string_view param) {
    if (effect == "compressor" && param != "ratio") return "ratio";
    if (effect == "saturator" && param != "mix") return "mix";
    if (effect == "equalizer" && !param.ends_with("_db"))
        return std::string(param.substr(0, param.rfind('_'))) + "_db";
    return "";
}

/// Range within which the search moves a knob: the legal one, less what a search should not try
/// (engineers-practice: boosts under +7 dB, Q under 4).
float search_high(const Knob& knob, std::string_view param) {
    if (knob.effect == "equalizer" && param.ends_with("_db"))
        return std::min(knob.high, kMaxBoostDb);
    if (knob.effect == "equalizer" && param.ends_with("_q")) return std::min(knob.high, kMaxQ);
    return knob.high;
}

void set_searched(Knob& knob, const Percentiles& p, float high, const std::string& source) {
    const auto inside = [&](float v) { return std::clamp(v, knob.low, high); };
    knob.prior = {true, p.use, inside(p.low), inside(p.typical), inside(p.high), source};
    if (knob.prior.low >= knob.prior.high &&
        knob.scale != Scale::toggle) {  // all of it beyond the range: nothing to search
        knob.prior.searched = false;
        knob.rest = knob.prior.typical;
    }
}

}  // namespace

Space::Space(const Job& job, const Song& song, const Profile& profile,
             const std::filesystem::path& priors_folder) {
    MF_CHECK_EQ(song.stems.size(), profile.stems.size());
    for (const StemProfile& stem : profile.stems) silent_.push_back(stem.silent);
    add_knobs(song, profile, priors_folder);
    apply_locks(job, song, knobs_);

    const int params = strip_param_count();
    for (std::size_t k = 0; k < knobs_.size(); ++k) {
        Knob& knob = knobs_[k];
        const std::string gate = gate_of(knob.effect, knob.name.substr(knob.name.rfind('.') + 1));
        const int row = gate.empty() ? -1 : strip_param_index(knob.effect, gate);
        gates_.push_back(row < 0 ? -1 : knob.stem * params + row);
        if (!knob.prior.searched) continue;
        searched_.push_back(static_cast<int>(k));
        curves_.emplace_back(
            Percentiles{knob.prior.low, knob.prior.typical, knob.prior.high, knob.prior.use},
            knob.neutral, knob.low, search_high(knob, knob.name.substr(knob.name.rfind('.') + 1)),
            knob.scale);
    }
    const std::size_t trim = static_cast<std::size_t>(strip_param_index("trim", "trim_db"));
    for (std::size_t s = 0; s < song.stems.size(); ++s)
        make_up_.push_back(silent_[s]
                               ? MakeUp()
                               : MakeUp(profile.stems[s].level_lufs,
                                        knobs_[s * static_cast<std::size_t>(params) + trim].rest));
    rule_based_ = rule_based_mix(knobs_, song, profile);
    follow_make_up(rule_based_);
}

void Space::add_knobs(const Song& song, const Profile& profile,
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
    const auto pans = pan_priors(song, profile, priors, faders);

    for (std::size_t s = 0; s < song.stems.size(); ++s) {
        const Stem& stem = song.stems[s];
        for (const EffectInfo& effect : strip_effects())
            for (std::size_t i = 0; i < effect.params.size(); ++i) {
                const ParamSpec& spec = effect.params[i];
                const std::string name = std::string(effect.name) + "." + spec.name;
                Knob knob{static_cast<int>(s),
                          effect.first + static_cast<int>(i),
                          stem.name + "/" + name,
                          effect.name,
                          spec.unit,
                          spec.low,
                          spec.high,
                          spec.neutral,
                          spec.scale,
                          {},
                          false,
                          spec.neutral};
                const float top = search_high(knob, spec.name);
                const auto prior = priors[s].knobs.find(name);
                if (silent_[s]) {
                    // nothing to mix: all neutral
                } else if (name == "trim.trim_db") {
                    const float match =
                        kStemLufs - static_cast<float>(profile.stems[s].integrated_lufs);
                    knob.rest = std::clamp(match, spec.low, spec.high);
                } else if (name == "fader.fader_db") {
                    set_searched(knob, {faders[s].low, faders[s].typical, faders[s].high, 1}, top,
                                 priors[s].level.source);
                } else if (name == "pan.position") {
                    if (pans[s].searched)
                        set_searched(knob,
                                     {pans[s].low, pans[s].typical, pans[s].high, pans[s].use}, top,
                                     prior->second.source);
                    knob.locked = stem.place == Place::centre;
                } else if (prior != priors[s].knobs.end() && !stem.untouched) {
                    const KnobPrior& p = prior->second;
                    const float shift = p.re_lufs ? kStemLufs : 0;
                    knob.rest = p.rest;
                    if (p.searched)
                        set_searched(knob,
                                     {p.low + shift, p.typical + shift, p.high + shift, p.use}, top,
                                     p.source);
                }
                knobs_.push_back(std::move(knob));
            }
    }
}

std::vector<float> Space::values(std::span<const float> unit) const {
    MF_CHECK_EQ(unit.size(), searched_.size());
    std::vector<float> values(knobs_.size());
    for (std::size_t k = 0; k < knobs_.size(); ++k) values[k] = knobs_[k].rest;
    for (std::size_t i = 0; i < searched_.size(); ++i)
        values[static_cast<std::size_t>(searched_[i])] = curves_[i].at(unit[i]);
    follow_make_up(values);
    return values;
}

void Space::follow_make_up(std::vector<float>& values) const {
    const std::size_t params = static_cast<std::size_t>(strip_param_count());
    const auto row = [](const char* param) {
        return static_cast<std::size_t>(strip_param_index("compressor", param));
    };
    for (std::size_t s = 0; s < silent_.size(); ++s) {
        const std::size_t k = s * params + row("makeup_db");
        if (silent_[s] || knobs_[k].locked) continue;
        const float* strip = values.data() + s * params;
        const double gain = make_up_[s].gain_db(strip[row("threshold_db")], strip[row("ratio")],
                                                strip[row("knee_db")]);
        values[k] = std::clamp(static_cast<float>(gain), knobs_[k].low, knobs_[k].high);
    }
}

MixSettings Space::settings(std::span<const float> values) const {
    MF_CHECK_EQ(values.size(), knobs_.size());
    MixSettings mix;
    mix.strips.resize(values.size());
    const std::size_t params = static_cast<std::size_t>(strip_param_count());
    for (std::size_t k = 0; k < values.size(); ++k)
        mix.strips[static_cast<std::size_t>(knobs_[k].stem) * params +
                   static_cast<std::size_t>(knobs_[k].param)] = values[k];
    return mix;
}

std::vector<float> Space::static_balance() const {
    std::vector<float> values(knobs_.size());
    for (std::size_t k = 0; k < knobs_.size(); ++k)
        values[k] =
            knobs_[k].locked || knobs_[k].effect == "trim" ? knobs_[k].rest : knobs_[k].neutral;
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
        return knob.effect == "fader" && knob.prior.searched;
    };
    for (std::size_t k = 0; k < knobs_.size(); ++k)
        if (searched_fader(knobs_[k])) shift += values[k] - knobs_[k].prior.typical, ++faders;
    if (faders) shift /= faders;

    std::vector<double> sum(silent_.size(), 0.0);
    std::vector<int> used(silent_.size(), 0);
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
        sum[static_cast<std::size_t>(knob.stem)] += curves_[i].deviation(static_cast<float>(value));
        ++used[static_cast<std::size_t>(knob.stem)];
    }
    double mean = 0;
    int stems = 0;
    for (std::size_t s = 0; s < sum.size(); ++s)
        if (used[s]) mean += sum[s] / used[s], ++stems;
    return stems ? mean / stems : 0;
}

}  // namespace mixfarm
