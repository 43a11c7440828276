/// The engine on this machine's cores: lane groups spread over threads.
#include <cmath>
#include <fstream>

#include "kernels/cpu/denormals.h"
#include "kernels/cpu/fork_join.h"
#include "kernels/cpu/lane_group.h"
#include "kernels/proxy/seer.h"

namespace mixfarm {

namespace {

std::string processor_name() {
    std::ifstream info("/proc/cpuinfo");
    for (std::string line; std::getline(info, line);) {
        if (line.rfind("model name", 0) == 0) return line.substr(line.find(':') + 2);
    }
    return "processor";
}

class CpuEngine final : public Engine {
public:
    explicit CpuEngine(int threads) : threads_(threads > 0 ? threads : available_threads()) {}

    DeviceInfo info() const override {
        return {"cpu", processor_name(), lane_count<CpuLanes>, threads_};
    }
    int good_batch() const override { return lane_count<CpuLanes> * threads_; }

    void load(const SongView& song) override { song_ = std::make_unique<LoadedSong>(song); }

    std::vector<Measurement> evaluate(std::span<const MixSettings> mixes,
                                      std::span<const Excerpt> excerpts,
                                      const MasterTarget& target) override {
        std::vector<Measurement> results(mixes.size());
        for_groups(mixes.size(),
                   [&](std::size_t first, std::size_t count, std::size_t stored_bytes) {
                       auto group = std::make_unique<LaneGroup<CpuLanes>>(
                           *song_, mixes.subspan(first, count), stored_bytes);
                       std::vector<Measurement> part = group->evaluate(excerpts, target);
                       std::move(part.begin(), part.end(),
                                 results.begin() + static_cast<std::ptrdiff_t>(first));
                   });
        return results;
    }

    std::vector<StereoAudio> render(std::span<const MixSettings> mixes,
                                    const MasterTarget& target) override {
        MF_CHECK(song_ != nullptr);
        std::vector<StereoAudio> audio(mixes.size());
        const Excerpt whole{0, song_->view.frames, 0};
        for_groups(mixes.size(), [&](std::size_t first, std::size_t count,
                                     std::size_t stored_bytes) {
            auto group = std::make_unique<LaneGroup<CpuLanes>>(*song_, mixes.subspan(first, count),
                                                               stored_bytes);
            std::vector<StereoAudio> part(count);
            group->evaluate({&whole, 1}, target, &part);
            std::move(part.begin(), part.end(), audio.begin() + static_cast<std::ptrdiff_t>(first));
        });
        return audio;
    }

    StereoAudio render_stem(const MixSettings& mix, int stem, float gain_db) override {
        MF_CHECK(song_ != nullptr && stem >= 0 &&
                 stem < static_cast<int>(song_->view.stems.size()));
        const FlushDenormals flush;
        StereoAudio audio{song_->view.rate,
                          std::vector<float>(static_cast<std::size_t>(song_->view.frames)),
                          std::vector<float>(static_cast<std::size_t>(song_->view.frames))};
        std::make_unique<LaneGroup<float>>(*song_, std::span(&mix, 1))->strip_audio(stem, audio);
        const auto gain = static_cast<float>(gain_of_db(gain_db));
        for (float& x : audio.left) x *= gain;
        for (float& x : audio.right) x *= gain;
        return audio;
    }

    std::vector<std::unique_ptr<Seer>> seers(const ForeseenSong&) override { return {}; }

private:
    template <class Work>
    void for_groups(std::size_t mixes, Work work) {
        MF_CHECK(song_ != nullptr);
        const std::size_t workers = static_cast<std::size_t>(threads_);
        // Fewer mixes than registers times workers: share them out evenly, so that no core idles.
        const std::size_t per_group =
            std::clamp<std::size_t>((mixes + workers - 1) / workers, 1, lane_count<CpuLanes>);
        const std::size_t groups = (mixes + per_group - 1) / per_group;
        const std::size_t stored_bytes = kStoredMixBytes / std::min(workers, groups);
        fork_join(threads_, groups, [&](std::size_t g) {
            const FlushDenormals flush;
            work(g * per_group, std::min(per_group, mixes - g * per_group), stored_bytes);
        });
    }

    int threads_;
    std::unique_ptr<LoadedSong> song_;
};

}  // namespace

std::unique_ptr<Engine> make_cpu_engine(int threads) {
    return std::make_unique<CpuEngine>(threads);
}

}  // namespace mixfarm
