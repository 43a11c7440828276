/// `mixfarm render`: audio of any candidate of a night, and of its stems.
#include <spdlog/fmt/fmt.h>

#include <iostream>
#include <set>

#include "host/cli/command.h"
#include "host/job/input_error.h"
#include "host/morning.h"
#include "host/render/audio_file.h"
#include "host/reopen.h"

namespace mixfarm::cli {
namespace fs = std::filesystem;

namespace {

std::vector<std::uint64_t> wanted_ids(const Results& results,
                                      const std::vector<std::string>& words) {
    std::vector<std::uint64_t> ids;
    for (const std::string& word : words) {
        ids.push_back(candidate_id(word));
        row_of(results, ids.back());
    }
    return ids;
}

}  // namespace

int run_render(const std::vector<std::string>& words) {
    Arguments arguments(
        "render NIGHT ID... -o DIR [--stems] [--format wav|flac] [--bits 16|24|32f]",
        "Renders candidates exactly as they were measured. --stems adds every stem behind its "
        "strip and the gain to the target loudness;\n"
        "what groups, returns, master and limiter add is in the mix only.",
        "mixfarm render tonight 1234 77 -o mixes --format wav --bits 32f");
    arguments.add()("out,o", po::value<std::string>(), "folder for the audio")(
        "stems", "the processed stems as well")(
        "format", po::value<std::string>()->default_value("flac"), "wav or flac")(
        "bits", po::value<std::string>()->default_value("24"), "16, 24 or 32f")(
        "device", po::value<std::string>()->default_value("auto"), "auto, cpu, cuda, cuda:1, all");
    arguments.positional("words", -1);
    if (!arguments.parse(words)) return kDone;
    arguments.required("words");
    const auto given = arguments.get<std::vector<std::string>>("words");
    if (given.size() < 2)
        throw InputError(
            "mixfarm render",
            "needs a night and at least one id; usage: mixfarm render NIGHT ID... -o DIR");
    if (!arguments.has("out"))
        throw InputError("mixfarm render", "say where the audio goes: -o DIR");
    const AudioFormat format = audio_format(arguments.get<std::string>("format"));
    const BitDepth bits = bit_depth(arguments.get<std::string>("bits"), format);
    const std::string ending = format == AudioFormat::wav ? ".wav" : ".flac";
    const fs::path folder = arguments.get<std::string>("out");

    Progress progress;
    const ReopenedNight night =
        reopen_night(given[0], arguments.get<std::string>("device"), progress);
    const std::vector<std::uint64_t> ids =
        wanted_ids(night.results, {given.begin() + 1, given.end()});
    std::error_code error;
    fs::create_directories(folder, error);
    if (error)
        throw InputError(folder.string(), "cannot make this folder (" + error.message() + ")");

    Json document = Json::array();
    for (const std::uint64_t id : ids) {
        const Row& row = night.results.rows[row_of(night.results, id)];
        const MixSettings mix = night.studio->space.settings(row.values);
        const StereoAudio audio =
            night.studio->engine->render({&mix, 1}, night.studio->target).front();
        const fs::path file = folder / fmt::format("mix-{}{}", id, ending);
        write_audio(file, audio, format, bits,
                    {fmt::format("{} - mix {}", night.studio->job.title, id), row.origin});
        Json entry{{"id", id}, {"file", file.string()}};
        if (arguments.has("stems")) {
            const fs::path stems = folder / fmt::format("mix-{}-stems", id);
            fs::create_directories(stems);
            for (std::size_t s = 0; s < night.studio->song.stems.size(); ++s) {
                const std::string& name = night.studio->song.stems[s].name;
                const fs::path stem =
                    stems / fmt::format("{:02}-{}{}", s + 1, file_words(name), ending);
                write_audio(
                    stem,
                    night.studio->engine->render_stem(mix, static_cast<int>(s), row.master_gain_db),
                    format, bits, {name, fmt::format("mix {}", id)});
                entry["stems"].push_back(stem.string());
            }
        }
        document.push_back(entry);
        if (!arguments.json()) std::cout << file.string() << "\n";
    }
    if (arguments.json()) print(document);
    return kDone;
}

}  // namespace mixfarm::cli
