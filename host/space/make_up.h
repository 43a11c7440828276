/// Compressor make-up gain that keeps a sound's loudness, so that its fader remains its level.
#pragma once

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
    explicit MakeUp(Envelope sound) : sound_(std::move(sound)) {}
    /// dB; 0 for ratio 1.
    double gain_db(const Compression& compression) const;
    /// The lowest threshold at which gain_db is at most `most_db`, `compression`'s own where that
    /// is low enough.
    double threshold_db(Compression compression, double most_db) const;

private:
    Envelope sound_;
};

}  // namespace mixfarm
