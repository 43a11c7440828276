/// Finds the loudest stretch and follows it.
#include "host/analysis/envelope.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "host/analysis/k_weighting.h"
#include "host/analysis/stem_scan.h"

namespace mixfarm {
namespace {

constexpr double kWarmSeconds = 0.2;  // for the filters, ahead of the stretch

/// First block of the `length` blocks that hold the most power.
std::int64_t loudest_block(const std::vector<float>& level_lufs, std::int64_t length) {
    std::vector<double> sum = {0};
    for (const float level : level_lufs) sum.push_back(sum.back() + std::pow(10.0, level / 10.0));
    std::int64_t best = 0;
    const auto power = [&](std::int64_t first) {
        return sum[static_cast<std::size_t>(first + length)] - sum[static_cast<std::size_t>(first)];
    };
    for (std::int64_t i = 1; i + length < std::ssize(sum); ++i)
        if (power(i) > power(best)) best = i;
    return best;
}

/// Butterworth, second order.
Biquad high_pass(double hz, double rate) {
    const double k = std::tan(std::numbers::pi * hz / rate),
                 a0 = 1 + k * std::numbers::sqrt2 + k * k;
    return {1 / a0, -2 / a0, 1 / a0, 2 * (k * k - 1) / a0,
            (1 - k * std::numbers::sqrt2 + k * k) / a0};
}

/// A side-chain: its filter on both sides, and its mean square.
struct Chain {
    Biquad left, right;
    double square = 0;
};

float decibels(double power) {
    return static_cast<float>(std::max(-120.0, 10 * std::log10(power)));
}

}  // namespace

const Envelope::Detector& Envelope::detector(double cut_hz) const {
    std::size_t i = 0;  // "none" counts as 30 Hz: what lies below hardly matters
    while (i + 1 < kCutsHz.size() && cut_hz * cut_hz > std::max(kCutsHz[i], 30.0) * kCutsHz[i + 1])
        ++i;
    return detectors[i];
}

Envelope loudest_stretch(const Song& song, std::span<const std::pair<int, double>> parts,
                         const std::vector<float>& level_lufs, double seconds) {
    Envelope envelope;
    if (parts.empty() || level_lufs.empty()) return envelope;
    const std::int64_t length =
        std::min<std::int64_t>(std::ssize(level_lufs), std::llround(seconds * 10));
    const std::int64_t block = block_frames(song.rate);
    const std::int64_t first = loudest_block(level_lufs, length) * block,
                       last = std::min(song.frames, first + length * block),
                       warm = std::max<std::int64_t>(
                           0, first - std::llround(kWarmSeconds * song.rate));
    struct Part {
        const float *left, *right;
        float gain;
    };
    std::vector<Part> sum;
    for (const auto& [s, db] : parts) {
        const Stem& stem = song.stems[static_cast<std::size_t>(s)];
        sum.push_back(
            {stem.left_data(), stem.right_data(), static_cast<float>(std::pow(10.0, db / 20))});
    }
    auto k_left = k_weighting(song.rate), k_right = k_left;
    const double average = -std::expm1(-1000 / (Envelope::kAverageMs * song.rate));
    const double step_frames = Envelope::kStepMs * song.rate / 1000;
    constexpr double kGolden = 0.6180339887498949;
    std::array<Chain, Envelope::kCutsHz.size()> chains;
    for (std::size_t i = 1; i < chains.size(); ++i)
        chains[i].left = chains[i].right = high_pass(Envelope::kCutsHz[i], song.rate);
    double k_sum = 0, steps = 0;
    std::int64_t from = first, moment = first, end = first + std::llround(step_frames);
    for (std::int64_t n = warm; n < last; ++n) {
        float l = 0, r = 0;
        for (const Part& p : sum) l += p.gain * p.left[n], r += p.gain * p.right[n];
        const double kl = k_left[1](k_left[0](l)), kr = k_right[1](k_right[0](r));
        for (std::size_t i = 0; i < chains.size(); ++i) {
            Chain& c = chains[i];
            const double x = i ? c.left(l) : double(l), y = i ? c.right(r) : double(r);
            c.square += average * ((x * x + y * y) / 2 - c.square);
            if (n != moment) continue;
            const double seen = std::max(std::fabs(x), std::fabs(y));
            envelope.detectors[i].sample_db.push_back(decibels(seen * seen));
            envelope.detectors[i].square_db.push_back(decibels(c.square));
        }
        if (n < first) continue;
        k_sum += kl * kl + kr * kr;
        if (n + 1 < end) continue;
        envelope.k_power.push_back(static_cast<float>(k_sum / static_cast<double>(end - from)));
        k_sum = 0, from = end, ++steps;
        end = first + std::llround((steps + 1) * step_frames);
        const double turns = steps * kGolden;
        moment = from + static_cast<std::int64_t>((turns - std::floor(turns)) *
                                                  static_cast<double>(end - from));
    }
    for (Envelope::Detector& d : envelope.detectors) {  // the last step may be cut short
        d.sample_db.resize(envelope.k_power.size());
        d.square_db.resize(envelope.k_power.size());
    }
    return envelope;
}

}  // namespace mixfarm
