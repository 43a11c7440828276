/// A song with its studio, the mix that its stems make at the same loudness, and that mix with
/// moves.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "host/moves/plan_moves.h"
#include "host/studio.h"

namespace mixfarm::moves_test {

/// Nothing is loud enough for the limiter.
inline constexpr MasterTarget kQuiet{-23, -1};

/// A studio and what it renders: the mix that every stem enters at the same loudness, and that mix
/// with a move.
class Stage {
public:
    Stage(std::string name, Job job)
        : name_(std::move(name)),
          studio_(std::move(job), "cpu", 2, progress_),
          resting_(studio_.space.static_balance()) {}

    const std::string& name() const { return name_; }
    const Studio& studio() const { return studio_; }
    const Song& song() const { return studio_.song; }
    const Form& form() const { return studio_.form; }
    const std::vector<Move>& moves() const { return studio_.space.moves(); }
    Engine& engine() const { return *studio_.engine; }
    double beat_s() const { return 60 / form().beats.tempo_bpm; }
    double bar_s() const { return beat_s() * form().bars.beats; }
    std::size_t frame(double seconds) const {
        return static_cast<std::size_t>(std::clamp(std::llround(seconds * song().rate), 0ll,
                                                   static_cast<long long>(song().frames)));
    }

    const Move* find(std::string_view move) const {
        for (const Move& m : moves())
            if (m.name == move) return &m;
        return nullptr;
    }
    /// Knobs with one move at a strength, the others off.
    std::vector<float> values(const Move& move, float strength) const {
        std::vector<float> values = resting_;
        values[studio_.space.strength_knob(static_cast<std::size_t>(&move - moves().data()))] =
            strength;
        return values;
    }
    MixSettings settings(const Move& move, float strength) const {
        return studio_.space.settings(values(move, strength));
    }
    const std::vector<float>& resting() const { return resting_; }
    MixSettings off() const { return studio_.space.settings(resting_); }
    MixSettings all(float strength) const {
        std::vector<float> values = resting_;
        for (std::size_t m = 0; m < moves().size(); ++m)
            values[studio_.space.strength_knob(m)] = strength;
        return studio_.space.settings(values);
    }
    /// Linear gain with which a stem enters the unmoved mix.
    double level(std::size_t stem) const {
        const auto knob = stem * static_cast<std::size_t>(strip_param_count()) +
                          static_cast<std::size_t>(strip_param_index("trim", "trim_db"));
        return std::pow(10.0, resting_[knob] / 20);
    }
    /// The stems of a group that sound.
    std::vector<std::size_t> stems(Bus group) const {
        std::vector<std::size_t> of_group;
        const Ground ground(studio_.job, studio_.song, studio_.profile, studio_.form);
        for (std::size_t s = 0; s < song().stems.size(); ++s)
            if (ground.group(s) == group && !studio_.profile.stems[s].silent) of_group.push_back(s);
        return of_group;
    }

private:
    std::string name_;
    Progress progress_;
    Studio studio_;
    std::vector<float> resting_;
};

}  // namespace mixfarm::moves_test
