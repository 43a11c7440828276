/// Fader and pan priors of a whole song.
#include "host/space/balance.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "host/analysis/masking.h"
#include "host/analysis/telling.h"

namespace mixfarm {
namespace {

constexpr float kLeadRaise = 2, kBackgroundDrop = 3;  // LU (estimate)

}  // namespace

double shared_time(const Profile& profile, std::size_t a, std::size_t b) {
    if (profile.stems[a].silent || profile.stems[b].silent) return 0;
    if (a == b) return 1;
    const auto on_a = active_blocks(profile.stems[a].level_lufs),
               on_b = active_blocks(profile.stems[b].level_lufs);
    int own = 0, shared = 0;
    for (std::size_t i = 0; i < on_a.size(); ++i) own += on_a[i], shared += on_a[i] && on_b[i];
    return own ? static_cast<double>(shared) / own : 0;
}

std::vector<FaderPrior> fader_priors(const Song& song, const Profile& profile,
                                     const std::vector<RolePriors>& priors,
                                     const LevelPrior& lead) {
    const std::size_t count = song.stems.size();
    bool vocal_leads = false;
    for (std::size_t s = 0; s < count; ++s)
        vocal_leads |= !profile.stems[s].silent && song.stems[s].role.role == Role::lead_vocal &&
                       song.stems[s].intent != Intent::background;
    std::vector<LevelPrior> levels(count);
    for (std::size_t s = 0; s < count; ++s) {
        const bool takes_lead = !vocal_leads && song.stems[s].intent == Intent::lead;
        levels[s] = takes_lead ? lead : priors[s].level;
    }
    std::vector<FaderPrior> faders(count, FaderPrior{0, 0, 0});
    for (std::size_t s = 0; s < count; ++s) {
        if (profile.stems[s].silent) continue;
        // Stems of the group, weighted by how often they sound together with this one: n equal ones
        // that always do get -10 log10 n.
        double together = 0;
        for (std::size_t other = 0; other < count; ++other)
            if (levels[other].group == levels[s].group)
                together += std::pow(10.0, (levels[other].share_db - levels[s].share_db) / 10) *
                            shared_time(profile, s, other);
        float shift = static_cast<float>(-10 * std::log10(std::max(together, 1e-3))) - lead.typical;
        const Stem& stem = song.stems[s];
        if (stem.intent == Intent::background) shift -= kBackgroundDrop;
        if (stem.intent == Intent::lead && vocal_leads && stem.role.role != Role::lead_vocal)
            shift += kLeadRaise;
        faders[s] = {levels[s].low + shift, levels[s].typical + shift, levels[s].high + shift};
    }
    return faders;
}

std::vector<PanPrior> pan_priors(const Song& song, const Profile& profile,
                                 const std::vector<RolePriors>& priors,
                                 const std::vector<FaderPrior>& faders) {
    const std::size_t count = song.stems.size();
    const auto leads = lead_stems(song, profile.stems);
    std::vector<PanPrior> pans(count);
    std::vector<char> wide(count, 0);
    std::map<Role, int> mono_of_role;
    for (std::size_t s = 0; s < count; ++s) {
        wide[s] = song.stems[s].channels == 2 && profile.stems[s].correlation < 0.95;
        if (!profile.stems[s].silent && !wide[s]) ++mono_of_role[song.stems[s].role.role];
    }
    double right_heavy = 0;
    std::map<Role, double> role_right_heavy;
    for (std::size_t s = 0; s < count; ++s) {
        const Stem& stem = song.stems[s];
        const auto found = priors[s].knobs.find("pan.position");
        const bool leading =
            std::find(leads.begin(), leads.end(), static_cast<int>(s)) != leads.end();
        if (profile.stems[s].silent || found == priors[s].knobs.end() || !found->second.searched ||
            leading || stem.place == Place::centre || stem.untouched)
            continue;
        const KnobPrior& p = found->second;
        const float width = wide[s] ? 0.3f : mono_of_role[stem.role.role] == 1 ? 0.5f : 1.0f;
        double& own = role_right_heavy[stem.role.role];
        const double lean = own != 0 ? own : right_heavy;
        const float side = lean > 0 ? -1.0f : 1.0f;
        PanPrior pan{true, p.use, p.low * width, p.typical * width, p.high * width};
        const double weight = side * pan.typical * std::pow(10.0, faders[s].typical / 10);
        own = std::fabs(own + weight) < 1e-9 ? 0 : own + weight;
        right_heavy += weight;
        if (side < 0) pan = {true, pan.use, -pan.high, -pan.typical, -pan.low};
        pans[s] = pan;
    }
    return pans;
}

}  // namespace mixfarm
