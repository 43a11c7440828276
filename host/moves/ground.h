/// What moves are planned on: the song and its form, what the job leaves free, who has claimed
/// which bars.
#pragma once

#include <optional>
#include <string_view>

#include "host/analysis/profile.h"
#include "host/form/form.h"
#include "host/moves/move.h"

namespace mixfarm {

class Ground {
public:
    Ground(const Job& job, const Song& song, const Profile& profile, const Form& form);

    const Song& song() const { return song_; }
    const Profile& profile() const { return profile_; }
    const Form& form() const { return form_; }
    const std::vector<FoundSection>& sections() const { return form_.sections.found; }

    /// Below these nothing that needs beats or sections is planned.
    bool sure_of_beats() const;
    bool sure_of_sections() const;
    double beat_s() const { return 60 / form_.beats.tempo_bpm; }
    double bar_s() const { return beat_s() * form_.bars.beats; }

    /// The beat or bar line that lies `count` of them from the one nearest to a time: tempi drift.
    double beat_at(double seconds, int count) const;
    double bar_at(double seconds, int count) const;

    int bus(Bus b) const { return static_cast<int>(song_.stems.size()) + static_cast<int>(b); }
    Bus group(std::size_t stem) const;
    /// It sounds, and no move of the job's own words keeps it as it is.
    bool may_touch(std::size_t stem) const;
    /// Stems of a group that may be touched; a group with one that may not is left alone as a
    /// group.
    std::vector<std::size_t> stems_of(Bus group) const;
    bool may_touch(Bus group) const;
    /// Is any of the group heard, whether it may be touched or not?
    bool sounds(Bus group) const;
    /// How well a stem carries a layer: the share of the song in which it plays, and 1 more where
    /// no move before turns it down or filters it, so that the layer is heard as it is told.
    double carries(std::size_t stem) const;
    /// Is the knob neither locked nor drawn nor switched off by the job?
    bool free_knob(int channel, std::string_view effect, std::string_view param) const;

    /// A sound file of the user's own.
    struct OwnSound {
        std::filesystem::path file;
        double seconds;
    };
    /// Those of the job's folder, by name; none where it gives none. Files that cannot be read are
    /// left out, in words.
    std::vector<OwnSound> own_sounds() const;
    /// What could not be planned, and why.
    const std::vector<std::string>& left_out() const { return left_out_; }
    void leave_out(std::string words) const { left_out_.push_back(std::move(words)); }
    /// A move that the job locks moves knobs that it locks too: their locks say where they rest.
    void plan_locked(bool locked) { locked_ = locked; }
    /// A lane, if the job leaves its knob free and no move before pulls it the other way in the
    /// same bars.
    std::optional<MoveLane> lane(int channel, std::string effect, std::string param, Law law,
                                 Amounts amounts, std::vector<Automation::Point> shape,
                                 std::string what) const;
    /// Does a move before turn that knob up (`sign` 1) or down (-1) between these times?
    bool taken(int channel, std::string_view effect, std::string_view param, double from_s,
               double to_s, int sign) const;
    /// Does another stem sound in it, so that one cannot be moved in time or pitch without the
    /// other (Form::bodies)?
    bool leaks(std::size_t stem) const;
    /// Does one of these sound in a stem that is not among them? Turned down it would still be
    /// heard, and worse. Not asked of effects: their tails may ring on.
    bool leaks_out(std::span<const std::size_t> stems) const;
    /// Does a move before put something in the place of that stem?
    bool replaced(std::size_t stem) const;
    /// What a planned move uses is taken for those after it.
    void claim(const Move& move);

    /// Mean K-weighted power of stems between two times, as they are.
    double power(std::span<const std::size_t> stems, double from_s, double to_s) const;
    /// Share of the time in which the stem is heard.
    double plays(std::size_t stem, double from_s, double to_s) const;
    const std::string& name(std::size_t stem) const { return song_.stems[stem].name; }

private:
    const Job& job_;
    const Song& song_;
    const Profile& profile_;
    const Form& form_;
    std::vector<MoveLane> claimed_;
    std::vector<int> replaced_;
    mutable std::vector<std::string> left_out_;
    bool locked_ = false;  ///< the move that is being planned
};

/// A shape that is 0 but for steps.
class Shape {
public:
    /// From `at_s - ramp_s` on it goes to `share`, which it has reached at `at_s`.
    Shape& to(double share, double at_s, double ramp_s);
    std::vector<Automation::Point> points() const { return points_; }
    bool flat() const;

private:
    std::vector<Automation::Point> points_{{0, 0}};
};

inline constexpr double kOnset_s = 0.02;  ///< a step up ends on the downbeat, within this time

}  // namespace mixfarm
