/// Compressor make-up gain that keeps a sound's loudness, so that its fader remains its level.
#pragma once

#include <span>
#include <utility>

#include "host/analysis/envelope.h"

namespace mixfarm {

/// What a compressor is set to, as far as it decides how much it takes.
struct Compression {
    double threshold_db, ratio, knee_db, attack_ms, release_ms, sidechain_hz;
    bool rms;
};

/// Estimate: the envelope of the sound's loudest seconds goes through the compressor's gain
/// computer and ballistics (soft knee, Giannoulis et al. 2012), step by step; the gain
/// restores the K-weighted power. Make-up by loudness beats make-up by mean gain reduction (Ma et
/// al. 2015), and only with ballistics it is right for drums, whose peaks stand far above their
/// loudness. What the strip does before the compressor is
/// not in it.
class MakeUp {
public:
    MakeUp() = default;
    /// `sound` as it comes to the compressor, the trim applied.
    explicit MakeUp(Envelope sound);

    /// A compressor and what comes to it.
    struct Case {
        const MakeUp* sound;
        Compression compression;
    };
    /// Sets `gain_db` [cases]; 0 for ratio 1. Several at once take little longer than one: each
    /// waits for its own last step. What a case gets does not depend on its company.
    static void gains(std::span<const Case> cases, std::span<double> gain_db);
    double gain_db(const Compression& compression) const;
    /// The threshold, from -60 to 0 dB, at which gain_db is `most_db`; `compression`'s own does not
    /// count.
    double threshold_db(Compression compression, double most_db) const;

private:
    struct Follower;

    Envelope sound_;    ///< whole blocks, silence behind the end
    double power_ = 0;  ///< sum of k_power
};

}  // namespace mixfarm
