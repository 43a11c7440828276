/// The engine on a GPU: cuts a list of mixes into batches that fit its memory.
#include <algorithm>
#include <cstdio>

#include "kernels/core/check.h"
#include "kernels/cpu/denormals.h"
#include "kernels/cuda/batch.h"
#include "kernels/cuda/gpu_seer.h"
#include "kernels/cuda/strip_sound.h"
#include "kernels/effects/effect.h"

namespace mixfarm {
namespace {

using cuda::Batch;
using cuda::BatchPlan;
using cuda::ConsoleLayout;
using cuda::kWarp;

/// Waves of blocks a batch may hold: the strips run one wave after another, but the master pass
/// fills the GPU only with several.
constexpr std::size_t kMostWaves = 4;
/// Of the free memory; the rest is for the driver, which takes the threads' local memory at the
/// first launch.
constexpr double kMemoryShare = 0.75;

/// Any failure here means that there is no GPU for us: no driver, no card, a driver too old.
int device_count() {
    int count = 0;
    if (cudaGetDeviceCount(&count) == cudaSuccess) return count;
    cudaGetLastError();
    return 0;
}

/// Has this build machine code or PTX for the device?
bool usable(int device) {
    if (cudaSetDevice(device) == cudaSuccess && cuda::strips_loadable()) return true;
    cudaGetLastError();
    return false;
}

cudaDeviceProp properties(int device) {
    cudaDeviceProp properties{};
    MF_CUDA(cudaGetDeviceProperties(&properties, device));
    return properties;
}

DeviceInfo describe(int device) {
    const cudaDeviceProp p = properties(device);
    char text[320];
    std::snprintf(text, sizeof text, "%s, compute capability %d.%d, %d multiprocessors, %.0f GiB",
                  p.name, p.major, p.minor, p.multiProcessorCount,
                  static_cast<double>(p.totalGlobalMem) / (1 << 30));
    return {"cuda:" + std::to_string(device), text, kWarp, p.multiProcessorCount};
}

class CudaEngine final : public Engine {
public:
    explicit CudaEngine(int device) : device_(device), info_(describe(device)) {}

    DeviceInfo info() const override { return info_; }
    int good_batch() const override { return info_.lanes * info_.workers; }

    void load(const SongView& song) override { song_ = std::make_unique<LoadedSong>(song); }

    std::vector<Measurement> evaluate(std::span<const MixSettings> mixes,
                                      std::span<const Excerpt> excerpts,
                                      const MasterTarget& target) override {
        return run(mixes, excerpts, target, {});
    }

    std::vector<StereoAudio> render(std::span<const MixSettings> mixes,
                                    const MasterTarget& target) override {
        MF_CHECK(song_ != nullptr);
        std::vector<StereoAudio> audio(mixes.size());
        const Excerpt whole{0, song_->view.frames, 0};
        run(mixes, {&whole, 1}, target, audio);
        return audio;
    }

    StereoAudio render_stem(const MixSettings& mix, int stem, float gain_db) override {
        MF_CHECK(song_ != nullptr && stem >= 0 &&
                 stem < static_cast<int>(song_->view.stems.size()));
        MF_CUDA(cudaSetDevice(device_));
        const FlushDenormals flush;
        StereoAudio audio = cuda::strip_sound(*song_, mix, stem);
        const auto gain = static_cast<float>(gain_of_db(gain_db));
        for (float& x : audio.left) x *= gain;
        for (float& x : audio.right) x *= gain;
        return audio;
    }

    std::vector<std::unique_ptr<Seer>> seers(const ForeseenSong& song) override {
        std::vector<std::unique_ptr<Seer>> all;
        all.push_back(cuda::make_seer(device_, song));
        return all;
    }

private:
    struct Size {
        std::size_t mixes;
        cuda::BatchStyle style;
    };
    /// How many candidates go through together, and on what they may spend memory.
    Size batch_size(const BatchPlan& plan, const ConsoleLayout& layout, std::size_t mixes,
                    cuda::BatchStyle may) const {
        std::size_t free = 0, all = 0;
        MF_CUDA(cudaMemGetInfo(&free, &all));
        const auto share = static_cast<std::size_t>(kMemoryShare * static_cast<double>(free)),
                   fixed = plan.fixed_bytes(*song_);
        const std::size_t wave = static_cast<std::size_t>(good_batch()),
                          wanted = std::min(mixes, kMostWaves * wave);
        // Blocks of strips for half of the multiprocessors or less.
        const bool few =
            2 * ((wanted + kWarp - 1) / kWarp) <= static_cast<std::size_t>(info_.workers);
        const auto room = [&](cuda::BatchStyle style) {
            return share > fixed ? (share - fixed) / plan.bytes_per_slot(*song_, layout, style) : 0;
        };
        // Keeping saves rendering every strip twice; it is not worth a GPU half idle.
        const std::size_t enough = (std::min(wanted, wave) + kWarp - 1) / kWarp * kWarp;
        cuda::BatchStyle style{false, false};
        for (const cuda::BatchStyle wish :
             {cuda::BatchStyle{true, true}, {true, false}, {false, true}}) {
            const bool allowed = (may.keep || !wish.keep) && ((may.few && few) || !wish.few);
            if (!allowed || room(wish) < enough) continue;
            style = wish;
            break;
        }
        return {std::min(wanted, std::max<std::size_t>(kWarp, room(style) / kWarp * kWarp)), style};
    }

    std::vector<Measurement> run(std::span<const MixSettings> mixes,
                                 std::span<const Excerpt> excerpts, const MasterTarget& target,
                                 std::span<StereoAudio> audio) {
        MF_CHECK(song_ != nullptr);
        MF_CUDA(cudaSetDevice(device_));
        const BatchPlan plan(*song_, excerpts);
        const ConsoleLayout layout(*song_, mixes);  // a batch of these needs no more
        std::vector<Measurement> results;
        std::size_t most = mixes.size();
        cuda::BatchStyle may{true, true};
        while (results.size() < mixes.size()) {
            const std::size_t first = results.size();
            const Size size = batch_size(plan, layout, std::min(most, mixes.size() - first), may);
            try {
                Batch batch(*song_, plan, mixes.subspan(first, size.mixes), size.style);
                std::vector<Measurement> part = batch.evaluate(
                    target, audio.empty() ? audio : audio.subspan(first, size.mixes));
                std::move(part.begin(), part.end(), std::back_inserter(results));
            } catch (const cuda::OutOfDeviceMemory& error) {
                if (size.mixes > kWarp) {
                    most = std::max<std::size_t>(kWarp, size.mixes / 2 / kWarp * kWarp);
                } else if (size.style.few) {
                    may.few = false;
                } else if (size.style.keep) {
                    may.keep = false;
                } else {
                    throw DeviceError(std::string(error.what()) +
                                      "; not even 32 mixes fit into the free memory of " +
                                      info_.name);
                }
            }
        }
        return results;
    }

    int device_;
    DeviceInfo info_;
    std::unique_ptr<LoadedSong> song_;
};

}  // namespace

std::unique_ptr<Engine> make_cuda_engine(int device) {
    if (device < 0 || device >= device_count() || !usable(device)) return nullptr;
    return std::make_unique<CudaEngine>(device);
}

std::vector<DeviceInfo> cuda_devices() {
    std::vector<DeviceInfo> devices;
    for (int device = 0; device < device_count(); ++device)
        if (usable(device)) devices.push_back(describe(device));
    return devices;
}

bool built_with_cuda() {
    return true;
}

}  // namespace mixfarm
