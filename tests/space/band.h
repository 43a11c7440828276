/// A small band of synthetic stems with a full profile and its space, shared by the tests of the
/// space.
#pragma once

#include "host/space/space.h"
#include "tests/analysis/synthetic.h"

namespace mixfarm::testing {

inline std::filesystem::path priors_folder() {
    return std::filesystem::path(MIXFARM_SOURCE_DIR) / "jobs/priors";
}

/// Drum hits at `per_s` a second, decaying by 60 dB in `decay_s`.
inline Signal hits(Signal inside, double per_s, double decay_s) {
    return [=](std::int64_t n) {
        const double t = std::fmod(static_cast<double>(n) / 48000, 1 / per_s);
        return static_cast<float>(std::pow(10.0, -3 * t / decay_s) * inside(n));
    };
}

inline Song band() {
    Song song = empty_song(8);
    add_stem(song, "kick", Role::kick, hits(sum(sine(55, 0.8), sine(110, 0.2)), 2, 0.2));
    add_stem(song, "snare", Role::snare, hits(noise(0.2, 1), 1, 0.15));
    add_stem(song, "bass", Role::bass_guitar, sum(sine(58, 0.3), sine(116, 0.15)));
    add_stem(song, "guitar L", Role::electric_guitar, sum(sine(220, 0.1), noise(0.03, 2)));
    add_stem(song, "guitar R", Role::electric_guitar, sum(sine(330, 0.1), noise(0.03, 3)));
    add_stem(song, "keys", Role::keys, sum(sine(440, 0.1), noise(0.02, 4)),
             sum(sine(440, 0.05), noise(0.05, 5)));
    add_stem(song, "vox", Role::lead_vocal,
             during(1, 7, sum(hits(sine(300, 0.3), 1.5, 1), noise(0.01, 6))));
    add_stem(song, "silence", Role::pad, [](std::int64_t) { return 0.0f; });
    return song;
}

inline std::size_t knob(const Space& space, const std::string& name) {
    for (std::size_t k = 0; k < space.knobs().size(); ++k)
        if (space.knobs()[k].name == name) return k;
    throw std::out_of_range("no knob " + name);
}

inline bool is_searched(const Space& space, const std::string& name) {
    const auto& s = space.searched();
    return std::find(s.begin(), s.end(), static_cast<int>(knob(space, name))) != s.end();
}

/// The typical mix as a point of the unit cube.
inline std::vector<float> middle(const Space& space) {
    return std::vector<float>(space.searched().size(), 0.5f);
}

struct BandSpace {
    Song song = band();
    Profile profile = analyze(song, 6);
    Job job = job_for(song);
    Space space() const { return Space(job, song, profile, priors_folder()); }
};
/// Analysed once for all tests.
inline const BandSpace& the_band() {
    static const BandSpace band;
    return band;
}

}  // namespace mixfarm::testing
