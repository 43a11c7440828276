/// Brings a channel to the session rate (soxr, very high quality) and to its place in the song.
#include <soxr.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "host/song/decode.h"

namespace mixfarm {
namespace {

struct DeleteSoxr {
    void operator()(soxr* handle) const { soxr_delete(handle); }
};

/// Streams `in` through soxr into `out`, which has room for exactly the frames that are due.
void resample(const std::vector<float>& in, int from_rate, int to_rate, float* out,
              std::size_t due) {
    const soxr_quality_spec_t quality = soxr_quality_spec(SOXR_VHQ, 0);
    const soxr_io_spec_t io = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
    const soxr_runtime_spec_t runtime = soxr_runtime_spec(1);
    soxr_error_t error = nullptr;
    const std::unique_ptr<soxr, DeleteSoxr> handle(
        soxr_create(from_rate, to_rate, 1, &error, &io, &quality, &runtime));
    if (!handle) throw std::runtime_error(std::string("soxr: ") + error);
    constexpr std::size_t kBlock = 1 << 16;
    std::size_t used = 0, made = 0;
    while (made < due) {
        const bool more = used < in.size();
        std::size_t took = 0, gave = 0;
        error = soxr_process(handle.get(), more ? in.data() + used : nullptr,
                             more ? std::min(kBlock, in.size() - used) : 0, &took, out + made,
                             due - made, &gave);
        if (error) throw std::runtime_error(std::string("soxr: ") + error);
        used += took;
        made += gave;
        if (!more && gave == 0)
            break;  // soxr rounds the last frame its own way: what is missing stays silent
    }
}

}  // namespace

std::int64_t resampled_frames(std::int64_t frames, int from_rate, int to_rate) {
    return (frames * to_rate + from_rate / 2) / from_rate;
}

std::vector<float> fit_channel(std::vector<float> channel, int from_rate, int to_rate,
                               std::int64_t offset, std::int64_t length) {
    if (channel.empty()) return channel;
    const auto frames = static_cast<std::int64_t>(channel.size());
    if (from_rate == to_rate && offset == 0 && frames == length) return channel;
    std::vector<float> placed(static_cast<std::size_t>(length), 0.0f);
    if (from_rate == to_rate) {
        std::copy(channel.begin(), channel.end(), placed.begin() + offset);
    } else {
        resample(channel, from_rate, to_rate, placed.data() + offset,
                 static_cast<std::size_t>(resampled_frames(frames, from_rate, to_rate)));
    }
    return placed;
}

}  // namespace mixfarm
