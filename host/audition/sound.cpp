/// Loudness, shape and difference of mixes over time, in one pass over the samples.
#include "host/audition/sound.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "host/analysis/k_weighting.h"
#include "host/audition/monitor.h"
#include "kernels/core/check.h"

namespace mixfarm::audition {
namespace {

constexpr double kFullScale = 8388608;  // of 24 bits
constexpr std::size_t kFrameBytes = 6;
constexpr double kAbsoluteGate = -70, kRelativeGate = -10, kMostPeak = -1;
constexpr std::size_t kBlockHops = 40, kBlockStep = 10;  // 400 ms, overlapping by three quarters
constexpr double kCrossovers_hz[] = {150, 800, 4000};
constexpr double kFaint = 1e-8;  // of a band's power: -80 dB are not heard

std::int64_t at_rate(double seconds, int rate) {
    return static_cast<std::int64_t>(std::llround(seconds * rate));
}

double lufs(double power) {
    return power > 0 ? -0.691 + 10 * std::log10(power) : -std::numeric_limits<double>::infinity();
}

/// First-order low-passes, one after the other: what each leaves is the next band.
class Bands {
public:
    explicit Bands(int rate) {
        for (std::size_t i = 0; i < std::size(kCrossovers_hz); ++i)
            share_[i] = 1 - std::exp(-2 * M_PI * kCrossovers_hz[i] / rate);
    }
    void add(double x) {
        for (std::size_t i = 0; i < std::size(kCrossovers_hz); ++i) {
            low_[i] += share_[i] * (x - low_[i]);
            power_[i] += low_[i] * low_[i];
            x -= low_[i];
        }
        power_.back() += x * x;
    }
    /// Adds what has gathered since to `powers`.
    void tell(float* powers) {
        for (double& power : power_) *powers++ += static_cast<float>(std::exchange(power, 0));
    }

private:
    std::array<double, std::size(kCrossovers_hz)> share_{}, low_{};
    std::array<double, std::size(kCrossovers_hz) + 1> power_{};
};

void put_24(std::uint8_t* to, float x) {
    const double steps = std::clamp(std::nearbyint(kFullScale * x), -kFullScale, kFullScale - 1);
    const auto bits = static_cast<std::uint32_t>(static_cast<std::int32_t>(steps));
    for (int b = 0; b < 3; ++b) to[b] = static_cast<std::uint8_t>(bits >> (8 * b));
}

double get_24(const std::uint8_t* from) {
    const auto bits = static_cast<std::uint32_t>(from[0]) << 8 |
                      static_cast<std::uint32_t>(from[1]) << 16 |
                      static_cast<std::uint32_t>(from[2]) << 24;
    return static_cast<double>(static_cast<std::int32_t>(bits) >> 8) / kFullScale;
}

double square(double x) {
    return x * x;
}

struct Hops {
    std::size_t first, last;
};
Hops hops_of(const Sound& sound, double from_s, double to_s) {
    const double most = static_cast<double>(sound.power.size());
    const auto hop = [&](double s) {
        return static_cast<std::size_t>(std::clamp(std::round(s * kHopsPerSecond), 0.0, most));
    };
    return {hop(from_s), std::max(hop(from_s), hop(to_s))};
}

}  // namespace

Sound sound_of(const StereoAudio& audio) {
    MF_CHECK_EQ(audio.left.size(), audio.right.size());
    Sound s;
    s.rate = audio.rate;
    s.frames = static_cast<std::int64_t>(audio.left.size());
    s.pcm.resize(audio.left.size() * kFrameBytes);
    const auto steps = [&](int per_second) {
        return static_cast<std::size_t>(
            std::ceil(static_cast<double>(s.frames) * per_second / s.rate));
    };
    s.power.resize(steps(kHopsPerSecond));
    s.peak.resize(s.power.size());
    s.tones.resize(steps(kLooksPerSecond));
    auto left = k_weighting(s.rate), right = left;
    Bands middle(s.rate), sides(s.rate);
    std::size_t n = 0;
    for (std::size_t hop = 0; hop < s.power.size(); ++hop) {
        const auto end = static_cast<std::size_t>(std::min<std::int64_t>(
            s.frames, at_rate(static_cast<double>(hop + 1) / kHopsPerSecond, s.rate)));
        auto& tones = s.tones[hop * kLooksPerSecond / kHopsPerSecond];
        const double count = static_cast<double>(std::max<std::size_t>(end - n, 1));
        double power = 0;
        float peak = 0;
        for (; n < end; ++n) {
            const float l = audio.left[n], r = audio.right[n];
            put_24(&s.pcm[n * kFrameBytes], l);
            put_24(&s.pcm[n * kFrameBytes + 3], r);
            const double kl = left[1](left[0](l)), kr = right[1](right[0](r));
            power += kl * kl + kr * kr;
            peak = std::max({peak, std::fabs(l), std::fabs(r)});
            middle.add(0.5 * (l + r));
            sides.add(0.5 * (l - r));
        }
        middle.tell(tones.data());
        sides.tell(tones.data() + kTones / 2);
        s.power[hop] = static_cast<float>(power / count);
        s.peak[hop] = peak;
        for (auto& filter : {&left, &right})
            for (Biquad& stage : *filter) stage.settle();
    }
    return s;
}

double loudness_lufs(const Sound& sound, double from_s, double to_s) {
    const auto [first, last] = hops_of(sound, from_s, to_s);
    if (last == first) return -std::numeric_limits<double>::infinity();
    std::vector<double> blocks;
    const std::size_t length = std::min(kBlockHops, last - first);
    for (std::size_t at = first; at + length <= last; at += kBlockStep)
        blocks.push_back(
            std::accumulate(sound.power.begin() + static_cast<std::ptrdiff_t>(at),
                            sound.power.begin() + static_cast<std::ptrdiff_t>(at + length), 0.0) /
            static_cast<double>(length));
    const auto mean_above = [&](double gate) {
        double sum = 0, count = 0;
        for (const double power : blocks)
            if (lufs(power) > gate) sum += power, ++count;
        return count > 0 ? sum / count : 0;
    };
    return lufs(
        mean_above(std::max(kAbsoluteGate, lufs(mean_above(kAbsoluteGate)) + kRelativeGate)));
}

Sound heard_through(Monitor monitor, const Sound& sound, double from_s, double to_s) {
    const auto [first, last] = hops_of(sound, from_s, to_s);
    const auto frame = [&](std::size_t hop) {
        return std::min<std::int64_t>(
            sound.frames, at_rate(static_cast<double>(hop) / kHopsPerSecond, sound.rate));
    };
    MonitorPath left(monitor, sound.rate), right = left;
    Sound heard;
    heard.rate = sound.rate;
    heard.frames = frame(last) - frame(first);
    for (std::size_t hop = first; hop < last; ++hop) {
        const auto begin = static_cast<std::size_t>(frame(hop)),
                   end = static_cast<std::size_t>(frame(hop + 1));
        double power = 0;
        for (std::size_t n = begin; n < end; ++n) {
            const double l = get_24(&sound.pcm[n * kFrameBytes]),
                         r = get_24(&sound.pcm[n * kFrameBytes + 3]);
            if (monitor == Monitor::mono || monitor == Monitor::small) {
                power += 2 * square(left(0.5 * (l + r)));
            } else if (monitor == Monitor::sides) {
                power += 2 * square(left(0.5 * (l - r)));
            } else {
                power += square(left(l)) + square(right(r));
            }
        }
        left.settle(), right.settle();
        heard.power.push_back(
            static_cast<float>(power / static_cast<double>(std::max<std::size_t>(end - begin, 1))));
    }
    return heard;
}

std::vector<double> matching_gains_db(std::span<const Sound* const> sounds,
                                      std::span<const float> true_peak_dbtp, double from_s,
                                      double to_s) {
    std::vector<double> loudness;
    double quietest = std::numeric_limits<double>::infinity();
    for (const Sound* sound : sounds) {
        loudness.push_back(loudness_lufs(*sound, from_s, to_s));
        if (std::isfinite(loudness.back())) quietest = std::min(quietest, loudness.back());
    }
    std::vector<double> gains;
    double over = 0;
    for (std::size_t i = 0; i < sounds.size(); ++i) {
        gains.push_back(std::isfinite(loudness[i]) ? quietest - loudness[i] : 0);
        over = std::max(over, true_peak_dbtp[i] + gains.back() - kMostPeak);
    }
    for (double& gain : gains) gain -= over;
    return gains;
}

std::vector<float> wave_of(std::span<const Sound* const> sounds, std::size_t points) {
    std::vector<float> wave(points);
    for (const Sound* sound : sounds) {
        const std::size_t hops = sound->peak.size();
        for (std::size_t p = 0; p < points; ++p) {
            const std::size_t from = p * hops / points,
                              to = std::min(hops, std::max(from + 1, (p + 1) * hops / points));
            float peak = 0;
            for (std::size_t h = from; h < to; ++h) peak = std::max(peak, sound->peak[h]);
            wave[p] += std::min(peak, 1.0f) / static_cast<float>(sounds.size());
        }
    }
    return wave;
}

std::vector<float> difference_of(std::span<const Sound* const> sounds) {
    const std::size_t looks = sounds.front()->tones.size();
    std::vector<float> course(looks);
    for (std::size_t t = 0; t < looks; ++t) {
        // Levels of every band re the sound's own whole, so that loudness is no difference.
        std::vector<std::array<double, kTones>> levels;
        double loudest = 0;
        for (const Sound* sound : sounds) {
            const auto& tones = sound->tones[t];
            const double whole = std::accumulate(tones.begin(), tones.end(), 0.0);
            loudest = std::max(loudest, whole);
            auto& level = levels.emplace_back();
            for (std::size_t b = 0; b < kTones; ++b)
                level[b] = 10 * std::log10(std::max(tones[b] / std::max(whole, 1e-12), 1e-4));
        }
        double apart = 0;
        for (std::size_t b = 0; b < kTones; ++b) {
            double mean = 0, square = 0;
            for (const auto& level : levels) mean += level[b] / static_cast<double>(levels.size());
            for (const auto& level : levels) square += (level[b] - mean) * (level[b] - mean);
            apart += square / static_cast<double>(levels.size());
        }
        // Loudness, roughly: a power of 0.3 (Stevens).
        const double loud = std::pow(std::max(loudest / sounds.front()->rate, kFaint), 0.3);
        course[t] = static_cast<float>(std::sqrt(apart) * loud);
    }
    const float most = *std::max_element(course.begin(), course.end());
    for (float& d : course) d = most > 0 ? d / most : 0;
    return course;
}

double most_different(std::span<const float> difference, double seconds) {
    const auto length = std::min(difference.size(),
                                 static_cast<std::size_t>(std::lround(seconds * kLooksPerSecond)));
    double sum = std::accumulate(difference.begin(),
                                 difference.begin() + static_cast<std::ptrdiff_t>(length), 0.0);
    double most = sum;
    std::size_t begin = 0;
    for (std::size_t at = length; at < difference.size(); ++at) {
        sum += difference[at] - difference[at - length];
        if (sum > most + 1e-9) most = sum, begin = at - length + 1;
    }
    return static_cast<double>(begin) / kLooksPerSecond;
}

std::string wav_of(const Sound& sound, double from_s, double to_s) {
    const std::int64_t first =
                           std::clamp<std::int64_t>(at_rate(from_s, sound.rate), 0, sound.frames),
                       last =
                           std::clamp<std::int64_t>(at_rate(to_s, sound.rate), first, sound.frames);
    const auto bytes =
        static_cast<std::uint32_t>(static_cast<std::size_t>(last - first) * kFrameBytes);
    const auto rate = static_cast<std::uint32_t>(sound.rate);
    std::string wav;
    wav.reserve(44 + bytes);
    const auto number = [&](std::uint32_t value, int width) {
        for (int b = 0; b < width; ++b) wav += static_cast<char>(value >> (8 * b) & 255);
    };
    wav += "RIFF", number(36 + bytes, 4), wav += "WAVEfmt ", number(16, 4);
    number(1, 2), number(2, 2), number(rate, 4), number(rate * kFrameBytes, 4);  // PCM, stereo
    number(kFrameBytes, 2), number(24, 2), wav += "data", number(bytes, 4);
    const auto* begin = reinterpret_cast<const char*>(sound.pcm.data()) +
                        static_cast<std::size_t>(first) * kFrameBytes;
    wav.append(begin, bytes);
    return wav;
}

}  // namespace mixfarm::audition
