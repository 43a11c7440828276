/// From meter records to measurements, in double precision on the host.
#include "kernels/console/mix_measurement.h"

#include <algorithm>
#include <cmath>

#include "kernels/console/master_gain.h"
#include "kernels/meters/book.h"

namespace mixfarm {

double unlimited_lufs(std::span<const float> tile_energy, std::span<const int> bins,
                      int tiles_per_bin, double rate) {
    std::vector<double> blocks;
    const double frames = 0.4 * rate;
    std::size_t first = 0;
    for (const int count : bins) {
        for (int b = 0; b + master_gain::kBlockBins <= count; b += master_gain::kHopBins) {
            double z = 0;
            for (int t = 0; t < master_gain::kBlockBins * tiles_per_bin; ++t)
                z += tile_energy[first + static_cast<std::size_t>(b * tiles_per_bin + t)];
            blocks.push_back(z / frames);
        }
        first += static_cast<std::size_t>(count) * static_cast<std::size_t>(tiles_per_bin);
    }
    return gated_loudness(blocks);
}

Measurement measure_mix(const MeterRecord& record, float gain, double unlimited,
                        std::span<const float> stem_energy) {
    Measurement m;
    m.finite = std::all_of(record.bins.begin(), record.bins.end(),
                           [](float x) { return std::isfinite(x); });
    m.metrics = meters::finish(record);
    for (std::size_t b = 0; b < kBands; ++b) {
        m.left_power[b] = static_cast<float>(record.left_power[b]);
        m.right_power[b] = static_cast<float>(record.right_power[b]);
        m.cross_power[b] = static_cast<float>(record.cross_power[b]);
        m.finite = m.finite && std::isfinite(m.left_power[b]) && std::isfinite(m.right_power[b]);
    }
    m.master_gain_db = static_cast<float>(20 * std::log10(static_cast<double>(gain)));
    m.limiter_loss_lu =
        static_cast<float>(std::max(0.0, unlimited + m.master_gain_db - m.metrics[0]));
    const double frames = static_cast<double>(std::max<std::int64_t>(1, record.frames));
    for (const float energy : stem_energy)
        m.stem_power.push_back(static_cast<float>(energy / (2.0 * frames)));
    return m;
}

std::optional<float> GainSearch::next(const Measurement& measured, float gain, float heard_log2,
                                      const MasterTarget& target) {
    const double lufs = measured.metrics[0], off = target.loudness_lufs - lufs;
    const bool heard = heard_log2 > -99;
    if (!heard || !measured.finite || !(std::abs(off) > kLoudnessTolerance) ||
        !(gain < master_gain::kMaxGain))
        return {};
    // Limiting eats part of every added decibel, the more the harder it works.
    const double gain_db = measured.master_gain_db, walked_db = gain_db - gain_db_;
    const double slope = walked_ && std::abs(walked_db) > 0.01
                             ? (lufs - lufs_) / walked_db
                             : 1 / (1.05 + 0.4 * measured.limiter_loss_lu);
    gain_db_ = gain_db, lufs_ = lufs, walked_ = true;
    const double next_db = gain_db + off / std::clamp(slope, 0.1, 1.0);
    return static_cast<float>(std::min<double>(master_gain::kMaxGain, std::pow(10, next_db / 20)));
}

}  // namespace mixfarm
