/// A job's stems become a song: decoded in parallel, one rate, aligned, of equal length, roles
/// settled.
#include "host/song/song.h"

#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <exception>
#include <map>
#include <optional>
#include <stdexcept>
#include <utility>

#include "host/job/input_error.h"
#include "host/song/decode.h"
#include "host/song/sound_traits.h"

namespace mixfarm {
namespace {

constexpr std::array kSessionRates{44100, 48000, 88200, 96000, 176400, 192000};
constexpr double kLongestSong_s = 4 * 3600.0;
constexpr int kResamplersAtOnce = 4;  ///< each holds one channel twice

/// Runs `work(i)` for every stem in parallel; the first failing stem in job order speaks, whichever
/// thread was quicker.
template <class Work>
void for_each_stem(std::size_t count, Work work) {
    std::vector<std::exception_ptr> failures(count);
    tbb::parallel_for(std::size_t{0}, count, [&](std::size_t i) {
        try {
            work(i);
        } catch (...) {
            failures[i] = std::current_exception();
        }
    });
    for (const std::exception_ptr& failure : failures) {
        if (failure) std::rethrow_exception(failure);
    }
}

std::filesystem::path stem_path(const Job& job, const StemJob& stem) {
    return stem.file.is_absolute() ? stem.file : job.folder / stem.file;
}

RoleGuess settle_role(const StemJob& stem, const std::string& name, const DecodedFile& decoded) {
    if (stem.role.empty())
        return guess_role(name, measure_sound_traits(decoded.left, decoded.right, decoded.rate));
    try {
        return {role_from_name(stem.role), 1.0, "given in the job"};
    } catch (const std::out_of_range&) {
        std::string known;
        for (int i = 0; i < kRoleCount; ++i)
            known += (i ? ", " : "") + std::string(role_name(static_cast<Role>(i)));
        throw InputError(stem.file.string(),
                         "has the role '" + stem.role + "'; use one of " + known);
    }
}

/// The most frequent rate among the stems that sound, the higher one on a tie; 48 kHz when none of
/// them is usual.
int session_rate(const std::vector<DecodedFile>& files) {
    std::map<int, int> count;
    for (const DecodedFile& file : files) {
        const bool usual =
            std::find(kSessionRates.begin(), kSessionRates.end(), file.rate) != kSessionRates.end();
        if (usual && !file.silent()) ++count[file.rate];
    }
    int best = 48000, most = 0;
    for (const auto& [rate, times] : count) {
        if (times >= most) {
            best = rate;
            most = times;
        }
    }
    return best;
}

/// Seconds into the song for every stem: the job's own, else the BWF time reference against the
/// earliest such stem.
std::vector<double> start_times(const Job& job, const std::vector<DecodedFile>& files) {
    std::vector<double> start(files.size());
    const auto by_reference = [&](std::size_t i) {
        return job.stems[i].start_s == 0 && files[i].broadcast_s;
    };
    std::optional<double> earliest;
    for (std::size_t i = 0; i < files.size(); ++i) {
        if (by_reference(i))
            earliest = std::min(earliest.value_or(*files[i].broadcast_s), *files[i].broadcast_s);
    }
    for (std::size_t i = 0; i < files.size(); ++i) {
        const std::string name = stem_path(job, job.stems[i]).string();
        start[i] = by_reference(i) ? *files[i].broadcast_s - *earliest : job.stems[i].start_s;
        if (!(start[i] >= 0))
            throw InputError(name, "starts before the song; give a start_s of 0 or more");
        if (start[i] + static_cast<double>(files[i].frames) / files[i].rate > kLongestSong_s) {
            throw InputError(
                name,
                by_reference(i)
                    ? "carries a BWF time reference hours after the earliest stem's; give start_s "
                      "in the "
                      "job (0.000001 is the very beginning)"
                    : "ends more than 4 hours into the song; correct start_s or cut the stem");
        }
    }
    return start;
}

std::vector<Section> settle_sections(const Job& job, double song_s) {
    std::vector<Section> sections;
    if (!job.sections.empty() && job.sections.front().start_s > 0)
        sections.push_back({"start", 0, 0});
    for (const SectionJob& section : job.sections) {
        const std::string what =
            "section '" + section.name + "' starts at " + std::to_string(section.start_s) + " s, ";
        if (!sections.empty() && section.start_s <= sections.back().start_s) {
            throw InputError("song.sections",
                             what + "not after the one before it; list sections in order of time");
        }
        if (!(section.start_s >= 0 && section.start_s < song_s)) {
            throw InputError("song.sections", what + "outside the song of " +
                                                  std::to_string(song_s) +
                                                  " s; correct or remove it");
        }
        sections.push_back({section.name, section.start_s, 0});
    }
    if (sections.empty()) sections.push_back({"song", 0, 0});
    for (std::size_t i = 0; i < sections.size(); ++i) {
        sections[i].end_s = i + 1 < sections.size() ? sections[i + 1].start_s : song_s;
    }
    return sections;
}

}  // namespace

Song load_song(const Job& job) {
    if (job.stems.empty())
        throw InputError("song.stems", "is empty; a song needs at least one stem");
    std::vector<DecodedFile> files(job.stems.size());
    Song song;
    song.title = job.title;
    song.tempo_bpm = job.tempo_bpm;
    song.beats_per_bar = job.beats_per_bar;
    song.first_bar_s = job.first_bar_s;
    song.phrases = job.phrases;
    song.stems.resize(job.stems.size());

    for_each_stem(files.size(), [&](std::size_t i) {
        const StemJob& wanted = job.stems[i];
        Stem& stem = song.stems[i];
        stem.file = stem_path(job, wanted);
        files[i] = decode_file(stem.file);
        stem.name = wanted.name.empty() ? wanted.file.stem().string() : wanted.name;
        stem.role = settle_role(wanted, stem.name, files[i]);
        stem.intent = wanted.intent;
        stem.place = wanted.place;
        stem.space = wanted.space;
        stem.duck_under = wanted.duck_under;
        stem.make_room_for = wanted.make_room_for;
        stem.untouched = wanted.untouched;
        stem.sha256 = files[i].sha256;
        stem.channels = files[i].channels;
        stem.source_frames = files[i].frames;
        stem.source_rate = files[i].rate;
        stem.silent = files[i].silent();
    });
    if (std::all_of(files.begin(), files.end(),
                    [](const DecodedFile& file) { return file.silent(); })) {
        throw InputError(
            job.title.empty() ? "song.stems" : job.title,
            "every stem is silent (never above -90 dBFS); export the stems again, not muted");
    }

    song.rate = session_rate(files);
    const std::vector<double> start = start_times(job, files);
    std::vector<std::int64_t> offset(files.size());
    for (std::size_t i = 0; i < files.size(); ++i) {
        song.stems[i].start_s = start[i];
        offset[i] = std::llround(start[i] * song.rate);
        song.frames = std::max(
            song.frames, offset[i] + resampled_frames(files[i].frames, files[i].rate, song.rate));
    }
    tbb::task_arena(std::min(kResamplersAtOnce, tbb::this_task_arena::max_concurrency()))
        .execute([&] {
            for_each_stem(files.size(), [&](std::size_t i) {
                const auto fit = [&](std::vector<float>& channel) {
                    return fit_channel(std::exchange(channel, {}), files[i].rate, song.rate,
                                       offset[i], song.frames);
                };
                song.stems[i].left = fit(files[i].left);
                song.stems[i].right = fit(files[i].right);
            });
        });
    song.sections = settle_sections(job, song.seconds());
    return song;
}

}  // namespace mixfarm
