/// What is different about single stems, in words.
#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "host/space/difference.h"

namespace mixfarm {
namespace {

/// Both settings of one stem by parameter name.
class StemPair {
public:
    StemPair(const Pair& pair, std::size_t stem)
        : pair_(pair), base_(stem * static_cast<std::size_t>(strip_param_count())) {}
    double now(const char* effect, const std::string& param) const {
        return pair_.values[index(effect, param)];
    }
    double then(const char* effect, const std::string& param) const {
        return pair_.reference_values[index(effect, param)];
    }
    double neutral(const char* effect, const std::string& param) const {
        return pair_.space.knobs()[index(effect, param)].neutral;
    }

private:
    std::size_t index(const char* effect, const std::string& param) const {
        return base_ + static_cast<std::size_t>(strip_param_index(effect, param));
    }
    const Pair& pair_;
    std::size_t base_;
};

/// Measured level change of every stem, dB, less the one they share (the median, which the master
/// undoes). NaN: not played.
std::vector<double> level_changes(const Pair& pair) {
    const std::size_t count = pair.song.stems.size();
    std::vector<double> change(count, std::nan("")), played;
    for (std::size_t s = 0; s < count && s < pair.measured.stem_power.size(); ++s) {
        const double now = pair.measured.stem_power[s], then = pair.reference.stem_power[s];
        if (now > 1e-12 && then > 1e-12) played.push_back(change[s] = 10 * std::log10(now / then));
    }
    if (played.size() < 2)
        return std::vector<double>(count, std::nan(""));  // one stem has no balance
    std::sort(played.begin(), played.end());
    const std::size_t half = played.size() / 2;
    const double shared =
        played.size() % 2 ? played[half] : 0.5 * (played[half - 1] + played[half]);
    for (double& c : change) c -= shared;
    return change;
}

void add_levels(const Pair& pair, std::vector<Difference>& out) {
    const auto change = level_changes(pair);
    constexpr double kTogether = 0.8;  // dB: stems this close move as one
    std::map<std::string, std::vector<std::size_t>> families;
    for (std::size_t s = 0; s < change.size(); ++s)
        if (std::isfinite(change[s]))
            families[std::string(role_family(pair.song.stems[s].role.role))].push_back(s);
    for (const auto& [family, stems] : families) {
        double mean = 0, spread = 0;
        for (std::size_t s : stems) mean += change[s] / static_cast<double>(stems.size());
        for (std::size_t s : stems) spread = std::max(spread, std::fabs(change[s] - mean));
        if (stems.size() > 1 && families.size() > 1 && spread <= kTogether) {
            out.push_back({phrase("%s %+.1f dB", family.c_str(), mean), std::fabs(mean) / 1.2,
                           Aspect::level, family});
            continue;
        }
        for (std::size_t s : stems) {
            const std::string& name = pair.song.stems[s].name;
            const bool lead = pair.song.stems[s].role.role == Role::lead_vocal ||
                              pair.song.stems[s].intent == Intent::lead;
            out.push_back({phrase("%s %+.1f dB", name.c_str(), change[s]),
                           std::fabs(change[s]) / (lead ? 1.2 : 2.0), Aspect::level, name});
        }
    }
}

/// Static gain reduction 6 dB over the level every stem is trimmed to: how hard a compressor is
/// set.
double reduction(double threshold, double ratio) {
    return std::max(0.0, -17 - threshold) * (1 - 1 / ratio);
}

std::optional<Difference> compression(const std::string& name, const StemPair& s) {
    const double ratio = s.now("compressor", "ratio"), ratio_then = s.then("compressor", "ratio");
    const double now = reduction(s.now("compressor", "threshold_db"), ratio);
    const double then = reduction(s.then("compressor", "threshold_db"), ratio_then);
    if (now == then) return {};
    std::string words;
    if (now == 0)
        words = phrase("%s uncompressed", name.c_str());
    else if (then == 0)
        words = phrase("%s compressed %.1f:1", name.c_str(), ratio);
    else
        words = phrase("%s %s compressed (%.1f:1, %+.1f dB)", name.c_str(),
                       now > then ? "harder" : "softer", ratio, then - now);
    return Difference{words, std::fabs(now - then) / 3, Aspect::compression, name};
}

std::optional<Difference> drive(const std::string& name, const StemPair& s) {
    // tanh leaves the linear by the square of what drives it: mix times drive^2 tells how much grit
    // there is, in dB steps.
    const auto grit = [](double mix, double db) {
        return mix <= 0 ? -40.0 : std::max(-40.0, 20 * std::log10(mix) + 2 * db);
    };
    const double mix = s.now("saturator", "mix"), db = s.now("saturator", "drive_db");
    const double now = grit(mix, db),
                 then = grit(s.then("saturator", "mix"), s.then("saturator", "drive_db"));
    const double heard = std::max(now, -10.0) - std::max(then, -10.0);
    if (heard == 0) return {};
    if (now <= -40)
        return Difference{phrase("%s undriven", name.c_str()), std::fabs(heard) / 8, Aspect::drive,
                          name};
    return Difference{phrase("%s %s (%+.0f dB drive, %.0f %%)", name.c_str(),
                             heard > 0 ? "grittier" : "smoother", db, 100 * mix),
                      std::fabs(heard) / 8, Aspect::drive, name};
}

std::optional<Difference> pan(const std::string& name, const StemPair& s) {
    const double now = s.now("pan", "position"), then = s.then("pan", "position");
    if (now == then) return {};
    const std::string words = std::fabs(now) < 0.005
                                  ? phrase("%s centred", name.c_str())
                                  : phrase("%s %s %.0f %%", name.c_str(),
                                           now < 0 ? "left" : "right", 100 * std::fabs(now));
    return Difference{words, std::fabs(now - then) / 0.3, Aspect::pan, name};
}

std::optional<Difference> filter(const std::string& name, const StemPair& s, const char* effect,
                                 const std::string& param, const char* word, const char* pass) {
    const double now = s.now(effect, param), then = s.then(effect, param),
                 off = s.neutral(effect, param);
    if (now == then) return {};
    // Corners below 30 Hz or above 18 kHz take away nothing that is missed.
    const double octaves =
        std::fabs(std::log2(std::clamp(now, 30.0, 18000.0) / std::clamp(then, 30.0, 18000.0)));
    const std::string words =
        now == off ? phrase("%s without %s", name.c_str(), pass)
                   : phrase("%s %s (%s %s)", name.c_str(),
                            std::fabs(std::log2(now / off)) > std::fabs(std::log2(then / off))
                                ? word
                                : "more open",
                            pass, frequency(now).c_str());
    return Difference{words, octaves / 1.5, Aspect::filter, name};
}

/// Wetness: all sends together, as power re the stem; -30 dB is dry for the ear.
std::optional<Difference> space(const std::string& name, const StemPair& s) {
    constexpr const char* kReturns[] = {"plate", "hall", "echo"};
    constexpr double kDry = -30;
    const auto all = [&](auto value) {
        double power = std::pow(10.0, kDry / 10);
        for (const char* to : kReturns) {
            const double db = value(std::string(to) + "_db");
            if (db > s.neutral("send", std::string(to) + "_db")) power += std::pow(10.0, db / 10);
        }
        return 10 * std::log10(power);
    };
    const double now = all([&](const std::string&p) { return s.now("send", p); }),
                 then = all([&](const std::string&p) { return s.then("send", p); });
    if (now == then) return {};
    std::string most;
    double loudest = kDry;
    for (const char* to : kReturns) {
        const double db = s.now("send", std::string(to) + "_db");
        if (db > loudest) loudest = db, most = to;
    }
    const std::string words = most.empty()
                                  ? phrase("%s dry", name.c_str())
                                  : phrase("%s %s (%s %+.0f dB)", name.c_str(),
                                           now > then ? "wetter" : "drier", most.c_str(), loudest);
    return Difference{words, std::fabs(now - then) / 4, Aspect::space, name};
}

/// Effects that are in use or not: named when one mix has them and the other has not.
std::optional<Difference> used(const std::string& name, const StemPair& s, const char* effect,
                               const std::string& param, const char* words, double step) {
    const double now = s.now(effect, param), then = s.then(effect, param);
    if (now == then) return {};
    const bool off = now == s.neutral(effect, param);
    return Difference{off ? phrase("%s not %s", name.c_str(), words)
                          : phrase("%s %s (%+.1f dB)", name.c_str(), words, now),
                      std::fabs(now - then) / step, Aspect::dynamics, name};
}

std::optional<Difference> width(const std::string& name, const StemPair& s) {
    const double now = s.now("width", "width"), then = s.then("width", "width");
    if (now == then) return {};
    return Difference{
        phrase("%s %s (%.0f %%)", name.c_str(), now > then ? "wider" : "narrower", 100 * now),
        std::fabs(now - then) / 0.3, Aspect::width, name};
}

/// The adjective of a gain change at a frequency.
const char* colour(double hz, bool more) {
    if (hz < 120) return more ? "fuller" : "leaner";
    if (hz < 700) return more ? "warmer" : "clearer";
    if (hz < 2000) return more ? "nearer" : "more distant";
    if (hz < 6000) return more ? "more present" : "softer";
    return more ? "airier" : "darker";
}

/// The band whose gain changed most.
std::optional<Difference> equaliser(const std::string& name, const StemPair& s) {
    double most = 0, where = 0;
    for (const EffectInfo& effect : strip_effects()) {
        if (std::string_view(effect.name) != "equalizer") continue;
        for (const ParamSpec& spec : effect.params) {
            const std::string param = spec.name;
            if (!param.ends_with("_db")) continue;
            const std::string hz = param.substr(0, param.size() - 3) + "_hz";
            const double now = s.now("equalizer", param), then = s.then("equalizer", param);
            if (std::fabs(now - then) > std::fabs(most)) {
                most = now - then;
                where = now != 0 ? s.now("equalizer", hz) : s.then("equalizer", hz);
            }
        }
    }
    if (most == 0) return {};
    return Difference{phrase("%s %s (%+.1f dB at %s)", name.c_str(), colour(where, most > 0), most,
                             frequency(where).c_str()),
                      std::fabs(most) / 3, Aspect::equaliser, name};
}

}  // namespace

std::vector<Difference> stem_differences(const Pair& pair) {
    std::vector<Difference> out;
    add_levels(pair, out);
    for (std::size_t s = 0; s < pair.song.stems.size(); ++s) {
        const bool played =
            s < pair.measured.stem_power.size() && pair.measured.stem_power[s] > 1e-12;
        if (!played) continue;
        const StemPair stem(pair, s);
        const std::string& name = pair.song.stems[s].name;
        for (auto& d :
             {compression(name, stem), drive(name, stem), pan(name, stem), equaliser(name, stem),
              filter(name, stem, "high_pass", "high_pass_hz", "thinner", "high-pass"),
              filter(name, stem, "low_pass", "low_pass_hz", "duller", "low-pass"),
              space(name, stem), width(name, stem),
              used(name, stem, "gate", "range_db", "gated", 10),
              used(name, stem, "de_esser", "reduction_db", "de-essed", 4),
              used(name, stem, "transient_shaper", "attack_db", "with shaped attacks", 3)})
            if (d) out.push_back(*d);
    }
    return out;
}

}  // namespace mixfarm
