/// Checks names, keys, times and files of a job, and says what would be right.
#include "host/job/check_job.h"

#include <algorithm>
#include <map>
#include <system_error>

#include "host/job/nearest.h"
#include "host/job/words.h"

namespace mixfarm {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> names_in(const fs::path& folder) {
    std::vector<std::string> names;
    std::error_code ignored;
    for (fs::directory_iterator at(folder, ignored), end; at != end; at.increment(ignored)) {
        if (ignored) break;
        names.push_back(at->path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

void check_file(const fs::path& folder, const fs::path& file, const JsonPlace& place,
                Problems& problems) {
    const fs::path full = folder / file;
    std::error_code error;
    const fs::file_status status = fs::status(full, error);
    if (fs::is_directory(status))
        return problems.add(place, show_value(file.string()) + " is a folder, not a file");
    if (fs::exists(status)) return;
    std::string absent = "there is no file '";
    absent += full.lexically_normal().string() + "'";
    if (!fs::is_directory(full.parent_path(), error))
        return problems.add(
            place, absent + ": its folder is missing too; paths start at the job's own folder");
    const std::string guess = did_you_mean(file.filename().string(), names_in(full.parent_path()));
    problems.add(place, absent + (guess.empty() ? "; paths start at the job's own folder" : guess));
}

void check_style(const Job& job, const JsonPlace& place, Problems& problems) {
    const bool is_path = job.style.find('/') != std::string::npos || job.style.ends_with(".yaml");
    if (is_path) return check_file(job.folder, job.style, place, problems);
    std::vector<std::string> known;
    for (const fs::path name : names_in(data_folder() / "jobs" / "styles")) {
        if (name.extension() == ".yaml") known.push_back(name.stem().string());
    }
    if (known.empty() || std::find(known.begin(), known.end(), job.style) != known.end()) return;
    problems.add(place, "there is no style '" + job.style + "'" + choices(job.style, known) +
                            "; or give the path of a style file of your own");
}

void check_key(const Job& job, std::size_t stem, const char* key, const std::string& named,
               Problems& problems) {
    if (named.empty() || named == kNoKey) return;
    const JsonPlace place = JsonPlace("/song/stems") / stem / key;
    const auto is_named = [&](const StemJob& other) { return other.name == named; };
    if (is_named(job.stems[stem]))
        return problems.add(
            place, show_value(named) + " is this stem itself; name another stem, or write none");
    if (std::any_of(job.stems.begin(), job.stems.end(), is_named)) return;
    std::vector<std::string> known;
    for (const StemJob& other : job.stems)
        if (&other != &job.stems[stem]) known.push_back(other.name);
    known.push_back(kNoKey);
    problems.add(place, "there is no stem " + show_value(named) + choices(named, known));
}

}  // namespace

void check_names(const Job& job, const Document& document, Problems& problems) {
    std::map<std::string, JsonPlace> first;
    for (std::size_t i = 0; i < job.stems.size(); ++i) {
        const JsonPlace stem = JsonPlace("/song/stems") / i;
        const JsonPlace place =
            document.value.contains(stem / "name") ? stem / "name" : stem / "file";
        const std::string& name = job.stems[i].name;
        const bool control = std::any_of(name.begin(), name.end(),
                                         [](unsigned char c) { return c < 32 || c == 127; });
        if (name.find_first_of("/\\") != std::string::npos || control || name == "." ||
            name == "..") {
            problems.add(
                place, "'" + name +
                           "' cannot name a stem, because names become parts of file names; give a "
                           "name without slashes and control characters");
        }
        const auto [other, is_new] = first.emplace(name, place);
        if (!is_new) {
            problems.add(place, "a second stem named '" + name + "', the first is on line " +
                                    std::to_string(document.line_of(other->second)) +
                                    "; give each stem a name of its own");
        }
    }
}

void check_keys(const Job& job, Problems& problems) {
    for (std::size_t i = 0; i < job.stems.size(); ++i) {
        check_key(job, i, "duck_under", job.stems[i].duck_under, problems);
        check_key(job, i, "make_room_for", job.stems[i].make_room_for, problems);
    }
}

void check_times(const Job& job, Problems& problems) {
    if (job.tempo_bpm > 0 && job.tempo_bpm < 20)
        problems.add(JsonPlace("/song/tempo_bpm"),
                     "slower than any music; write 20 to 400, or 0 for unknown");
    for (std::size_t i = 1; i < job.sections.size(); ++i) {
        const SectionJob& before = job.sections[i - 1];
        if (job.sections[i].start_s > before.start_s) continue;
        problems.add(JsonPlace("/song/sections") / i / "start_s",
                     show_value(job.sections[i].start_s) + " is not after " +
                         show_value(before.start_s) + ", where '" + before.name +
                         "' starts; list the sections in the order of time");
    }
    for (std::size_t i = 0; i < job.phrases.size(); ++i) {
        const PhraseJob& phrase = job.phrases[i];
        if (phrase.end_s <= phrase.start_s)
            problems.add(JsonPlace("/song/phrases") / i / "end_s",
                         show_value(phrase.end_s) + " is not after " + show_value(phrase.start_s) +
                             ", where the phrase starts; a phrase takes time");
        else if (i > 0 && phrase.start_s < job.phrases[i - 1].end_s)
            problems.add(JsonPlace("/song/phrases") / i / "start_s",
                         show_value(phrase.start_s) + " is before " +
                             show_value(job.phrases[i - 1].end_s) +
                             ", where the phrase before it ends; list them in the order of time");
    }
}

void check_files(const Job& job, const Document& document, Problems& problems) {
    for (std::size_t i = 0; i < job.stems.size(); ++i)
        check_file(job.folder, job.stems[i].file, JsonPlace("/song/stems") / i / "file", problems);
    if (!job.taste.empty()) check_file(job.folder, job.taste, JsonPlace("/taste"), problems);
    if (!job.own_sounds.empty() && !std::filesystem::is_directory(job.folder / job.own_sounds))
        problems.add(JsonPlace("/song/own_sounds"), "there is no folder " +
                                                        show_value(job.own_sounds.string()) +
                                                        "; give one with audio files in it");
    if (!job.rough_mix.empty())
        check_file(job.folder, job.rough_mix, JsonPlace("/song/rough_mix"), problems);
    for (std::size_t i = 0; i < job.references.size(); ++i)
        check_file(job.folder, job.references[i].file, JsonPlace("/references") / i / "file",
                   problems);
    if (document.value.contains("style")) check_style(job, JsonPlace("/style"), problems);
}

}  // namespace mixfarm
