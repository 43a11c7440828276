/// The rules of the technical mix, each with where it comes from (tags as in jobs/priors).
#include "host/space/rules.h"

#include <algorithm>
#include <cmath>

#include "host/analysis/masking.h"
#include "host/analysis/spectrum.h"
#include "host/analysis/telling.h"
#include "host/space/balance.h"

namespace mixfarm {
namespace {

constexpr double kMaxCutDb = 6;
constexpr double kHidden = 0.25;  ///< of a stem at equal loudness, from which room is made for it

class RuleMix {
public:
    RuleMix(const std::vector<Knob>& knobs, const Song& song, const Profile& profile)
        : knobs_(knobs), song_(song), profile_(profile) {
        for (const Knob& knob : knobs) values_.push_back(knob.rest);
    }

    std::vector<float> mix() {
        for (std::size_t s = 0; s < song_.stems.size(); ++s) {
            if (profile_.stems[s].silent) continue;
            place(s);
            if (song_.stems[s].untouched) continue;
            high_pass(s);
            clean_up(s);
            tone(s);
            compress(s);
            space(s);
        }
        unmask_low_end();
        make_room_for_leads();
        raise_lead();
        return values_;
    }

private:
    const Knob& knob(std::size_t stem, const char* effect, const std::string& param) const {
        return knobs_[index(stem, effect, param)];
    }
    std::size_t index(std::size_t stem, const char* effect, const std::string& param) const {
        return stem * static_cast<std::size_t>(strip_param_count()) +
               static_cast<std::size_t>(strip_param_index(effect, param));
    }
    float get(std::size_t stem, const char* effect, const std::string& param) const {
        return values_[index(stem, effect, param)];
    }
    void set(std::size_t stem, const char* effect, const std::string& param, double value) {
        const std::size_t k = index(stem, effect, param);
        if (!knobs_[k].locked)
            values_[k] = std::clamp(static_cast<float>(value), knobs_[k].low, knobs_[k].high);
    }
    /// To what most engineers do; a knob that most leave alone stays where it rests.
    void set_typical(std::size_t stem, const char* effect, const std::string& param) {
        const Knob& k = knob(stem, effect, param);
        if (k.prior.searched && k.prior.use >= 0.5f) set(stem, effect, param, k.prior.typical);
    }
    bool free_stem(std::size_t s) const {
        return !profile_.stems[s].silent && !song_.stems[s].untouched;
    }

    /// Faders at role levels, supporting stems to alternating sides (DM, DMR: levels by role; lead,
    /// kick, snare, bass centred).
    void place(std::size_t s) {
        set_typical(s, "fader", "fader_db");
        set_typical(s, "pan", "position");
    }

    /// A high-pass only where the role's engineers often use one or the stem rumbles, and always
    /// below the stem's own low end, the frequency over which 99 % of its power lies ("high-pass
    /// everything" is not supported: TSM, MXO).
    void high_pass(std::size_t s) {
        const Knob& corner = knob(s, "high_pass", "high_pass_hz");
        const auto& bands = profile_.stems[s].band_power;
        const bool rumbles = region_level_db(bands, 25, 32) > region_level_db(bands, 63, 160) + 3;
        if (!corner.prior.searched || (corner.prior.use < 0.4f && !rumbles)) return;
        const double hz = std::min<double>(corner.prior.typical, 0.8 * power_edge_hz(bands, 0.01));
        if (hz >= 25) set(s, "high_pass", "high_pass_hz", hz);
    }

    /// Cuts what stands out: boxy 250-500 Hz and harsh 2-5 kHz, by the excess over 2 dB and at most
    /// 6 dB, Q 1.5 (MXO: cuts of 3 to 5 dB dominate at 250-500 Hz on most roles, narrower than
    /// boosts).
    void clean_up(std::size_t s) {
        const auto& bands = profile_.stems[s].band_power;
        for (const Excess& bump : {boxiness(bands), harshness(bands)})
            if (bump.db > 4) bell(s, bump.hz, -std::min(bump.db - 2, kMaxCutDb), 1.5);
    }

    /// The role's usual tone moves, where most engineers make them; a boost stays off where the
    /// stem has plenty already.
    void tone(std::size_t s) {
        const auto& bands = profile_.stems[s].band_power;
        for (const Knob& gain : knobs_) {
            if (gain.stem != static_cast<int>(s) || gain.effect != "equalizer" ||
                !gain.name.ends_with("_db"))
                continue;
            const std::string param = gain.name.substr(gain.name.rfind('.') + 1);
            if (get(s, "equalizer", param) != 0 || !gain.prior.searched || gain.prior.use < 0.5f)
                continue;
            const std::string hz_name = param.substr(0, param.size() - 3) + "_hz";
            const Knob& where = knob(s, "equalizer", hz_name);
            const double hz = where.prior.searched ? where.prior.typical : where.rest;
            const double there = region_level_db(bands, hz / 1.4, hz * 1.4);
            if (gain.prior.typical > 0 ? there > -8 : there < -20) continue;
            set(s, "equalizer", hz_name, hz);
            set(s, "equalizer", param, gain.prior.typical);
        }
    }

    /// A compressor where level or peaks ask for one: 10 to 90 % of the active blocks over more
    /// than 6 LU, or a crest over 15 dB (percussive stems; TSM: percussiveness predicts ratio
    /// better than loudness range); then at the role's settings.
    void compress(std::size_t s) {
        const StemProfile& stem = profile_.stems[s];
        const auto active = active_blocks(stem.level_lufs);
        std::vector<float> levels;
        for (std::size_t i = 0; i < active.size(); ++i)
            if (active[i]) levels.push_back(stem.level_lufs[i]);
        if (levels.size() < 10) return;
        std::sort(levels.begin(), levels.end());
        const double range = levels[levels.size() * 9 / 10] - levels[levels.size() / 10];
        if (range < 6 && stem.crest_db < 15) return;
        set_typical(s, "compressor", "ratio");
        for (const char* param : {"threshold_db", "attack_ms", "release_ms"})
            set_typical(s, "compressor", param);
    }

    /// Into the reverbs that most engineers send the role to.
    void space(std::size_t s) {
        for (const char* param : {"plate_db", "hall_db"}) set_typical(s, "send", param);
    }

    /// Sets the equaliser bell that is meant for this best: it reaches `hz`, is still at 0 dB, is
    /// usually used near `hz` and in this direction. None left: nothing happens.
    void bell(std::size_t s, double hz, double db, double q) {
        std::string best;
        double least = 1e9;
        for (const EffectInfo& effect : strip_effects()) {
            if (std::string_view(effect.name) != "equalizer") continue;
            for (const ParamSpec& param : effect.params) {
                const std::string name = param.name;
                if (!name.starts_with("bell") || !name.ends_with("_hz")) continue;
                const std::string band = name.substr(0, name.size() - 3);
                const Knob& gain = knob(s, "equalizer", band + "_db");
                if (hz < param.low || hz > param.high || get(s, "equalizer", band + "_db") != 0 ||
                    gain.locked)
                    continue;
                const Knob& where = knob(s, "equalizer", name);
                const double usual = where.prior.searched ? where.prior.typical : where.rest;
                double misfit = std::fabs(std::log2(hz / usual));
                if (gain.prior.searched)
                    misfit += (db < 0 ? gain.prior.low < 0 : gain.prior.high > 0) ? 0 : 3;
                if (misfit < least) least = misfit, best = band;
            }
        }
        if (best.empty()) return;
        set(s, "equalizer", best + "_hz", hz);
        set(s, "equalizer", best + "_db", db);
        set(s, "equalizer", best + "_q", q);
    }

    static bool low_drum(Role role) { return role == Role::kick; }
    static bool bass(Role role) { return role == Role::bass_guitar || role == Role::synth_bass; }

    /// Kick and bass that cover each other: 2.5 dB out of the bass where the kick is strongest, 2.5
    /// dB out of the kick where the bass is (complementary bells; masker cut in the other's
    /// essential band: Hafezi and Reiss 2015).
    void unmask_low_end() {
        for (std::size_t k = 0; k < song_.stems.size(); ++k)
            for (std::size_t b = 0; b < song_.stems.size(); ++b) {
                if (!low_drum(song_.stems[k].role.role) || !bass(song_.stems[b].role.role))
                    continue;
                if (std::max(profile_.masked_by(static_cast<int>(k), static_cast<int>(b)),
                             profile_.masked_by(static_cast<int>(b), static_cast<int>(k))) <
                    kHidden)
                    continue;
                const double kick_hz = strongest_hz(profile_.stems[k].band_power, 40, 125);
                double bass_hz = strongest_hz(profile_.stems[b].band_power, 63, 250);
                if (std::fabs(std::log2(bass_hz / kick_hz)) < 0.5)
                    bass_hz = 2 * kick_hz;  // same place: give the bass the octave
                if (free_stem(b)) bell(b, kick_hz, -2.5, 1.5);
                if (free_stem(k)) bell(k, bass_hz, -2.5, 1.5);
            }
    }

    std::vector<char> leads() const {
        std::vector<char> is_lead(song_.stems.size(), 0);
        for (int s : lead_stems(song_, profile_.stems)) is_lead[static_cast<std::size_t>(s)] = 1;
        return is_lead;
    }

    /// Supporting stems that cover a lead for a good part of it dip by 2 dB around 3 kHz (estimate:
    /// 1 to 3 dB under the vocal).
    void make_room_for_leads() {
        const auto is_lead = leads();
        for (std::size_t s = 0; s < song_.stems.size(); ++s) {
            if (!free_stem(s) || is_lead[s] || role_family(song_.stems[s].role.role) != "music")
                continue;
            for (std::size_t lead = 0; lead < song_.stems.size(); ++lead)
                if (is_lead[lead] &&
                    profile_.masked_by(static_cast<int>(lead), static_cast<int>(s)) > kHidden) {
                    bell(s, 3000, -2, 1);
                    break;
                }
        }
    }

    /// The lead 3 LU under the mix, so as loud as all the rest while it plays (DM: lead at -3 LU re
    /// mix; GS: lead to accompaniment about 0 to +1 dB); the role levels decide within 3 dB of
    /// that.
    void raise_lead() {
        const auto is_lead = leads();
        double lead_power = 0, rest_power = 0;
        for (std::size_t s = 0; s < song_.stems.size(); ++s) {
            if (profile_.stems[s].silent) continue;
            double together = is_lead[s] ? 1 : 0;
            for (std::size_t lead = 0; lead < song_.stems.size() && !is_lead[s]; ++lead)
                if (is_lead[lead]) together = std::max(together, shared_time(profile_, lead, s));
            (is_lead[s] ? lead_power : rest_power) +=
                together * std::pow(10.0, get(s, "fader", "fader_db") / 10);
        }
        if (lead_power <= 0 || rest_power <= 0) return;
        const double raise = std::clamp(10 * std::log10(rest_power / lead_power), -3.0, 3.0);
        for (std::size_t s = 0; s < song_.stems.size(); ++s)
            if (is_lead[s]) set(s, "fader", "fader_db", get(s, "fader", "fader_db") + raise);
    }

    const std::vector<Knob>& knobs_;
    const Song& song_;
    const Profile& profile_;
    std::vector<float> values_;
};

}  // namespace

std::vector<float> rule_based_mix(const std::vector<Knob>& knobs, const Song& song,
                                  const Profile& profile) {
    return RuleMix(knobs, song, profile).mix();
}

}  // namespace mixfarm
