/// `mixfarm meter`: every meter on finished audio files, streaming.
#include <sndfile.h>
#include <spdlog/fmt/fmt.h>

#include <iostream>
#include <memory>

#include "host/cli/command.h"
#include "host/job/input_error.h"
#include "host/song/container.h"
#include "kernels/engine.h"

namespace mixfarm::cli {
namespace {

struct Metered {
    std::string file;
    int channels, rate;
    double seconds;
    Measurement measured;
};

Metered meter(const std::string& file) {
    SF_INFO info{};
    const std::unique_ptr<SNDFILE, int (*)(SNDFILE*)> in(sf_open(file.c_str(), SFM_READ, &info),
                                                         sf_close);
    if (!in)
        throw InputError(file, std::string("cannot be read as audio (") + sf_strerror(nullptr) +
                                   "); WAV, FLAC, AIFF and OGG work");
    refuse_torn_container(file);  // libsndfile takes what is there of a WAV cut short
    if (info.channels > 2)
        throw InputError(
            file, "has " + std::to_string(info.channels) + " channels; one or two can be metered");
    if (info.samplerate < 8000) throw InputError(file, "has a sample rate below 8000 Hz");
    FileMeter meters(info.samplerate, info.channels);
    std::vector<float> block(static_cast<std::size_t>(8192 * info.channels));
    sf_count_t frames = 0;
    for (sf_count_t n; (n = sf_readf_float(in.get(), block.data(), 8192)) > 0; frames += n)
        meters.push(block.data(), n);
    if (sf_error(in.get()) != SF_ERR_NO_ERROR ||
        (frames < info.frames && info.frames < SF_COUNT_MAX))
        throw InputError(file,
                         fmt::format("is torn: {} of {} frames can be read", frames, info.frames));
    if (frames == 0) throw InputError(file, "is empty");
    return {file, info.channels, info.samplerate, static_cast<double>(frames) / info.samplerate,
            meters.finish()};
}

}  // namespace

int run_meter(const std::vector<std::string>& words) {
    Arguments arguments(
        "meter FILE...",
        "Measures audio files: BS.1770 loudness, EBU range, true peak, dynamics, stereo, tone.",
        "mixfarm meter mix.wav master.flac");
    arguments.positional("file", -1);
    if (!arguments.parse(words)) return kDone;
    arguments.required("file");
    std::vector<Metered> all;
    for (const std::string& file : arguments.get<std::vector<std::string>>("file"))
        all.push_back(meter(file));
    if (arguments.json()) {
        Json document = Json::array();
        for (const Metered& m : all) {
            Json entry{{"file", m.file},
                       {"channels", m.channels},
                       {"rate", m.rate},
                       {"seconds", m.seconds}};
            for (std::size_t i = 0; i < mix_metrics().size(); ++i)
                entry[mix_metrics()[i].name] = number(m.measured.metrics[i]);
            for (std::size_t b = 0; b < kBands; ++b) {
                const double power =
                    (double(m.measured.left_power[b]) + m.measured.right_power[b]) / m.channels;
                entry["bands_db"].push_back(number(10 * std::log10(power + 1e-15)));
            }
            entry["finite"] = m.measured.finite;
            document.push_back(entry);
        }
        print(document);
        return kDone;
    }
    for (const Metered& m : all) {
        std::cout << fmt::format("{}  ({} channel{}, {} Hz, {})\n", m.file, m.channels,
                                 m.channels == 1 ? "" : "s", m.rate, clock_text(m.seconds));
        for (std::size_t i = 0; i < mix_metrics().size(); ++i) {
            const float value = m.measured.metrics[i];
            std::cout << fmt::format("  {:<22} {}\n", mix_metrics()[i].name,
                                     std::isfinite(value)
                                         ? fmt::format("{:8.2f} {}", value, mix_metrics()[i].unit)
                                         : "       -");
        }
        if (!m.measured.finite) std::cout << "  holds NaN or infinite samples\n";
    }
    return kDone;
}

}  // namespace mixfarm::cli
