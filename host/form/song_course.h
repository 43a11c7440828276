/// What the stems do in time, every 10 ms: where sounds begin in the kit, the bass, the harmony and
/// the voices, and which notes sound.
#pragma once

#include <array>
#include <vector>

#include "host/song/song.h"

namespace mixfarm {

inline constexpr int kCourseHz = 100;  ///< steps a second
inline constexpr int kChromaHz = 10;   ///< looks at the notes a second

/// Stems that keep time together.
enum class Body { kit, bass, harmony, voice };
inline constexpr int kBodies = 4;
/// Of a role: percussion is of the kit; effects and ambience belong to none (-1).
int body_of(Role role);

/// How much begins, [steps] each: the rise of logarithmic band levels within 20 ms, mean over the
/// bands of a range (spectral flux; Ellis, "Beat Tracking by Dynamic Programming", JNMR 36, 2007).
struct Onsets {
    std::vector<float> low;   ///< below 150 Hz
    std::vector<float> mid;   ///< 150 Hz to 2 kHz
    std::vector<float> high;  ///< above
    /// What sounds below 150 Hz and from there to 2 kHz, not what begins there: power, in units
    /// that all bodies share.
    std::vector<float> low_power, mid_power;
    bool silent() const { return low.empty(); }
};

struct SongCourse {
    double seconds = 0;
    std::array<Onsets, kBodies> onsets;  ///< silent where a body has no stem that sounds
    /// [looks][pitch classes from C] of bass and harmony, each look's sum 1; all 0 where neither
    /// sounds.
    std::vector<std::array<float, 12>> chroma;
    const Onsets& of(Body body) const { return onsets[static_cast<std::size_t>(body)]; }
    std::size_t steps() const { return static_cast<std::size_t>(seconds * kCourseHz); }
};

/// Side by side over bodies; the same whatever the number of threads.
SongCourse song_course(const Song& song);

}  // namespace mixfarm
