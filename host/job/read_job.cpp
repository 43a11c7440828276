/// Reads a job file: YAML, then the schema, then what no schema can say (files, names, order in
/// time).
#include <algorithm>
#include <fstream>
#include <iterator>
#include <system_error>

#include "host/job/document.h"
#include "host/job/explain.h"
#include "host/job/input_error.h"
#include "host/job/job.h"
#include "host/job/nearest.h"

namespace mixfarm {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::string read_text(const fs::path& file) {
    std::error_code error;
    const fs::file_status status = fs::status(file, error);
    if (!fs::exists(status))
        throw InputError(file.string(),
                         "there is no such file; mixfarm new STEMS_DIR writes a job");
    if (fs::is_directory(status)) {
        throw InputError(file.string(),
                         "is a folder, not a job file; give the job.yaml in it, or write one with "
                         "mixfarm new " +
                             file.string());
    }
    constexpr std::uintmax_t kLargest = 16U << 20U;
    if (fs::is_regular_file(status) && fs::file_size(file, error) > kLargest)
        throw InputError(file.string(),
                         "is larger than 16 MB and so no job; a job is a short YAML text");
    std::ifstream in(file, std::ios::binary);
    std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    if (!in) throw InputError(file.string(), "cannot be read; check its permissions");
    return text;
}

json read_schema() {
    const fs::path file = data_folder() / "schemas" / "job.schema.json";
    std::ifstream in(file, std::ios::binary);
    try {
        return json::parse(in);
    } catch (const json::parse_error& e) {
        throw InputError(
            file.string(),
            std::string("is not the JSON it should be; install mixfarm again: ") + e.what());
    }
}

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

/// Collects every problem of a job, so that a person can mend all of them at once.
class Problems {
public:
    Problems(std::string file, const Document& document)
        : file_(std::move(file)), document_(document) {}

    void add(const JsonPlace& place, const std::string& what) {
        found_.push_back({document_.line_of(place), document_.spell(place) + ": " + what});
    }
    void add(std::vector<Problem> problems) {
        std::move(problems.begin(), problems.end(), std::back_inserter(found_));
    }

    /// Throws an InputError of one line a problem, or returns when there is none.
    void raise() {
        if (found_.empty()) return;
        std::stable_sort(found_.begin(), found_.end(),
                         [](const Problem& a, const Problem& b) { return a.line < b.line; });
        constexpr std::size_t kShown = 20;
        std::string text = found_[0].what;
        for (std::size_t i = 1; i < std::min(found_.size(), kShown); ++i)
            text += "\n" + file_ + ":" + std::to_string(found_[i].line) + ": " + found_[i].what;
        if (found_.size() > kShown)
            text += "\nand " + std::to_string(found_.size() - kShown) + " more";
        throw InputError(file_ + ":" + std::to_string(found_[0].line), text);
    }

private:
    std::string file_;
    const Document& document_;
    std::vector<Problem> found_;
};

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

StemJob read_stem(const json& value) {
    StemJob stem;
    stem.file = value.at("file").get<std::string>();
    stem.name = value.value("name", stem.file.stem().string());
    stem.role = value.value("role", "");
    const std::string intent = value.value("intent", "normal");
    stem.intent = intent == "lead"         ? Intent::lead
                  : intent == "background" ? Intent::background
                                           : Intent::normal;
    stem.place = value.value("place", "free") == "centre" ? Place::centre : Place::free;
    stem.start_s = value.value("start_s", 0.0);
    stem.untouched = value.value("untouched", false);
    stem.lock = value.value("lock", std::map<std::string, double>());
    return stem;
}

double read_time(const json& value) {
    return value.is_string() ? parse_duration(value.get<std::string>()) : value.get<double>();
}

Job read_values(const json& value) {
    const json& song = value.at("song");
    const json target = value.value("target", json::object());
    const json search = value.value("search", json::object());
    Job job;
    job.title = song.value("title", "");
    job.tempo_bpm = song.value("tempo_bpm", 0.0);
    job.rough_mix = song.value("rough_mix", "");
    for (const json& section : song.value("sections", json::array()))
        job.sections.push_back(
            {section.at("name").get<std::string>(), section.at("start_s").get<double>()});
    for (const json& stem : song.at("stems")) job.stems.push_back(read_stem(stem));
    job.style = value.value("style", job.style);
    job.target.loudness_lufs = target.value("loudness_lufs", job.target.loudness_lufs);
    job.target.true_peak_dbtp = target.value("true_peak_dbtp", job.target.true_peak_dbtp);
    job.search.seed = search.value("seed", job.search.seed);
    job.search.candidates = search.value("candidates", job.search.candidates);
    if (search.contains("time")) job.search.time_s = read_time(search.at("time"));
    job.search.picks = search.value("picks", job.search.picks);
    job.weights = value.value("weights", job.weights);
    return job;
}

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
}

}  // namespace

Job read_job(const fs::path& file) {
    const std::string text = read_text(file);
    const Document document = parse_document(text, file.string());
    Problems problems(file.string(), document);
    problems.add(schema_problems(read_schema(), document));
    problems.raise();

    Job job = read_values(document.value);
    job.text = text;
    job.folder = fs::absolute(file).lexically_normal().parent_path();
    check_names(job, document, problems);
    check_times(job, problems);
    for (std::size_t i = 0; i < job.stems.size(); ++i)
        check_file(job.folder, job.stems[i].file, JsonPlace("/song/stems") / i / "file", problems);
    if (!job.rough_mix.empty())
        check_file(job.folder, job.rough_mix, JsonPlace("/song/rough_mix"), problems);
    if (document.value.contains("style")) check_style(job, JsonPlace("/style"), problems);
    problems.raise();
    return job;
}

}  // namespace mixfarm
