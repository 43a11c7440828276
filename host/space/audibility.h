/// Stems that would drown: how far an engineer pushes their faders up.
#pragma once

#include <span>
#include <vector>

#include "host/analysis/profile.h"
#include "host/song/song.h"
#include "host/space/filter_power.h"
#include "kernels/engine.h"

namespace mixfarm {

/// A stem is heard while it lies at most so far under all that plays with it, itself included, LU
/// (estimate: the quietest group of documented mixes, ambience, lies at -24 at least).
inline constexpr double kHeardLu = 19;

class Audibility {
public:
    Audibility() = default;
    /// `level_lufs` [stems] behind the trims.
    Audibility(const Song& song, const Profile& profile, std::span<const float> level_lufs);

    /// Sets `raise_db` [stems] to what each fader lacks, 0 for what is heard. `strips`
    /// [stems][strip params]; `fader_db` [stems] and `group_db` [groups] where the faders stand.
    /// Predicts levels by the strips' filters, their K-weighting and the faders; dynamics hold a
    /// stem's level by their make-up.
    void raises(std::span<const float> strips, std::span<const float> fader_db,
                std::span<const float> group_db, std::span<float> raise_db) const;

private:
    FilterPower filters_;
    std::vector<BandRatios> heard_;   ///< [stems] a band's share of the K-weighted power
    std::vector<char> silent_;        ///< [stems] nothing in any band
    std::vector<float> shared_;       ///< [stems][stems] share of time together
    std::vector<std::size_t> group_;  ///< [stems]
    std::vector<float> level_;        ///< [stems] LUFS behind the trims
    std::size_t row_ = 0;             ///< strip params
};

}  // namespace mixfarm
