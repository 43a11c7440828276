/// Where on the device everything of a batch's console lies: the channels, their effects in play,
/// and what each needs of memory.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/console/console.h"
#include "kernels/console/loaded_song.h"

namespace mixfarm::cuda {

std::vector<int> numbers(std::size_t count);  ///< 0, 1, 2 and so on

/// Buses in front of the master: groups, then returns.
inline constexpr int kInnerBuses = console::kGroups + console::kReturns;

/// One channel's place in the arrays of all channels. Rows are [slots] long.
struct ChannelPlace {
    std::uint32_t active = 0;             ///< effects that act in any mix of the batch
    std::uint32_t coefs = 0, states = 0;  ///< first row of its words
    std::int64_t memory = 0;              ///< first row of its cells of delay memory
    int cells = 0;
};

struct ConsoleLayout {
    /// The whole console.
    ConsoleLayout(const LoadedSong& song, std::span<const MixSettings> mixes);
    /// The strip of one stem alone.
    ConsoleLayout(const LoadedSong& song, const MixSettings& mix, int stem);

    /// Of the song, those with a strip here; and those whose sound is needed: the same, then keys
    /// that have no strip here, then layers that some mix has, numbered on from the song's stems.
    std::vector<int> stems, sounds;
    std::vector<int> layers;             ///< of the song, stem by stem of `stems`
    std::vector<ChannelPlace> channels;  ///< strips, then (whole console) groups, returns, master
    std::vector<int> first_knob;  ///< [channels]: where its row begins among all knobs of a mix
    std::vector<std::uint32_t> sends;  ///< [stems] bit r: some mix sends it to return r
    int place[kInnerBuses];  ///< of a bus among those that something goes to; -1: nothing does
    int buses = 0;           ///< how many of them
    std::uint32_t coef_rows = 0, state_rows = 0;
    std::int64_t cells = 0;
    std::size_t moving_words = 0;  ///< coefficients that move, of the mix that moves most

    /// Channel of bus `b` in a whole console.
    int bus_channel(int b) const { return static_cast<int>(stems.size()) + b; }
    bool whole() const { return channels.size() > stems.size(); }
    /// Device memory a slot takes, with the sound of `frames` frames in every bus in use, `times`
    /// over.
    std::size_t bytes_per_slot(std::int64_t frames, std::size_t times) const;

    /// visit.operator()<Chain>() with the chain that a channel is made of.
    template <class Visit>
    auto with_chain(int channel, Visit visit) const {
        const int bus = channel - static_cast<int>(stems.size());
        if (bus < 0) return visit.template operator()<StripChain>();
        return console::with_bus_chain(bus, visit);
    }
    /// The settings of a channel in a mix.
    const float* row(const MixSettings& mix, int channel) const;
    /// Place of a knob in a channel's row; below 0 or past its end: it belongs to another channel.
    int knob_within(int knob, int channel) const {
        return knob - first_knob[static_cast<std::size_t>(channel)];
    }

private:
    ConsoleLayout(const LoadedSong& song, std::vector<int> strips, bool buses_too,
                  std::span<const MixSettings> mixes);
    void add_channel(int channel, const LoadedSong& song, std::span<const MixSettings> mixes);

    std::vector<float> resting_;  ///< all buses neutral
    std::size_t strip_knobs_;
};

/// Words of an effect's coefficients.
template <class Effect>
constexpr std::uint32_t effect_words() {
    return sizeof(typename Effect::template Coefs<float>) / sizeof(float);
}

}  // namespace mixfarm::cuda
