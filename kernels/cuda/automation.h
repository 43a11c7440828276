/// The knobs that move: what their coefficients become from one tile to the next.
///
/// The coefficients at a moment follow from the settings and that moment alone. A tile in which
/// nothing moves needs nothing; before a tile in which something does, the host designs what
/// changes and sends only that.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/console/automation.h"
#include "kernels/cuda/console_layout.h"

namespace mixfarm::cuda {

/// One word of the coefficients [rows][slots] gets another value.
struct CoefUpdate {
    std::uint32_t row, slot, value;
};

/// A channel of one mix with the knobs of it that move.
struct MovingChannel {
    struct Knob {
        int param, effect;  ///< places in the channel's row, in its chain
        Scale scale;
        std::vector<Automation::Point> points;  ///< without jumps
    };
    int channel;
    std::uint32_t slot;
    std::vector<Knob> knobs;
    std::size_t words;  ///< coefficients of all effects that have a moving knob
};
std::vector<MovingChannel> moving_channels(const ConsoleLayout& layout, const MixSettings& mix,
                                           std::uint32_t slot);

class MovingKnobs {
public:
    /// Mix i is in slot i.
    MovingKnobs(const LoadedSong& song, const ConsoleLayout& layout,
                std::span<const MixSettings> mixes);

    bool any() const { return !channels_.empty(); }
    /// Does any knob move during tile `t`?
    bool move_in(std::int64_t t) const {
        return t < static_cast<std::int64_t>(busy_.size()) && busy_[static_cast<std::size_t>(t)];
    }
    /// Sets all knobs to where they stand at the beginning of tile `t` (the end of the one before).
    void move_to(std::int64_t t);
    /// What the last move changed: coefficients, and the effects of every channel. Good until the
    /// next.
    const std::vector<CoefUpdate>& updates() const { return updates_; }
    const std::vector<std::uint32_t>& gliding() const { return gliding_; }

    /// Updates of one move at most.
    std::size_t most_updates() const { return most_updates_; }

private:
    void mark_busy(const std::vector<Automation::Point>& points);
    std::uint32_t move(std::size_t i, double seconds, std::vector<CoefUpdate>& updates);

    const LoadedSong& song_;
    const ConsoleLayout& layout_;
    Session session_;
    std::vector<MovingChannel> channels_;
    std::vector<std::vector<float>>
        rows_;                        ///< [channels_]: settings, moving knobs where they stand
    std::vector<std::uint8_t> busy_;  ///< [tiles]
    std::vector<CoefUpdate> updates_;
    std::vector<std::uint32_t> gliding_;  ///< [channels of the layout]
    std::size_t most_updates_ = 0;
};

}  // namespace mixfarm::cuda
