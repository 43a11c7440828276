/// Pads and keys drift in pitch as loose oscillators do, all parts together (moves.md C3: 0.5, 2 or
/// 6 cents). Drums, bass and lead never.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "host/layers/varispeed.h"
#include "host/moves/planners.h"

namespace mixfarm {
namespace {

constexpr double kEvery_s = 5, kCents = 1200 / 0.6931471805599453;

/// A delay whose pitch has this deviation in cents.
Curve drifting(double seconds, double cents) {
    const auto count = static_cast<std::size_t>(seconds / kEvery_s) + 3;
    std::vector<double> at, delay = drift_series(count, 0.5, 0xce47);
    for (std::size_t i = 0; i < count; ++i) at.push_back(kEvery_s * static_cast<double>(i));
    const Curve shape = smooth_through(at, delay);
    constexpr double kStep = 0.05;
    double square = 0, steps = 0;
    for (double t = 0; t + kStep < seconds; t += kStep, ++steps)
        square += std::pow((shape(t + kStep) - shape(t)) / kStep, 2);
    const double scale = cents / kCents / std::sqrt(std::max(square / std::max(steps, 1.0), 1e-12));
    for (double& d : delay) d *= scale;
    return smooth_through(std::move(at), std::move(delay));
}

}  // namespace

std::optional<Move> plan_pitch_drift(const Ground& ground) {
    constexpr std::size_t kParts = 2;
    Move move;
    std::size_t parts = 0;
    for (const std::size_t s : ground.stems_of(Bus::music)) {
        const Role role = ground.song().stems[s].role.role;
        const bool held = role == Role::pad || role == Role::organ || role == Role::strings;
        if (!held || ground.replaced(s) || static_cast<int>(s) == ground.form().lead ||
            parts == kParts)
            continue;
        ++parts;
        float above = 0;
        for (const auto& [cents, upto] : {std::pair{0.5, 0.34f}, {2.0, 0.67f}, {6.0, 1.0f}}) {
            char what[96];
            std::snprintf(what, sizeof what, "%s drifting by %.1f cents", ground.name(s).c_str(),
                          cents);
            move.layers.push_back({static_cast<int>(s),
                                   true,
                                   above,
                                   upto,
                                   {0, 0, 0},
                                   what,
                                   [&song = ground.song(), s, c = cents] {
                                       return read_at(song.stems[s], song,
                                                      drifting(song.seconds(), c));
                                   }});
            above = upto;
        }
    }
    move.places.push_back({0, ground.song().seconds(), "the whole song"});
    move.reason = "held notes that never move sound like a machine";
    return whole(move);
}

}  // namespace mixfarm
