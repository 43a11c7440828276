/// `mixfarm meter`: every meter on finished audio files, streaming, a file a thread.
#include <algorithm>
#include <atomic>
#include <exception>
#include <iostream>
#include <optional>
#include <thread>

#include "host/cli/command.h"
#include "host/cli/meter_report.h"

namespace mixfarm::cli {
namespace {

/// In the order asked for; throws what the first of the files that cannot be metered threw.
std::vector<MeteredFile> meter_all(const std::vector<std::string>& files) {
    std::vector<std::optional<MeteredFile>> metered(files.size());
    std::vector<std::exception_ptr> failed(files.size());
    std::atomic<std::size_t> next{0};
    {
        std::vector<std::jthread> workers;
        const std::size_t cores = std::max(1u, std::thread::hardware_concurrency());
        for (std::size_t w = 0; w < std::min(cores, files.size()); ++w)
            workers.emplace_back([&] {
                for (std::size_t i; (i = next++) < files.size();) try {
                        metered[i] = meter_file(files[i]);
                    } catch (...) {
                        failed[i] = std::current_exception();
                    }
            });
    }
    std::vector<MeteredFile> all;
    for (std::size_t i = 0; i < files.size(); ++i) {
        if (failed[i]) std::rethrow_exception(failed[i]);
        all.push_back(std::move(*metered[i]));
    }
    return all;
}

}  // namespace

int run_meter(const std::vector<std::string>& words) {
    Arguments arguments(
        "meter FILE...",
        "Measures audio files, mono to 5.1: BS.1770 loudness over time, EBU range, true peak, "
        "dynamics, stereo, tone, clipping.",
        "mixfarm meter mix.wav master.flac --bands");
    arguments.positional("file", -1);
    arguments.add()("bands", "print levels, width and correlation by third octaves")(
        "against", boost::program_options::value<std::string>()->value_name("FILE"),
        "a finished track, mono or stereo: how far from it, by the audio-feature loss of "
        "Diff-MST; all at 44.1 kHz, as published");
    if (!arguments.parse(words)) return kDone;
    arguments.required("file");
    std::vector<MeteredFile> all = meter_all(arguments.get<std::vector<std::string>>("file"));
    if (arguments.has("against")) {
        const AudioFeatures reference = features_of(arguments.get<std::string>("against"));
        for (MeteredFile& m : all) m.against = feature_loss(features_of(m.file), reference);
    }
    if (arguments.json()) {
        Json document = Json::array();
        for (const MeteredFile& m : all) document.push_back(meter_json(m));
        print(document);
        return kDone;
    }
    for (const MeteredFile& m : all) std::cout << meter_text(m, arguments.has("bands"));
    return kDone;
}

}  // namespace mixfarm::cli
