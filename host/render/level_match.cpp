/// Loudness of files, and the one gain that matches it.
#include "host/render/level_match.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "host/job/input_error.h"
#include "host/song/decode.h"

namespace mixfarm {
namespace {

constexpr double kNoLoudness = -69.9;  // the absolute gate of BS.1770 took everything

}  // namespace

Metered metered(const StereoAudio& audio) {
    constexpr std::size_t kChunk = 4096;
    FileMeter meter(audio.rate, 2);
    std::vector<float> interleaved;
    for (std::size_t start = 0; start < audio.left.size(); start += kChunk) {
        const std::size_t count = std::min(kChunk, audio.left.size() - start);
        interleaved.clear();
        for (std::size_t n = start; n < start + count; ++n)
            interleaved.insert(interleaved.end(), {audio.left[n], audio.right[n]});
        meter.push(interleaved.data(), static_cast<std::int64_t>(count));
    }
    Measurement measured = meter.finish();
    return {std::move(measured), meter.series()};
}

double matching_gain_db(const Measurement& m, const MasterTarget& target) {
    const double wanted = double{target.loudness_lufs} - m.metric("integrated_lufs"),
                 possible = double{target.true_peak_dbtp} - m.metric("true_peak_dbtp");
    return std::min(wanted, possible);
}

RoughMix read_rough_mix(const std::filesystem::path& file, int rate, std::int64_t frames,
                        const MasterTarget& target) {
    DecodedFile decoded = decode_file(file);
    RoughMix rough;
    rough.audio.rate = rate;
    const std::int64_t own = resampled_frames(decoded.frames, decoded.rate, rate);
    const auto fit = [&](std::vector<float> channel) {
        channel = fit_channel(std::move(channel), decoded.rate, rate, 0, std::max(own, frames));
        channel.resize(static_cast<std::size_t>(frames));
        return channel;
    };
    if (!decoded.right.empty()) rough.audio.right = fit(std::move(decoded.right));
    rough.audio.left = fit(std::move(decoded.left));
    if (rough.audio.right.empty()) rough.audio.right = rough.audio.left;
    const Measurement before = metered(rough.audio).measured;
    if (!(before.metric("integrated_lufs") > kNoLoudness))
        throw InputError(file.string(),
                         "is too short or too quiet to be a rough mix; take song: rough_mix out of "
                         "the job, or name another file");
    rough.gain_db = matching_gain_db(before, target);
    const auto gain = static_cast<float>(std::pow(10.0, rough.gain_db / 20));
    for (auto* channel : {&rough.audio.left, &rough.audio.right})
        for (float& x : *channel) x *= gain;
    rough.metered = metered(rough.audio);
    return rough;
}

}  // namespace mixfarm
