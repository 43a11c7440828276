/// Who foretells mixes of one song on one device.
#pragma once

#include "kernels/effects/effect.h"
#include "kernels/foresight.h"
#include "kernels/proxy/stem_course.h"

namespace mixfarm {

/// All that is known of a song; what it points to outlives the seer.
struct ForeseenSong {
    const StemBands& bands;
    const StemCourse* course;  ///< null: nobody looks at dynamics
    const Listening& listening;
    Session session;
};

/// Not thread-safe: one caller at a time.
class Seer {
public:
    virtual ~Seer() = default;
    /// Fills `told` [mixes], with the bits of every other seer.
    virtual void foretell(std::span<const MixSettings> mixes, const MasterTarget& target,
                          Glance glance, std::span<Foretold> told) = 0;
};

}  // namespace mixfarm
