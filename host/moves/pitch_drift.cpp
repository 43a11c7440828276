/// Pads and keys drift in pitch as loose oscillators do, all parts together (moves.md C3: 0.5, 2 or
/// 6 cents). Drums, bass and lead never.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "host/layers/varispeed.h"
#include "host/moves/planners.h"

namespace mixfarm {
namespace {

constexpr double kEvery_s = 5, kCents = 1200 / 0.6931471805599453;

/// A delay whose pitch has this deviation in cents: a sine of wandering speed. So its peak is less
/// than two deviations; it is as slow as 4 ms of lateness allow, one turn in 20 s at the slowest.
Curve drifting(double seconds, double cents) {
    constexpr double kLate_s = 0.0036, kSlowest_hz = 0.05, kWander = 0.12, kMost = 0.2;
    const double deep = std::numbers::sqrt2 * cents / kCents,
                 hz = std::max(kSlowest_hz, deep / (2 * std::numbers::pi * kLate_s));
    const auto count = static_cast<std::size_t>(seconds / kEvery_s) + 3;
    std::vector<double> at, turns;
    double turn = 0;
    for (const double speed : drift_series(count, 1, 0xce47)) {
        at.push_back(kEvery_s * static_cast<double>(at.size()));
        turns.push_back(turn);
        turn += kEvery_s * hz * (1 + std::clamp(kWander * speed, -kMost, kMost));
    }
    return [late_s = deep / (2 * std::numbers::pi * hz),
            turned = smooth_through(std::move(at), std::move(turns))](double t) {
        return late_s * std::sin(2 * std::numbers::pi * turned(t));
    };
}

}  // namespace

std::optional<Move> plan_pitch_drift(const Ground& ground) {
    constexpr std::size_t kMost = 3;  // parts: three sounds are made of each
    std::vector<std::size_t> parts;
    for (std::size_t s = 0; s < ground.song().stems.size(); ++s) {
        const Role role = ground.song().stems[s].role.role;
        if (!ground.profile().stems[s].silent && static_cast<int>(s) != ground.form().lead &&
            (role == Role::pad || role == Role::organ || role == Role::strings))
            parts.push_back(s);
    }
    // One that stays would beat against those that drift.
    const std::vector<std::size_t> variable = variable_parts(ground);
    if (parts.size() > kMost || std::any_of(parts.begin(), parts.end(), [&](std::size_t s) {
            return std::find(variable.begin(), variable.end(), s) == variable.end();
        }))
        return std::nullopt;
    Move move;
    for (const std::size_t s : parts)
        add_variants(ground, move, s, {0.5, 2, 6}, "%s drifting by %.1f cents", [&](double cents) {
            return [&song = ground.song(), s, cents] {
                return read_at(song.stems[s], song, drifting(song.seconds(), cents));
            };
        });
    move.places.push_back({0, ground.song().seconds(), "the whole song"});
    move.reason = "held notes that never move sound like a machine";
    return whole(move);
}

}  // namespace mixfarm
