/// Stems that would drown: how far an engineer pushes their faders up.
#pragma once

#include <span>
#include <vector>

#include "host/analysis/profile.h"
#include "host/song/song.h"
#include "kernels/engine.h"

namespace mixfarm {

/// A stem is heard while it lies at most so far under all that plays with it, itself included, LU
/// (estimate: the quietest group of documented mixes, ambience, lies at -24 at least).
inline constexpr double kHeardLu = 19;

class Audibility {
public:
    Audibility() = default;
    /// `level_lufs` [stems] behind the trims.
    Audibility(const Song& song, const Profile& profile, std::vector<float> level_lufs);

    /// [stems] dB to add to each fader, 0 for what is heard. `strips` [stems][strip params];
    /// `group_db` [groups] faders of the groups. Predicts levels by the strips' filters, their
    /// K-weighting and their faders; dynamics hold a stem's level by their make-up.
    std::vector<float> raises(std::span<const float> strips,
                              std::span<const double> group_db) const;

private:
    int rate_ = 0;
    std::vector<double> hz_, weight_;          ///< [bands] centres; K-weighting as a power ratio
    std::vector<std::vector<float>> power_;    ///< [stems][bands], empty where silent
    std::vector<std::vector<double>> shared_;  ///< [stems][stems] share of time together
    std::vector<Bus> group_;                   ///< [stems]
    std::vector<float> level_;                 ///< [stems] LUFS behind the trims
};

}  // namespace mixfarm
