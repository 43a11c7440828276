/// About two dozen faults that an engineer would hear at once, and the loop that tries them.
#include "tests/score/faults.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <numeric>

#include "host/space/wiring.h"
#include "kernels/core/random.h"

namespace mixfarm::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBatch = 64;

fs::path jobs_folder(const char* folder) {
    return fs::path(MIXFARM_SOURCE_DIR) / "jobs" / folder;
}

bool is_bass(Role role) {
    return role == Role::bass_guitar || role == Role::synth_bass;
}

/// Moves the faders of all stems that `which` picks.
bool faders(Change& c, double db, const std::function<bool(std::size_t)>& which) {
    bool any = false;
    for (std::size_t s = 0; s < c.stems(); ++s) {
        if (!c.sounds(s) || !which(s)) continue;
        float& fader = c.strip(s, "fader", "fader_db");
        fader = std::clamp(fader + static_cast<float>(db), -60.f, 12.f);
        any = true;
    }
    return any;
}

bool leads(Change& c, double db) {
    return faders(c, db, [&](std::size_t s) { return c.leads(s); });
}

bool basses(Change& c, double db) {
    return faders(c, db, [&](std::size_t s) { return is_bass(c.role(s)) && !c.leads(s); });
}

bool kicks(Change& c, double db) {
    if (faders(c, db, [&](std::size_t s) { return c.role(s) == Role::kick; })) return true;
    return faders(c, db, [&](std::size_t s) { return c.role(s) == Role::drums; });
}

/// A band of the master's equaliser, on top of what the mix has there.
bool master_band(Change& c, const char* band, float hz, float db, float q) {
    const std::string name = band;
    float& gain = c.bus(Bus::master, "equalizer", (name + "_db").c_str());
    gain = std::clamp(gain + db, -18.f, 18.f);
    c.bus(Bus::master, "equalizer", (name + "_hz").c_str()) = hz;
    c.bus(Bus::master, "equalizer", (name + "_q").c_str()) = q;
    return true;
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
    return c.keeps_levels = true;
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
    return c.keeps_levels = true;
}

/// Everybody else comes forward where the lead speaks, and the lead steps back there; all keep
/// their levels.
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
    c.keeps_levels = true;
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
        {"lead 9 dB down", {"lead", "lost_stem"}, [](Change& c) { return leads(c, -9); }},
        {"lead 9 dB up", {"lead"}, [](Change& c) { return leads(c, 9); }},
        {"lead covered", {"lead", "masking"}, covered},
        {"bass 9 dB up", {"tone"}, [](Change& c) { return basses(c, 9); }},
        {"bass 9 dB down",
         {"tone", "masking", "lost_stem"},
         [](Change& c) { return basses(c, -9); }},
        {"kick buried", {"masking", "lost_stem"}, [](Change& c) { return kicks(c, -18); }},
        {"one stem lost", {"lost_stem"}, one_lost},
        {"harsh", {"tone"}, [](Change& c) { return master_band(c, "bell4", 3500, 10, 1); }},
        {"boxy", {"tone"}, [](Change& c) { return master_band(c, "bell2", 400, 9, 1.4f); }},
        {"muddy", {"tone"}, [](Change& c) { return master_band(c, "bell1", 200, 9, 1.4f); }},
        {"dull", {"tone"}, [](Change& c) { return master_band(c, "high", 6000, -10, 0.7f); }},
        {"thin", {"tone"}, [](Change& c) { return master_band(c, "low", 150, -10, 0.7f); }},
        {"boomy", {"tone"}, [](Change& c) { return master_band(c, "low", 70, 12, 0.7f); }},
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
         [](Change& c) { return flip(c, "bass", [&](std::size_t s) { return is_bass(c.role(s)); }); }},
        {"limited by 12 dB",
         {"dynamics", "crushed"},
         [](Change& c) {
             c.louder_db = 12;
             return true;
         }},
        {"crushed by 12 dB", {"dynamics", "crushed"}, crushed},
        {"stems over-compressed", {"dynamics", "crushed"}, over_compressed},
        {"fuzz", {"dynamics", "crushed"}, fuzz},
        {"reverb flooded", {"depth"}, flooded},
        {"echo flooded", {"depth"}, echoing},
        {"bone dry", {"depth"}, bone_dry},
        {"idle effects", {"economy"}, idle},
        {"bells undone", {"economy"}, undone},
    };
    return all;
}

Desk::Desk(Job given, Song given_song, bool whole, double excerpt_s)
    : job(std::move(given)),
      song(std::move(given_song)),
      profile(analyze(song, excerpt_s)),
      space(job, song, profile, jobs_folder("priors")),
      judge(song, profile, read_style(job.style, jobs_folder("styles")), job.target, job.weights),
      engine(make_cpu_engine()),
      target{static_cast<float>(job.target.loudness_lufs),
             static_cast<float>(job.target.true_peak_dbtp)},
      heard(whole ? std::vector<Excerpt>{whole_song(song)} : profile.telling),
      stage(whole ? 3 : 2) {
    engine->load(wired_view(song, profile));
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

static std::vector<std::string> g_diag;
std::string Trial::verdict() const {
    if (after.scores.rejected != Reject::none)
        return std::string(reject_name(after.scores.rejected));
    std::size_t worst = 0;
    const auto fall = [&](std::size_t t) { return before.scores.terms[t] - after.scores.terms[t]; };
    for (std::size_t t = 1; t < kTerms; ++t)
        if (fall(t) > fall(worst)) worst = t;
    return std::string(kTermNames[worst]);
}

bool Trial::named() const {
    const std::string said = verdict();
    return std::find(fault->named.begin(), fault->named.end(), said) != fault->named.end();
}

std::vector<Judged> judge_all(Desk& desk, Engine& engine, const MasterTarget& target,
                              const std::vector<std::vector<float>>& values) {
    std::vector<Judged> all;
    for (std::size_t first = 0; first < values.size(); first += kBatch) {
        std::vector<MixSettings> mixes;
        for (std::size_t i = first; i < std::min(first + kBatch, values.size()); ++i)
            mixes.push_back(desk.space.settings(values[i]));
        const auto measured = engine.evaluate(mixes, desk.heard, target);
        for (std::size_t i = 0; i < mixes.size(); ++i) {
            Judged j;
            j.measured = measured[i];
            j.stems = desk.judge.stem_metrics(measured[i], mixes[i],
                                              desk.space.prior_distance(values[first + i]),
                                              desk.stage);
            j.scores = desk.judge.score(measured[i], j.stems);
            if (getenv("MF_DIAG")) {
                const Covering c = desk.judge.covering(measured[i], mixes[i]);
                std::string line;
                for (std::size_t s = 0; s < c.stem.size(); ++s) { char t[80]; std::snprintf(t, 80, " %s %.2f", desk.song.stems[s].name.c_str(), c.stem[s]); line += t; }
                for (double x : c.section_lead_lu) { char t[80]; std::snprintf(t, 80, " %.1f", x); line += t; }
                g_diag.push_back(line);
            }
            all.push_back(std::move(j));
        }
    }
    return all;
}

namespace {

/// Lead, width and tone of a mix brought nearer to the middle of what the style wants, by what was
/// measured of it.
void polish(const Desk& desk, const Style& style, const Judged& heard, std::vector<float>& values) {
    Change c(desk, values);
    const auto nearer = [](double miss, double most) {
        return std::isfinite(miss) ? static_cast<float>(std::clamp(0.8 * miss, -most, most)) : 0.f;
    };
    leads(c, nearer((style.lead_low_lu + style.lead_high_lu) / 2 - heard.stems.lead_to_rest_lu, 6));
    struct Region {
        const char* band;
        float hz, q;
        std::size_t first, end;
    };
    // 25 to 100 Hz, to 315, to 800, to 2 k, to 5 k, to 16 k.
    constexpr Region kRegions[] = {{"low", 90, 0.7f, 0, 7},      {"bell1", 200, 0.8f, 7, 12},
                                   {"bell2", 560, 0.9f, 12, 16}, {"bell3", 1400, 0.9f, 16, 20},
                                   {"bell4", 3500, 0.9f, 20, 24}, {"high", 7500, 0.7f, 24, 29}};
    std::array<double, kBands> off{};
    double level = 0;
    const Measurement& m = heard.measured;
    for (std::size_t b = 0; b < kBands; ++b) {
        const double power = static_cast<double>(m.left_power[b]) + m.right_power[b];
        off[b] = 10 * std::log10(std::max(power, 1e-12)) - style.tone_db[b];
        if (b >= 6 && b < 23) level += off[b] / 17;
    }
    for (const Region& region : kRegions) {
        double sum = 0, count = 0;
        for (std::size_t b = region.first; b < region.end; ++b)
            if (std::isfinite(off[b])) sum += off[b] - level, ++count;
        master_band(c, region.band, region.hz, nearer(-sum / count, 6), region.q);
    }
    double side = 0, middle = 0;
    for (std::size_t b = 9; b < kBands; ++b) {
        const double both = static_cast<double>(m.left_power[b]) + m.right_power[b];
        if (!(both > 0)) continue;
        const double share = 0.5 - m.cross_power[b] / both, weight = std::pow(both, 0.3);
        side += weight * share, middle += weight * (1 - share);
    }
    float& width = c.bus(Bus::master, "width", "width");
    const double wanted = std::sqrt(style.width_low * style.width_high);
    width = static_cast<float>(
        std::clamp(width * std::sqrt(wanted * middle / std::max(side, 1e-6)), 0.3, 1.6));
    values = std::move(c.values);
}

}  // namespace

std::vector<std::vector<float>> drawn_mixes(const Desk& desk, std::size_t count) {
    std::vector<std::vector<float>> mixes = {desk.space.rule_based()};
    for (std::size_t i = 1; i < count; ++i) {
        const RandomStream random(2026, i);
        std::vector<float> unit(desk.space.searched().size());
        for (std::size_t k = 0; k < unit.size(); ++k)
            unit[k] = static_cast<float>(0.25 + 0.5 * random.uniform(k));
        mixes.push_back(desk.space.values(unit));
    }
    return mixes;
}

std::vector<std::vector<float>> decent_mixes(Desk& desk, std::size_t count) {
    const Style style = read_style(desk.job.style, jobs_folder("styles"));
    std::vector<std::vector<float>> mixes = drawn_mixes(desk, count);
    constexpr int kRounds = 3;
    for (int round = 0; round < kRounds; ++round) {
        const std::vector<Judged> heard = judge_all(desk, *desk.engine, desk.target, mixes);
        for (std::size_t i = 0; i < mixes.size(); ++i) polish(desk, style, heard[i], mixes[i]);
    }
    return mixes;
}

std::vector<Trial> try_faults(Desk& desk, const std::vector<std::vector<float>>& mixes) {
    const std::vector<Judged> before = judge_all(desk, *desk.engine, desk.target, mixes);
    struct Made {
        std::size_t fault, mix;
        Change change;
    };
    // What differs in stems or target is rendered apart.
    std::map<std::pair<std::string, float>, std::vector<Made>> made;
    for (std::size_t f = 0; f < faults().size(); ++f)
        for (std::size_t m = 0; m < mixes.size(); ++m) {
            Change change(desk, mixes[m]);
            if (!faults()[f].make(change)) break;
            made[{change.stems_changed, change.louder_db}].push_back({f, m, std::move(change)});
        }
    std::vector<Trial> trials;
    for (auto& [how, some] : made) {
        const auto& [changed, louder_db] = how;
        std::unique_ptr<Engine> other;
        Song song;
        if (!changed.empty()) {
            song = desk.song;
            for (Stem& stem : song.stems) {
                if (stem.right.empty()) stem.right = stem.left;
                some.front().change.change_stem(stem, song.rate, stem.right);
            }
            other = make_cpu_engine();
            other->load(wired_view(song, desk.profile));
        }
        Engine& engine = other ? *other : *desk.engine;
        const MasterTarget target{desk.target.loudness_lufs + louder_db,
                                  desk.target.true_peak_dbtp};
        std::vector<std::vector<float>> values;
        for (const Made& m : some) values.push_back(m.change.values);
        std::vector<Judged> after = judge_all(desk, engine, target, values);
        // Level after level: what a stem lost or won goes back to its fader.
        std::vector<std::size_t> again;
        for (std::size_t i = 0; i < some.size(); ++i)
            if (some[i].change.keeps_levels) again.push_back(i);
        if (!again.empty()) {
            std::vector<std::vector<float>> evened;
            for (const std::size_t i : again) {
                Change& c = some[i].change;
                for (std::size_t s = 0; s < c.stems(); ++s) {
                    const double was = before[some[i].mix].measured.stem_power[s],
                                 is = after[i].measured.stem_power[s];
                    if (!(was > 0 && is > 0)) continue;
                    float& fader = c.strip(s, "fader", "fader_db");
                    fader = std::clamp(fader + static_cast<float>(10 * std::log10(was / is)), -60.f,
                                       12.f);
                }
                evened.push_back(c.values);
            }
            std::vector<Judged> redone = judge_all(desk, engine, target, evened);
            for (std::size_t i = 0; i < again.size(); ++i) after[again[i]] = std::move(redone[i]);
        }
        if (louder_db != 0) {
            const Target louder{target.loudness_lufs, target.true_peak_dbtp};
            const Judge judge(desk.song, desk.profile,
                              read_style(desk.job.style, jobs_folder("styles")), louder,
                              desk.job.weights);
            for (Judged& j : after) j.scores = judge.score(j.measured, j.stems);
        }
        for (std::size_t i = 0; i < some.size(); ++i)
            trials.push_back({&faults()[some[i].fault], some[i].mix, before[some[i].mix],
                              std::move(after[i])});
    }
    std::stable_sort(trials.begin(), trials.end(),
                     [](const Trial& a, const Trial& b) { return a.fault < b.fault; });
    return trials;
}

Tally tally(std::span<const Trial> trials) {
    Tally all;
    for (const Trial& t : trials) {
        ++all.trials;
        all.lowered += t.lowered();
        all.named += t.named();
    }
    return all;
}

void print_table(std::FILE* out, const std::string& title, std::span<const Trial> trials) {
    if (getenv("MF_DIAG")) {
        for (const Trial& t : trials) {
            if (t.fault == trials[0].fault) {
                std::fprintf(out, "base %zu: %.3f:", t.mix, t.before.scores.technical);
                for (float x : t.before.scores.terms) std::fprintf(out, " %.2f", x);
                std::fprintf(out, " %s\n", reject_name(t.before.scores.rejected).data());
            }
        }
        if (FILE* f = std::fopen(getenv("MF_DIAG"), "w")) {
            for (const auto& x : g_diag) std::fprintf(f, "%s\n", x.c_str());
            std::fclose(f);
        }
        for (const Trial& t : trials)
            for (const Judged* j : {&t.before, &t.after}) {
                if (t.mix > 1) continue;
                std::fprintf(out, "%-22s %.3f plr %.1f psr %.1f crest %.1f lra %.1f lim %.1f width %.2f corr %.2f mono %.1f mask %.3f lead %.1f wet %.1f (%.1f s) eff %.1f prior %.2f leadaud %.2f max_m %.1f max_s %.1f md %.2f\n",
                    j == &t.before ? "" : t.fault->name, j->scores.technical, j->measured.metric("plr_db"), j->measured.metric("psr_db"), j->measured.metric("crest_db"), j->measured.metric("loudness_range_lu"), j->measured.limiter_loss_lu, j->measured.metric("width"), j->measured.metric("correlation"), j->measured.metric("mono_loss_db"), j->stems.masking, j->stems.lead_to_rest_lu, j->stems.reverb_to_dry_lu, j->stems.reverb_s, j->stems.effects, j->stems.prior_distance, j->stems.lead_audibility, j->measured.metric("max_momentary_lufs"), j->measured.metric("max_short_term_lufs"), j->measured.metric("microdynamics_lu"));
            }
    }
    std::fprintf(out, "%-22s lowered named  score", title.c_str());
    for (const std::string_view term : kTermNames) std::fprintf(out, " %9s", term.data());
    std::fprintf(out, "  said instead\n");
    for (std::size_t first = 0, end = 0; first < trials.size(); first = end) {
        while (end < trials.size() && trials[end].fault == trials[first].fault) ++end;
        const auto some = trials.subspan(first, end - first);
        const Tally t = tally(some);
        std::array<double, kTerms + 1> fall{};
        std::map<std::string, int> instead;
        std::size_t scored = 0;
        for (const Trial& trial : some) {
            if (!trial.named()) ++instead[trial.verdict()];
            if (trial.after.scores.rejected != Reject::none) continue;
            ++scored;
            fall[0] += trial.before.scores.technical - trial.after.scores.technical;
            for (std::size_t i = 0; i < kTerms; ++i)
                fall[i + 1] += trial.before.scores.terms[i] - trial.after.scores.terms[i];
        }
        std::fprintf(out, "%-22s %3zu/%-3zu %3zu/%-3zu", some.front().fault->name, t.lowered,
                     t.trials, t.named, t.trials);
        for (std::size_t i = 0; i <= kTerms; ++i) {
            if (scored)
                std::fprintf(out, i ? " %9.3f" : " %6.3f", -fall[i] / static_cast<double>(scored));
            else
                std::fprintf(out, i ? " %9s" : " %6s", i ? "" : "reject");
        }
        std::fprintf(out, " ");
        for (const auto& [what, count] : instead) std::fprintf(out, " %s (%d)", what.c_str(), count);
        std::fprintf(out, "\n");
    }
}

}  // namespace mixfarm::testing
