/// What a look at dynamics reads of a song and where it keeps what it works out, as plain arrays:
/// in whichever memory its lanes live.
#pragma once

#include "kernels/console/console.h"
#include "kernels/meters/k_weighting.h"
#include "kernels/proxy/band_ride.h"
#include "kernels/proxy/cells.h"
#include "kernels/proxy/compressor_course.h"
#include "kernels/proxy/multiband_course.h"
#include "kernels/proxy/shaping_course.h"

namespace mixfarm {

/// StemCourse::Stem, ready to be read.
struct CourseStem {
    using Broad = std::array<float, broad::kBands>;
    const int* first;  ///< [blocks]
    const StemCourse::Frame* frames;
    const std::array<float, kBands>* lies;  ///< [broad bands]
    const float* k;                         ///< [broad bands]
    const Broad* scene;                     ///< [padded scenes]
    const StemBands::Own* own;              ///< own[t * stems] in third octave t
    int duck_key, unmask_key, group;
    float dry[broad::kBands];  ///< of the whole song

    MF_HD const StemCourse::Frame* at(int block) const {
        return first[block] < 0 ? nullptr : frames + first[block];
    }
};

/// StemCourse, ready to be read.
struct CourseTables {
    using Sides = std::array<bool, ReferenceMix::kMoments>;
    int stems, scenes, blocks, frames;  ///< scenes: padded; frames: of whole bins of 100 ms
    int heard_scenes;                   ///< not padded
    const CourseStem* stem;             ///< [stems]
    const Sides* right;                 ///< [frames of all blocks]
    const float* together;              ///< [frames of all blocks]
    const int* scene;                   ///< [blocks]
    const float* scene_frames;          ///< [scenes]
    broad::Shares shares;
    float bilinear[kBands];  ///< of the middles of the third octaves
    float k_weight[broad::kBands]{};

    /// What is worked out here lies in `made`; place(vector or array) is where its values lie in
    /// the lanes' memory.
    struct Made {
        std::vector<CourseStem> stems;
        std::vector<float> scene_frames;
    };
    template <class Place>
    CourseTables(const StemCourse& course, const StemBands& bands, Made& made, const Place& place)
        : stems(static_cast<int>(course.stems.size())),
          scenes(bands.padded_scenes()),
          blocks(course.blocks),
          frames(course.frames / 10 * 10),
          heard_scenes(bands.scenes.count),
          right(place(course.right)),
          together(place(course.together)),
          scene(place(bands.scenes.scene)) {
        const StemBands::Own* const own = place(bands.own);
        for (std::size_t s = 0; s < course.stems.size(); ++s) {
            const StemCourse::Stem& its = course.stems[s];
            made.stems.push_back({place(its.first),
                                  place(its.frames),
                                  place(its.lies),
                                  place(its.k),
                                  place(its.scene),
                                  own + s,
                                  its.duck_key,
                                  its.unmask_key,
                                  static_cast<int>(bands.stems[s].group),
                                  {}});
            for (const auto& one : its.scene)
                for (std::size_t b = 0; b < broad::kBands; ++b) made.stems[s].dry[b] += one[b];
        }
        for (const std::vector<int>& members : bands.scenes.members)
            made.scene_frames.push_back(
                static_cast<float>(members.size() * StemCourse::kBlockFrames));
        stem = place(made.stems), scene_frames = place(made.scene_frames);
        for (int t = 0; t < kBands; ++t) {
            const double hz = band_centre_hz(t);
            bilinear[t] = static_cast<float>(mixfarm::bilinear(hz, course.rate));
            for (int b = 0; b < broad::kBands; ++b)
                k_weight[b] += shares.flat[b][t] *
                               static_cast<float>(std::pow(10.0, k_gain_db(hz, course.rate) / 10));
        }
    }
};

/// 1 / bilinear() of the frequencies of a strip's de-esser and dynamic equaliser: made ahead, since
/// tangents of double precision are not the same on all machines.
inline void strip_inverses(const float* row, double rate, float (&inverse)[2]) {
    inverse[0] = bilinear_inverse(row[StripChain::first_param<DeEsser>()], rate);
    inverse[1] = bilinear_inverse(row[StripChain::first_param<DynamicEq>()], rate);
}

/// Frames that go through a mix at a time: of a block. On a processor all of it; where every lane
/// has its own memory, as many as a multiprocessor's cache holds.
inline constexpr int kPiece = kLanesApart ? 8 : StemCourse::kBlockFrames;
static_assert(StemCourse::kBlockFrames % kPiece == 0);

/// Cells of a piece of a sum of stems: [frames][Sum].
struct SumPlaces {
    static constexpr int kPower = 0, kPeak = broad::kBands, kWave = kPeak + 1,
                         kFrame = kWave + ReferenceMix::kMoments, kCount = kPiece * kFrame;
};

/// Cells of a strip.
struct StripPlaces {
    static constexpr int kWide = broad::kBands;
    static constexpr int kGate = 0, kDeEsser = kGate + kCells<GateCourse>,
                         kDynamicEq = kDeEsser + kCells<BandRide>,
                         kCompressor = kDynamicEq + kCells<BandRide>,
                         kDuck = kCompressor + kCells<CompressorCourse>,
                         kShaper = kDuck + kCells<CompressorCourse>;
    /// Weights of the broad bands in what a detector hears of the stem and, behind them, of its
    /// key.
    static constexpr int kToGate = kShaper + kCells<ShaperCourse>, kToDeEsser = kToGate + kWide,
                         kToDynamicEq = kToDeEsser + kWide,
                         kToCompressor = kToDynamicEq + 2 * kWide,
                         kToDuck = kToCompressor + 2 * kWide;
    static constexpr int kDeEsserHolds = kToDuck + 2 * kWide,
                         kDynamicEqHolds = kDeEsserHolds + kWide;
    static constexpr int kOut = kDynamicEqHolds + kWide;  ///< power gain from stem to the end
    /// Amplitude of a side over what `out` makes of both, with the polarity; power of the louder
    /// side over the mean of both.
    static constexpr int kLeft = kOut + kWide, kRight = kLeft + 1, kLean = kRight + 1;
    /// Of the piece at hand: power gain of the dynamics; the stem's bands as de-esser and dynamic
    /// equaliser leave them.
    static constexpr int kMoved = kLean + 1, kBent = kMoved + kPiece;
    /// Of the block at hand: power behind the strip's dynamics, and behind the group's too.
    static constexpr int kOfStrip = kBent + kPiece * kWide, kOfBoth = kOfStrip + kWide,
                         kCount = kOfBoth + kWide;
};
/// Cells of a group.
struct GroupPlaces {
    static constexpr int kGlue = 0, kParallel = kCells<CompressorCourse>, kToGlue = 2 * kParallel,
                         kToParallel = kToGlue + broad::kBands,
                         kCount = kToParallel + broad::kBands;
};

/// Where each array of a lane begins in its room to work in; cells of F.
struct CoursePlaces {
    int whole, group, common, scene, master;  ///< LevelGains
    int strips;                               ///< [stems][StripPlaces]
    int groups;                               ///< [groups][GroupPlaces]
    int multiband;
    int gain, crest;         ///< [piece] amplitude, in the mean and at the crest
    int group_sum, mix_sum;  ///< SumPlaces
    int of_group;            ///< [piece] power gain of a group's compressors
    int strip;               ///< [stems] powers, summed, with the strip's dynamics
    int kept;                ///< [stems][broad bands] of the stem alone, with the group's too
    int heard;               ///< [stems][scenes] K-weighted, at the end of the console
    int scene_power;         ///< [scenes] in front of the multiband
    /// [frames] K-weighted power and squared peak in front of the gain to the target, behind the
    /// multiband; the softest of the moments at which the peak may be.
    int power, peak, soft;
    int weight;  ///< [bins] in how many heard blocks
    int fit;     ///< [scenes]
    int cells;
    /// Of what becomes of a mix, in a memory of their own.
    int loudness = 0;  ///< RideSums
    int bins, fast;    ///< [100 ms], [50 ms] mean powers behind the limiter
    int told;

    static constexpr int kBin = 10, kFast = 5, kRideSums = 4;  ///< frames, frames, cells

    explicit CoursePlaces(const CourseTables& t) {
        int end = 0;
        const auto take = [&end](int count) {
            const int first = end;
            end += count;
            return first;
        };
        const int all = t.blocks * StemCourse::kBlockFrames, count = t.frames / kBin;
        whole = take(t.stems * mixfarm::kBands), group = take(t.stems), common = take(t.stems);
        scene = take(t.stems * t.scenes), master = take(mixfarm::kBands);
        strips = take(t.stems * StripPlaces::kCount);
        groups = take(console::kGroups * GroupPlaces::kCount);
        multiband = take(kCells<MultibandCourse>);
        gain = take(kPiece), crest = take(kPiece);
        group_sum = take(SumPlaces::kCount), mix_sum = take(SumPlaces::kCount);
        of_group = take(kPiece);
        strip = take(t.stems), kept = take(t.stems * broad::kBands);
        heard = take(t.stems * t.scenes), scene_power = take(t.scenes);
        power = take(all), peak = take(all), soft = take(all);
        weight = take(count), fit = take(t.scenes);
        cells = end, end = kRideSums;
        bins = take(count), fast = take(t.frames / kFast);
        told = end;
    }
};

}  // namespace mixfarm
