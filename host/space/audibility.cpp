/// Predicted levels of stems beside each other.
#include "host/space/audibility.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "host/analysis/k_weighting.h"
#include "host/space/balance.h"
#include "host/space/wiring.h"

namespace mixfarm {
namespace {

/// A strip of which only the filters are in play.
std::vector<float> filters_of(std::span<const float> strip) {
    std::vector<float> row = neutral_strip();
    for (const EffectInfo& effect : strip_effects()) {
        const std::string_view name = effect.name;
        if (name != "high_pass" && name != "low_pass" && name != "equalizer") continue;
        for (std::size_t p = 0; p < effect.params.size(); ++p) {
            const std::size_t i = static_cast<std::size_t>(effect.first) + p;
            row[i] = strip[i];
        }
    }
    return row;
}

}  // namespace

Audibility::Audibility(const Song& song, const Profile& profile, std::vector<float> level_lufs)
    : rate_(song.rate), level_(std::move(level_lufs)) {
    for (int b = 0; b < kBands; ++b) {
        hz_.push_back(band_centre_hz(b));
        weight_.push_back(std::pow(10.0, k_weighting_db(hz_.back(), rate_) / 10));
    }
    const std::size_t count = song.stems.size();
    for (std::size_t s = 0; s < count; ++s) {
        const StemProfile& stem = profile.stems[s];
        power_.emplace_back();
        if (!stem.silent) power_[s].assign(stem.band_power.begin(), stem.band_power.end());
        group_.push_back(group_of(song.stems[s].role.role));
        shared_.emplace_back(count);
        for (std::size_t o = 0; o < count; ++o) shared_[s][o] = shared_time(profile, s, o);
    }
}

std::vector<float> Audibility::raises(std::span<const float> strips,
                                      std::span<const double> group_db) const {
    const std::size_t count = power_.size(), row = static_cast<std::size_t>(strip_param_count());
    const auto fader = static_cast<std::size_t>(strip_param_index("fader", "fader_db"));
    std::vector<double> level(count, 0.0);  // K-weighted power while it plays
    for (std::size_t s = 0; s < count; ++s) {
        if (power_[s].empty()) continue;
        const auto strip = strips.subspan(s * row, row);
        const std::vector<double> response = strip_response_db(filters_of(strip), hz_, rate_);
        double before = 0, after = 0;
        for (std::size_t b = 0; b < hz_.size(); ++b) {
            const double power = static_cast<double>(power_[s][b]) * weight_[b];
            before += power, after += power * std::pow(10.0, response[b] / 10);
        }
        const double db = static_cast<double>(level_[s]) + strip[fader] +
                          group_db[static_cast<std::size_t>(group_[s])];
        if (before > 0) level[s] = after / before * std::pow(10.0, db / 10);
    }
    std::vector<float> raises(count, 0.0f);
    for (std::size_t s = 0; s < count; ++s) {
        double all = 0;
        for (std::size_t o = 0; o < count; ++o) all += shared_[s][o] * level[o];
        if (level[s] > 0)
            raises[s] =
                static_cast<float>(std::max(0.0, 10 * std::log10(all / level[s]) - kHeardLu));
    }
    return raises;
}

}  // namespace mixfarm
