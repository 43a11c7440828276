/// `mixfarm meter`: every meter on finished audio files, streaming, a file a thread.
#include <algorithm>
#include <atomic>
#include <exception>
#include <iostream>
#include <optional>
#include <thread>

#include "host/cli/command.h"
#include "host/cli/meter_report.h"
#include "host/job/input_error.h"

namespace mixfarm::cli {
namespace {

struct Metered {
    std::vector<MeteredFile> files;   ///< in the order asked for
    std::vector<std::string> faults;  ///< of those that are not among them
};

/// Throws whatever is no fault of a file.
Metered meter_all(const std::vector<std::string>& files, bool with_series) {
    std::vector<std::optional<MeteredFile>> metered(files.size());
    std::vector<std::exception_ptr> failed(files.size());
    std::atomic<std::size_t> next{0};
    {
        std::vector<std::jthread> workers;
        const std::size_t cores = std::max(1u, std::thread::hardware_concurrency());
        for (std::size_t w = 0; w < std::min(cores, files.size()); ++w)
            workers.emplace_back([&] {
                for (std::size_t i; (i = next++) < files.size();) try {
                        metered[i] = meter_file(files[i], with_series);
                    } catch (...) {
                        failed[i] = std::current_exception();
                    }
            });
    }
    Metered all;
    for (std::size_t i = 0; i < files.size(); ++i) try {
            if (failed[i]) std::rethrow_exception(failed[i]);
            all.files.push_back(std::move(*metered[i]));
        } catch (const InputError& e) {
            all.faults.push_back(e.what());
        }
    return all;
}

void compare(Metered& all, const AudioFeatures& reference) {
    for (MeteredFile& m : all.files) try {
            m.against = feature_loss(features_of(m.file), reference);
        } catch (const InputError& e) {
            all.faults.push_back(e.what());
        }
}

}  // namespace

int run_meter(const std::vector<std::string>& words) {
    Arguments arguments(
        "meter FILE...",
        "Measures audio files, mono to 5.1: BS.1770 loudness over time, EBU range, true peak, "
        "dynamics, stereo, tone; clipping, samples over full scale, dropouts of a millisecond and "
        "more, in all channels or in one. A file that cannot be measured is told on standard "
        "error (exit code 2) and keeps no other from being measured.",
        "mixfarm meter mix.wav master.flac --bands");
    arguments.positional("file", -1);
    arguments.add()("bands", "print levels, width and correlation by third octaves")(
        "against", boost::program_options::value<std::string>()->value_name("FILE"),
        "a finished track, mono or stereo: how far from it, by the audio-feature loss of "
        "Diff-MST; all at 44.1 kHz, as published");
    if (!arguments.parse(words)) return kDone;
    arguments.required("file");
    std::optional<AudioFeatures> reference;
    if (arguments.has("against")) reference = features_of(arguments.get<std::string>("against"));
    Metered all = meter_all(arguments.get<std::vector<std::string>>("file"), arguments.json());
    if (reference) compare(all, *reference);
    if (arguments.json() && !all.files.empty()) {
        Json document = Json::array();
        for (const MeteredFile& m : all.files) document.push_back(meter_json(m));
        print(document);
    }
    if (!arguments.json())
        for (const MeteredFile& m : all.files) std::cout << meter_text(m, arguments.has("bands"));
    for (const std::string& fault : all.faults) std::cerr << "mixfarm: " << fault << "\n";
    return all.faults.empty() ? kDone : kInputFault;
}

}  // namespace mixfarm::cli
