/// Faults of finished audio that only its samples show: flat tops, samples over full scale, offset,
/// and gaps of digital silence.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <vector>

#include "kernels/engine.h"

namespace mixfarm {

/// The mean, the peak and the clips of one channel.
///
/// A sine of 16 bits, too, ends in runs of equal samples. But a smooth top over which three samples
/// are equal has fallen by no more than ten steps two samples later; what was cut off goes on by
/// the slope it had. So a clip is entered or left by at least sixteen steps, and below full scale
/// one needs company, as with stems.
class ClipCounter {
public:
    /// Returns the sample peak of these frames.
    float run(const float* x, int frames);
    FileDetails::Channel finish(std::int64_t frames);

private:
    static constexpr float kNoSample = std::numeric_limits<float>::quiet_NaN();
    struct Tops {
        std::int64_t count = 0, longest = 0;
    };
    void find_runs(const float* x, int frames);
    void end_run(float after);
    float lowest() const { return peak_ * (1 - 0x1p-15f); }

    double sum_ = 0;
    float peak_ = 0;
    std::int64_t over_ = 0, run_ = 0;           ///< samples
    float value_ = 0;                           ///< of the run
    float before_[2] = {kNoSample, kNoSample};  ///< the two samples in front of it
    float last_[2] = {kNoSample, kNoSample};    ///< of the frames so far
    std::map<float, Tops> tops_;                ///< by level; those at the peak count
};

/// Runs of exact zeros inside sound, in every channel.
class DropoutFinder {
public:
    DropoutFinder(int rate, int channels);
    /// So many frames have to lie in front of those that run() is given.
    int reach() const { return reach_; }
    /// The next frames of a channel; every channel is given as many, then end_bin() follows.
    void run(int channel, const float* x, int frames);
    void end_bin(int frames);
    /// Writes `dropouts` and `dropout_count`.
    void finish(FileDetails& details);

private:
    struct Gap {
        std::int64_t start, end;
        bool heard;  ///< sound on both sides
    };
    struct Channel {
        bool open = false, waiting = false;  ///< inside zeros; behind them, until `after` is known
        float before = 0, after = 0;         ///< peaks of a millisecond
        int left = 0;                        ///< frames that `after` waits for
        std::int64_t start = 0;              ///< of the open run
        Gap gap{};                           ///< the one that waits
        std::vector<Gap> gaps;               ///< of late
    };
    void begin(Channel& c, const float* x, int at) const;
    void end(Channel& c, const float* x, int at, int frames) const;
    void listen(Channel& c, const float* x, int frames) const;
    static void close(Channel& c);
    bool silent(const Channel& c, std::int64_t start, std::int64_t end) const;
    void decide(std::int64_t up_to);

    int rate_, reach_;
    std::int64_t now_ = 0;
    std::vector<Channel> channels_;
    std::vector<FileDetails::Dropout> found_;
    std::int64_t count_ = 0;
};

}  // namespace mixfarm
