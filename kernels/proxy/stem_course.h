/// What the proxy keeps of a song over time: powers of every stem in broad bands, and how its wave
/// looks to a detector, frame by frame of 10 ms.
///
/// Nothing of it depends on a mix. A strip's filters weight the bands; what they do within one
/// follows the stem's own third octaves (stem_bands.h). Stretches in which a stem is silent take no
/// memory and no time: blocks of 0.4 s, 60 dB under its loudest one.
#pragma once

#include <array>
#include <vector>

#include "kernels/core/qualifiers.h"
#include "kernels/proxy/broad_bands.h"
#include "kernels/proxy/reference_mix.h"
#include "kernels/proxy/stem_bands.h"

namespace mixfarm {

struct StemCourse {
    static constexpr int kBlockFrames = 40;  ///< of a block of Scenes
    /// A frame's moments, from the loudest to the softest, in classes that hold these shares of the
    /// time; a class stands for the level in its middle.
    static constexpr int kClasses = 4;
    MF_HD static constexpr float class_share(int k) {
        constexpr float kShare[kClasses] = {0.03f, 0.12f, 0.30f, 0.55f};
        return kShare[k];
    }

    struct Frame {
        float power[broad::kBands];  ///< mean square, mean of both sides; full scale 1
        float crest;                 ///< square of the peak of the louder side over all power
        float peak;                  ///< half its logarithm: log2 units over the root mean square
        float level[kClasses];       ///< of its classes, likewise
        /// The wave at the moments in which sums of stems are largest, over its root mean square.
        float wave[ReferenceMix::kMoments];
    };
    struct Stem {
        std::vector<int> first;     ///< [blocks] of the block's frames, -1 = silent
        std::vector<Frame> frames;  ///< kBlockFrames a block that sounds
        int duck_key, unmask_key;   ///< as StemView has them
        /// [broad bands][third octaves] which part of the broad band lies where; adds up to 1.
        std::array<std::array<float, kBands>, broad::kBands> lies{};
        std::array<float, broad::kBands> k{};  ///< K-weighting's power gain there
        /// [padded scenes] powers summed over the frames.
        std::vector<std::array<float, broad::kBands>> scene;
    };

    int rate;
    int frames;  ///< whole ones of the song
    int blocks;
    std::vector<Stem> stems;
    /// [blocks * kBlockFrames] Which side the moments are of; K-weighted power of the sum of all
    /// stems, each by its own loudness, over the sum of their powers: waves of a mix whose balance
    /// is another still meet alike.
    std::vector<std::array<bool, ReferenceMix::kMoments>> right;
    std::vector<float> together;

    StemCourse(const SongView& song, const StemBands& bands, int threads);
    std::size_t bytes() const;

private:
    void read_stem(const SongView& song, const StemBands& bands, const ReferenceMix& reference,
                   std::size_t s);
    void add_up(const ReferenceMix& reference);
};

}  // namespace mixfarm
