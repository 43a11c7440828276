/// A batch of one stem and one warp of candidates.
#include <algorithm>
#include <numeric>

#include "kernels/cuda/batch_plan.h"
#include "kernels/cuda/console_bank.h"
#include "kernels/cuda/strip_sound.h"

namespace mixfarm::cuda {

StereoAudio strip_sound(const LoadedSong& song, const MixSettings& mix, int stem) {
    const Stream stream;
    const int most = segment_tiles(song), slots = kWarp;
    ConsoleBank strip(song, ConsoleLayout(song, mix, stem), {&mix, 1}, slots, false, stream);
    PinnedBuffer<float> staging(product(2 * song.tile * most, slots));
    std::vector<int> columns(slots);
    std::iota(columns.begin(), columns.end(), 0);
    DeviceBuffer<int> own(columns.size());
    own.upload(columns.data(), columns.size(), stream);
    StereoAudio audio{song.view.rate, {}, {}};
    for (std::int64_t first = 0; first < song.tiles; first += most) {
        const auto tiles = static_cast<int>(std::min<std::int64_t>(most, song.tiles - first));
        strip.run(first, tiles, first == 0, own.data(), 1, nullptr, {});
        MF_CUDA(cudaMemcpyAsync(staging.data(), strip.strip_sound(),
                                sizeof(float) * product(2 * song.tile * tiles, slots),
                                cudaMemcpyDeviceToHost, stream));
        stream.wait();
        for (int t = 0; t < tiles; ++t) {
            const auto count = static_cast<int>(
                std::min<std::int64_t>(song.tile, song.view.frames - (first + t) * song.tile));
            const float* left = staging.data() + product(2 * t * song.tile, slots);
            for (int n = 0; n < count; ++n) {
                audio.left.push_back(left[product(n, slots)]);
                audio.right.push_back(left[product(song.tile + n, slots)]);
            }
        }
    }
    return audio;
}

}  // namespace mixfarm::cuda
