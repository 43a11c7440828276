/// What a first glance reads of a song and where it keeps what it works out, as plain arrays: in
/// whichever memory its lanes live.
#pragma once

#include "kernels/console/console.h"
#include "kernels/meters/k_weighting.h"
#include "kernels/proxy/cells.h"
#include "kernels/proxy/listening.h"
#include "kernels/proxy/stem_bands.h"

namespace mixfarm {

/// StemBands and Listening, ready to be read.
struct BandTables {
    int stems, channels, scenes, blocks;  ///< scenes: padded
    const StemBands::Stem* stem;          ///< [stems]
    const StemBands::Own* own;            ///< [bands][stems]
    const StemBands::Pair* pairs;         ///< band by band
    const float *whole, *by_scene;        ///< [pairs], [pairs][scenes]
    const int* scene;                     ///< [blocks]
    const float* level;                   ///< [blocks]
    Ears ears;
    float repeat_s;  ///< of the echo
    int most_pairs = 0;
    int first_pair[kBands + 1];
    float hz[kBands], k_weight[kBands];

    /// place(vector or array) is where its values lie in the lanes' memory.
    template <class Place>
    BandTables(const StemBands& bands, const Listening& listening, const Session& session,
               const Place& place)
        : stems(static_cast<int>(bands.stems.size())),
          channels(bands.channels),
          scenes(bands.padded_scenes()),
          blocks(static_cast<int>(bands.scenes.scene.size())),
          stem(place(bands.stems)),
          own(place(bands.own)),
          pairs(place(bands.pairs)),
          whole(place(bands.whole)),
          by_scene(place(bands.by_scene)),
          scene(place(bands.scenes.scene)),
          level(place(bands.scenes.level)),
          ears(listening, place),
          repeat_s(static_cast<float>(60 / session.tempo_bpm)) {
        for (std::size_t b = 0; b < kBands; ++b) {
            const double centre = band_centre_hz(static_cast<int>(b));
            hz[b] = static_cast<float>(centre);
            k_weight[b] = static_cast<float>(std::pow(10.0, k_gain_db(centre, session.rate) / 10));
            first_pair[b] = bands.first_pair[b];
            most_pairs = std::max(most_pairs, bands.first_pair[b + 1] - bands.first_pair[b]);
        }
        first_pair[kBands] = bands.first_pair[kBands];
    }
};

/// What BandMix adds up of a mix, besides arrays.
template <class F>
struct BandSums {
    F wet{}, dry{}, wet_seconds{};  ///< K-weighted, in front of the master
    F wet_heard{}, dry_heard{};     ///< the same behind it
    F in_front{};                   ///< power of the mix, mean of both sides
    F fold{};                       ///< K-weighted, folded to mono
    F integrated{};                 ///< gated mean of energies
    F distorted{};
    Perceived<F> heard{};
};

/// What a saturator does and what reaches it.
template <class F>
struct Saturated {
    F drive_db, mix, bias;
    F behind;  ///< power gain of pan and fader, which follow it
};

/// Where each array of a lane begins in its room to work in; cells of F.
struct BandPlaces {
    static constexpr int kPath = kCells<Path>, kSums = kCells<BandSums>,
                         kSaturated = kCells<Saturated>;

    // What becomes of a mix, in a memory of its own.
    int sums = 0;            ///< BandSums
    int left, right, cross;  ///< [bands] powers of the mix
    int power;               ///< [stems] mean of both sides
    int blocks;              ///< [blocks] energies
    int told;                ///< cells of it

    int paths;                ///< [stems][bands] Path of the strip
    int groups;               ///< [groups][bands][re, im]
    int returns;              ///< [returns][bands] power
    int master;               ///< [bands][power, side]
    int sends;                ///< [stems][returns] as powers
    int saturators;           ///< [stems, then master] Saturated
    int seconds;              ///< [returns] of 60 dB of decay
    int feedback;             ///< of the echo, power
    int spectrum, threshold;  ///< [stems][bands] in the mix, in front of the master
    int loud, level;          ///< [stems] K-weighted; power at the end of the strip
    int gain;                 ///< [stems][re, im] in the band at hand
    int weight;               ///< [channels][middle, side] what a channel gives to each
    int features;             ///< [pairs of the band at hand]
    int energy;               ///< [scenes] K-weighted, behind the master
    int own, cover;           ///< [bands] of one stem
    int cells;

    explicit BandPlaces(const BandTables& t) {
        int end = kSums;
        const auto take = [&end](int count) {
            const int first = end;
            end += count;
            return first;
        };
        left = take(kBands), right = take(kBands), cross = take(kBands);
        power = take(t.stems), blocks = take(t.blocks);
        told = end, end = 0;
        paths = take(t.stems * kBands * kPath);
        groups = take(console::kGroups * kBands * 2);
        returns = take(console::kReturns * kBands), master = take(kBands * 2);
        sends = take(t.stems * console::kReturns);
        saturators = take((t.stems + 1) * kSaturated);
        seconds = take(console::kReturns), feedback = take(1);
        spectrum = take(t.stems * kBands), threshold = take(t.stems * kBands);
        loud = take(t.stems), level = take(t.stems);
        gain = take(t.stems * 2), weight = take(t.channels * 2);
        features = take(t.most_pairs), energy = take(t.scenes);
        own = take(kBands), cover = take(kBands);
        cells = end;
    }
};

/// Bits of the effects of a bus that act, as Chain::active has them.
inline std::uint32_t acting_on_bus(int bus, const float* row) {
    return console::with_bus_chain(bus, [row]<class Its>() { return Its::active(row); });
}

}  // namespace mixfarm
