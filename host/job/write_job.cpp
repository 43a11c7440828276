/// Writes a job as commented YAML that a person would like to edit and read_job reads back the
/// same.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "host/job/document.h"
#include "host/job/input_error.h"
#include "host/job/job.h"
#include "host/job/nearest.h"
#include "host/job/words.h"

namespace mixfarm {
namespace {

std::string number(double value) {
    char buffer[32];
    return {buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr};
}

bool plain_in_yaml(const std::string& text) {
    const auto word_letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_';
    };
    const auto allowed = [&](char c) {
        return word_letter(c) || std::string(" ./-+()").find(c) != std::string::npos;
    };
    if (text.empty() || !word_letter(text.front()) || text.back() == ' ') return false;
    if (!std::all_of(text.begin(), text.end(), allowed)) return false;
    std::string lower = text;
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    for (const char* boolean_elsewhere :
         {"y", "n", "yes", "no", "on", "off"}) {  // YAML 1.1 readers
        if (lower == boolean_elsewhere) return false;
    }
    return resolve_scalar(text).is_string() && resolve_scalar(lower).is_string();
}

// A JSON string is also a double-quoted YAML string.
std::string quoted(const std::string& text) {
    if (plain_in_yaml(text)) return text;
    try {
        return nlohmann::json(text).dump();
    } catch (const nlohmann::json::exception&) {
        const auto replace = nlohmann::json::error_handler_t::replace;
        throw InputError(nlohmann::json(text).dump(-1, ' ', false, replace),
                         "is not UTF-8 text, which a job has to be; rename it");
    }
}

std::string path_text(const std::filesystem::path& path) {
    return quoted(path.generic_string());
}

std::string one_line(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](unsigned char c) { return c < 32; }, ' ');
    return text;
}

std::string duration(double seconds) {
    const auto whole = [&](double unit) { return seconds > 0 && std::fmod(seconds, unit) == 0; };
    if (whole(3600)) return number(seconds / 3600) + "h";
    if (whole(60)) return number(seconds / 60) + "m";
    return number(seconds);
}

/// {a: 1, b: 2}, over as many lines as it takes, all but the first of them indented.
std::string flow_map(const std::map<std::string, double>& values, const std::string& indent = "") {
    constexpr std::size_t kWidth = 110;
    std::string result = "{", line;
    for (const auto& [key, value] : values) {
        const std::string entry = quoted(key) + ": " + number(value);
        if (!line.empty() && indent.size() + line.size() + entry.size() > kWidth) {
            result += line + ",\n" + indent;
            line.clear();
        }
        line += (line.empty() ? "" : ", ") + entry;
    }
    return result + line + "}";
}

void write_sections(std::ostream& out, const std::vector<SectionJob>& sections) {
    out << "\n  # Parts of the song in the order of time; each lasts until the next begins.\n";
    if (sections.empty()) {
        out << "  sections: []  # for example [{name: verse, start_s: 0}, {name: chorus, start_s: "
               "31.5}]\n";
        return;
    }
    out << "  sections:\n";
    for (const SectionJob& section : sections)
        out << "    - {name: " << quoted(section.name) << ", start_s: " << number(section.start_s)
            << "}\n";
}

/// The moving knobs of one channel, one point a line.
void write_automation(std::ostream& out, const std::vector<AutomationJob>& automation,
                      const std::string& indent) {
    if (automation.empty()) return;
    out << indent << "automation:\n";
    for (const AutomationJob& moves : automation) {
        out << indent << "  " << quoted(moves.knob) << ":\n";
        for (const AutomationPointJob& point : moves.points)
            out << indent << "    - {at: "
                << (point.section.empty() ? number(point.at_s) : quoted(point.section))
                << ", value: " << number(point.value) << "}\n";
    }
}

void write_stem(std::ostream& out, const StemJob& stem, const std::string& note) {
    if (!note.empty()) out << "    # " << one_line(note) << "\n";
    out << "    - file: " << path_text(stem.file) << "\n";
    const auto line = [&](const char* key, const std::string& value) {
        out << "      " << key << ": " << value << "\n";
    };
    line("name", quoted(stem.name.empty() ? stem.file.stem().string() : stem.name));
    if (!stem.role.empty()) line("role", quoted(stem.role));
    line("intent", kIntentWords[static_cast<int>(stem.intent)]);
    if (stem.space != Wetness::natural) line("space", kSpaceWords[static_cast<int>(stem.space)]);
    line("place", kPlaceWords[static_cast<int>(stem.place)]);
    if (stem.start_s != 0) line("start_s", number(stem.start_s));
    if (stem.untouched) line("untouched", "true");
    if (!stem.duck_under.empty()) line("duck_under", quoted(stem.duck_under));
    if (!stem.make_room_for.empty()) line("make_room_for", quoted(stem.make_room_for));
    if (!stem.lock.empty()) line("lock", flow_map(stem.lock, "             "));
    write_automation(out, stem.automation, "      ");
}

void write_bus(std::ostream& out, const std::string& name, const BusJob& bus) {
    out << "    " << name << ":" << (bus == BusJob() ? " {}" : "") << "\n";
    if (!bus.lock.empty()) out << "      lock: " << flow_map(bus.lock, "             ") << "\n";
    write_automation(out, bus.automation, "      ");
}

void write_console(std::ostream& out, const Job& job) {
    if (job.effects_off.empty() && job.buses.empty()) {
        out << "\n# Where wanted add effects and returns that stay out of play, and knobs of buses "
               "that stay or move, for example\n"
               "#   console: {effects: {echo: off}, buses: {drums: {lock: {glue.ratio: 2}}}}\n";
        return;
    }
    out << "\n# Effects and returns that stay out of play, and knobs of buses that stay or move.\n";
    out << "console:\n";
    if (!job.effects_off.empty()) {
        std::vector<std::string> off;
        for (const std::string& name : job.effects_off) off.push_back(quoted(name) + ": off");
        out << "  effects: {" << join(off) << "}\n";
    }
    if (!job.buses.empty()) out << "  buses:\n";
    for (const auto& [name, bus] : job.buses) write_bus(out, name, bus);
}

void write_references(std::ostream& out, const std::vector<ReferenceJob>& references) {
    if (references.empty()) {
        out << "# Where wanted add finished tracks to come near to, in per cent, for example\n"
               "#   references: [{file: favourite.flac, tone: 80, dynamics: 50, loudness: 0, "
               "width: 30}]\n"
               "# and with mix: 60 another mix of this song, such as a rough one.\n";
        return;
    }
    out << "\n# Finished tracks to come near to: how far, in per cent; weight: among several.\n"
           "references:\n";
    for (const ReferenceJob& r : references)
        out << "  - {file: " << path_text(r.file) << ", weight: " << number(r.weight)
            << ", tone: " << number(r.amount.tone) << ", dynamics: " << number(r.amount.dynamics)
            << ", loudness: " << number(r.amount.loudness) << ", width: " << number(r.amount.width)
            << ", mix: " << number(r.amount.mix) << "}\n";
}

void write_moves(std::ostream& out, const MovesJob& moves) {
    out << "\n# How far creative moves may go, by family or by name: 0 = off, 0.5 = what is usual, "
           "1 = as far as is reasonable;\n"
           "# {lock: 0.4} makes every mix do it so strongly. Which moves the song has places for: "
           "mixfarm analyze.\n"
           "moves:\n";
    const auto line = [&](const std::string& name, const MoveJob& move) {
        out << "  " << name << ": "
            << (move.locked ? "{lock: " + number(*move.locked) + "}" : number(move.most)) << "\n";
    };
    const std::set<std::string> families = {"creative_automation", "dynamic_arrangement",
                                            "human_imperfection", "sound_design"};
    for (const std::string& family : families) line(family, moves.of("", family));
    for (const auto& [name, move] : moves.said)
        if (!families.count(name)) line(name, move);
}

}  // namespace

std::string write_job(const Job& job, const std::vector<std::string>& note) {
    std::ostringstream out;
    out << "# A mixfarm job: what to try with one song. Paths start at this file's folder.\n\n"
           "# The song; a tempo of 0 means that it is not known.\n"
           "song:\n  title: "
        << quoted(job.title) << "\n  tempo_bpm: " << number(job.tempo_bpm) << "\n";
    if (job.beats_per_bar > 0) out << "  beats_per_bar: " << job.beats_per_bar << "\n";
    if (job.first_bar_s) out << "  first_bar_s: " << number(*job.first_bar_s) << "\n";
    if (!job.rough_mix.empty()) out << "  rough_mix: " << path_text(job.rough_mix) << "\n";
    if (!job.own_sounds.empty()) out << "  own_sounds: " << path_text(job.own_sounds) << "\n";
    write_sections(out, job.sections);
    if (!job.phrases.empty()) out << "  phrases:\n";
    for (const PhraseJob& phrase : job.phrases)
        out << "    - {start_s: " << number(phrase.start_s) << ", end_s: " << number(phrase.end_s)
            << "}\n";

    out << "\n  # The stems. intent: lead, normal or background. space: dry, natural or wet. "
           "place: "
           "centre, free (to be\n"
           "  # panned) or wide (to the sides). Where wanted add start_s: 4.5 (begins later), "
           "untouched: true (level only),\n"
           "  # duck_under: kick, make_room_for: lead vocal (another stem, or none), lock: "
           "{fader_db: -3} (a knob that stays),\n"
           "  # automation: {fader_db: [{at: 0, value: -3}, {at: chorus, value: 0}]} (a knob that "
           "moves).\n"
           "  stems:\n";
    for (std::size_t i = 0; i < job.stems.size(); ++i)
        write_stem(out, job.stems[i], i < note.size() ? note[i] : std::string());
    write_console(out, job);

    out << "\n# What good means: a style of jobs/styles, or a style file of one's own.\n"
           "style: "
        << quoted(job.style) << "\n";
    write_references(out, job.references);
    out << "\n# How loud the finished mixes are: integrated loudness and the limiter's ceiling.\n"
           "target:\n  loudness_lufs: "
        << number(job.target.loudness_lufs)
        << "\n  true_peak_dbtp: " << number(job.target.true_peak_dbtp) << "\n";
    write_moves(out, job.moves);
    out << "\n# How widely to search: candidates are looked at, the promising ones heard. The "
           "same "
           "seed gives the same\n# night; time: 15m or 8h, 0 = no limit.\n"
           "search:\n  seed: "
        << job.search.seed << "\n  candidates: " << job.search.candidates
        << "\n  time: " << duration(job.search.time_s) << "\n  picks: " << job.search.picks
        << "\n\n# How much each term of the score counts: 1 is normal, 0 switches it off, for "
           "example {masking: 2}.\n"
           "# There are tone, dynamics, masking, stereo, lead, depth (reverb and echo), "
           "distortion, "
           "prior (nearness to what\n"
           "# engineers do), economy (no effects that buy nothing) and reference (nearness to "
           "references of this song).\n"
           "weights: "
        << flow_map(job.weights, "          ") << "\n";
    if (!job.taste.empty())
        out << "\n# Whose taste is searched for, as `mixfarm audition` learnt it.\ntaste: "
            << path_text(job.taste) << "\n";
    return out.str();
}

}  // namespace mixfarm
