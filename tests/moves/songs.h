/// Songs that every move finds a place in, each on a stage whose moves may go all the way.
#pragma once

#include <unistd.h>

#include <filesystem>

#include "tests/form/band.h"
#include "tests/moves/stage.h"
#include "tests/song/audio_files.h"

namespace mixfarm::moves_test {

namespace fs = std::filesystem;

/// A folder that goes with the process.
class Scratch {
public:
    Scratch() : folder_(fs::temp_directory_path() / ("mixfarm-moves-" + std::to_string(getpid()))) {
        fs::create_directories(folder_);
    }
    ~Scratch() { fs::remove_all(folder_); }
    fs::path operator/(const std::string& name) const { return folder_ / name; }

private:
    fs::path folder_;
};
inline const Scratch& scratch() {
    static const Scratch made;
    return made;
}

/// Made only where a job names them.
inline constexpr const char* kAsked[] = {"shimmer", "tape", "hiss", "vinyl"};
inline void allow_all(Job& job) {
    job.moves.said.clear();
    for (int f = 0; f < kFamilies; ++f)
        job.moves.said[family_name(static_cast<Family>(f))] = {1, std::nullopt};
    for (const char* name : kAsked) job.moves.said[name] = {1, std::nullopt};
}
/// Moves that lay sounds over stems. These take seconds to make: a short song with them is enough.
inline constexpr const char* kLayered[] = {"octave_below", "swell",  "crushed_lead", "doubled_lead",
                                           "shimmer",      "grains", "timing_drift", "pitch_drift",
                                           "tape",         "hiss",   "vinyl",        "own_sounds"};
inline void leave_out_layers(Job& job) {
    for (const char* name : kLayered) job.moves.said[name] = {0, std::nullopt};
}

/// A band's stems as files, and a job for them.
inline Job job_of(const form_test::Played& played, const std::string& name) {
    Job job;
    job.title = name, job.folder = scratch() / name;
    fs::create_directories(job.folder);
    for (const Stem& stem : played.song.stems) {
        StemJob of_stem;
        of_stem.name = stem.name, of_stem.role = role_name(stem.role.role);
        of_stem.file = job.folder / (stem.name + ".wav");
        test::write_audio(of_stem.file, {stem.left}, played.song.rate);
        job.stems.push_back(std::move(of_stem));
    }
    allow_all(job);
    return job;
}

inline void tell_sections(Job& job, const form_test::Played& played,
                          std::initializer_list<const char*> names) {
    for (const char* name : names)
        job.sections.push_back(
            {name, job.sections.empty() ? 0 : played.boundaries[job.sections.size() - 1]});
}

inline const Stage& demo() {
    static const Stage made("demo", [] {
        Job job = read_job(write_demo_song(scratch() / "demo"));
        allow_all(job);
        leave_out_layers(job);
        return job;
    }());
    return made;
}

/// Its intro is played loud and without keys, its second verse leads into the chorus.
inline const Stage& band() {
    static const Stage made("band", [] {
        form_test::Tune tune;
        tune.bpm = 126, tune.seed = 7;
        tune.form = {{"intro", 4},  {"verse", 8},  {"verse", 4},
                     {"chorus", 8}, {"bridge", 4}, {"chorus", 8}};
        form_test::Played played = form_test::Band(tune).play();
        const auto begin = static_cast<std::size_t>(played.boundaries[0] * played.song.rate);
        const auto keys = std::find_if(played.song.stems.begin(), played.song.stems.end(),
                                       [](const Stem& s) { return s.name == "keys"; });
        // Carries the harmony while the keys wait; what it plays is not what they play.
        Stem organ = *keys;
        organ.name = "organ", organ.role.role = Role::organ;
        for (std::size_t n = 0; n < organ.left.size(); ++n)
            organ.left[n] *= static_cast<float>(
                std::sin(2 * std::numbers::pi * 97 * static_cast<double>(n) / played.song.rate));
        played.song.stems.push_back(std::move(organ));
        for (Stem& stem : played.song.stems)
            for (std::size_t n = 0; n < begin; ++n) stem.left[n] *= stem.name == "keys" ? 0.f : 6.f;
        Job job = job_of(played, "band");
        leave_out_layers(job);
        tell_sections(job, played, {"Intro", "Verse", "Pre-chorus", "Hook 1", "Bridge", "Hook 2"});
        job.moves.said["thin_verse"] = {0, std::nullopt};  // else nobody carries the late part
        return job;
    }());
    return made;
}

/// A synthesizer that plays eighths to the sample, but not in the intro.
inline Stem sequence(const form_test::Played& played) {
    Stem stem;
    stem.name = "sequence", stem.role.role = Role::synth_lead, stem.channels = 1;
    stem.left.resize(static_cast<std::size_t>(played.song.frames));
    const double rate = played.song.rate, half = (played.beats[1] - played.beats[0]) / 2;
    for (const double beat : played.beats)
        for (const double at : {beat, beat + half})
            for (std::size_t i = 0; beat > played.boundaries[0] - 0.01 && i < 0.9 * half * rate;
                 ++i) {
                const double t = static_cast<double>(i) / rate;
                stem.left[static_cast<std::size_t>(at * rate) + i] += static_cast<float>(
                    0.1 * std::exp(-12 * t) * std::sin(2 * std::numbers::pi * 440 * t));
            }
    return stem;
}

/// Sounds of its user's own, each of one tone.
struct OwnSound {
    const char* name;
    double hz, seconds;
};
inline constexpr OwnSound kOwnSounds[] = {
    {"big riser", 3000, 1}, {"impact", 5000, 0.5}, {"rain", 1500, 2}};

/// Short, with sections of four bars; its moves lay sounds over stems.
inline const Stage& sketch() {
    static const Stage made("sketch", [] {
        form_test::Tune tune;
        tune.bpm = 126, tune.seed = 7;
        tune.form = {{"intro", 4}, {"verse", 4}, {"chorus", 4}, {"bridge", 4}, {"chorus", 4}};
        form_test::Played played = form_test::Band(tune).play();
        played.song.stems.push_back(sequence(played));
        Job job = job_of(played, "sketch");
        tell_sections(job, played, {"Intro", "Verse", "Hook 1", "Bridge", "Hook 2"});
        job.own_sounds = "own";
        fs::create_directories(job.folder / job.own_sounds);
        for (const OwnSound& own : kOwnSounds)
            test::write_audio(job.folder / job.own_sounds / (std::string(own.name) + ".wav"),
                              {test::sine(own.hz, own.seconds, played.song.rate)},
                              played.song.rate);
        return job;
    }());
    return made;
}

/// In three, its tempo and sections found by ear.
inline const Stage& waltz() {
    static const Stage made("waltz", [] {
        form_test::Tune tune;
        tune.bpm = 138, tune.beats = 3, tune.swing = 0.05, tune.drift = 0.01, tune.seed = 3;
        Job job = job_of(form_test::Band(tune).play(), "waltz");
        leave_out_layers(job);
        return job;
    }());
    return made;
}

}  // namespace mixfarm::moves_test
