/// Songs made of tones and noise with known levels, for tests.
#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <numbers>
#include <string>
#include <utility>

#include "host/song/song.h"
#include "kernels/core/random.h"

namespace mixfarm::testing {

using Signal = std::function<float(std::int64_t frame)>;

inline Signal sine(double hz, double peak, int rate = 48000) {
    return [=](std::int64_t n) {
        return static_cast<float>(
            peak * std::sin(2 * std::numbers::pi * hz * static_cast<double>(n) / rate));
    };
}

/// White, uniform, mean square = rms^2, the same for every call at the same frame.
inline Signal noise(double rms, std::uint64_t seed = 1) {
    return [=](std::int64_t n) {
        const double unit = RandomStream(seed, 0).uniform(static_cast<std::uint64_t>(n));
        return static_cast<float>(rms * std::sqrt(3.0) * (2 * unit - 1));
    };
}

/// `inside` from start_s to end_s, else nothing.
inline Signal during(double start_s, double end_s, Signal inside, int rate = 48000) {
    return [=](std::int64_t n) {
        const double t = static_cast<double>(n) / rate;
        return t >= start_s && t < end_s ? inside(n) : 0.0f;
    };
}

inline Signal sum(Signal a, Signal b) {
    return [=](std::int64_t n) { return a(n) + b(n); };
}

inline Song empty_song(double seconds, int rate = 48000) {
    Song song;
    song.title = "synthetic";
    song.rate = rate;
    song.frames = static_cast<std::int64_t>(seconds * rate);
    song.sections = {{"song", 0, seconds}};
    return song;
}

/// A mono stem, or a stereo one where `right` is given.
inline Stem& add_stem(Song& song, const std::string& name, Role role, const Signal& left,
                      const Signal& right = nullptr) {
    Stem stem;
    stem.name = name;
    stem.role.role = role;
    stem.channels = right ? 2 : 1;
    stem.source_rate = song.rate;
    stem.source_frames = song.frames;
    double peak = 0;
    for (std::int64_t n = 0; n < song.frames; ++n) {
        stem.left.push_back(left(n));
        peak = std::max(peak, std::fabs(static_cast<double>(stem.left.back())));
        if (right) stem.right.push_back(right(n));
    }
    stem.silent = peak < 3.2e-5 && !right;
    song.stems.push_back(std::move(stem));
    return song.stems.back();
}

/// A job that fits the song: as many stems, no locks.
inline Job job_for(const Song& song) {
    Job job;
    job.stems.resize(song.stems.size());
    for (std::size_t s = 0; s < song.stems.size(); ++s) job.stems[s].name = song.stems[s].name;
    return job;
}

}  // namespace mixfarm::testing
