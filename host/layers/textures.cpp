/// Made offline, in double precision where it recurs.
#include "host/layers/textures.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "host/analysis/biquad.h"
#include "host/layers/drift.h"
#include "kernels/core/random.h"

namespace mixfarm {
namespace {

/// One-pole low-pass.
struct Smooth {
    double share, state = 0;
    Smooth(double seconds, int rate) : share(1 - std::exp(-1 / (seconds * rate))) {}
    double operator()(double x) { return state += share * (x - state); }
};

/// 12 dB an octave, bilinear.
Biquad butterworth(double hz, int rate, bool high) {
    const double k = std::tan(std::numbers::pi * std::min(hz, 0.45 * rate) / rate),
                 norm = 1 / (1 + std::numbers::sqrt2 * k + k * k);
    Biquad filter;
    filter.b0 = high ? norm : k * k * norm;
    filter.b1 = high ? -2 * norm : 2 * filter.b0;
    filter.b2 = filter.b0;
    filter.a1 = 2 * (k * k - 1) * norm;
    filter.a2 = (1 - std::numbers::sqrt2 * k + k * k) * norm;
    return filter;
}

template <class Change>
void both(LayerSound& sound, Change change) {
    change(sound.left);
    change(sound.right);
}

void to_rms_1(std::vector<float>& x) {
    double square = 0;
    for (const float v : x) square += double(v) * v;
    if (square <= 0) return;
    const auto gain = static_cast<float>(std::sqrt(static_cast<double>(x.size()) / square));
    for (float& v : x) v *= gain;
}

double rms(const std::vector<float>& x) {
    double square = 0;
    for (const float v : x) square += double(v) * v;
    return x.empty() ? 0 : std::sqrt(square / static_cast<double>(x.size()));
}

}  // namespace

LayerSound hiss(std::int64_t frames, int rate, std::uint64_t seed) {
    LayerSound sound(frames);
    std::uint64_t side = 0;
    both(sound, [&](std::vector<float>& x) {
        RandomStream random(seed, ++side);
        // Two shelves rise by 8 dB each, an octave and a half apart: 3 dB an octave.
        Smooth slow(1 / (2 * std::numbers::pi * 2500), rate),
            fast(1 / (2 * std::numbers::pi * 7000), rate);
        for (float& v : x) {
            const double white = normal(random), lower = white - 0.6 * slow(white);
            v = static_cast<float>(lower - 0.6 * fast(lower));
        }
    });
    low_pass(sound, rate, 12000);
    both(sound, to_rms_1);
    return sound;
}

LayerSound crackle(std::int64_t frames, int rate, double per_s, std::uint64_t seed) {
    LayerSound sound(frames);
    RandomStream random(seed, 3);
    double at = 0;
    const double seconds = static_cast<double>(frames) / rate;
    while ((at += -std::log(1 - random.next()) / per_s) < seconds) {
        // A click rings for less than a millisecond.
        const double level = std::pow(10.0, -random.next()), hz = 1500 + 4000 * random.next(),
                     pan = random.next(), fade = 0.0002 + 0.0006 * random.next();
        const auto first = static_cast<std::size_t>(at * rate);
        for (std::size_t n = 0; n < static_cast<std::size_t>(8 * fade * rate); ++n) {
            if (first + n >= sound.left.size()) break;
            const double t = static_cast<double>(n) / rate,
                         x = level * std::exp(-t / fade) * std::sin(2 * std::numbers::pi * hz * t);
            sound.left[first + n] += static_cast<float>(x * std::sqrt(1 - pan));
            sound.right[first + n] += static_cast<float>(x * std::sqrt(pan));
        }
    }
    const LayerSound surface = hiss(frames, rate, seed + 1);
    for (std::size_t n = 0; n < sound.left.size(); ++n) {
        sound.left[n] += 0.02f * surface.left[n], sound.right[n] += 0.02f * surface.right[n];
    }
    high_pass(sound, rate, 300);
    low_pass(sound, rate, 8000);
    both(sound, to_rms_1);
    return sound;
}

LayerSound grain_cloud(const Stem& stem, const Song& song, double grain_s, int overlap,
                       double jitter_s, std::uint64_t seed) {
    LayerSound sound(song.frames);
    RandomStream random(seed, 5);
    // Grains add up in power; a Hann window has three eighths of it.
    const double hop = grain_s / overlap, gain = 1 / std::sqrt(0.375 * overlap);
    const auto length = static_cast<std::int64_t>(grain_s * song.rate);
    const float *left = stem.left_data(), *right = stem.right_data();
    for (double at = 0; at < song.seconds(); at += hop) {
        const double from = at + jitter_s * (2 * random.next() - 1), pan = random.next();
        const auto to = static_cast<std::int64_t>(at * song.rate),
                   source = static_cast<std::int64_t>(std::max(0.0, from) * song.rate);
        const double to_left = gain * std::sqrt(2 * (1 - pan)),
                     to_right = gain * std::sqrt(2 * pan);
        for (std::int64_t n = 0; n < length && to + n < song.frames && source + n < song.frames;
             ++n) {
            const double window =
                0.5 - 0.5 * std::cos(2 * std::numbers::pi * static_cast<double>(n) /
                                     static_cast<double>(length));
            const double mono = 0.5 * (double(left[source + n]) + right[source + n]) * window;
            sound.left[static_cast<std::size_t>(to + n)] += static_cast<float>(mono * to_left);
            sound.right[static_cast<std::size_t>(to + n)] += static_cast<float>(mono * to_right);
        }
    }
    return sound;
}

void reverse(LayerSound& sound) {
    both(sound, [](std::vector<float>& x) { std::reverse(x.begin(), x.end()); });
}

LayerSound octave_down(const Stem& stem, const Song& song, double below_hz) {
    constexpr double kLeast_hz = 27, kTop_hz = 90;
    Smooth level(0.008, song.rate);
    Biquad low = butterworth(below_hz, song.rate, false), lower = low,
           out = butterworth(kTop_hz, song.rate, false), out_again = out;
    LayerSound sound(song.frames);
    double before = 0, sign = 1, since = song.rate;  // nothing has sounded for long
    bool too_low = false;
    for (std::size_t n = 0; n < sound.left.size(); ++n) {
        const double mono = 0.5 * (double(stem.left_data()[n]) + stem.right_data()[n]);
        const double x = lower(low(mono));
        since += 1;
        if (before <= 0 && x > 0) {
            sign = -sign;
            too_low = song.rate / since / 2 < kLeast_hz;
            since = 0;
        }
        before = x;
        const double envelope = level(std::abs(x));
        const double y = out_again(out(too_low ? 0 : sign * envelope));
        sound.left[n] = sound.right[n] = static_cast<float>(y);
    }
    return sound;
}

LayerSound crushed(const Stem& stem, const Song& song) {
    constexpr double kUnder_db = 18, kRatio = 12, kAttack_s = 0.003, kRelease_s = 0.08;
    const double before = std::max(rms(stem.left), rms(stem.right)),
                 loud = std::max(before, 1e-6) * 2;
    LayerSound sound(song.frames);
    const double threshold = 20 * std::log10(loud) - kUnder_db;
    const double attack = std::exp(-1 / (kAttack_s * song.rate)),
                 release = std::exp(-1 / (kRelease_s * song.rate));
    double reduction = 0;
    for (std::size_t n = 0; n < sound.left.size(); ++n) {
        const double l = stem.left_data()[n], r = stem.right_data()[n],
                     peak = std::max(std::abs(l), std::abs(r));
        const double over = std::max(0.0, 20 * std::log10(peak + 1e-9) - threshold),
                     wanted = over * (1 - 1 / kRatio);
        const double pole = wanted > reduction ? attack : release;
        reduction = wanted + pole * (reduction - wanted);
        const double gain = std::pow(10.0, -reduction / 20);
        sound.left[n] = static_cast<float>(gain * l), sound.right[n] = static_cast<float>(gain * r);
    }
    const double after = std::max(rms(sound.left), rms(sound.right));
    const auto gain = static_cast<float>(after > 0 ? before / after : 0);
    both(sound, [&](std::vector<float>& x) {
        for (float& v : x) v *= gain;
    });
    return sound;
}

void high_pass(LayerSound& sound, int rate, double hz) {
    both(sound, [&](std::vector<float>& x) {
        Biquad filter = butterworth(hz, rate, true);
        for (float& v : x) v = static_cast<float>(filter(v));
    });
}

void low_pass(LayerSound& sound, int rate, double hz) {
    both(sound, [&](std::vector<float>& x) {
        Biquad filter = butterworth(hz, rate, false);
        for (float& v : x) v = static_cast<float>(filter(v));
    });
}

}  // namespace mixfarm
