/// Decodes block by block and hands what it reads to the file meter.
#include "host/cli/metered_file.h"

#include <sndfile.h>
#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "host/job/input_error.h"
#include "host/song/container.h"
#include "host/song/decode.h"

namespace mixfarm::cli {
namespace {

/// Where the channels of a WAV file lie in this one; empty when it has their order. Vorbis and Opus
/// put the centre between left and right, and the LFE last (Vorbis I specification, 4.3.9).
std::vector<std::size_t> wav_order(const SF_INFO& info) {
    const int codec = info.format & SF_FORMAT_SUBMASK;
    if (codec != SF_FORMAT_VORBIS && codec != SF_FORMAT_OPUS) return {};
    switch (info.channels) {
        case 3:
            return {0, 2, 1};
        case 5:
            return {0, 2, 1, 3, 4};
        case 6:
            return {0, 2, 1, 5, 3, 4};
        default:
            return {};
    }
}

/// What each channel counts in loudness by the file's own map, in the file's order, as ffmpeg's
/// ebur128 has it: the LFE nothing, what is behind or beside 1.41. Empty without a map that can be
/// trusted: of AIFF, libsndfile hands out memory that nobody has written.
std::vector<float> weights_of(SNDFILE* in, const SF_INFO& info) {
    std::vector<int> map(static_cast<std::size_t>(info.channels));
    if ((info.format & SF_FORMAT_TYPEMASK) == SF_FORMAT_AIFF ||
        sf_command(in, SFC_GET_CHANNEL_MAP_INFO, map.data(),
                   static_cast<int>(map.size() * sizeof(int))) != SF_TRUE)
        return {};
    std::vector<float> weights;
    for (const int place : map) {
        if (place <= SF_CHANNEL_MAP_INVALID || place >= SF_CHANNEL_MAP_AMBISONIC_B_W ||
            std::count(map.begin(), map.end(), place) > 1)
            return {};
        switch (place) {
            case SF_CHANNEL_MAP_LFE:
                weights.push_back(0);
                break;
            case SF_CHANNEL_MAP_REAR_CENTER:
            case SF_CHANNEL_MAP_REAR_LEFT:
            case SF_CHANNEL_MAP_REAR_RIGHT:
            case SF_CHANNEL_MAP_SIDE_LEFT:
            case SF_CHANNEL_MAP_SIDE_RIGHT:
            case SF_CHANNEL_MAP_TOP_REAR_LEFT:
            case SF_CHANNEL_MAP_TOP_REAR_RIGHT:
            case SF_CHANNEL_MAP_TOP_REAR_CENTER:
                weights.push_back(1.41f);
                break;
            default:
                weights.push_back(1);
        }
    }
    return weights;
}

template <class T>
std::vector<T> ordered(const std::vector<T>& of, const std::vector<std::size_t>& order) {
    if (of.empty() || order.empty()) return of;
    std::vector<T> out;
    for (const std::size_t c : order) out.push_back(of[c]);
    return out;
}

void reorder(std::vector<float>& block, const std::vector<std::size_t>& order) {
    float frame[kMaxFileChannels];
    for (std::size_t at = 0; at < block.size(); at += order.size()) {
        for (std::size_t c = 0; c < order.size(); ++c) frame[c] = block[at + order[c]];
        std::copy_n(frame, order.size(), block.begin() + static_cast<std::ptrdiff_t>(at));
    }
}

}  // namespace

MeteredFile meter_file(const std::string& file, bool with_series) {
    constexpr sf_count_t kBlock = 8192;  // frames
    SF_INFO info{};
    const std::unique_ptr<SNDFILE, int (*)(SNDFILE*)> in(sf_open(file.c_str(), SFM_READ, &info),
                                                         sf_close);
    if (!in)
        throw InputError(file, std::string("cannot be read as audio (") + sf_strerror(nullptr) +
                                   "); WAV, FLAC, AIFF and OGG work");
    refuse_torn_container(file);  // libsndfile takes what is there of a WAV cut short
    if (info.channels > kMaxFileChannels)
        throw InputError(file, fmt::format("has {} channels; one to {} can be metered",
                                           info.channels, kMaxFileChannels));
    if (info.samplerate < 8000) throw InputError(file, "has a sample rate below 8000 Hz");
    const std::vector<std::size_t> order = wav_order(info);
    FileMeterOptions options;
    if (!with_series) options.series_hop_s = 0;
    options.weights = ordered(weights_of(in.get(), info), order);
    FileMeter meter(info.samplerate, info.channels, options);
    std::vector<float> block(static_cast<std::size_t>(kBlock * info.channels));
    sf_count_t frames = 0;
    for (sf_count_t n; (n = sf_readf_float(in.get(), block.data(), kBlock)) > 0; frames += n) {
        if (!order.empty()) reorder(block, order);
        meter.push(block.data(), n);
    }
    if (sf_error(in.get()) != SF_ERR_NO_ERROR ||
        (frames < info.frames && info.frames < SF_COUNT_MAX))
        throw InputError(file,
                         fmt::format("is torn: {} of {} frames can be read", frames, info.frames));
    if (frames == 0) throw InputError(file, "is empty");
    const Measurement measured = meter.finish();
    return {
        file,     info.channels,   info.samplerate, static_cast<double>(frames) / info.samplerate,
        measured, meter.details(), meter.series()};
}

AudioFeatures features_of(const std::string& file) {
    constexpr int kRate = 44100;  // that of the publication: the bands sum what each bin holds
    SF_INFO info{};
    if (const std::unique_ptr<SNDFILE, int (*)(SNDFILE*)> in(sf_open(file.c_str(), SFM_READ, &info),
                                                             sf_close);
        in && info.channels > 2)
        throw InputError(file, fmt::format("has {} channels; only mono and stereo can be compared "
                                           "(--against): name a stereo version of it",
                                           info.channels));
    DecodedFile sound = decode_file(file);
    const std::int64_t frames = resampled_frames(sound.frames, sound.rate, kRate);
    StereoAudio audio{kRate, fit_channel(std::move(sound.left), sound.rate, kRate, 0, frames),
                      fit_channel(std::move(sound.right), sound.rate, kRate, 0, frames)};
    if (audio.right.empty()) audio.right = audio.left;
    return audio_features(audio);
}

}  // namespace mixfarm::cli
