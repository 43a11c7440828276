/// L0, the search's first glance: what mixes would measure, foretold from the cross powers of the
/// stems, thousands a second; nothing is rendered.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "kernels/engine.h"

namespace mixfarm {

/// What a listener is told of a song before mixes of it are foretold: who plays with whom, who
/// leads, and the rules of masking. Made by host/score; one that plays nothing hears no masking.
struct Listening {
    std::vector<std::uint8_t> plays, leads;  ///< [stems]
    std::vector<float> priority;             ///< [stems] weight in the masking of the mix
    /// [stems x stems] row-major: power of stem b while a plays over its mean power; [stems] the
    /// same while a lead plays.
    std::vector<float> gain, lead_gain;
    std::vector<float> burst;  ///< [stems] power where the power is, over the mean power
    /// [kBands x kBands] row-major: power of a masker's band (column) -> threshold about a maskee's
    /// (row), and power of bands (columns) -> what the ear compares with it.
    std::array<float, kBands * kBands> spread{}, heard{};
    std::array<float, kBands> width{};       ///< of each band, by which it counts in masking
    std::array<float, kBands> importance{};  ///< of each band for what is said or sung
    float threshold_db = 0;                  ///< how far `spread` lies over the spread power
    float audible_range = 0, loudness = 0, most_masking_db = 1, audible_db = 1;
    float buried = 1, lost_lu = -200, lost_buried_lu = -200;
};

/// How closely mixes are looked at.
enum class Glance {
    levels,    ///< L0: compressors, gates and the limiter are taken for wire (make-up gains keep
               ///< their sounds' loudness)
    dynamics,  ///< L1: they are followed on envelopes of 10 ms
};

/// A mix that was foretold without rendering.
struct Foretold {
    /// What needs the waveform is NaN: crest and sample peak; at a glance of levels all peaks,
    /// micro-dynamics and what the limiter takes too.
    Measurement mix;
    /// As host/score has them of rendered mixes; NaN without lead, without sound.
    float masking = 0, lead_to_rest_lu = 0, lead_audibility = 0;
    float reverb_to_dry_lu = 0, reverb_s = 0;
    float distorted_share = 0;  ///< of the power, K-weighted
    int lost_stem = -1;
};

/// Foretells mixes of one song: gains, polarity, pan, width, filters, sends, and at a closer glance
/// dynamics. Automation is not followed: a mix is what its rows say. The result does not depend
/// on what else is asked, nor on threads.
class Foresight {
public:
    /// Analyses the song for glances up to `closest`, which takes seconds, and borrows nothing.
    /// `threads` 0 = all cores. The GPUs of `engine` cast the glances; without any, and
    /// where one fails, the processor.
    Foresight(const SongView& song, Listening listening, int threads = 0,
              Glance closest = Glance::levels, Engine* engine = nullptr);
    ~Foresight();
    /// `glance` no closer than `closest`.
    std::vector<Foretold> foretell(std::span<const MixSettings> mixes, const MasterTarget& target,
                                   Glance glance = Glance::levels) const;
    /// What a mix costs: products of weights, times scenes.
    std::size_t forms() const;
    /// Of the envelopes that a glance of dynamics reads.
    std::size_t course_bytes() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace mixfarm
