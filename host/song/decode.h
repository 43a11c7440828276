/// One audio file in memory at its own rate, checked sample by sample, and the change to another
/// rate.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace mixfarm {

inline constexpr float kSilentPeak =
    3.1622776e-5f;  ///< -90 dBFS: a stem that never exceeds it is silent
inline constexpr float kAbsurdPeak =
    64.0f;  ///< 36 dB over full scale: not audio but a wrong format

struct DecodedFile {
    std::string sha256;  ///< of the file's bytes, 64 lower-case hex digits
    int channels = 0;    ///< of the file: 1 or 2
    int rate = 0;        ///< Hz
    std::int64_t frames = 0;
    float peak = 0;                     ///< largest magnitude of any sample
    std::optional<double> broadcast_s;  ///< BWF time reference, seconds since midnight
    std::vector<float> left;            ///< [frames], full scale = 1
    std::vector<float>
        right;  ///< same; empty for mono files and where it equals the left to the bit

    bool silent() const { return peak < kSilentPeak; }
};

/// Decodes anything libsndfile opens. Throws InputError, naming the file and the cure: missing, not
/// audio, torn, empty, more than two channels, a rate outside 4 to 768 kHz, NaN or infinite samples
/// (with the time of the first), absurd samples.
DecodedFile decode_file(const std::filesystem::path& file);

/// Length of an audio file by its header, seconds; throws InputError as decode_file.
double audio_seconds(const std::filesystem::path& file);

/// How many frames `frames` at `from_rate` become at `to_rate` (nearest).
std::int64_t resampled_frames(std::int64_t frames, int from_rate, int to_rate);

/// Places one channel at `offset` within `length` frames of silence, resampled by soxr VHQ where
/// the rates differ. The input is released as soon as it is used. A channel that already fits is
/// returned as it is.
std::vector<float> fit_channel(std::vector<float> channel, int from_rate, int to_rate,
                               std::int64_t offset, std::int64_t length);

}  // namespace mixfarm
