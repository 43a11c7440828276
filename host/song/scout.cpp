/// Looks through a folder of stems and proposes a job for it, with a sentence on what was heard in
/// each.
#include <tbb/parallel_for.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <exception>
#include <set>

#include "host/job/input_error.h"
#include "host/song/decode.h"
#include "host/song/role_words.h"
#include "host/song/song.h"
#include "host/song/sound_traits.h"

namespace mixfarm {
namespace {

namespace fs = std::filesystem;

struct Look {
    int channels = 0, rate = 0;
    double seconds = 0;
    bool silent = false;
    SoundTraits sound;
    RoleGuess role;
};

/// Audio by its extension; what libsndfile cannot read is kept, so that it is refused by name
/// rather than left out in silence.
bool has_audio_extension(const fs::path& file) {
    constexpr std::array<std::string_view, 22> kKnown{
        ".wav",  ".wave", ".bwf", ".rf64", ".w64", ".flac", ".aif", ".aiff",
        ".aifc", ".ogg",  ".oga", ".opus", ".mp3", ".caf",  ".au",  ".snd",
        ".sd2",  ".m4a",  ".aac", ".wma",  ".wv",  ".ape"};
    std::string extension = file.extension().string();
    for (char& c : extension) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return std::find(kKnown.begin(), kKnown.end(), extension) != kKnown.end();
}

std::vector<fs::path> audio_files(const fs::path& folder) {
    std::error_code trouble;
    std::vector<fs::path> files;
    for (fs::directory_iterator it(folder, trouble), end; !trouble && it != end;
         it.increment(trouble)) {
        const std::string name = it->path().filename().string();
        if (name.front() != '.' && it->is_regular_file() && has_audio_extension(it->path()))
            files.push_back(it->path());
    }
    if (trouble)
        throw InputError(folder.string(),
                         "cannot be listed (" + trouble.message() + "); name a folder of stems");
    if (files.empty()) {
        throw InputError(
            folder.string(),
            "holds no audio file; put the song's stems there as WAV, FLAC, AIFF or OGG");
    }
    std::sort(files.begin(), files.end());
    return files;
}

/// The length of what all names begin with, up to a separator: "Song - kick", "Song - bass" -> 7.
/// Zero for fewer than three.
std::size_t shared_prefix(const std::vector<fs::path>& files) {
    if (files.size() < 3) return 0;
    const std::string first = files.front().stem().string(),
                      last = files.back().stem().string();  // sorted: these differ most
    std::size_t common = 0;
    while (common < std::min(first.size(), last.size()) && first[common] == last[common]) ++common;
    while (common > 0 && std::isalnum(static_cast<unsigned char>(first[common - 1]))) --common;
    for (const fs::path& file : files) {
        if (file.stem().string().size() <= common) return 0;
    }
    return common;
}

std::string spoken_rate(int rate) {
    char text[32];
    std::snprintf(text, sizeof text, "%g kHz", rate / 1000.0);
    return text;
}

/// "83 s", "0.4 s", "10 ms"
std::string spoken_length(double seconds) {
    char text[32];
    if (seconds < 0.1)
        std::snprintf(text, sizeof text, "%.0f ms", 1000 * seconds);
    else
        std::snprintf(text, sizeof text, seconds < 9.95 ? "%.1f s" : "%.0f s", seconds);
    return text;
}

/// "low and pitched", "bright and struck": the two things that strike first.
std::string spoken_sound(const SoundTraits& s) {
    const std::string tone = s.low_share > 0.5                            ? "low"
                             : s.high_share > 0.4 || s.centroid_hz > 3500 ? "bright"
                                                                          : "mid-range";
    const std::string manner = s.pitch_share > 0.5                       ? "pitched"
                               : s.onsets_per_s > 0.8 || s.crest_db > 16 ? "struck"
                                                                         : "without clear pitch";
    return tone + " and " + manner;
}

std::string sentence(const Look& look) {
    char text[320];
    const std::string role(role_name(look.role.role));
    const bool by_name = look.role.reason.rfind("named", 0) == 0;
    std::string human = role;
    std::replace(human.begin(), human.end(), '_', ' ');
    const std::string why = look.role.role == Role::other && !by_name
                                ? "role unknown, please say which"
                                : human + (by_name ? " by its name" : " by its sound");
    if (look.silent) {
        std::snprintf(text, sizeof text, "%s, %s, %s, silent: %s",
                      look.channels == 1 ? "mono" : "stereo", spoken_rate(look.rate).c_str(),
                      spoken_length(look.seconds).c_str(), why.c_str());
    } else {
        std::snprintf(text, sizeof text, "%s, %s, %s, %s: %s",
                      look.channels == 1 ? "mono" : "stereo", spoken_rate(look.rate).c_str(),
                      spoken_length(look.seconds).c_str(), spoken_sound(look.sound).c_str(),
                      why.c_str());
    }
    return text;
}

/// The lead vocals carry the song; without any, the part that most often does.
void choose_lead(Job& job, const std::vector<Look>& looks) {
    constexpr std::array kLeadOrder{Role::lead_vocal,      Role::synth_lead, Role::brass,
                                    Role::backing_vocal,   Role::strings,    Role::electric_guitar,
                                    Role::acoustic_guitar, Role::keys,       Role::organ,
                                    Role::other,           Role::pad};
    for (const Role wanted : kLeadOrder) {
        int best = -1;
        for (std::size_t i = 0; i < looks.size(); ++i) {
            if (looks[i].role.role != wanted || looks[i].silent) continue;
            if (wanted == Role::lead_vocal) job.stems[i].intent = Intent::lead;
            const auto plays = [&](int k) {
                return looks[k].sound.active_share * looks[k].seconds;
            };
            if (best < 0 || plays(static_cast<int>(i)) > plays(best)) best = static_cast<int>(i);
        }
        if (best >= 0) {
            job.stems[best].intent = Intent::lead;
            return;
        }
    }
}

bool belongs_in_centre(Role role) {
    return role == Role::kick || role == Role::snare || role == Role::bass_guitar ||
           role == Role::synth_bass || role == Role::lead_vocal;
}

}  // namespace

Scouted scout_folder(const fs::path& stems_dir) {
    if (!fs::is_directory(stems_dir))
        throw InputError(stems_dir.string(),
                         "is not a folder; name the folder of the song's stems");
    const fs::path folder = fs::canonical(stems_dir);
    std::vector<fs::path> files = audio_files(folder);
    const std::size_t prefix = shared_prefix(files);
    Scouted found;
    found.job.folder = folder;
    found.job.title = folder.filename().string();
    if (files.size() >= 3) {
        const auto mix = std::find_if(files.begin(), files.end(), [&](const fs::path& f) {
            return names_a_mix(f.stem().string().substr(prefix));
        });
        if (mix != files.end()) {
            found.job.rough_mix = mix->filename();
            files.erase(mix);
        }
    }

    std::vector<Look> looks(files.size());
    std::vector<std::exception_ptr> failures(files.size());
    const auto part_name = [&](std::size_t i) { return files[i].stem().string().substr(prefix); };
    tbb::parallel_for(std::size_t{0}, files.size(), [&](std::size_t i) {
        try {
            const DecodedFile decoded = decode_file(files[i]);
            Look& look = looks[i];
            look.channels = decoded.channels;
            look.rate = decoded.rate;
            look.seconds = static_cast<double>(decoded.frames) / decoded.rate;
            look.silent = decoded.silent();
            if (!look.silent)
                look.sound = measure_sound_traits(decoded.left, decoded.right, decoded.rate);
            look.role = guess_role(part_name(i), look.sound);
        } catch (...) {
            failures[i] = std::current_exception();
        }
    });
    for (const std::exception_ptr& failure : failures) {
        if (failure) std::rethrow_exception(failure);
    }
    if (std::all_of(looks.begin(), looks.end(), [](const Look& look) { return look.silent; })) {
        throw InputError(
            folder.string(),
            "every stem is silent (never above -90 dBFS); export the stems again, not muted");
    }

    std::set<std::string> taken;
    for (std::size_t i = 0; i < files.size(); ++i) {
        StemJob stem;
        stem.file = files[i].filename();
        stem.name = part_name(i);
        if (!taken.insert(stem.name).second)
            taken.insert(stem.name = files[i].filename().string());  // kick.wav beside kick.flac
        stem.role = role_name(looks[i].role.role);
        stem.place = belongs_in_centre(looks[i].role.role) ? Place::centre : Place::free;
        found.job.stems.push_back(std::move(stem));
        found.notes.push_back(sentence(looks[i]));
    }
    choose_lead(found.job, looks);
    return found;
}

}  // namespace mixfarm
