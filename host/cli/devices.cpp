/// `mixfarm devices`: what a night would run on, and how fast that is, measured on the spot.
#include <spdlog/fmt/fmt.h>

#include <chrono>
#include <iostream>

#include "host/cli/command.h"
#include "host/studio.h"
#include "kernels/core/random.h"

namespace mixfarm::cli {
namespace {

/// Whole-song mixes a second of eight noisy stems, scaled to the reference work: 24 stereo stems of
/// three minutes at 48 kHz.
double mixes_per_second(Engine& engine) {
    constexpr int kStems = 8, kRate = 48000, kFrames = 3 * kRate;
    std::vector<std::vector<float>> audio;
    SongView song{kRate, kFrames, {}, {}};
    for (int s = 0; s < kStems; ++s) {
        RandomStream random(1, static_cast<std::uint64_t>(s));
        audio.emplace_back(kFrames);
        for (float& x : audio.back()) x = static_cast<float>(0.2 * (random.next() - 0.5));
    }
    for (const auto& a : audio) song.stems.push_back({a.data(), a.data()});
    engine.load(song);
    MixSettings mix;
    for (int s = 0; s < kStems; ++s) {
        std::vector<float> row = neutral_strip();
        row[static_cast<std::size_t>(strip_param_index("compressor", "ratio"))] = 2;
        mix.strips.insert(mix.strips.end(), row.begin(), row.end());
    }
    const std::vector<MixSettings> batch(static_cast<std::size_t>(engine.good_batch()), mix);
    const Excerpt whole{0, kFrames, 0};
    const auto begun = std::chrono::steady_clock::now();
    engine.evaluate(batch, {&whole, 1}, {});
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    const double work = static_cast<double>(kStems) * kFrames / (24.0 * 180 * kRate);
    return static_cast<double>(batch.size()) * work / seconds;
}

}  // namespace

int run_devices(const std::vector<std::string>& words) {
    Arguments arguments("devices",
                        "Names the processor and GPUs a night can use, with whole mixes (24 stereo "
                        "stems, 3 minutes, 48 kHz) a second.",
                        "mixfarm devices");
    if (!arguments.parse(words)) return kDone;
    std::vector<std::string> names = {"cpu"};
    for (const DeviceInfo& gpu : cuda_devices()) names.push_back(gpu.name);
    Json document = Json::array();
    for (const std::string& name : names) {
        const std::unique_ptr<Engine> engine = open_engine(name, 0);
        const DeviceInfo info = engine->info();
        const double rate = mixes_per_second(*engine);
        document.push_back({{"name", name},
                            {"description", info.description},
                            {"lanes", info.lanes},
                            {"workers", info.workers},
                            {"mixes_per_s", number(rate)}});
        if (!arguments.json())
            std::cout << fmt::format(
                "{:<8} {}; {} lanes x {} workers; {:.2f} whole mixes a second\n", name,
                info.description, info.lanes, info.workers, rate);
    }
    if (arguments.json())
        print(document);
    else if (names.size() == 1)
        std::cout << (built_with_cuda() ? "cuda     no GPU here\n"
                                        : "cuda     not part of this build (no nvcc was found)\n");
    return kDone;
}

}  // namespace mixfarm::cli
