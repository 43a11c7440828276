/// Finds the gain in front of the limiter that makes a whole mix as loud as wanted, from one look
/// at the unlimited mix.
///
/// The listening pass leaves K-weighted energy and sample peak of every tile. On these a model of
/// the limiter (its look-ahead and release at tile resolution) tells how much loudness it will take
/// for a given gain; the gain is then found by fixed point iteration. The exact chain is measured
/// afterwards and corrects what the model missed.
#pragma once

#include "kernels/console/limiter.h"
#include "kernels/core/maths.h"

namespace mixfarm {

struct GainSetup {
    int tiles_per_bin;
    float frames_per_block;  ///< of the 400 ms gating block
    float ceiling;           ///< linear, the limiter's own
    float release;           ///< share of the way back covered in one tile
    float target_log2;       ///< wanted loudness as log2 of the summed mean square
};

inline GainSetup gain_setup(double rate, int tile, int tiles_per_bin, double target_lufs,
                            const LimiterSetup& limiter) {
    return {tiles_per_bin, static_cast<float>(0.4 * rate), limiter.ceiling,
            static_cast<float>(-std::expm1(-1000.0 * tile / (limiter::kReleaseMs * rate))),
            static_cast<float>((target_lufs + 0.691) / 10 * std::log2(10.0))};
}

template <class F>
struct GainSolution {
    F gain;      ///< linear
    F loudness;  ///< log2 of the gated mean square before gain and limiter
};

namespace master_gain {
inline constexpr int kIterations = 14;
inline constexpr int kBlockBins = 40, kHopBins = 10;
inline constexpr float kMaxGain = 1000.f;  ///< 60 dB: what is still too quiet then is silence
}  // namespace master_gain

/// `energy` and `peak` are [tiles] of all stretches in order, `bins` the bins of each stretch;
/// `weight` is scratch of [bins]. A mix without a block above -70 LUFS gets gain 1 and loudness
/// -100.
template <class F>
MF_HD GainSolution<F> solve_gain(const GainSetup& c, const F* energy, const F* peak,
                                 const int* bins, int stretches, F* weight) {
    using namespace master_gain;
    const F floor = F(1.1724653e-7f * c.frames_per_block);  // 10^((-70 + 0.691) / 10)
    const auto for_blocks = [&](auto visit) {
        int first = 0;
        for (int s = 0; s < stretches; ++s) {
            for (int b = 0; b + kBlockBins <= bins[s]; b += kHopBins) {
                F z = F(0.f);
                for (int i = 0; i < kBlockBins; ++i) {
                    const F* e = energy + (first + b + i) * c.tiles_per_bin;
                    for (int t = 0; t < c.tiles_per_bin; ++t) z = z + e[t];
                }
                visit(first + b, z);
            }
            first += bins[s];
        }
        return first;
    };
    F count = F(0.f), sum = F(0.f);
    const int all_bins = for_blocks([&](int, F z) {
        count = count + where_less(floor, z, F(1.f), F(0.f));
        sum = sum + where_less(floor, z, z, F(0.f));
    });
    const F relative = max_(floor, F(0.1f) * sum / max_(count, F(1.f)));
    for (int b = 0; b < all_bins; ++b) weight[b] = F(0.f);
    count = F(0.f), sum = F(0.f);
    for_blocks([&](int first, F z) {
        const F in = where_less(relative, z, F(1.f), F(0.f));
        count = count + in;
        sum = fma_(in, z, sum);
        for (int i = 0; i < kBlockBins; ++i) weight[first + i] = weight[first + i] + in;
    });
    const F heard = where_less(F(0.f), count, F(1.f), F(0.f));
    const F loudness = where_less(
        F(0.5f), heard, log2_(sum / (max_(count, F(1.f)) * F(c.frames_per_block))), F(-100.f));
    F gain = exp2_(F(0.5f) * (F(c.target_log2) - loudness));
    for (int i = 0; i < kIterations; ++i) {
        gain = min_(gain, F(kMaxGain));
        F held = F(0.f), kept = F(0.f), whole = F(0.f);
        F wanted = F(0.f);
        const int tiles = all_bins * c.tiles_per_bin;
        for (int t = 0; t < tiles; ++t) {
            const F ahead = peak[t + 1 < tiles ? t + 1 : t];
            wanted = F(1.f) - F(c.ceiling) / max_(max_(peak[t], ahead) * gain, F(c.ceiling));
            held = max_(wanted, fma_(F(c.release), wanted - held, held));
            const F w = weight[t / c.tiles_per_bin] * energy[t], g = F(1.f) - held;
            kept = fma_(w * g, g, kept);
            whole = whole + w;
        }
        const F reached =
            loudness + log2_(max_(kept, F(1e-25f)) / max_(whole, F(1e-25f))) + F(2.f) * log2_(gain);
        gain = gain * exp2_(F(0.5f) * (F(c.target_log2) - reached));
    }
    return {where_less(F(0.5f), heard, min_(gain, F(kMaxGain)), F(1.f)), loudness};
}

}  // namespace mixfarm
