/// One pass over a stem's samples: K-weighted level every 100 ms, and the faults only the samples
/// show.
#pragma once

#include <cstdint>
#include <vector>

#include "host/song/song.h"

namespace mixfarm {

/// Frames of a 100 ms block at `rate`.
inline int block_frames(int rate) {
    return rate / 10;
}

struct StemScan {
    std::vector<float>
        level_lufs;             ///< [blocks] K-weighted, ungated, both channels; -120 where silent
    std::vector<double> power;  ///< [blocks] mean of (L^2 + R^2) / 2, unweighted
    std::vector<float> low;  ///< mid channel below 150 Hz, one sample every `low_step(rate)` frames
    double peak = 0;         ///< largest absolute sample
    double mean_left = 0, mean_right = 0;
    /// Standard error of these means, the larger one: what the sound itself leaves of a mean,
    /// judged by how the means of stretches of up to half a second scatter.
    double mean_error = 0;
    double left_power = 0, right_power = 0, cross_power = 0;  ///< means over the whole song
    int flat_tops = 0;  ///< runs of three or more samples stuck at the peak and entered by a jump
};

/// Decimation of StemScan::low: about 1 kHz remains.
inline int low_step(int rate) {
    return rate / 1000;
}

/// Streams through the stem once. The last block may be short; its level is over the frames it has.
StemScan scan_stem(const Stem& stem, int rate, std::int64_t frames);

/// Loudness with the two gates of BS.1770-5 (400 ms blocks, 75 % overlap), from 100 ms levels; -70
/// when nothing passes.
double gated_loudness(const std::vector<float>& level_lufs);

}  // namespace mixfarm
