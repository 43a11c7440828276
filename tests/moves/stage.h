/// Songs that every move finds a place in, each with a studio whose moves may go all the way: the
/// demo, a band whose job tells its sections, a waltz whose sections are found.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "host/moves/plan_moves.h"
#include "host/studio.h"
#include "tests/form/band.h"
#include "tests/song/audio_files.h"

namespace mixfarm::moves_test {

namespace fs = std::filesystem;

/// Nothing is loud enough for the limiter.
inline constexpr MasterTarget kQuiet{-23, -1};

/// A studio and what it renders: the mix that every stem enters at the same loudness, and that mix
/// with a move.
class Stage {
public:
    Stage(std::string name, Job job)
        : name_(std::move(name)),
          studio_(std::move(job), "cpu", 2, progress_),
          resting_(studio_.space.static_balance()) {}

    const std::string& name() const { return name_; }
    const Studio& studio() const { return studio_; }
    const Song& song() const { return studio_.song; }
    const Form& form() const { return studio_.form; }
    const std::vector<Move>& moves() const { return studio_.space.moves(); }
    Engine& engine() const { return *studio_.engine; }
    double beat_s() const { return 60 / form().beats.tempo_bpm; }
    double bar_s() const { return beat_s() * form().bars.beats; }
    std::size_t frame(double seconds) const {
        return static_cast<std::size_t>(std::clamp(std::llround(seconds * song().rate), 0ll,
                                                   static_cast<long long>(song().frames)));
    }

    const Move* find(std::string_view move) const {
        for (const Move& m : moves())
            if (m.name == move) return &m;
        return nullptr;
    }
    /// Knobs with one move at a strength, the others off.
    std::vector<float> values(const Move& move, float strength) const {
        std::vector<float> values = resting_;
        values[studio_.space.strength_knob(static_cast<std::size_t>(&move - moves().data()))] =
            strength;
        return values;
    }
    MixSettings settings(const Move& move, float strength) const {
        return studio_.space.settings(values(move, strength));
    }
    const std::vector<float>& resting() const { return resting_; }
    MixSettings off() const { return studio_.space.settings(resting_); }
    MixSettings all(float strength) const {
        std::vector<float> values = resting_;
        for (std::size_t m = 0; m < moves().size(); ++m)
            values[studio_.space.strength_knob(m)] = strength;
        return studio_.space.settings(values);
    }
    /// Linear gain with which a stem enters the unmoved mix.
    double level(std::size_t stem) const {
        const auto knob = stem * static_cast<std::size_t>(strip_param_count()) +
                          static_cast<std::size_t>(strip_param_index("trim", "trim_db"));
        return std::pow(10.0, resting_[knob] / 20);
    }
    /// The stems of a group that sound.
    std::vector<std::size_t> stems(Bus group) const {
        std::vector<std::size_t> of_group;
        const Ground ground(studio_.job, studio_.song, studio_.profile, studio_.form);
        for (std::size_t s = 0; s < song().stems.size(); ++s)
            if (ground.group(s) == group && !studio_.profile.stems[s].silent) of_group.push_back(s);
        return of_group;
    }

private:
    std::string name_;
    Progress progress_;
    Studio studio_;
    std::vector<float> resting_;
};

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

inline void allow_all(Job& job) {
    job.moves.said.clear();
    for (int f = 0; f < kFamilies; ++f)
        job.moves.said[family_name(static_cast<Family>(f))] = {1, std::nullopt};
}
/// Moves that lay sounds over stems. These take seconds to make: one song with them is enough.
inline constexpr const char* kLayered[] = {"octave_below", "swell",  "crushed_lead", "doubled_lead",
                                           "shimmer",      "grains", "timing_drift", "pitch_drift",
                                           "tape",         "hiss",   "vinyl"};
inline void leave_out_layers(Job& job, std::string_view but = "") {
    for (const std::string name : kLayered)
        if (name != but) job.moves.said[name] = {0, std::nullopt};
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

inline const Stage& demo() {
    static const Stage made("demo", [] {
        Job job = read_job(write_demo_song(scratch() / "demo"));
        allow_all(job);
        return job;
    }());
    return made;
}

/// A synthesizer that plays eighths to the sample, from the second section on.
inline Stem sequenced(const form_test::Played& played) {
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

/// Its intro is played loud and without keys, its second verse leads into the chorus.
inline const Stage& band() {
    static const Stage made("band", [] {
        form_test::Tune tune;
        tune.bpm = 126, tune.seed = 7;
        tune.form = {{"intro", 4},  {"verse", 8},  {"verse", 4},
                     {"chorus", 8}, {"bridge", 4}, {"chorus", 8}};
        const char* names[] = {"Intro", "Verse", "Pre-chorus", "Hook 1", "Bridge", "Hook 2"};
        form_test::Played played = form_test::Band(tune).play();
        const auto begin = static_cast<std::size_t>(played.boundaries[0] * played.song.rate);
        for (Stem& stem : played.song.stems)
            for (std::size_t n = 0; n < begin; ++n) stem.left[n] *= stem.name == "keys" ? 0.f : 6.f;
        played.song.stems.push_back(sequenced(played));
        Job job = job_of(played, "band");
        leave_out_layers(job, "timing_drift");
        for (std::size_t i = 0; i < std::size(names); ++i)
            job.sections.push_back({names[i], i == 0 ? 0 : played.boundaries[i - 1]});
        return job;
    }());
    return made;
}

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
