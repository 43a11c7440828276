/// A mix ready to be heard: samples as they are sent, and what there is to know of them over time.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "host/audition/monitor.h"
#include "kernels/engine.h"

namespace mixfarm::audition {

/// Broad bands, of middle and sides each, by which two mixes are compared over time.
inline constexpr std::size_t kTones = 8;
/// Steps of a second: of loudness, and of what is compared.
inline constexpr int kHopsPerSecond = 100, kLooksPerSecond = 2;

struct Sound {
    int rate = 0;
    std::int64_t frames = 0;
    std::vector<std::uint8_t> pcm;  ///< [frames x 2 x 3] 24 bits, little-endian, interleaved
    /// [100 a second] mean of the squares behind the K-weighting of BS.1770, both channels
    /// together; largest magnitude of a sample
    std::vector<float> power, peak;
    std::vector<std::array<float, kTones>> tones;  ///< [2 a second] powers

    std::size_t bytes() const { return pcm.size() + (power.size() + peak.size()) * sizeof(float); }
};

Sound sound_of(const StereoAudio& audio);

/// Loudness of a stretch, integrated with both gates of BS.1770-5, in steps of 10 ms; a stretch
/// shorter than one block of 400 ms counts as one. -infinity where it is silent.
double loudness_lufs(const Sound& sound, double from_s, double to_s);

/// What the loudness of a stretch is when it is heard that way: a sound of `power` alone, which
/// begins with the stretch.
Sound heard_through(Monitor monitor, const Sound& sound, double from_s, double to_s);

/// [sounds] gains in dB, none above 0, that bring a stretch of each to the loudness of the
/// quietest, and peaks (`true_peak_dbtp`, of the whole mix each) no higher than -1 dBTP. What is
/// silent there is left alone.
std::vector<double> matching_gains_db(std::span<const Sound* const> sounds,
                                      std::span<const float> true_peak_dbtp, double from_s,
                                      double to_s);

/// [points] 0..1, mean over the sounds of the largest sample in each stretch of the song.
std::vector<float> wave_of(std::span<const Sound* const> sounds, std::size_t points);

/// [2 a second] 0..1 of the most: how far the sounds are apart in tone and width once their
/// loudness is the same, weighted by how loud it is there.
std::vector<float> difference_of(std::span<const Sound* const> sounds);

/// Begin, in seconds, of the stretch of that length over which a course of difference_of is
/// largest.
double most_different(std::span<const float> difference, double seconds);

/// A stretch of it as a complete WAV file.
std::string wav_of(const Sound& sound, double from_s, double to_s);

}  // namespace mixfarm::audition
