/// What a lane of BandMix added up, as a mix that was foretold.
#pragma once

#include "kernels/meters/loudness.h"
#include "kernels/proxy/band_mix.h"

namespace mixfarm {

template <class F>
Foretold BandMix<F>::result(int at, const MasterTarget& target) const {
    const auto of = [at](const F& x) { return static_cast<double>(lane(x, at)); };
    Foretold told;
    told.masking = lane(heard_.masking, at);
    told.lost_stem = static_cast<int>(lane(heard_.lost, at));
    const double lead = of(heard_.lead), rest = of(heard_.rest);
    const bool compared = lead > 0 && rest > 0;
    told.lead_to_rest_lu = compared ? static_cast<float>(10 * std::log10(lead / rest)) : NAN;
    told.lead_audibility = compared ? lane(heard_.audibility, at) : NAN;
    constexpr double kDriest = 1e-6;
    const double dry = of(dry_), wet = of(wet_);
    told.reverb_to_dry_lu =
        dry > 0 ? static_cast<float>(10 * std::log10(std::max(wet / dry, kDriest))) : NAN;
    told.reverb_s = wet > 0 ? static_cast<float>(of(wet_seconds_) / wet) : 0.f;
    told.distorted_share = lane(distorted_, at);

    Measurement& m = told.mix;
    const auto set = [&m](std::string_view name, double value) {
        m.metrics[static_cast<std::size_t>(metric_index(name))] = static_cast<float>(value);
    };
    m.metrics.assign(mix_metrics().size(), NAN);
    const double integrated = of(integrated_);
    m.finite = std::isfinite(integrated);
    for (const F& power : power_) m.stem_power.push_back(lane(power, at));
    if (!(integrated > 0)) {
        set("integrated_lufs", -70);
        return told;
    }
    m.master_gain_db = static_cast<float>(target.loudness_lufs - lufs_of_power(integrated));
    const double gain = power_of_lufs(target.loudness_lufs) / integrated;
    double left = 0, right = 0, cross = 0;
    for (std::size_t b = 0; b < kBands; ++b) {
        left += m.left_power[b] = static_cast<float>(gain * of(left_[b]));
        right += m.right_power[b] = static_cast<float>(gain * of(right_[b]));
        cross += m.cross_power[b] = static_cast<float>(gain * of(cross_[b]));
    }
    const double middle = (left + right + 2 * cross) / 4, side = (left + right - 2 * cross) / 4;
    set("integrated_lufs", target.loudness_lufs);
    set("correlation", cross / std::sqrt(left * right));
    set("width", std::max(0.0, side) / middle);
    set("balance_db", 10 * std::log10(right / left));
    set("mono_loss_db",
        10 * std::log10((of(dry_heard_) + of(wet_heard_)) / std::max(of(fold_), 1e-30)));
    std::vector<double> windows;
    double most = 0;
    for (std::size_t i = 0; i + kWindow <= blocks_.size(); ++i) {
        double sum = 0;
        for (std::size_t k = 0; k < kWindow; ++k) sum += of(blocks_[i + k]);
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
