/// Predicted levels of stems beside each other.
#include "host/space/audibility.h"

#include <algorithm>
#include <cmath>

#include "host/analysis/k_weighting.h"
#include "host/space/balance.h"
#include "host/space/wiring.h"

namespace mixfarm {
namespace {

float power_of(float db) {
    return std::exp2(db * 0.332192809f);  // 10^(db / 10)
}

/// In sums of eight, so that a register adds them up.
float dot(const BandRatios& a, const BandRatios& b) {
    float sums[8] = {};
    for (std::size_t i = 0; i < kPaddedBands; i += 8)
        for (std::size_t j = 0; j < 8; ++j) sums[j] += a[i + j] * b[i + j];
    return ((sums[0] + sums[4]) + (sums[1] + sums[5])) +
           ((sums[2] + sums[6]) + (sums[3] + sums[7]));
}

}  // namespace

Audibility::Audibility(const Song& song, const Profile& profile, std::span<const float> level_lufs)
    : level_(level_lufs.begin(), level_lufs.end()),
      row_(static_cast<std::size_t>(strip_param_count())) {
    const std::size_t count = song.stems.size();
    for (std::size_t s = 0; s < count; ++s) {
        const StemProfile& stem = profile.stems[s];
        std::array<double, kBands> power;
        double all = 0;
        for (std::size_t b = 0; b < kBands; ++b) {
            const double weight =
                std::pow(10.0, k_weighting_db(band_centre_hz(static_cast<int>(b)), song.rate) / 10);
            all += power[b] = stem.silent ? 0 : stem.band_power[b] * weight;
        }
        silent_.push_back(all <= 0);
        BandRatios& heard = heard_.emplace_back();
        heard.fill(0);
        for (std::size_t b = 0; b < kBands && all > 0; ++b)
            heard[b] = static_cast<float>(power[b] / all);
        group_.push_back(static_cast<std::size_t>(group_of(song.stems[s].role.role)));
        for (std::size_t o = 0; o < count; ++o)
            shared_.push_back(static_cast<float>(shared_time(profile, s, o)));
    }
}

void Audibility::raises(std::span<const float> strips, std::span<const float> fader_db,
                        std::span<const float> group_db, std::span<float> raise_db) const {
    const std::size_t count = level_.size();
    std::vector<float> level(count, 0.0f);  // K-weighted power while it plays
    BandRatios ratio;
    for (std::size_t s = 0; s < count; ++s) {
        if (silent_[s]) continue;
        const bool filtered = filters_(strips.subspan(s * row_, row_), ratio);
        level[s] = (filtered ? dot(heard_[s], ratio) : 1) *
                   power_of(level_[s] + fader_db[s] + group_db[group_[s]]);
    }
    const float most = power_of(static_cast<float>(kHeardLu));
    for (std::size_t s = 0; s < count; ++s) {
        float all = 0;
        for (std::size_t o = 0; o < count; ++o) all += shared_[s * count + o] * level[o];
        const bool drowns = level[s] > 0 && all > most * level[s];
        raise_db[s] = drowns ? 10 * std::log10(all / level[s]) - static_cast<float>(kHeardLu) : 0;
    }
}

}  // namespace mixfarm
