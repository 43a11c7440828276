/// A move: a creative act with a strength, bounds, places in the song and a reason; the search
/// turns the strength, 0 leaves the mix as it is.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "host/layers/layer_sound.h"
#include "kernels/engine.h"

namespace mixfarm {

enum class Family { creative_automation, dynamic_arrangement, human_imperfection, sound_design };
inline constexpr int kFamilies = 4;
/// "creative_automation" ...
const char* family_name(Family family);

/// What the knob of a lane does.
enum class Law {
    add,    ///< goes by so much from where the mix has it
    reach,  ///< comes from where the mix has it as high as this, never lower; straight on its scale
};

/// How far a knob goes at the extreme of a lane's shape: straight lines from strength 0 over 0.5
/// to 1.
struct Amounts {
    float least, typical, most;  ///< at strength 0 (just above it), 0.5 and 1
    float at(float strength) const {
        return strength < 0.5f ? least + 2 * strength * (typical - least)
                               : typical + (2 * strength - 1) * (most - typical);
    }
};

/// One knob that a move moves.
struct MoveLane {
    int channel;  ///< as Knob::channel: a stem's index, or the number of stems plus that of the bus
    std::string effect, param;
    Law law;
    Amounts amounts;  ///< of Law::add at strength 0: nothing
    /// Shares of the amount over the song, -1..1, straight lines between; outside as at the ends.
    std::vector<Automation::Point> shape;
    std::string what;  ///< what it is that moves: "whole mix", "drums", "echo on the voice"

    /// The shape at a time.
    double share_at(double seconds) const;
    bool operator==(const MoveLane& other) const {
        return channel == other.channel && effect == other.effect && param == other.param;
    }
    /// Does the shape go to the side of `sign` between these seconds? Ramps of a few hundredths
    /// of a second at either end do not count.
    bool acts_in(double from_s, double to_s, int sign) const;
};

/// A sound that is made once for a move and enters the strip of a stem (LayerView).
struct MoveLayer {
    int stem;
    bool instead;  ///< in the place of the stem, at its level
    /// Strengths at which it sounds: above the first, up to the second.
    float above = 0, upto = 1;
    Amounts level_db{0, 0, 0};  ///< of what `make` gives; not of one that stands instead
    std::string what;           ///< "octave under the bass"
    std::function<LayerSound()> make;

    /// Linear gain of it.
    float gain(float strength) const;
};

struct Move {
    std::string name;  ///< as in a job: "chorus_lift"
    Family family;
    float use;   ///< share of mixes that make it, before anybody's taste is known (moves.md, 8)
    float most;  ///< strength that the job allows, above 0 to 1
    float locked = -1;  ///< the job's own strength for every mix; below 0: searched
    std::vector<MoveLane> lanes;
    std::vector<MoveLayer> layers;
    struct Place {
        double start_s, end_s;
        std::string name;  ///< "chorus 1", "end of the line before chorus 2"
    };
    std::vector<Place> places;      ///< in the order of time
    std::string reason;             ///< goes on after "because"
    std::vector<int> boundaries{};  ///< sections, by index, with whose start a place begins or ends
};

/// "chorus lift: whole mix up to +0.7 dB in chorus 1 (0:25), chorus 2 (0:42), because ...".
std::string move_words(const Move& move, float strength);

}  // namespace mixfarm
