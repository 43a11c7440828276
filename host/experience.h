/// What hearing mixes teaches about those like them.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "host/score/score.h"

namespace mixfarm {

/// All that a score is made of.
struct Sighting {
    Measurement mix;
    StemMetrics stems;
};

/// What a glance leaves out is much the same in mixes that it sees alike. Of those that were heard
/// it is known quantity by quantity: middle and sides of every band as ratios, all else as
/// differences. The mean over the nearest of them, each by 1 / (d^2 + d0^2) at its distance d, d0
/// the nearest one's, is laid over what is foretold: the output space mapping of Bandler et al.,
/// IEEE Trans. MTT 52(1), 2004, with weights by inverse distances as Shepard's (ACM National
/// Conference, 1968), softened since what was heard differs from its like by chance too.
class Experience {
public:
    /// The oldest is forgotten when there are too many. What is not finite teaches nothing.
    void learn(const Sighting& foretold, const Sighting& heard);
    /// What would be heard; nothing changes before anything was. What cannot be foretold is as it
    /// was heard. A stem that is lost stays lost, and nearness to models is left to the caller, who
    /// knows them.
    void correct(Sighting& foretold) const;
    std::size_t size() const { return lessons_.size(); }

    static constexpr std::size_t kMost = 1024, kNearest = 8;

private:
    /// Of every band: middle and sides in nepers of power, where its power lies, -1 left to 1
    /// right.
    static constexpr std::size_t kPlace = 3 * kBands;
    using Place = std::array<float, kPlace>;
    /// Middle and sides of two bands each: what is alike is found by.
    static constexpr std::size_t kCoarse = kBands;
    struct Lesson {
        Place bands;               ///< heard less foretold
        std::vector<float> heard,  ///< [quantities]
            differences;           ///< [quantities] heard less foretold, NaN where unknown
    };
    struct Near {
        std::size_t lesson;
        float distance, weight;
    };
    static Place place_of(const Measurement& m);
    static std::array<float, kCoarse> coarse(const Place& place);
    static std::vector<float> quantities(const Sighting& sighting);
    /// kNearest of them or as many as there are; weights that sum to 1.
    std::array<Near, kNearest> nearest(const Place& place, std::size_t& count) const;

    std::vector<Lesson> lessons_;
    std::vector<float> coarse_;  ///< [kCoarse][kMost] of the foretold
    std::size_t oldest_ = 0;
};

}  // namespace mixfarm
