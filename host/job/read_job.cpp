/// Reads a job file: YAML, then the schema, then what no schema can say (files, names, order in
/// time).
#include <fstream>
#include <iterator>
#include <system_error>

#include "host/job/automation.h"
#include "host/job/check_job.h"
#include "host/job/document.h"
#include "host/job/explain.h"
#include "host/job/input_error.h"
#include "host/job/job.h"
#include "host/job/problems.h"
#include "host/job/words.h"

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

StemJob read_stem(const json& value) {
    StemJob stem;
    stem.file = value.at("file").get<std::string>();
    stem.name = value.value("name", stem.file.stem().string());
    stem.role = value.value("role", "");
    stem.intent = meaning(value.value("intent", ""), kIntentWords, stem.intent);
    stem.space = meaning(value.value("space", ""), kSpaceWords, stem.space);
    stem.place = meaning(value.value("place", ""), kPlaceWords, stem.place);
    stem.start_s = value.value("start_s", 0.0);
    stem.untouched = value.value("untouched", false);
    stem.lock = value.value("lock", stem.lock);
    stem.automation = read_automation(value.value("automation", json::object()));
    stem.duck_under = value.value("duck_under", "");
    stem.make_room_for = value.value("make_room_for", "");
    return stem;
}

void read_console(const json& value, Job& job) {
    const json effects = value.value("effects", json::object());
    for (const auto& [name, on] : effects.items())  // sorted, as JSON objects are here
        if (on == "off" || on == false) job.effects_off.push_back(name);
    const json buses = value.value("buses", json::object());
    for (const auto& [name, said] : buses.items()) {
        BusJob& bus = job.buses[name];
        bus.lock = said.value("lock", bus.lock);
        bus.automation = read_automation(said.value("automation", json::object()));
    }
}

MovesJob read_moves(const json& value) {
    MovesJob moves;
    for (const auto& [name, said] : value.items())
        moves.said[name] =
            said.is_object() ? MoveJob{said.at("lock").get<double>(), said.at("lock").get<double>()}
                             : MoveJob{said.get<double>(), std::nullopt};
    return moves;
}

double read_time(const json& value) {
    return value.is_string() ? parse_duration(value.get<std::string>()) : value.get<double>();
}

/// Where a reference says nothing: its tone most of all, its loudness not (mixes are matched).
constexpr ReferenceAspects kUsualAspects{80, 50, 0, 30, 0};

Job read_values(const json& value) {
    const json& song = value.at("song");
    const json target = value.value("target", json::object());
    const json search = value.value("search", json::object());
    Job job;
    job.title = song.value("title", "");
    job.tempo_bpm = song.value("tempo_bpm", 0.0);
    job.beats_per_bar = song.value("beats_per_bar", 0);
    if (const auto first = song.find("first_bar_s"); first != song.end())
        job.first_bar_s = first->get<double>();
    for (const json& phrase : song.value("phrases", json::array()))
        job.phrases.push_back(
            {phrase.at("start_s").get<double>(), phrase.at("end_s").get<double>()});
    job.rough_mix = song.value("rough_mix", "");
    job.own_sounds = song.value("own_sounds", "");
    for (const json& section : song.value("sections", json::array()))
        job.sections.push_back(
            {section.at("name").get<std::string>(), section.at("start_s").get<double>()});
    for (const json& stem : song.at("stems")) job.stems.push_back(read_stem(stem));
    read_console(value.value("console", json::object()), job);
    job.style = value.value("style", job.style);
    for (const json& reference : value.value("references", json::array()))
        job.references.push_back({reference.at("file").get<std::string>(),
                                  reference.value("weight", 1.0),
                                  {reference.value("tone", kUsualAspects.tone),
                                   reference.value("dynamics", kUsualAspects.dynamics),
                                   reference.value("loudness", kUsualAspects.loudness),
                                   reference.value("width", kUsualAspects.width),
                                   reference.value("mix", kUsualAspects.mix)}});
    job.target.loudness_lufs = target.value("loudness_lufs", job.target.loudness_lufs);
    job.target.true_peak_dbtp = target.value("true_peak_dbtp", job.target.true_peak_dbtp);
    job.search.seed = search.value("seed", job.search.seed);
    if (search.contains("time")) job.search.time_s = read_time(search.at("time"));
    job.search.candidates =
        search.value("candidates", job.search.time_s > 0 ? kUnlimited : job.search.candidates);
    job.search.picks = search.value("picks", job.search.picks);
    job.moves = read_moves(value.value("moves", json::object()));
    job.weights = value.value("weights", job.weights);
    job.taste = value.value("taste", "");
    return job;
}

}  // namespace

MoveJob MovesJob::of(const std::string& move, const std::string& family) const {
    // (estimate) Imperfection and layers change what was played: less of them unless asked for.
    static const std::map<std::string, double> usual = {{"creative_automation", 0.5},
                                                        {"dynamic_arrangement", 0.3},
                                                        {"human_imperfection", 0.2},
                                                        {"sound_design", 0.3}};
    for (const std::string& name : {move, family})
        if (const auto found = said.find(name); found != said.end()) return found->second;
    const auto found = usual.find(family);
    return {found == usual.end() ? 0 : found->second, std::nullopt};
}

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
    check_keys(job, problems);
    check_times(job, problems);
    settle_automation(job, document, problems);
    check_files(job, document, problems);
    problems.raise();
    return job;
}

}  // namespace mixfarm
