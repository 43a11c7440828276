/// A song in memory: every stem decoded, at the session rate, aligned and of equal length.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "host/job/job.h"
#include "host/song/role.h"

namespace mixfarm {

struct Stem {
    std::string name;
    std::filesystem::path file;
    std::string sha256;  ///< of the file's bytes
    RoleGuess role;
    Intent intent = Intent::normal;
    Wetness space = Wetness::natural;
    Place place = Place::free;
    std::string duck_under;     ///< stem that keys its compressor; empty: free to choose
    std::string make_room_for;  ///< stem that keys its dynamic equaliser; empty: free to choose
    bool untouched = false;
    int channels = 0;  ///< of the file: 1 or 2
    std::int64_t source_frames = 0;
    int source_rate = 0;  ///< Hz
    double start_s = 0;
    bool silent = false;       ///< never above -90 dBFS
    std::vector<float> left;   ///< [Song::frames], session rate, full scale = 1
    std::vector<float> right;  ///< same; empty when the stem is mono (then right is left)

    const float* left_data() const { return left.data(); }
    const float* right_data() const { return right.empty() ? left.data() : right.data(); }
};

struct Section {
    std::string name;
    double start_s = 0, end_s = 0;
};

struct Song {
    std::string title;
    int rate = 48000;                   ///< one of 44100, 48000, 88200, 96000, 176400, 192000
    std::int64_t frames = 0;            ///< the longest stem, start offset included
    double tempo_bpm = 0;               ///< 0 = unknown
    int beats_per_bar = 0;              ///< 0 = unknown
    std::optional<double> first_bar_s;  ///< a downbeat, where the job tells one
    std::vector<PhraseJob> phrases;     ///< the lead's, where the job tells them
    std::vector<Stem> stems;            ///< in job order
    std::vector<Section>
        sections;  ///< contiguous over the whole song; one section "song" when unknown

    double seconds() const { return static_cast<double>(frames) / rate; }
};

/// Decodes, resamples and aligns all stems of a job. Throws InputError: not audio, torn, empty,
/// more than two channels, NaN or infinite samples, samples beyond +-64 (36 dB over full scale),
/// all stems silent, fewer than one stem.
Song load_song(const Job& job);

/// A job for every audio file of a folder (not recursive, sorted by name), roles guessed, ready for
/// write_job; the notes say what was heard in each stem. Throws InputError when there is none.
struct Scouted {
    Job job;
    std::vector<std::string> notes;
};
Scouted scout_folder(const std::filesystem::path& stems_dir);

/// Writes the built-in demo song (stems as 24-bit FLAC, job.yaml) into `folder`; same bytes on
/// every run and machine class. Returns the job's path.
std::filesystem::path write_demo_song(const std::filesystem::path& folder);

}  // namespace mixfarm
