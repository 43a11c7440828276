/// Words for settings: a few effects have their own way of being written down, all others list the
/// knobs that matter.
#include "host/cli/channel_sheet.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "host/report/made_moves.h"
#include "kernels/engine.h"

namespace mixfarm::cli {
namespace {

std::string hz(float value) {
    return value >= 1000 ? fmt::format("{:.1f} kHz", value / 1000)
                         : fmt::format("{:.0f} Hz", value);
}
std::string ms(float value) {
    return value < 10 ? fmt::format("{:.1f} ms", value) : fmt::format("{:.0f} ms", value);
}
std::string db(float value) {
    return fmt::format("{:+.1f} dB", value);
}

/// One effect of one channel: its knobs by name.
class Settings {
public:
    void add(const std::string& param, const KnobColumn* knob, float value) {
        names_.push_back(param);
        knobs_[param] = {knob, value};
    }
    float operator[](const std::string& param) const {
        const auto found = knobs_.find(param);
        return found == knobs_.end() ? 0 : found->second.second;
    }
    bool has(const std::string& param) const { return knobs_.count(param) > 0; }
    /// Too close to its neutral value for anyone to write down a difference?
    bool at_rest(const std::string& param) const {
        const auto& [knob, value] = knobs_.at(param);
        const float step = knob->unit == "dB" || knob->unit == ":1" ? 0.05f
                           : knob->scale == "log"                   ? 0.001f * knob->neutral
                                                                    : 0.005f;
        return std::fabs(value - knob->neutral) < step;
    }
    const std::vector<std::string>& names() const { return names_; }
    const KnobColumn& column(const std::string& param) const { return *knobs_.at(param).first; }

private:
    std::vector<std::string> names_;
    std::map<std::string, std::pair<const KnobColumn*, float>> knobs_;
};

using Words = std::string (*)(const Settings&);

std::string filter(const Settings& s, const std::string& name, const char* word) {
    return fmt::format("{} {}{}", word, hz(s[name + "_hz"]),
                       s[name + "_24db"] >= 0.5f ? " 24 dB/oct" : "");
}

std::string equalizer(const Settings& s) {
    std::string text;
    for (const char* band : {"low", "bell1", "bell2", "bell3", "bell4", "high"}) {
        const std::string name = band;
        if (s.at_rest(name + "_db")) continue;
        const bool shelf = s.has(name + "_bell") && s[name + "_bell"] < 0.5f;
        text += (text.empty() ? "EQ " : ", ") + db(s[name + "_db"]);
        text += shelf ? fmt::format(" {} shelf from {}", name, hz(s[name + "_hz"]))
                      : fmt::format(" at {} Q {:.1f}", hz(s[name + "_hz"]), s[name + "_q"]);
    }
    return text;
}

std::string compressor(const Settings& s) {
    std::string text = fmt::format("{:.1f}:1 over {:.1f} dB, {} / {}", s["ratio"],
                                   s["threshold_db"], ms(s["attack_ms"]), ms(s["release_ms"]));
    if (s["knee_db"] >= 0.5f) text += fmt::format(", knee {:.0f} dB", s["knee_db"]);
    if (std::fabs(s["makeup_db"]) >= 0.05f) text += ", make-up " + db(s["makeup_db"]);
    if (s["rms"] >= 0.5f) text += ", RMS";
    if (s["sidechain_hz"] > 20.5f) text += ", detector from " + hz(s["sidechain_hz"]);
    if (s["keyed"] >= 0.5f) text += ", keyed";
    if (s.has("mix") && s["mix"] < 0.995f)
        text += fmt::format(", {:.0f} % mixed in", 100 * s["mix"]);
    return text;
}

std::string gate(const Settings& s) {
    return fmt::format(
        "gate below {:.1f} dB by {:.0f} dB ({:.1f}:1, hysteresis {:.0f} dB, {} / hold "
        "{} / {})",
        s["threshold_db"], s["range_db"], s["ratio"], s["hysteresis_db"], ms(s["attack_ms"]),
        ms(s["hold_ms"]), ms(s["release_ms"]));
}

std::string de_esser(const Settings& s) {
    return fmt::format("de-ess {:.1f} dB from {} over {:.1f} dB", -s["reduction_db"],
                       hz(s["frequency_hz"]), s["threshold_db"]);
}

std::string dynamic_eq(const Settings& s) {
    return fmt::format("dynamic EQ {} at {} Q {:.1f} over {:.1f} dB{}", db(s["change_db"]),
                       hz(s["frequency_hz"]), s["q"], s["threshold_db"],
                       s["keyed"] >= 0.5f ? ", keyed" : "");
}

std::string transient_shaper(const Settings& s) {
    std::string text = "transients";
    if (!s.at_rest("attack_db")) text += " attack " + db(s["attack_db"]);
    if (!s.at_rest("sustain_db")) text += " sustain " + db(s["sustain_db"]);
    return text;
}

std::string saturator(const Settings& s) {
    const char* kind = s["tape"] >= 0.5f ? "tape" : s["bias"] >= 0.3f ? "tube" : "saturation";
    return fmt::format("{} drive {}, {:.0f} %", kind, db(s["drive_db"]), 100 * s["mix"]);
}

std::string width(const Settings& s) {
    std::string text;
    if (!s.at_rest("width")) text = fmt::format("width {:.0f} %", 100 * s["width"]);
    if (s["mono_below_hz"] > 20.5f)
        text += (text.empty() ? "" : ", ") + ("mono below " + hz(s["mono_below_hz"]));
    return text;
}

std::string pan(const Settings& s) {
    const float p = s["position"];
    return fmt::format("pan {}{:.0f}", p < 0 ? "L" : "R", 100 * std::fabs(p));
}

std::string send(const Settings& s) {
    std::string text;
    for (const char* name : {"plate", "hall", "echo"}) {
        const std::string param = std::string(name) + "_db";
        if (!s.has(param) || s.at_rest(param)) continue;
        text += fmt::format("{}{} {}", text.empty() ? "send " : ", ", name, db(s[param]));
    }
    return text;
}

std::string reverb(const Settings& s) {
    return fmt::format("{:.1f} s, pre-delay {}, low x{:.2f}, high x{:.2f}", s["decay_s"],
                       ms(s["predelay_ms"]), s["low_ratio"], s["high_ratio"]);
}

std::string echo(const Settings& s) {
    return fmt::format("echo {}, feedback {:.0f} %, {} to {}, ping-pong {:.0f} %",
                       report::note(s["beats"]), 100 * s["feedback"], hz(s["low_cut_hz"]),
                       hz(s["high_cut_hz"]), 100 * s["ping_pong"]);
}

std::string multiband(const Settings& s) {
    std::string text = fmt::format("multiband {:.0f} % at {} and {}:", 100 * s["mix"],
                                   hz(s["low_hz"]), hz(s["high_hz"]));
    for (const char* name : {"low", "mid", "high"}) {
        const std::string band = name;
        if (s[band + "_ratio"] < 1.05f) continue;
        text += fmt::format(" {} {:.1f}:1 over {:.1f} dB", band, s[band + "_ratio"],
                            s[band + "_threshold_db"]);
    }
    return text;
}

std::string trim(const Settings& s) {
    std::string text;
    if (!s.at_rest("trim_db")) text = "trim " + db(s["trim_db"]);
    if (s["invert"] >= 0.5f) text += (text.empty() ? "" : ", ") + std::string("polarity inverted");
    return text;
}

/// By results name; an effect that is not here lists its knobs.
const std::map<std::string, Words> kWords = {
    {"trim", trim},
    {"align",
     [](const Settings& s) { return "delayed by " + fmt::format("{:.2f} ms", s["delay_ms"]); }},
    {"high_pass", [](const Settings& s) { return filter(s, "high_pass", "HP"); }},
    {"low_pass", [](const Settings& s) { return filter(s, "low_pass", "LP"); }},
    {"gate", gate},
    {"equalizer", equalizer},
    {"de_esser", de_esser},
    {"dynamic_eq", dynamic_eq},
    {"compressor", [](const Settings& s) { return "comp " + compressor(s); }},
    {"glue", [](const Settings& s) { return "glue " + compressor(s); }},
    {"parallel", [](const Settings& s) { return "parallel comp " + compressor(s); }},
    {"transient_shaper", transient_shaper},
    {"saturator", saturator},
    {"width", width},
    {"pan", pan},
    {"fader", [](const Settings& s) { return "fader " + db(s["fader_db"]); }},
    {"send", send},
    {"plate", [](const Settings& s) { return "plate " + reverb(s); }},
    {"hall", [](const Settings& s) { return "hall " + reverb(s); }},
    {"echo", echo},
    {"multiband", multiband},
};

std::string amount(const KnobColumn& knob, float value) {
    if (knob.scale == "toggle") return value >= 0.5f ? "on" : "off";
    if (knob.unit == "Hz") return hz(value);
    if (knob.unit == "dB") return db(value);
    if (knob.unit == "ms") return ms(value);
    return fmt::format("{:.2f}{}", value, knob.unit);
}

std::string listed(const std::string& effect, const Settings& s) {
    std::string text;
    for (const std::string& param : s.names())
        if (!s.at_rest(param))
            text += (text.empty() ? effect + " " : ", ") + param + " " +
                    amount(s.column(param), s[param]);
    return text;
}

/// Does any knob without gate stand off its neutral value? Unknown effects: any knob at all.
bool acts(std::span<const EffectInfo> effects, const std::string& effect, const Settings& s) {
    for (const EffectInfo& info : effects) {
        if (effect != info.name) continue;
        if (info.source) return true;
        return std::any_of(info.params.begin(), info.params.end(), [&](const ParamSpec& p) {
            return !p.gate && s.has(p.name) && !s.at_rest(p.name);
        });
    }
    return true;
}

/// "1:05" of a song's seconds.
std::string song_time(double seconds) {
    const long hundredths = std::lround(seconds * 100);
    std::string text = fmt::format("{}:{:02}", hundredths / 6000, hundredths / 100 % 60);
    if (hundredths % 100) text += fmt::format(".{:02}", hundredths % 100);
    return text;
}

/// "fader_db moves: -3.0 dB at 0:00, +0.0 dB at 1:05" for every knob of an effect that is drawn.
std::string moves(const Results& results, const Settings& s) {
    std::string text;
    const KnobColumn* before = nullptr;
    for (const std::string& param : s.names())
        for (const DrawnPoint& p : results.automation) {
            const KnobColumn& knob = s.column(param);
            if (p.knob != knob.name) continue;
            text += before == &knob ? ", " : (before ? "; " : "") + param + " moves: ";
            const bool off = knob.effect == "send" && p.value <= knob.low;
            text += (off ? "off" : amount(knob, p.value)) + " at " + song_time(p.at_s);
            before = &knob;
        }
    return text;
}

std::span<const EffectInfo> effects_of(const std::string& channel) {
    for (int b = 0; b < kBuses; ++b)
        if (channel == std::string("bus/") + bus_name(static_cast<Bus>(b)))
            return bus_effects(static_cast<Bus>(b));
    return strip_effects();
}

std::string spoken(const std::string& channel) {
    if (channel.rfind("bus/", 0) != 0) return channel;
    const std::string bus = channel.substr(4);
    if (bus == "master") return bus;
    return bus + (bus == "plate" || bus == "hall" || bus == "echo" ? " return" : " group");
}

}  // namespace

std::vector<ChannelLine> channel_sheet(const Results& results, const std::vector<float>& values) {
    std::vector<ChannelLine> lines;
    // A return that no stem sends to is not there.
    const auto reached = [&](const std::string& channel) {
        if (channel != "bus/plate" && channel != "bus/hall" && channel != "bus/echo") return true;
        const std::string wanted = "send." + channel.substr(4) + "_db";
        for (std::size_t k = 0; k < results.knobs.size(); ++k) {
            const KnobColumn& knob = results.knobs[k];
            if (knob.effect != "send" || !knob.name.ends_with(wanted)) continue;
            if (values[k] > knob.neutral) return true;
            for (const DrawnPoint& p : results.automation)
                if (p.knob == knob.name && p.value > knob.neutral) return true;
        }
        return false;
    };
    for (std::size_t k = 0; k < results.knobs.size();) {
        const std::string channel = results.knobs[k].stem;
        std::string text;
        while (k < results.knobs.size() && results.knobs[k].stem == channel) {
            const std::string effect = results.knobs[k].effect;
            Settings settings;
            for (; k < results.knobs.size() && results.knobs[k].stem == channel &&
                   results.knobs[k].effect == effect;
                 ++k) {
                const std::string& name = results.knobs[k].name;
                settings.add(name.substr(name.rfind('.') + 1), &results.knobs[k], values[k]);
            }
            const std::string drawn = moves(results, settings);
            if (drawn.empty() && !acts(effects_of(channel), effect, settings)) continue;
            const auto words = kWords.find(effect);
            std::string own =
                words != kWords.end() ? words->second(settings) : listed(effect, settings);
            if (!drawn.empty()) own = (own.empty() ? effect : own) + " (" + drawn + ")";
            if (!own.empty()) text += (text.empty() ? "" : "; ") + own;
        }
        const bool bus = channel.rfind("bus/", 0) == 0;
        if (bus && (text.empty() || !reached(channel))) continue;
        lines.push_back({spoken(channel), text.empty() ? "as it is" : text});
    }
    return lines;
}

}  // namespace mixfarm::cli
