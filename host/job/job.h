/// A job: what the farm is told to do with one song, read from YAML and checked against
/// schemas/job.schema.json.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace mixfarm {

enum class Intent { lead, normal, background };
enum class Wetness { dry, natural, wet };
enum class Place { centre, free, wide };

/// Where an automated knob stands at one moment of the song.
struct AutomationPointJob {
    double at_s = 0;      ///< seconds from the song's start, also where `section` is given
    std::string section;  ///< the point lies at this section's start; empty = the job gives seconds
    double value = 0;     ///< in the knob's own unit
    bool operator==(const AutomationPointJob&) const = default;
};

/// A knob that moves through the song.
struct AutomationJob {
    std::string knob;  ///< "fader_db" or "compressor.ratio", as in a lock
    std::vector<AutomationPointJob>
        points;  ///< at least one, in the order of time; two at one time make a jump
    bool operator==(const AutomationJob&) const = default;
};

struct StemJob {
    std::filesystem::path file;  ///< absolute, or relative to the job's own folder
    std::string name;            ///< unique within the song; file stem when the job gives none
    std::string role;  ///< a role name of host/song/role.h; empty = guess from name and sound
    Intent intent = Intent::normal;
    Wetness space = Wetness::natural;  ///< how much room the stem is meant to have around it
    Place place = Place::free;
    double start_s = 0;                  ///< where in the song the file's first frame lies, >= 0
    bool untouched = false;              ///< level only: no effect is searched on this stem
    std::map<std::string, double> lock;  ///< knob ("fader_db" or "compressor.ratio") -> fixed value
    std::vector<AutomationJob>
        automation;             ///< in the order of the knobs' names, none of them locked
    std::string duck_under;     ///< stem that a keyed compressor listens to; empty = the program
                                ///< chooses, "none" = no key
    std::string make_room_for;  ///< stem that a keyed dynamic equaliser listens to, likewise
};

struct SectionJob {
    std::string name;
    double start_s = 0;
};

/// What the job says about a channel behind the strips: a group, a return or the master.
struct BusJob {
    std::map<std::string, double> lock;     ///< knob ("glue.ratio") -> fixed value
    std::vector<AutomationJob> automation;  ///< as a stem's
    bool operator==(const BusJob&) const = default;
};

/// How far a mix is pulled toward a reference, in per cent, aspect by aspect.
struct ReferenceAspects {
    double tone = 0;      ///< third-octave balance
    double dynamics = 0;  ///< peak-to-loudness ratio and loudness range
    double loudness = 0;  ///< integrated loudness: moves the target
    double width = 0;     ///< side-to-mid energy ratio
    double mix = 0;       ///< the mix itself, of the same song: middle and sides band by band
    bool operator==(const ReferenceAspects&) const = default;
};

/// A finished track that shows what is meant.
struct ReferenceJob {
    std::filesystem::path file;  ///< absolute, or relative to the job's own folder
    double weight = 1;           ///< among several, > 0
    ReferenceAspects amount;
    bool operator==(const ReferenceJob&) const = default;
};

struct Target {
    double loudness_lufs = -14;  ///< integrated, ITU-R BS.1770
    double true_peak_dbtp = -1;  ///< ceiling of the master limiter
};

/// Candidates of a night that has a time and no number of candidates.
inline constexpr std::uint64_t kUnlimited = 2'000'000'000;  ///< more than can be asked for

struct SearchJob {
    std::uint64_t seed = 1;
    std::uint64_t candidates = 100'000;  ///< to look at; kUnlimited where only the clock ends it
    double time_s = 0;                   ///< 0 = no limit; YAML accepts 90, "90s", "15m", "8h"
    int picks = 12;
};

/// A line that the lead sings or plays.
struct PhraseJob {
    double start_s = 0, end_s = 0;
    bool operator==(const PhraseJob&) const = default;
};

/// How far a move, or every move of a family, may go: strength 0 to 1, 0 = off.
struct MoveJob {
    double most = 0;
    std::optional<double> locked;  ///< every mix makes it so strongly
    bool operator==(const MoveJob&) const = default;
};
struct MovesJob {
    std::map<std::string, MoveJob> said;  ///< by name of a move or of a family
    /// What the job says of the move, else of its family, else what is usual.
    MoveJob of(const std::string& move, const std::string& family) const;
};

struct Job {
    std::string title;
    double tempo_bpm = 0;               ///< 0 = unknown
    int beats_per_bar = 0;              ///< 0 = unknown
    std::optional<double> first_bar_s;  ///< a downbeat, seconds; none = unknown
    std::vector<StemJob> stems;
    std::vector<SectionJob> sections;      ///< may be empty
    std::vector<PhraseJob> phrases;        ///< may be empty
    std::filesystem::path rough_mix;       ///< empty = none
    std::filesystem::path own_sounds;      ///< a folder of sounds to make moves with; empty = none
    std::vector<std::string> effects_off;  ///< effects and returns kept out of play, sorted
    std::map<std::string, BusJob> buses;   ///< by name: drums, bass, music, vocals, effects, plate,
                                           ///< hall, echo, master; only those the job speaks of
    std::string style = "neutral";         ///< a file name in jobs/styles without .yaml, or a path
    std::vector<ReferenceJob> references;  ///< may be empty
    Target target;
    SearchJob search;
    std::filesystem::path taste;  ///< a listener's taste file; empty = nobody's
    MovesJob moves;
    std::map<std::string, double> weights;  ///< score term -> weight, >= 0; missing = 1
    std::filesystem::path folder;           ///< where relative paths start
    std::string text;                       ///< the YAML as read, byte for byte
};

/// Reads and validates a job. Throws InputError naming file, key and cure: unreadable YAML (with
/// line), unknown key, wrong type, impossible range, duplicate stem name, missing stem file, a key
/// that is no other stem, automation that goes back in time or starts at an unknown section. Names
/// and ranges of knobs and names of effects are the business of host/space.
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
