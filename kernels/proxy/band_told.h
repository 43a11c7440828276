/// What BandMix added up in a lane, as a mix that was foretold.
#pragma once

#include "kernels/meters/loudness.h"
#include "kernels/proxy/band_tables.h"

namespace mixfarm {

/// `cells` are BandMix's `told` after run().
template <class F>
Foretold told_by_bands(const BandTables& tables, const BandPlaces& places, Memory<F> cells, int at,
                       const MasterTarget& target) {
    constexpr int kWindow = 7;  // blocks of about 3 s
    const auto of = [at](const F& x) { return static_cast<double>(lane(x, at)); };
    const auto sums = taken<BandSums<F>>(cells.from(places.sums));
    Foretold told;
    told.masking = lane(sums.heard.masking, at);
    told.lost_stem = static_cast<int>(lane(sums.heard.lost, at));
    const double lead = of(sums.heard.lead), rest = of(sums.heard.rest);
    const bool compared = lead > 0 && rest > 0;
    told.lead_to_rest_lu = compared ? static_cast<float>(10 * std::log10(lead / rest)) : NAN;
    told.lead_audibility = compared ? lane(sums.heard.audibility, at) : NAN;
    constexpr double kDriest = 1e-6;
    const double dry = of(sums.dry), wet = of(sums.wet);
    told.reverb_to_dry_lu =
        dry > 0 ? static_cast<float>(10 * std::log10(std::max(wet / dry, kDriest))) : NAN;
    told.reverb_s = wet > 0 ? static_cast<float>(of(sums.wet_seconds) / wet) : 0.f;
    told.distorted_share = lane(sums.distorted, at);

    Measurement& m = told.mix;
    const auto set = [&m](std::string_view name, double value) {
        m.metrics[static_cast<std::size_t>(metric_index(name))] = static_cast<float>(value);
    };
    m.metrics.assign(mix_metrics().size(), NAN);
    const double integrated = of(sums.integrated);
    m.finite = std::isfinite(integrated);
    for (int s = 0; s < tables.stems; ++s)
        m.stem_power.push_back(lane(cells[places.power + s], at));
    if (!(integrated > 0)) {
        set("integrated_lufs", -70);
        return told;
    }
    m.master_gain_db = static_cast<float>(target.loudness_lufs - lufs_of_power(integrated));
    const double gain = power_of_lufs(target.loudness_lufs) / integrated;
    double left = 0, right = 0, cross = 0;
    for (int b = 0; b < kBands; ++b) {
        const auto its = static_cast<std::size_t>(b);
        const auto power = [&](int place) {
            return static_cast<float>(gain * of(cells[place + b]));
        };
        left += m.left_power[its] = power(places.left);
        right += m.right_power[its] = power(places.right);
        cross += m.cross_power[its] = power(places.cross);
    }
    const double middle = (left + right + 2 * cross) / 4, side = (left + right - 2 * cross) / 4;
    set("integrated_lufs", target.loudness_lufs);
    set("correlation", cross / std::sqrt(left * right));
    set("width", std::max(0.0, side) / middle);
    set("balance_db", 10 * std::log10(right / left));
    set("mono_loss_db", 10 * std::log10((of(sums.dry_heard) + of(sums.wet_heard)) /
                                        std::max(of(sums.fold), 1e-30)));
    std::vector<double> windows;
    double most = 0;
    for (int i = 0; i + kWindow <= tables.blocks; ++i) {
        double sum = 0;
        for (int k = 0; k < kWindow; ++k) sum += of(cells[places.blocks + i + k]);
        windows.push_back(gain * sum / kWindow);
        most = std::max(most, windows.back());
    }
    if (!windows.empty()) {
        set("max_short_term_lufs", lufs_of_power(most));
        set("loudness_range_lu", loudness_range(windows));
    }
    return told;
}

}  // namespace mixfarm
