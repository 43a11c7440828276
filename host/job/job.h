/// A job: what the farm is told to do with one song, read from YAML and checked against
/// schemas/job.schema.json.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace mixfarm {

enum class Intent { lead, normal, background };
enum class Place { centre, free };

struct StemJob {
    std::filesystem::path file;  ///< absolute, or relative to the job's own folder
    std::string name;            ///< unique within the song; file stem when the job gives none
    std::string role;  ///< a role name of host/song/role.h; empty = guess from name and sound
    Intent intent = Intent::normal;
    Place place = Place::free;
    double start_s = 0;                  ///< where in the song the file's first frame lies, >= 0
    bool untouched = false;              ///< level only: no effect is searched on this stem
    std::map<std::string, double> lock;  ///< knob ("fader_db" or "compressor.ratio") -> fixed value
};

struct SectionJob {
    std::string name;
    double start_s = 0;
};

struct Target {
    double loudness_lufs = -14;  ///< integrated, ITU-R BS.1770
    double true_peak_dbtp = -1;  ///< ceiling of the master limiter
};

struct SearchJob {
    std::uint64_t seed = 1;
    std::uint64_t candidates = 2000;
    double time_s = 0;  ///< 0 = no limit; YAML accepts 90, "90s", "15m", "8h"
    int picks = 12;
};

struct Job {
    std::string title;
    double tempo_bpm = 0;  ///< 0 = unknown
    std::vector<StemJob> stems;
    std::vector<SectionJob> sections;  ///< may be empty
    std::filesystem::path rough_mix;   ///< empty = none
    std::string style = "neutral";     ///< a file name in jobs/styles without .yaml, or a path
    Target target;
    SearchJob search;
    std::map<std::string, double> weights;  ///< score term -> weight, >= 0; missing = 1
    std::filesystem::path folder;           ///< where relative paths start
    std::string text;                       ///< the YAML as read, byte for byte
};

/// Reads and validates a job. Throws InputError naming file, key and cure: unreadable YAML (with
/// line), unknown key, wrong type, impossible range, duplicate stem name, missing stem file.
Job read_job(const std::filesystem::path& file);

/// "90", "90s", "15m", "8h" -> seconds. Throws InputError on anything else.
double parse_duration(const std::string& text);

/// The job as commented YAML a person would like to edit; read_job of it gives the same job back.
/// `note` holds one comment a stem (what was heard in it), may be empty.
std::string write_job(const Job& job, const std::vector<std::string>& note);

/// Where jobs/ and schemas/ lie: $MIXFARM_DATA, else beside the executable, else the install
/// prefix, else the source tree.
std::filesystem::path data_folder();

}  // namespace mixfarm
