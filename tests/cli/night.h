/// Short songs to work on, and one finished night that all tests look at.
#pragma once

#include <sndfile.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <numbers>
#include <utility>

#include "tests/cli/program.h"
#include "tests/support/signals.h"

namespace mixfarm::cli_test {

using Channels = std::vector<std::vector<float>>;

inline void write_sound(const fs::path& file, const Channels& channels, int rate,
                        int format = SF_FORMAT_WAV | SF_FORMAT_FLOAT) {
    SF_INFO info{};
    info.samplerate = rate;
    info.channels = static_cast<int>(channels.size());
    info.format = format;
    SNDFILE* out = sf_open(file.c_str(), SFM_WRITE, &info);
    if (!out) throw std::runtime_error(file.string() + ": " + sf_strerror(nullptr));
    std::vector<float> all;
    for (std::size_t n = 0; n < channels[0].size(); ++n)
        for (const auto& channel : channels) all.push_back(channel[n]);
    sf_writef_float(out, all.data(), static_cast<sf_count_t>(channels[0].size()));
    sf_close(out);
}

inline Channels read_sound(const fs::path& file) {
    SF_INFO info{};
    SNDFILE* in = sf_open(file.c_str(), SFM_READ, &info);
    if (!in) throw std::runtime_error(file.string() + ": " + sf_strerror(nullptr));
    std::vector<float> all(static_cast<std::size_t>(info.frames * info.channels));
    sf_readf_float(in, all.data(), info.frames);
    sf_close(in);
    Channels channels(static_cast<std::size_t>(info.channels));
    for (std::size_t i = 0; i < all.size(); ++i) channels[i % channels.size()].push_back(all[i]);
    return channels;
}

/// Five stems that sound like a band: kick, bass, keys (stereo, FLAC), a voice that rests for a
/// second, hats.
inline void write_stems(const fs::path& folder, double seconds, int rate = 44100) {
    fs::create_directories(folder);
    const auto frames = static_cast<std::size_t>(seconds * rate);
    Channels kick(1, std::vector<float>(frames)), bass = kick, voice = kick, hats = kick,
                                                  keys(2, std::vector<float>(frames));
    signals::Random random(11);
    const auto tone = [](double hz, double t, double phase = 0) {
        return std::sin(2 * std::numbers::pi * hz * t + phase);
    };
    for (std::size_t n = 0; n < frames; ++n) {
        const double t = static_cast<double>(n) / rate, beat = std::fmod(t, 0.5),
                     off = std::fmod(t + 0.125, 0.25);
        const double root = std::fmod(t, 2) < 1 ? 55 : 65.4;
        kick[0][n] = static_cast<float>(0.8 * std::exp(-14 * beat) *
                                        tone(1, 45 * beat + 4 * (1 - std::exp(-30 * beat))));
        bass[0][n] = static_cast<float>(0.3 * tone(root, t) + 0.1 * tone(3 * root, t));
        for (int c = 0; c < 2; ++c)
            for (const double interval : {4.0, 5.0, 6.0})
                keys[static_cast<std::size_t>(c)][n] +=
                    static_cast<float>(0.08 * tone(root * interval * (1 + 0.003 * c), t, c));
        double harmonics = 0;
        for (int h = 1; h <= 8; ++h) harmonics += tone(330 * h, t + 0.002 * tone(5, t)) / h;
        voice[0][n] = static_cast<float>(t < 1 ? 0 : 0.15 * harmonics * std::pow(tone(1.5, t), 2));
        hats[0][n] = static_cast<float>(0.3 * std::exp(-60 * off) * random.both_signs());
    }
    write_sound(folder / "kick.wav", kick, rate, SF_FORMAT_WAV | SF_FORMAT_PCM_24);
    write_sound(folder / "bass.wav", bass, rate);
    write_sound(folder / "keys.flac", keys, rate, SF_FORMAT_FLAC | SF_FORMAT_PCM_24);
    write_sound(folder / "vocal.aiff", voice, rate, SF_FORMAT_AIFF | SF_FORMAT_PCM_16);
    write_sound(folder / "hats.wav", hats, rate);
}

/// Stems and job in `folder`, as `mixfarm new` writes it.
inline std::string write_song(const fs::path& folder, double seconds) {
    write_stems(folder / "stems", seconds);
    const std::string job = (folder / "job.yaml").string();
    succeed({"new", (folder / "stems").string(), "-o", job});
    return job;
}

/// A job's text with `from` replaced; fails when there is no `from`.
inline void edit_job(const fs::path& job, const std::string& from, const std::string& to) {
    std::string text = text_of(job);
    const auto at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    write_text(job, text.replace(at, from.size(), to));
}

struct SharedNight {
    fs::path folder;
    std::string job, night;
    double seconds;  ///< that it took
};
inline constexpr const char* kSharedCandidates = "100";

/// One night of 100 candidates on a song of six seconds, worked through once for a build of the
/// program and its data, whichever test (each is a process of its own under ctest) needs it first.
inline const SharedNight& shared_night() {
    static const SharedNight shared = [] {
        std::string key;
        const auto stamp = [&key](const fs::path& file) {
            struct stat status {};
            if (stat(file.c_str(), &status) == 0)
                key += std::to_string(status.st_size) + "." +
                       std::to_string(status.st_mtim.tv_sec) + "." +
                       std::to_string(status.st_mtim.tv_nsec) + " ";
        };
        std::vector<fs::path> files = {MIXFARM_BINARY, "/proc/self/exe"};
        for (const auto& entry :
             fs::recursive_directory_iterator(fs::path(MIXFARM_SOURCE_DIR) / "jobs"))
            files.push_back(entry.path());
        std::sort(files.begin(), files.end());
        for (const fs::path& file : files) stamp(file);
        const fs::path folder = MIXFARM_CLI_NIGHTS;
        fs::create_directories(folder);
        const int lock = open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        flock(lock, LOCK_EX);
        SharedNight made{folder, (folder / "job.yaml").string(), (folder / "night").string(), 0};
        if (text_of(folder / "made") != key) {
            for (const char* old : {"made", "stems", "job.yaml", "night"})
                fs::remove_all(folder / old);
            write_song(folder, 6);
            const auto begun = std::chrono::steady_clock::now();
            succeed({"run", made.job, "-o", made.night, "--candidates", kSharedCandidates,
                     "--device", "cpu"});
            made.seconds =
                std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
            write_text(folder / "seconds", std::to_string(made.seconds));
            write_text(folder / "made", key);
        }
        made.seconds = std::stod(text_of(folder / "seconds"));
        close(lock);
        return made;
    }();
    return shared;
}

/// File name -> inode, size, time of last change: what stays the same as long as nobody writes.
inline std::map<std::string, std::string> stored_parts(const fs::path& night) {
    std::map<std::string, std::string> parts;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(night / "parts", none)) {
        struct stat s {};
        if (entry.path().extension() != ".h5" || stat(entry.path().c_str(), &s) != 0) continue;
        parts[entry.path().filename().string()] =
            std::to_string(s.st_ino) + " " + std::to_string(s.st_size) + " " +
            std::to_string(s.st_mtim.tv_sec) + "." + std::to_string(s.st_mtim.tv_nsec);
    }
    return parts;
}

/// `top --json` without what names the folder.
inline Json ranking_of(const fs::path& night) {
    Json top = ask({"top", night.string(), "-n", "1000"});
    top.erase("night");
    for (const char* list : {"picks", "audition"})
        for (Json& item : top[list])
            item["file"] = fs::path(item["file"].get<std::string>()).filename().string();
    return top;
}

/// nights.py beside this file, read with h5py alone.
inline Json look_into(const Words& words) {
    Words all = {MIXFARM_PYTHON, std::string(MIXFARM_SOURCE_DIR) + "/tests/cli/nights.py"};
    all.insert(all.end(), words.begin(), words.end());
    const Ended ended = run_program(all);
    EXPECT_EQ(ended.code, 0) << ended.err;
    return ended.json();
}

/// Both nights hold the same candidates, metrics, scores and ranking, bit for bit.
inline void expect_same_night(const fs::path& a, const fs::path& b) {
    const Json difference =
        look_into({"compare", (a / "results.h5").string(), (b / "results.h5").string()});
    EXPECT_GT(difference["compared"].get<int>(), 40);
    EXPECT_TRUE(difference["different"].empty())
        << a << " and " << b << " differ in " << difference["different"];
    EXPECT_EQ(ranking_of(a), ranking_of(b));
}

}  // namespace mixfarm::cli_test
