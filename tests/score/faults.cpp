/// About two dozen faults that an engineer would hear at once.
#include "tests/score/faults.h"

#include <algorithm>
#include <string>
#include <utility>

namespace mixfarm::testing {
namespace {

bool is_bass(Role role) {
    return role == Role::bass_guitar || role == Role::synth_bass;
}

bool basses(Change& c, double db) {
    return c.faders(db, [&](std::size_t s) { return is_bass(c.role(s)) && !c.leads(s); });
}

bool kicks(Change& c, double db) {
    return c.faders(db, [&](std::size_t s) { return c.role(s) == Role::kick; });
}

/// Everything but bass and kick is delayed on one side by a dozen milliseconds, then widened.
bool over_wide(Change& c) {
    c.stems_changed = "wide";
    c.change_stem = [](const Stem& stem, int rate, std::vector<float>& right) {
        if (is_bass(stem.role.role) || stem.role.role == Role::kick) return;
        const auto late = static_cast<std::ptrdiff_t>(0.012 * rate);
        std::rotate(right.begin(), right.end() - late, right.end());
    };
    float& width = c.bus(Bus::master, "width", "width");
    width = std::min(2.f, 1.4f * width);
    return true;
}

bool one_sided(Change& c) {
    for (std::size_t s = 0; s < c.stems(); ++s) {
        float& pan = c.strip(s, "pan", "position");
        pan = std::min(1.f, pan + 0.5f);
    }
    return true;
}

/// Turns over the right side of all stems that `which` picks.
bool flip(Change& c, const char* name, const std::function<bool(std::size_t)>& which) {
    std::vector<std::string> turned;
    for (std::size_t s = 0; s < c.stems(); ++s)
        if (c.sounds(s) && which(s)) turned.push_back(c.desk.song.stems[s].name);
    c.stems_changed = name;
    c.change_stem = [turned](const Stem& stem, int, std::vector<float>& right) {
        if (std::find(turned.begin(), turned.end(), stem.name) == turned.end()) return;
        for (float& x : right) x = -x;
    };
    return !turned.empty();
}

/// The master's compressor, 12 dB and more at work all the time.
bool crushed(Change& c) {
    const auto set = [&](const char* param) -> float& {
        return c.bus(Bus::master, "multiband", param);
    };
    set("mix") = 1;
    set("attack_ms") = 1;
    set("release_ms") = 30;
    set("knee_db") = 0;
    for (const char* band : {"low", "mid", "high"}) {
        const std::string name = band;
        set((name + "_ratio").c_str()) = 8;
        set((name + "_threshold_db").c_str()) =
            std::max(-60.f, set((name + "_threshold_db").c_str()) - 14);
    }
    return true;
}

bool over_compressed(Change& c) {
    for (std::size_t s = 0; s < c.stems(); ++s) {
        if (!c.sounds(s)) continue;
        c.strip(s, "compressor", "ratio") = 20;
        c.strip(s, "compressor", "threshold_db") = -38;
        c.strip(s, "compressor", "attack_ms") = 0.1f;
        c.strip(s, "compressor", "release_ms") = 40;
        c.strip(s, "compressor", "knee_db") = 0;
        c.strip(s, "compressor", "mix") = 1;
        c.strip(s, "compressor", "keyed") = 0;
    }
    c.keeps_level = [](const Change&, std::size_t) { return true; };
    return true;
}

bool flooded(Change& c) {
    for (std::size_t s = 0; s < c.stems(); ++s)
        for (const char* send : {"plate_db", "hall_db"}) c.strip(s, "send", send) = -2;
    c.bus(Bus::hall, "hall", "decay_s") = 6;
    c.bus(Bus::plate, "plate", "decay_s") = 4;
    return true;
}

bool echoing(Change& c) {
    if (c.desk.song.tempo_bpm <= 0) return false;
    for (std::size_t s = 0; s < c.stems(); ++s) c.strip(s, "send", "echo_db") = -2;
    c.bus(Bus::echo, "echo", "feedback") = 0.75f;
    return true;
}

bool bone_dry(Change& c) {
    if (!(c.before.stems.reverb_to_dry_lu > -20)) return false;  // it is already
    for (std::size_t s = 0; s < c.stems(); ++s)
        for (const char* send : {"plate_db", "hall_db", "echo_db"}) c.strip(s, "send", send) = -60;
    return true;
}

/// The loudest stem that does not lead.
bool one_lost(Change& c) {
    int loudest = -1;
    for (std::size_t s = 0; s < c.stems(); ++s) {
        const auto level = [&](std::size_t i) { return c.desk.profile.stems[i].integrated_lufs; };
        if (c.sounds(s) && !c.leads(s) &&
            (loudest < 0 || level(s) > level(static_cast<std::size_t>(loudest))))
            loudest = static_cast<int>(s);
    }
    if (loudest < 0) return false;
    c.strip(static_cast<std::size_t>(loudest), "fader", "fader_db") = -60;
    return true;
}

bool fuzz(Change& c) {
    for (std::size_t s = 0; s < c.stems(); ++s) {
        if (!c.sounds(s)) continue;
        c.strip(s, "saturator", "drive_db") = 24;
        c.strip(s, "saturator", "mix") = 1;
    }
    c.keeps_level = [](const Change&, std::size_t) { return true; };
    return true;
}

/// Everybody else comes forward where the lead speaks and stays as loud as before; the lead steps
/// back there.
bool covered(Change& c) {
    bool any = false;
    for (std::size_t s = 0; s < c.stems(); ++s) {
        if (!c.sounds(s)) continue;
        any = any || c.leads(s);
        for (const auto& [band, hz] :
             {std::pair{"bell2", 650.f}, std::pair{"bell3", 1500.f}, std::pair{"bell4", 3500.f}}) {
            const std::string name = band;
            c.strip(s, "equalizer", (name + "_hz").c_str()) = hz;
            c.strip(s, "equalizer", (name + "_q").c_str()) = 0.9f;
            c.strip(s, "equalizer", (name + "_db").c_str()) = c.leads(s) ? -9.f : 6.f;
        }
    }
    c.keeps_level = [](const Change& at, std::size_t s) { return !at.leads(s); };
    return any;
}

/// Effects that are in play and never act.
bool idle(Change& c) {
    for (std::size_t s = 0; s < c.stems(); ++s) {
        if (!c.sounds(s)) continue;
        c.strip(s, "gate", "range_db") = 30;
        c.strip(s, "gate", "threshold_db") = -80;
        c.strip(s, "de_esser", "reduction_db") = 6;
        c.strip(s, "de_esser", "threshold_db") = 0;
        c.strip(s, "dynamic_eq", "change_db") = -6;
        c.strip(s, "dynamic_eq", "threshold_db") = 0;
        c.strip(s, "duck", "ratio") = 4;
        c.strip(s, "duck", "threshold_db") = 0;
    }
    return true;
}

/// Bells that undo each other.
bool undone(Change& c) {
    for (std::size_t s = 0; s < c.stems(); ++s) {
        if (!c.sounds(s)) continue;
        for (const auto& [band, db] : {std::pair{"bell1", 9.f}, std::pair{"bell2", -9.f}}) {
            const std::string name = band;
            c.strip(s, "equalizer", (name + "_hz").c_str()) = 500;
            c.strip(s, "equalizer", (name + "_q").c_str()) = 1;
            c.strip(s, "equalizer", (name + "_db").c_str()) = db;
        }
    }
    return true;
}

}  // namespace

const std::vector<Fault>& faults() {
    static const std::vector<Fault> all = {
        {"lead 9 dB down",
         {"lead", "lost_stem"},
         [](Change& c) { return c.faders(-9, [&](std::size_t s) { return c.leads(s); }); }},
        {"lead 9 dB up",
         {"lead"},
         [](Change& c) { return c.faders(9, [&](std::size_t s) { return c.leads(s); }); }},
        {"lead covered", {"lead", "masking"}, covered},
        {"bass 9 dB up", {"tone", "masking"}, [](Change& c) { return basses(c, 9); }},
        {"bass 9 dB down",
         {"tone", "masking", "lost_stem"},
         [](Change& c) { return basses(c, -9); }},
        {"kick buried",
         {"masking", "tone", "lost_stem"},  // the low end goes with it
         [](Change& c) { return kicks(c, -18); }},
        {"one stem lost", {"lost_stem"}, one_lost},
        {"harsh", {"tone"}, [](Change& c) { return c.master_band("bell4", 3500, 10, 1); }},
        {"boxy", {"tone"}, [](Change& c) { return c.master_band("bell2", 400, 9, 1.4f); }},
        {"muddy", {"tone"}, [](Change& c) { return c.master_band("bell1", 200, 9, 1.4f); }},
        {"dull", {"tone"}, [](Change& c) { return c.master_band("high", 6000, -10, 0.7f); }},
        {"thin", {"tone"}, [](Change& c) { return c.master_band("low", 150, -10, 0.7f); }},
        {"boomy", {"tone"}, [](Change& c) { return c.master_band("low", 70, 12, 0.7f); }},
        {"mono",
         {"stereo"},
         [](Change& c) {
             c.bus(Bus::master, "width", "width") = 0;
             return true;
         }},
        {"over-wide", {"stereo", "mono_collapse"}, over_wide},
        {"one side heavy", {"stereo", "one_sided"}, one_sided},
        {"lead out of phase",
         {"stereo", "mono_collapse"},
         [](Change& c) { return flip(c, "lead", [&](std::size_t s) { return c.leads(s); }); }},
        {"bass out of phase",
         {"stereo", "mono_collapse"},
         [](Change& c) {
             return flip(c, "bass", [&](std::size_t s) { return is_bass(c.role(s)); });
         }},
        {"limited by 12 dB",
         {"dynamics", "crushed"},
         [](Change& c) {
             c.louder_db = 12;
             return true;
         }},
        {"crushed by 12 dB", {"dynamics", "crushed"}, crushed},
        {"stems over-compressed", {"dynamics", "crushed"}, over_compressed},
        {"fuzz", {"distortion"}, fuzz},
        {"reverb flooded", {"depth"}, flooded},
        {"echo flooded", {"depth"}, echoing},
        {"bone dry", {"depth"}, bone_dry},
        {"idle effects", {"economy"}, idle},
        {"bells undone", {"economy"}, undone},
    };
    return all;
}

bool Change::faders(double db, const std::function<bool(std::size_t)>& which) {
    bool any = false;
    for (std::size_t s = 0; s < stems(); ++s) {
        if (!sounds(s) || !which(s)) continue;
        float& fader = strip(s, "fader", "fader_db");
        fader = std::clamp(fader + static_cast<float>(db), -60.f, 12.f);
        any = true;
    }
    return any;
}

bool Change::master_band(const std::string& band, float hz, float db, float q) {
    const auto knob = [&](const char* end) -> float& {
        return bus(Bus::master, "equalizer", (band + end).c_str());
    };
    knob("_db") = std::clamp(knob("_db") + db, -18.f, 18.f);
    knob("_hz") = hz;
    knob("_q") = q;
    return true;
}

float& Change::strip(std::size_t stem, const char* effect, const char* param) {
    return values.at(stem * static_cast<std::size_t>(strip_param_count()) +
                     static_cast<std::size_t>(strip_param_index(effect, param)));
}

float& Change::bus(Bus of, const char* effect, const char* param) {
    return values.at(stems() * static_cast<std::size_t>(strip_param_count()) +
                     static_cast<std::size_t>(bus_param_index(of, effect, param)));
}

bool Change::leads(std::size_t stem) const {
    const auto named = [](const Stem& s) { return s.intent == Intent::lead && !s.silent; };
    const auto& all = desk.song.stems;
    if (std::any_of(all.begin(), all.end(), named)) return named(all[stem]);
    return role(stem) == Role::lead_vocal && all[stem].intent == Intent::normal;
}

}  // namespace mixfarm::testing
