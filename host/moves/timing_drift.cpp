/// Rigid, programmed parts wander about the beat as players do (moves.md C2: 1, 4 or 8 ms with long
/// memory; Hennig 2011). The kit, the bass, what was played by hand and what another stem hears
/// stay.
#include <algorithm>
#include <cmath>

#include "host/layers/varispeed.h"
#include "host/moves/grid.h"
#include "host/moves/planners.h"

namespace mixfarm {
namespace {

constexpr double kExponent = 0.9, kPrivate = 0.3, kMost_s = 0.015, kSliceFade_s = 0.01,
                 kAhead_s = 0.015;  // fades end before the onset
constexpr std::uint64_t kSeed = 0x71e;

/// How late each onset comes: a series that all parts share, and one of its own.
std::vector<double> lateness(const std::vector<double>& onsets, const Grid& grid, double song_s,
                             double sd_s, std::uint64_t part) {
    const auto beats = static_cast<std::size_t>(std::max(8.0, grid.beat_at(song_s) + 4));
    const std::vector<double> common = drift_series(beats, kExponent, kSeed),
                              own = drift_series(beats, kExponent, kSeed + 1 + part);
    const double share = std::sqrt(1 - kPrivate * kPrivate);
    std::vector<double> late;
    for (const double at : onsets) {
        const auto b = static_cast<std::size_t>(
            std::clamp(std::lround(grid.beat_at(at)) + 1, 0L, static_cast<long>(beats) - 1));
        late.push_back(
            std::clamp(sd_s * (share * common[b] + kPrivate * own[b]), -kMost_s, kMost_s));
    }
    return late;
}

}  // namespace

std::optional<Move> plan_timing_drift(const Ground& ground) {
    constexpr double kRigid_s = 0.0025;
    constexpr std::size_t kOnsets = 24, kParts = 2;
    if (!ground.sure_of_beats()) return std::nullopt;
    const Grid grid = grid_of(ground.form().beats);
    if (grid.spread_s > 0.01) return std::nullopt;  // the song's own tempo lives
    Move move;
    std::uint64_t part = 0;
    for (const std::size_t s : variable_parts(ground)) {
        const Stem& stem = ground.song().stems[s];
        if (part == kParts) break;
        const std::vector<double> onsets = onsets_of(stem, ground.song().rate);
        if (onsets.size() < kOnsets || looseness(onsets, grid) > kRigid_s) continue;
        ++part;
        std::vector<double> cuts = onsets;
        for (double& c : cuts) c -= kAhead_s;
        add_variants(ground, move, s, {1, 4, 8}, "%s about the beat by %.0f ms", [&](double sd_ms) {
            return [&song = ground.song(), s, cuts,
                    late = lateness(onsets, grid, ground.song().seconds(), sd_ms / 1000, part)] {
                return moved_slices(song.stems[s], song, cuts, late, kSliceFade_s);
            };
        });
    }
    move.places.push_back({0, ground.song().seconds(), "the whole song"});
    move.reason = "it keeps to the grid as no hand does";
    return whole(move);
}

}  // namespace mixfarm
